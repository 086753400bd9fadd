//! Codes that mails bring: each is good for one thing, once, for a while.

use entity::id::AccountId;
use entity::identity::one_time_code;
pub use entity::identity::one_time_code::CodePurpose as Purpose;
use entity::time::{DAY, SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::Identity;
use super::input::Email;
use super::news::AT_ONCE;
use crate::infrastructure::secrets;
use crate::services::sql::Sql;
use crate::services::{Change, Problems, Reason, Result};

/// Codes for one address and one purpose within an hour: more would be somebody who plagues the owner of the address.
const AN_HOUR: u64 = 5;

/// What a code does beside what its purpose says; sealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Payload {
    /// The address.
    pub email: String,
    /// The name of a new account.
    #[serde(default)]
    pub name: String,
    /// The language of a new account.
    #[serde(default)]
    pub language: String,
    /// The hash of a new account's password.
    #[serde(default)]
    pub password_hash: String,
}

/// A code that was presented and is used up now.
#[derive(Debug)]
pub struct Redeemed {
    pub account: Option<AccountId>,
    pub payload: Payload,
}

fn lifetime(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Verify | Purpose::EmailChange => DAY,
        Purpose::Reset => 3_600 * SECOND,
        Purpose::Invite => 7 * DAY,
    }
}

/// Makes a code; `None` where the address has been sent too many of late.
pub async fn issue(
    change: &Change<'_>,
    identity: &Identity,
    purpose: Purpose,
    account: Option<AccountId>,
    payload: &Payload,
) -> Result<Option<String>> {
    let email_hash = Email::parse(&payload.email).map(|email| super::accounts::email_hash(identity, &email));
    let email_hash = email_hash.unwrap_or_default();
    let of_late = one_time_code::Entity::find()
        .filter(one_time_code::Column::EmailHash.eq(&email_hash))
        .filter(one_time_code::Column::Purpose.eq(purpose))
        .filter(one_time_code::Column::CreatedAt.gt(change.now.plus(-3_600 * SECOND).0))
        .count(&change.tx)
        .await?;
    if of_late >= AN_HOUR {
        return Ok(None);
    }
    let code = secrets::random_token()?;
    let hash = hash(identity, purpose, &code);
    let text = serde_json::to_vec(payload).map_err(crate::services::Error::internal)?;
    let row = one_time_code::ActiveModel {
        payload: Set(identity.ring.seal(&text, &place(&hash))?),
        hash: Set(hash),
        purpose: Set(purpose),
        account_id: Set(account),
        email_hash: Set(email_hash),
        created_at: Set(change.now),
        expires_at: Set(change.now.plus(lifetime(purpose))),
        used_at: Set(None),
    };
    row.insert(&change.tx).await?;
    Ok(Some(code))
}

/// Uses a code up: of many who present it at the same time, one succeeds.
pub async fn redeem(
    change: &Change<'_>,
    identity: &Identity,
    purpose: Purpose,
    code: &str,
) -> Result<Redeemed> {
    let hash = hash(identity, purpose, code.trim());
    let used = one_time_code::Entity::update_many()
        .col_expr(one_time_code::Column::UsedAt, Expr::value(change.now.0))
        .filter(one_time_code::Column::Hash.eq(&hash))
        .filter(one_time_code::Column::Purpose.eq(purpose))
        .filter(one_time_code::Column::UsedAt.is_null())
        .filter(one_time_code::Column::ExpiresAt.gt(change.now.0))
        .exec(&change.tx)
        .await?;
    let row = match used.rows_affected {
        1 => one_time_code::Entity::find_by_id(&hash).one(&change.tx).await?,
        _ => None,
    };
    let Some(row) = row else { return Err(expired()) };
    let text = identity.ring.open(&row.payload, &place(&hash))?;
    let payload = serde_json::from_slice(&text).map_err(crate::services::Error::internal)?;
    Ok(Redeemed { account: row.account_id, payload })
}

/// What is told of a code that is good for nothing.
pub fn expired() -> crate::services::Error {
    Problems::one(Reason::Expired, &[&"code"], "this code is wrong, was used already, or is too old")
}

/// Forgets some codes that expired before a moment, and tells how many.
pub async fn tidy(change: &Change<'_>, before: Timestamp) -> Result<u64> {
    static TIDY: Sql = Sql::new(
        "DELETE FROM one_time_code WHERE hash IN (SELECT hash FROM one_time_code WHERE expires_at < $1 LIMIT $2)",
    );
    Ok(TIDY.run(&change.tx, [before.0.into(), AT_ONCE.into()]).await?)
}

fn hash(identity: &Identity, purpose: Purpose, code: &str) -> String {
    identity.lookup.codes.hash(format!("{purpose:?} {code}").as_bytes())
}

pub(super) fn place(hash: &str) -> String {
    format!("one_time_code:{hash}")
}
