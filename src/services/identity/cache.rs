//! Tokens that were verified a moment ago, so that a signed-in request costs hardly more than an anonymous one.

use std::sync::atomic::{AtomicU64, Ordering};

use entity::id::{AccountId, AppTokenId, SessionId};
use entity::time::Timestamp;
use quick_cache::sync::Cache;

use crate::services::Viewer;

/// Tokens that are remembered.
const SIZE: usize = 20_000;

/// By which a token is remembered: its SHA-256.
pub type TokenHash = [u8; 32];

/// A token that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whose token it is.
    pub viewer: Viewer,
    /// Until when that need not be asked again.
    pub until: Timestamp,
    /// When the token expires by itself.
    pub expires_at: Option<Timestamp>,
}

/// Tokens that were verified.
///
/// What is revoked is forgotten at once. Somebody who is just verifying a token may have read before the revocation and
/// remember after it: so each revocation has a number, and who remembers looks whether it is still the same.
pub struct Verified {
    tokens: Cache<TokenHash, Known>,
    revocations: AtomicU64,
}

impl Verified {
    pub fn new() -> Self {
        Self { tokens: Cache::new(SIZE), revocations: AtomicU64::new(0) }
    }

    pub fn get(&self, token: &TokenHash, now: Timestamp) -> Option<Known> {
        self.tokens.get(token).filter(|known| now < known.until)
    }

    /// The number of the last revocation: to be asked before anything is read.
    pub fn revocation(&self) -> u64 {
        self.revocations.load(Ordering::SeqCst)
    }

    /// Remembers a token, unless something was revoked since.
    pub fn keep(&self, token: TokenHash, known: Known, revocation: u64) {
        self.tokens.insert(token, known);
        if self.revocation() != revocation {
            self.tokens.remove(&token);
        }
    }

    pub fn forget_session(&self, session: SessionId) {
        self.forget(|viewer| viewer.session() == Some(session));
    }

    pub fn forget_account(&self, account: AccountId) {
        self.forget(|viewer| viewer.account() == Some(account));
    }

    pub fn forget_app(&self, token: AppTokenId) {
        self.forget(|viewer| matches!(viewer, Viewer::App { token: known, .. } if *known == token));
    }

    pub fn forget_staff(&self) {
        self.forget(|viewer| matches!(viewer, Viewer::Staff { .. }));
    }

    fn forget(&self, whom: impl Fn(&Viewer) -> bool) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
        self.tokens.retain(|_, known| !whom(&known.viewer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(until: i64) -> Known {
        let viewer = Viewer::Customer { account: AccountId::generate(), session: SessionId::generate() };
        Known { viewer, until: Timestamp(until), expires_at: None }
    }

    #[test]
    fn what_is_revoked_or_too_old_is_not_known() {
        let verified = Verified::new();
        let (one, other) = (known(10), known(10));
        verified.keep([1; 32], one, verified.revocation());
        verified.keep([2; 32], other, verified.revocation());
        assert_eq!(verified.get(&[1; 32], Timestamp(9)), Some(one));
        assert_eq!(verified.get(&[1; 32], Timestamp(10)), None);

        verified.forget_account(one.viewer.account().unwrap());
        assert_eq!(verified.get(&[1; 32], Timestamp(9)), None);
        verified.forget_session(other.viewer.session().unwrap());
        assert_eq!(verified.get(&[2; 32], Timestamp(9)), None);
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let verified = Verified::new();
        let before = verified.revocation();
        verified.forget_session(SessionId::generate());
        verified.keep([1; 32], known(10), before);
        assert_eq!(verified.get(&[1; 32], Timestamp(9)), None);
    }
}
