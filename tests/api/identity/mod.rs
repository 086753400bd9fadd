//! Who signs in, on which device, with which rights.

mod access_tokens;
mod apps;
mod customers;
mod journey;
mod refresh;
mod second_factor;
mod staff;
mod wire;

use chrono::Duration;
use vitrine::services::identity::{
    AccountKind, Mail, Registration, SignIn, Tokens, authenticate, register, sign_in, staff as staff_service,
    verify_email,
};
use vitrine::services::{Error, Permissions, Problem, Reason, Result, Viewer};

use crate::harness::{TestShop, now};

pub const PASSWORD: &str = "correct horse";

/// What was wrong with an input.
#[track_caller]
pub fn problems<T: std::fmt::Debug>(result: Result<T>) -> Vec<Problem> {
    match result {
        Err(Error::Problems(problems)) => problems,
        other => panic!("no problems: {other:?}"),
    }
}

/// The kind and place of the one thing that was wrong.
#[track_caller]
pub fn problem<T: std::fmt::Debug>(result: Result<T>) -> (Reason, String) {
    let problems = problems(result);
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].reason, problems[0].path.join("."))
}

pub fn mails(shop: &TestShop) -> Vec<Mail> {
    shop.app.identity().unwrap().mailer().mails()
}

/// The code in the newest mail to an address.
#[track_caller]
pub fn code(shop: &TestShop, to: &str) -> String {
    let mail = mails(shop).into_iter().find(|mail| mail.to == to).expect("a mail");
    let (_, rest) = mail.body.split_once("#code=").expect("a code");
    rest.split_whitespace().next().unwrap().to_owned()
}

pub fn registration(email: &str) -> Registration {
    Registration {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        name: Some("Ann Lee".to_owned()),
        language: "en".to_owned(),
    }
}

/// A customer whose address is confirmed.
pub async fn customer(shop: &TestShop, email: &str) {
    register(&shop.app, registration(email)).await.unwrap();
    verify_email(&shop.app, &code(shop, email)).await.unwrap();
}

pub async fn enter(shop: &TestShop, kind: AccountKind, email: &str, password: &str) -> Result<Tokens> {
    let device = Some("Test device".to_owned());
    sign_in(&shop.app, kind, SignIn { email: email.to_owned(), password: password.to_owned(), device }).await
}

pub async fn customer_signs_in(shop: &TestShop, email: &str) -> Tokens {
    enter(shop, AccountKind::Customer, email, PASSWORD).await.unwrap()
}

/// Somebody of the staff who is signed in, and who that is.
pub async fn staff_member(shop: &TestShop, email: &str, role: &str) -> (Tokens, Viewer) {
    staff_service::add(&shop.app, email, None, role, Some(PASSWORD)).await.unwrap();
    let tokens = enter(shop, AccountKind::Staff, email, PASSWORD).await.unwrap();
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    (tokens, viewer)
}

/// Somebody of the staff with these rights, as resolvers see them.
pub fn staff_with(viewer: Viewer, permissions: Permissions) -> Viewer {
    let (account, session) = (viewer.account().unwrap(), viewer.session().unwrap());
    Viewer::Staff { account, session, permissions }
}

/// Moves the clock to so many seconds after the start of the test.
pub fn at(shop: &TestShop, seconds: i64) {
    shop.set_clock(now() + Duration::seconds(seconds));
}

pub async fn is_signed_in(shop: &TestShop, tokens: &Tokens) -> bool {
    match authenticate(&shop.app, &tokens.access_token).await {
        Ok(viewer) => viewer.session() == Some(tokens.session),
        Err(Error::Unauthenticated) => false,
        Err(other) => panic!("{other:?}"),
    }
}
