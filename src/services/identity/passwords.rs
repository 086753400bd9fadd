//! Changing a password, by who knows it or by who reads the account's mail.

use entity::id::AccountId;

use super::accounts::{self, Edit};
use super::attempts::of_email;
use super::codes::{self, Payload, Purpose};
use super::input::{self, Email};
use super::mails::{self, Letter};
use super::register::evenly;
use super::{AccountKind, Identity, sessions, sign_in};
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer};

/// A change of one's password.
#[derive(Clone)]
pub struct PasswordChange {
    /// The password so far.
    pub current: String,
    /// The new one.
    pub new: String,
}

/// A new password by a code that came by mail.
#[derive(Clone)]
pub struct PasswordReset {
    /// The code.
    pub code: String,
    /// The new password.
    pub password: String,
}

/// Sends a mail by which a new password can be chosen, if there is such an account. The answer does not tell.
pub async fn request_reset(app: &AppContext, kind: AccountKind, email: &str) -> Result<()> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    let email = input::email(&mut problems, &[&"email"], email);
    problems.none()?;
    let Some(email) = email else { return Ok(()) };
    evenly(identity.step, async {
        let change = app.begin().await?;
        let known = accounts::by_email(identity, &change.tx, kind, &email).await?;
        let known = known.filter(sign_in::is_active);
        let payload = Payload { email: email.as_str().to_owned(), ..Payload::default() };
        // A code is made either way, so that it takes the same time; without an account it is good for nothing.
        let code =
            codes::issue(&change, identity, Purpose::Reset, known.as_ref().map(|row| row.id), &payload)
                .await?;
        change.commit().await?;
        if let (Some(row), Some(code)) = (known, code) {
            mails::send(app, identity, &email, &row.language, Letter::Reset(&code));
        }
        Ok(())
    })
    .await
}

/// Sets a new password by a code, and signs out all devices.
pub async fn reset_password(app: &AppContext, input: PasswordReset) -> Result<()> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    input::password(&mut problems, &[&"password"], &input.password, None);
    problems.none()?;
    let hash = identity.passwords.hash(input.password.clone()).await?;
    let change = app.begin().await?;
    let redeemed = codes::redeem(&change, identity, Purpose::Reset, &input.code).await?;
    let Some(account) = redeemed.account else { return Err(codes::expired()) };
    let row = accounts::locked(&change, account).await?.filter(sign_in::is_active);
    let row = row.ok_or_else(codes::expired)?;
    let mut problems = Problems::default();
    input::password(&mut problems, &[&"password"], &input.password, Some(&redeemed.payload.email));
    problems.none()?;
    let (language, kind) = (row.language.clone(), row.kind);
    let ended = set(&change, identity, row, hash, None).await?;
    change.commit().await?;
    sessions::forget(identity, &ended);
    if let Some(email) = Email::parse(&redeemed.payload.email) {
        // Whoever reads the account's mail does not have to wait for the guesses of others.
        app.budgets.forgive_account(&of_email(identity, "sign in", kind, email.as_str())).await;
        mails::send(app, identity, &email, &language, Letter::PasswordChanged);
    }
    Ok(())
}

/// Changes one's own password, and signs out all other devices.
pub async fn change_password(app: &AppContext, viewer: &Viewer, input: PasswordChange) -> Result<()> {
    let identity = app.identity()?;
    let id = viewer.account().ok_or(Error::Unauthenticated)?;
    let person = person(app, id).await?;
    let mut problems = Problems::default();
    input::password(&mut problems, &[&"newPassword"], &input.new, Some(&person.email));
    problems.none()?;
    let before = by_id(app, id).await?;
    if !sign_in::is_password(identity, &before, &input.current).await? {
        let message = "this is not your password";
        return Err(Problems::one(Reason::WrongCredentials, &[&"currentPassword"], message));
    }
    let hash = identity.passwords.hash(input.new).await?;
    let change = app.begin().await?;
    let row = accounts::locked(&change, id).await?;
    let row = row.filter(|row| row.password_hash == before.password_hash && sign_in::is_active(row));
    let row = row.ok_or(Error::Unauthenticated)?;
    let ended = set(&change, identity, row, hash, viewer.session()).await?;
    change.commit().await?;
    sessions::forget(identity, &ended);
    if let Some(email) = Email::parse(&person.email) {
        mails::send(app, identity, &email, &person.language, Letter::PasswordChanged);
    }
    Ok(())
}

async fn set(
    change: &Change<'_>,
    identity: &Identity,
    row: entity::identity::account::Model,
    hash: String,
    except: Option<entity::id::SessionId>,
) -> Result<Vec<entity::id::SessionId>> {
    let id = row.id;
    accounts::edit(change, identity, row, Edit { password_hash: Some(hash), ..Edit::default() }).await?;
    accounts::drop_codes(change, id).await?;
    sessions::end_all(change, id, except).await
}

async fn person(app: &AppContext, id: AccountId) -> Result<super::Account> {
    let found = accounts::of_accounts(app, [id]).await?.into_iter().next();
    found.ok_or(Error::Unauthenticated)
}

pub(super) async fn by_id(app: &AppContext, id: AccountId) -> Result<entity::identity::account::Model> {
    use sea_orm::EntityTrait as _;
    let found = entity::identity::account::Entity::find_by_id(id).one(app.db.read()?).await?;
    found.ok_or(Error::Unauthenticated)
}
