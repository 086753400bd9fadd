//! What is known of a person who signs in, and forgetting it.

use entity::id::{AccountId, SessionId};
use entity::identity::{account, data_key, one_time_code, session};
use entity::time::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value as Json, json};

use super::device::name_of;
use super::{accounts, input, outside, sign_in, vault};
use crate::services::events::{self, Event};
use crate::services::personal::Personal;
use crate::services::security;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result};

/// Accounts, devices and codes.
pub const PERSONAL: Personal = Personal {
    name: "account",
    export: |app, person| Box::pin(export(app, person)),
    keep: None,
    erase: |change, person| Box::pin(erase(change, person)),
};

/// Devices that are told at most, the last used first.
const MOST_DEVICES: u64 = 1_000;

async fn export(app: &AppContext, person: AccountId) -> Result<Json> {
    let Some(account) = accounts::of_accounts(app, [person]).await?.pop() else { return Ok(Json::Null) };
    let sessions = session::Entity::find()
        .filter(session::Column::AccountId.eq(person))
        .order_by_desc(session::Column::UsedAt)
        .limit(MOST_DEVICES)
        .all(app.db.read()?)
        .await?;
    let vault = vault(app, app.db.read()?, person).await?;
    let device = |row: session::Model| -> Result<Json> {
        Ok(json!({
            "name": vault.open(&name_of(row.id), &row.name)?,
            "signedInAt": told(row.created_at),
            "usedAt": told(row.used_at),
            "signedOutAt": row.ended_at.map(told),
        }))
    };
    Ok(json!({
        "email": account.email,
        "name": account.name,
        "language": account.language,
        "createdAt": told(account.created_at),
        "verifiedAt": account.verified_at.map(told),
        "linkedToOutsideIssuerAt": outside::linked(app, person).await?.into_iter().map(told).collect::<Vec<_>>(),
        "devices": sessions.into_iter().map(device).collect::<Result<Vec<_>>>()?,
    }))
}

fn told(at: Timestamp) -> String {
    at.to_string()
}

/// Ends and deletes the person's sessions and codes, the account, and the key that everything of theirs was sealed
/// under. Codes that were sent to the address before there was an account go, too.
async fn erase(change: &Change<'_>, person: AccountId) -> Result<()> {
    let Some(row) = accounts::locked(change, person).await? else { return Ok(()) };
    let open = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::AccountId.eq(person))
        .filter(session::Column::EndedAt.is_null())
        .into_tuple::<SessionId>()
        .all(&change.tx)
        .await?;
    events::publish(change, Event::SessionEnded, open.into_iter().map(|id| id.0)).await?;
    session::Entity::delete_many().filter(session::Column::AccountId.eq(person)).exec(&change.tx).await?;
    let before_account = Condition::all()
        .add(one_time_code::Column::AccountId.is_null())
        .add(one_time_code::Column::EmailHash.eq(row.email_hash));
    one_time_code::Entity::delete_many()
        .filter(Condition::any().add(one_time_code::Column::AccountId.eq(person)).add(before_account))
        .exec(&change.tx)
        .await?;
    security::forget_account(change, person).await?;
    outside::forget(change, person).await?;
    data_key::Entity::delete_by_id(person).exec(&change.tx).await?;
    account::Entity::delete_by_id(person).exec(&change.tx).await?;
    events::publish(change, Event::AccountChanged, [person.0]).await
}

/// Makes sure that it is the person who asks for something that cannot be taken back: by their password, where they have
/// one.
///
/// # Errors
/// `WrongCredentials` at `password`.
pub async fn confirm_person(app: &AppContext, person: AccountId, password: Option<&str>) -> Result<()> {
    let identity = app.identity()?;
    let row = account::Entity::find_by_id(person).one(app.db.read()?).await?;
    let row = row.ok_or(Error::Unauthenticated)?;
    let typed = password.unwrap_or_default();
    if row.password_hash.is_none() || sign_in::is_password(identity, &row, typed).await? {
        return Ok(());
    }
    Err(Problems::one(Reason::WrongCredentials, &[&"password"], "this is not your password"))
}

/// Takes a person who was erased out of what the process remembers: tokens that were verified, mails that were kept.
pub fn forget(app: &AppContext, person: AccountId, email: Option<&str>) -> Result<()> {
    let identity = app.identity()?;
    identity.verified.forget_account(person);
    if let Some(email) = email.and_then(input::Email::parse) {
        identity.mailer().forget(&email.key());
    }
    Ok(())
}
