//! Exchanging a refresh token: each is good once, and one that was used before ends the device's session.

use std::net::IpAddr;

use entity::id::{AccountId, SessionId};
use entity::identity::{account, session};
use entity::time::SECOND;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
    QuerySelect,
};

use super::device::{self, RefreshToken, Tokens};
use super::input::Email;
use super::mails::{self, Letter};
use super::{AccountKind, Identity, accounts, sessions, sign_in};
use crate::infrastructure::secrets;
use crate::services::security::{self, Severity, Sighting, ThreatKind};
use crate::services::{AppContext, Change, Error, Problems, Reason, Result};

/// How long the token before brings the same successor: for two tabs, and for an answer that was lost on the way.
const GRACE: i64 = 10 * SECOND;

/// What is to be done with a token.
enum Step {
    /// It is the one that counts: it is followed by a new one.
    Rotate,
    /// It was followed a moment ago, and by this.
    Repeat(RefreshToken),
    /// It was used before: somebody has stolen it, or its owner uses an old one. Nobody can tell, so all ends.
    End,
}

/// Exchanges a refresh token for new tokens. Of many who do so at the same moment, one makes the successor, and all get
/// it.
pub async fn refresh(app: &AppContext, refresh_token: &str) -> Result<Tokens> {
    refresh_from(app, refresh_token, None).await
}

/// The same from an address.
pub async fn refresh_from(app: &AppContext, refresh_token: &str, from: Option<IpAddr>) -> Result<Tokens> {
    let identity = app.identity()?;
    let token = RefreshToken::parse(refresh_token).ok_or_else(expired)?;
    let change = app.begin().await?;
    // The row is ours until the end of the change: who comes at the same moment sees what became of it.
    let row = session::Entity::find()
        .filter(session::Column::FamilyHash.eq(token.family_hash(identity)))
        .lock_exclusive()
        .one(&change.tx)
        .await?;
    let row = row.filter(|row| row.ended_at.is_none() && row.expires_at > change.now).ok_or_else(expired)?;
    let account = account::Entity::find_by_id(row.account_id).one(&change.tx).await?;
    let account = account.filter(sign_in::is_active).ok_or_else(expired)?;
    let whose = (account.id, account.kind);
    let (session, expires_at) = (row.id, device::expires_at(account.kind, change.now));
    match step(identity, &token, &row, &change)? {
        Step::Rotate => {
            let next = rotate(&change, identity, &token, row, expires_at).await?;
            let tokens = device::tokens(identity, whose, session, &next, change.now, expires_at)?;
            change.commit().await?;
            Ok(tokens)
        }
        Step::Repeat(next) => device::tokens(identity, whose, session, &next, change.now, row.expires_at),
        Step::End => {
            let seen = reused(whose, from);
            let ended = sessions::end(&change, &[session]).await?;
            change.commit().await?;
            sessions::forget(identity, &ended);
            security::record(app, &seen).await;
            if let Err(error) = tell(app, identity, account.id).await {
                tracing::warn!(%error, "nobody could be told that a device was signed out");
            }
            Err(expired())
        }
    }
}

/// A token of a customer that is used twice is mostly a fault of an app; one of the staff may open the shop to somebody.
fn reused((account, kind): (AccountId, AccountKind), from: Option<IpAddr>) -> Sighting {
    let severity = if kind == AccountKind::Staff { Severity::Grave } else { Severity::Warning };
    let subject = account.0.to_string();
    Sighting { kind: ThreatKind::RefreshTokenReused, severity, subject, account: Some(account), from }
}

async fn tell(app: &AppContext, identity: &Identity, account: AccountId) -> Result<()> {
    for owner in accounts::read(identity, app.db.read()?, [account]).await? {
        if let Some(to) = Email::parse(&owner.email) {
            mails::send(app, identity, &to, &owner.language, Letter::DeviceEnded);
        }
    }
    Ok(())
}

fn step(
    identity: &Identity,
    token: &RefreshToken,
    row: &session::Model,
    change: &Change<'_>,
) -> Result<Step> {
    let hash = token.hash(identity);
    let is = |known: &str| secrets::same(hash.as_bytes(), known.as_bytes());
    if is(&row.refresh_hash) {
        return Ok(Step::Rotate);
    }
    let in_grace = row.rotated_at.is_some_and(|at| change.now < at.plus(GRACE));
    match &row.successor {
        Some(successor) if in_grace && row.previous_hash.as_deref().is_some_and(is) => {
            let text = identity.ring.open(successor, &place_of(row.id))?;
            let text = String::from_utf8(text).map_err(Error::internal)?;
            Ok(RefreshToken::parse(&text).map_or(Step::End, Step::Repeat))
        }
        _ => Ok(Step::End),
    }
}

async fn rotate(
    change: &Change<'_>,
    identity: &Identity,
    token: &RefreshToken,
    row: session::Model,
    expires_at: entity::time::Timestamp,
) -> Result<RefreshToken> {
    let next = token.successor()?;
    let sealed = identity.ring.seal(next.text().as_bytes(), &place_of(row.id))?;
    let mut row = row.into_active_model();
    row.refresh_hash = Set(next.hash(identity));
    row.previous_hash = Set(Some(token.hash(identity)));
    row.rotated_at = Set(Some(change.now));
    row.successor = Set(Some(sealed));
    row.used_at = Set(change.now);
    row.expires_at = Set(expires_at);
    row.update(&change.tx).await?;
    Ok(next)
}

/// Where the newest refresh token of a device is sealed for.
pub(super) fn place_of(session: SessionId) -> String {
    format!("session.successor:{}", session.0)
}

fn expired() -> Error {
    Problems::one(Reason::Expired, &[&"refreshToken"], "sign in again: this device is not signed in any more")
}
