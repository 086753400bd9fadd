//! Changing one's address: confirmed at the new one, told at the old one.

use super::accounts::{self, Edit};
use super::codes::{self, Payload, Purpose};
use super::input::{self, Email};
use super::mails::{self, Letter};
use super::passwords::by_id;
use super::register::evenly;
use super::sign_in;
use crate::services::{AppContext, Error, Problems, Reason, Result, Viewer};

/// A wish for another address.
#[derive(Clone)]
pub struct EmailChange {
    /// The new address.
    pub email: String,
    /// The password, so that nobody does it who only found the device unlocked.
    pub password: String,
}

/// Sends a mail to a new address by which it is confirmed. Whether another account has it is not told.
pub async fn change_email(app: &AppContext, viewer: &Viewer, input: EmailChange) -> Result<()> {
    let identity = app.identity()?;
    let id = viewer.account().ok_or(Error::Unauthenticated)?;
    let mut problems = Problems::default();
    let email = input::email(&mut problems, &[&"email"], &input.email);
    problems.none()?;
    let Some(email) = email else { return Ok(()) };
    let account = by_id(app, id).await?;
    if !sign_in::is_password(identity, &account, &input.password).await? {
        let message = "this is not your password";
        return Err(Problems::one(Reason::WrongCredentials, &[&"password"], message));
    }
    evenly(identity.step, async {
        let change = app.begin().await?;
        let other = accounts::by_email(identity, &change.tx, account.kind, &email).await?;
        let payload = Payload { email: email.as_str().to_owned(), ..Payload::default() };
        let code = codes::issue(&change, identity, Purpose::EmailChange, Some(id), &payload).await?;
        change.commit().await?;
        if let Some(code) = code {
            let is_free = other.is_none_or(|other| other.id == id);
            let letter = if is_free { Letter::ConfirmEmail(&code) } else { Letter::KnownAlready };
            mails::send(app, identity, &email, &account.language, letter);
        }
        Ok(())
    })
    .await
}

/// Confirms a new address by the code that came to it.
pub async fn confirm_email(app: &AppContext, code: &str) -> Result<()> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let redeemed = codes::redeem(&change, identity, Purpose::EmailChange, code).await?;
    let (Some(id), Some(email)) = (redeemed.account, Email::parse(&redeemed.payload.email)) else {
        return Err(codes::expired());
    };
    let row = accounts::locked(&change, id).await?.filter(sign_in::is_active).ok_or_else(codes::expired)?;
    let other = accounts::by_email(identity, &change.tx, row.kind, &email).await?;
    if other.is_some_and(|other| other.id != id) {
        return Err(codes::expired());
    }
    let before = accounts::read(identity, &change.tx, [id]).await?.pop().ok_or_else(codes::expired)?;
    accounts::edit(&change, identity, row, Edit { email: Some(&email), ..Edit::default() }).await?;
    accounts::drop_codes(&change, id).await?;
    change.commit().await?;
    if let Some(old) = Email::parse(&before.email).filter(|old| old.key() != email.key()) {
        mails::send(app, identity, &old, &before.language, Letter::EmailChanged);
    }
    Ok(())
}
