//! Signing a device in: its refresh tokens and its access tokens.
//!
//! A refresh token has two parts: the family's, which stays the same as long as the device is signed in and finds its
//! row, and its own, which is new each time. So a token that is not the newest is known as one that was.

use entity::id::{AccountId, SessionId};
use entity::identity::account::AccountKind;
use entity::identity::session;
use entity::time::{DAY, SECOND, Timestamp};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use super::{Identity, Vault};
use crate::infrastructure::secrets;
use crate::services::acting::Actor;
use crate::services::events::{self, Event};
use crate::services::{Change, Result};

/// What refresh tokens begin with.
const PREFIX: &str = "vrt_";
const FAMILY: usize = 16;
const OWN: usize = 32;

/// How long a device stays signed in that is not used.
fn idle(kind: AccountKind) -> i64 {
    match kind {
        AccountKind::Customer => 90 * DAY,
        AccountKind::Staff => 14 * DAY,
    }
}

/// What a device that is signed in gets.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub session: SessionId,
    /// Shown with every request.
    pub access_token: String,
    /// How long it is good, in seconds.
    pub expires_in: i64,
    /// Brings new tokens, once.
    pub refresh_token: String,
    /// When the device is signed out unless it is used before.
    pub refresh_expires_at: Timestamp,
}

/// Never shows the tokens.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("session", &self.session).finish_non_exhaustive()
    }
}

/// A refresh token that was sent or is about to be.
#[derive(Clone)]
pub(super) struct RefreshToken {
    bytes: [u8; FAMILY + OWN],
}

impl RefreshToken {
    pub fn generate() -> Result<Self> {
        Ok(Self { bytes: secrets::random()? })
    }

    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX).filter(|rest| rest.len() == 64)?;
        Some(Self { bytes: secrets::decode(encoded)?.try_into().ok()? })
    }

    /// The next one of the same family.
    pub fn successor(&self) -> Result<Self> {
        let mut next = Self { bytes: secrets::random()? };
        next.bytes[..FAMILY].copy_from_slice(&self.bytes[..FAMILY]);
        Ok(next)
    }

    pub fn text(&self) -> String {
        format!("{PREFIX}{}", secrets::encode(&self.bytes))
    }

    pub fn family_hash(&self, identity: &Identity) -> String {
        identity.lookup.refresh.hash(&self.bytes[..FAMILY])
    }

    pub fn hash(&self, identity: &Identity) -> String {
        identity.lookup.refresh.hash(&self.bytes)
    }
}

/// Where the name of a device is sealed for.
pub(super) fn name_of(session: SessionId) -> String {
    format!("session.name/{}", session.0)
}

/// Signs a device in.
pub(super) async fn start(
    change: &Change<'_>,
    identity: &Identity,
    (account, kind): (AccountId, AccountKind),
    name: String,
) -> Result<Tokens> {
    let token = RefreshToken::generate()?;
    let (session, expires_at) = (SessionId::generate(), change.now.plus(idle(kind)));
    let name = Vault::within(change, identity, account).await?.seal(&name_of(session), &name)?;
    let row = session::ActiveModel {
        id: Set(session),
        account_id: Set(account),
        name: Set(name),
        family_hash: Set(token.family_hash(identity)),
        refresh_hash: Set(token.hash(identity)),
        previous_hash: Set(None),
        rotated_at: Set(None),
        successor: Set(None),
        created_at: Set(change.now),
        used_at: Set(change.now),
        expires_at: Set(expires_at),
        ended_at: Set(None),
    };
    row.insert(&change.tx).await?;
    if kind == AccountKind::Staff {
        change.by(Actor::Staff(account));
    }
    events::publish(change, Event::SessionStarted, [session.0]).await?;
    tokens(identity, (account, kind), session, &token, change.now, expires_at)
}

/// The tokens of a device that is signed in.
pub(super) fn tokens(
    identity: &Identity,
    (account, kind): (AccountId, AccountKind),
    session: SessionId,
    refresh: &RefreshToken,
    now: Timestamp,
    refresh_expires_at: Timestamp,
) -> Result<Tokens> {
    let expires_in = identity.access_seconds();
    let whose = (account.0.simple().to_string(), session.0.simple().to_string(), word(kind));
    let access_token = identity.tokens.sign(whose, now.0.div_euclid(SECOND), expires_in)?;
    Ok(Tokens {
        account,
        session,
        access_token,
        expires_in,
        refresh_token: refresh.text(),
        refresh_expires_at,
    })
}

/// When a device that was just used is signed out unless it is used before.
pub(super) fn expires_at(kind: AccountKind, now: Timestamp) -> Timestamp {
    now.plus(idle(kind))
}

/// The word for a kind of account in a token.
pub(super) fn word(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Customer => "customer",
        AccountKind::Staff => "staff",
    }
}
