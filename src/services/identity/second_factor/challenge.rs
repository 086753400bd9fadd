//! Between the password and the code: a sign-in that is half done.

use std::net::IpAddr;

use entity::id::AccountId;
use entity::identity::account::{self, AccountKind};
use entity::identity::sign_in_challenge;
use entity::time::{SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait as _, QueryFilter};

use super::super::attempts::{Attempt, attempt};
use super::super::device::{self, Tokens};
use super::super::vault::Vault;
use super::super::{Identity, accounts, sessions, sign_in};
use super::spend::spend;
use crate::infrastructure::secrets;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result};

/// How long there is for the code, in microseconds.
const LIFETIME: i64 = 5 * 60 * SECOND;

/// Where what a device calls itself is kept.
const DEVICE: &str = "sign_in_challenge.device";
/// Codes that one challenge takes.
const TRIES: i64 = 5;

/// A sign-in whose password was right.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// To be sent with the code.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Never shows the token.
impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenge").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Asks for the code of an account whose password was right.
pub async fn start(
    change: &Change<'_>,
    identity: &Identity,
    (account, password_hash): (AccountId, Option<&str>),
    device: String,
) -> Result<Challenge> {
    let (token, expires_at) = (secrets::random_token()?, change.now.plus(LIFETIME));
    let hash = hash(identity, &token);
    let row = sign_in_challenge::ActiveModel {
        hash: Set(hash),
        account_id: Set(account),
        password_hash: Set(of_password(identity, password_hash)),
        device: Set(Vault::within(change, identity, account).await?.seal(DEVICE, &device)?),
        tries: Set(0),
        expires_at: Set(expires_at),
    };
    row.insert(&change.tx).await?;
    Ok(Challenge { token, expires_at })
}

/// Signs in by the code that was asked for, or by a recovery code.
///
/// # Errors
/// At `challenge` where it is unknown, too old, or took five codes; at `code` where that is wrong; `Throttled` after too
/// many wrong codes at one account.
pub async fn confirm(app: &AppContext, from: IpAddr, token: &str, code: &str) -> Result<Tokens> {
    attempt(app, from, Attempt::Code).await?;
    let identity = app.identity()?;
    let change = app.begin().await?;
    let row = take(&change, &hash(identity, token)).await?.ok_or_else(expired)?;
    let id = row.account_id;
    let account = accounts::locked(&change, id).await?.filter(|account| is_same(identity, account, &row));
    let account = account.ok_or_else(expired)?;
    let change = spend(app, identity, change, id, code, Some(from)).await?;
    let name = Vault::within(&change, identity, id).await?.open(DEVICE, &row.device)?;
    sign_in_challenge::Entity::delete_by_id(row.hash).exec(&change.tx).await?;
    let room = sign_in::make_room(&change, &account).await?;
    let tokens = device::start(&change, identity, (id, AccountKind::Staff), name).await?;
    change.commit().await?;
    sessions::forget(identity, &room);
    Ok(tokens)
}

/// Forgets sign-ins that nobody went on with.
pub async fn tidy(change: &Change<'_>) -> Result<u64> {
    let over = sign_in_challenge::Entity::delete_many()
        .filter(sign_in_challenge::Column::ExpiresAt.lte(change.now.0))
        .exec(&change.tx)
        .await?;
    Ok(over.rows_affected)
}

/// Counts a try of a challenge, and tells what it is.
async fn take(change: &Change<'_>, hash: &str) -> Result<Option<sign_in_challenge::Model>> {
    let counted = sign_in_challenge::Entity::update_many()
        .col_expr(sign_in_challenge::Column::Tries, Expr::col(sign_in_challenge::Column::Tries).add(1_i64))
        .filter(sign_in_challenge::Column::Hash.eq(hash))
        .filter(sign_in_challenge::Column::Tries.lt(TRIES))
        .filter(sign_in_challenge::Column::ExpiresAt.gt(change.now.0))
        .exec(&change.tx)
        .await?;
    match counted.rows_affected {
        0 => Ok(None),
        _ => Ok(sign_in_challenge::Entity::find_by_id(hash).one(&change.tx).await?),
    }
}

/// Whether the account may still sign in, with the password that was typed.
fn is_same(identity: &Identity, account: &account::Model, row: &sign_in_challenge::Model) -> bool {
    let known = of_password(identity, account.password_hash.as_deref());
    sign_in::is_active(account) && secrets::same(known.as_bytes(), row.password_hash.as_bytes())
}

fn of_password(identity: &Identity, hash: Option<&str>) -> String {
    identity.lookup.codes.hash(format!("challenged {}", hash.unwrap_or_default()).as_bytes())
}

fn hash(identity: &Identity, token: &str) -> String {
    identity.lookup.codes.hash(format!("challenge {}", token.trim()).as_bytes())
}

fn expired() -> Error {
    Problems::one(
        Reason::Expired,
        &[&"challenge"],
        "sign in again: there is no such sign-in, or not any more",
    )
}
