//! Signing in with a password.

use entity::identity::account::{self, AccountKind};
use entity::identity::session;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::accounts;
use super::device::{self, Tokens};
use super::input::{self, Email};
use super::second_factor::{self, Challenge};
use super::{Identity, sessions};
use crate::services::{AppContext, Change, Error, Problems, Reason, Result};

/// Devices that one account can be signed in on; the one that was not used for longest makes room.
const MOST_DEVICES: u64 = 50;

/// Somebody who signs in.
#[derive(Clone)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// What the device calls itself.
    pub device: Option<String>,
}

/// What comes of the right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The device is signed in.
    Tokens(Tokens),
    /// A code is asked for, too.
    Challenge(Challenge),
}

/// Signs in somebody who is asked for no code.
///
/// # Errors
/// As [`begin`]; and where a code is asked for, as if the password was wrong.
pub async fn sign_in(app: &AppContext, kind: AccountKind, input: SignIn) -> Result<Tokens> {
    match begin(app, kind, input).await? {
        Entry::Tokens(tokens) => Ok(tokens),
        Entry::Challenge(_) => Err(wrong()),
    }
}

/// Signs a customer or somebody of the staff in, or asks for the code of the second factor. What was wrong is not told, nor
/// does it show in how long it takes.
pub async fn begin(app: &AppContext, kind: AccountKind, input: SignIn) -> Result<Entry> {
    let identity = app.identity()?;
    let email = Email::parse(&input.email);
    let found = match &email {
        Some(email) => accounts::by_email(identity, app.db.read()?, kind, email).await?,
        None => None,
    };
    let found = found.filter(is_active);
    if !input::may_be_password(&input.password) {
        return Err(wrong());
    }
    let hash = found.as_ref().and_then(|row| row.password_hash.clone());
    let verdict = identity.passwords.verify(input.password.clone(), hash).await?;
    let Some(found) = found.filter(|_| verdict.is_right) else { return Err(wrong()) };
    let renewed: Option<String> =
        if verdict.needs_rehash { Some(identity.passwords.hash(input.password).await?) } else { None };
    let hash = renewed.clone().or_else(|| found.password_hash.clone());
    let change = app.begin().await?;
    confirm(&change, &found, renewed).await?;
    let name = input::device(input.device.as_deref());
    if second_factor::confirmed(&change.tx, found.id).await?.is_some() {
        let whose = (found.id, hash.as_deref());
        let challenge = second_factor::challenge(&change, identity, whose, name).await?;
        change.commit().await?;
        return Ok(Entry::Challenge(challenge));
    }
    let room = make_room(&change, &found).await?;
    let tokens = device::start(&change, identity, (found.id, kind), name).await?;
    change.commit().await?;
    sessions::forget(identity, &room);
    Ok(Entry::Tokens(tokens))
}

pub(super) fn is_active(account: &account::Model) -> bool {
    account.deactivated_at.is_none() && account.verified_at.is_some()
}

pub(super) fn wrong() -> Error {
    Problems::one(Reason::WrongCredentials, &[], "the e-mail address or the password is wrong")
}

/// The password may have been changed, or the account deactivated, while the hash was made. Keeps a better hash.
async fn confirm(change: &Change<'_>, found: &account::Model, renewed: Option<String>) -> Result<()> {
    let now = accounts::locked(change, found.id).await?;
    let now =
        now.filter(|now| is_active(now) && now.password_hash == found.password_hash).ok_or_else(wrong)?;
    if renewed.is_some() {
        let mut row = now.into_active_model();
        row.password_hash = Set(renewed);
        row.update(&change.tx).await?;
    }
    Ok(())
}

pub(super) async fn make_room(
    change: &Change<'_>,
    account: &account::Model,
) -> Result<Vec<entity::id::SessionId>> {
    let surplus = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::AccountId.eq(account.id))
        .filter(session::Column::EndedAt.is_null())
        .order_by_desc(session::Column::UsedAt)
        .order_by_desc(session::Column::Id)
        .offset(MOST_DEVICES - 1)
        .limit(MOST_DEVICES)
        .into_tuple::<entity::id::SessionId>()
        .all(&change.tx)
        .await?;
    sessions::end(change, &surplus).await?;
    Ok(surplus)
}

/// Whether this is the account's password.
pub(super) async fn is_password(
    identity: &Identity,
    account: &account::Model,
    password: &str,
) -> Result<bool> {
    if !input::may_be_password(password) {
        return Ok(false);
    }
    let hash = account.password_hash.clone();
    Ok(identity.passwords.verify(password.to_owned(), hash).await?.is_right)
}
