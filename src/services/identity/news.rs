//! Following what other processes revoke, and tidying up.

use entity::id::{AccountId, AppTokenId, SessionId};
use entity::time::DAY;

use super::{apps, codes, keys, outside, second_factor, sessions};
use crate::services::events::{self, Event, Place};
use crate::services::{AppContext, Result};

/// News that concern who is signed in.
const NEWS: [Event; 5] = [
    Event::SessionEnded,
    Event::AccountChanged,
    Event::RoleChanged,
    Event::AppTokenChanged,
    Event::SigningKeysChanged,
];

/// How long devices and codes that are over are kept, to be looked at when something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Days that a device is kept after it was signed out or expired.
    pub session_days: u32,
    /// Days that a code is kept after it expired.
    pub code_days: u32,
}

/// 30 days each.
impl Default for Kept {
    fn default() -> Self {
        Self { session_days: 30, code_days: 30 }
    }
}

/// Rows that are deleted in one change.
pub(super) const AT_ONCE: i64 = 500;

/// Follows what is revoked elsewhere.
#[derive(Debug, Default)]
pub struct Follower {
    place: Place,
}

impl Follower {
    /// Follows from now on: nothing that was revoked before is remembered here.
    pub async fn new(app: &AppContext) -> Result<Self> {
        let (_, place) = events::since(app, Place::END, &[]).await?;
        Ok(Self { place })
    }

    /// Forgets what was revoked since the last time, takes new keys to memory, and writes down which tokens of apps were
    /// used.
    pub async fn catch_up(&mut self, app: &AppContext) -> Result<()> {
        let identity = app.identity()?;
        let (news, place) = events::since(app, self.place, &NEWS).await?;
        for (event, subject) in news {
            match event {
                Event::SessionEnded => identity.verified.forget_session(SessionId(subject)),
                Event::AccountChanged => identity.verified.forget_account(AccountId(subject)),
                Event::RoleChanged => identity.verified.forget_staff(),
                Event::AppTokenChanged => identity.verified.forget_app(AppTokenId(subject)),
                Event::SigningKeysChanged => {
                    keys::load(app, identity).await?;
                }
                _ => {}
            }
        }
        self.place = place;
        let uses = identity.take_uses();
        if !uses.is_empty() {
            let change = app.begin().await?;
            apps::keep_uses(&change, uses).await?;
            change.commit().await?;
        }
        Ok(())
    }
}

/// Deletes codes and devices that have been over for long, some in each change.
///
/// # Errors
/// Where the database fails; what is deleted by then stays so.
pub async fn tidy(app: &AppContext) -> Result<()> {
    let Kept { session_days, code_days } = app.identity()?.kept;
    loop {
        let change = app.begin().await?;
        let before = |days: u32| change.now.plus(-DAY * i64::from(days));
        let deleted = codes::tidy(&change, before(code_days)).await?
            + sessions::tidy(&change, before(session_days)).await?
            + second_factor::tidy(&change).await?
            + outside::tidy(&change).await?;
        change.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}
