//! Who asks.

use entity::id::{AccountId, AppTokenId, SessionId};

use super::permission::{Permission, Permissions};

/// Who asks, once the request's credentials have been looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// A shopper who has not signed in.
    #[default]
    Anonymous,
    /// A shopper with an account.
    Customer {
        /// The account.
        account: AccountId,
        /// The device that it is signed in on.
        session: SessionId,
    },
    /// Somebody who works in the shop.
    Staff {
        /// The account.
        account: AccountId,
        /// The device that it is signed in on.
        session: SessionId,
        /// What the roles allow.
        permissions: Permissions,
    },
    /// A program with a token of its own.
    App {
        /// The token.
        token: AppTokenId,
        /// What its scopes allow.
        permissions: Permissions,
    },
    /// Somebody at the command line of the server, who may do everything.
    Operator,
}

impl Viewer {
    /// What the viewer may do beyond what everybody may.
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Anonymous | Self::Customer { .. } => Permissions::NONE,
            Self::Staff { permissions, .. } | Self::App { permissions, .. } => *permissions,
            Self::Operator => Permissions::all(),
        }
    }

    /// Whether the viewer has the right.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// The account that is signed in.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Customer { account, .. } | Self::Staff { account, .. } => Some(*account),
            Self::Anonymous | Self::App { .. } | Self::Operator => None,
        }
    }

    /// The device that is signed in.
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Customer { session, .. } | Self::Staff { session, .. } => Some(*session),
            Self::Anonymous | Self::App { .. } | Self::Operator => None,
        }
    }
}
