//! Who may use a field, as the word of `@access` says it.

use crate::services::{Permission, Viewer};

/// Who may use a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Nobody: what a root field without a declaration falls back to.
    Nobody,
    /// Everybody, signed in or not.
    Anyone,
    /// Customers and staff who have signed in.
    SignedIn,
    /// Staff and apps with this right.
    Needs(Permission),
}

/// The word for everybody.
pub const ANYONE: &str = "anyone";
/// The word for whoever has signed in.
pub const SIGNED_IN: &str = "signed-in";

impl Rule {
    /// The rule that `@access(to:)` names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            ANYONE => Some(Self::Anyone),
            SIGNED_IN => Some(Self::SignedIn),
            word => Permission::parse(word).map(Self::Needs),
        }
    }

    /// The word that `@access(to:)` has for it; a rule that lets nobody in has none.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Anyone => Some(ANYONE),
            Self::SignedIn => Some(SIGNED_IN),
            Self::Needs(permission) => Some(permission.as_str()),
        }
    }

    /// Whether the viewer may use the field.
    pub fn allows(self, viewer: &Viewer) -> bool {
        match self {
            Self::Nobody => false,
            Self::Anyone => true,
            Self::SignedIn => viewer.account().is_some() || *viewer == Viewer::Operator,
            Self::Needs(permission) => viewer.may(permission),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::id::{AccountId, AppTokenId, SessionId};

    use super::*;
    use crate::services::Permissions;

    fn viewers() -> [(Viewer, &'static str); 4] {
        let (account, session) = (AccountId::generate(), SessionId::generate());
        let permissions: Permissions = [Permission::StockWrite].into_iter().collect();
        [
            (Viewer::Anonymous, "anonymous"),
            (Viewer::Customer { account, session }, "customer"),
            (Viewer::Staff { account, session, permissions }, "staff"),
            (Viewer::App { token: AppTokenId::generate(), permissions }, "app"),
        ]
    }

    #[test]
    fn each_rule_lets_in_whom_it_names() {
        let allowed = |rule: Rule| -> Vec<&str> {
            viewers().into_iter().filter(|(viewer, _)| rule.allows(viewer)).map(|(_, name)| name).collect()
        };
        assert_eq!(allowed(Rule::Nobody), [""; 0]);
        assert_eq!(allowed(Rule::Anyone), ["anonymous", "customer", "staff", "app"]);
        assert_eq!(allowed(Rule::SignedIn), ["customer", "staff"]);
        assert_eq!(allowed(Rule::Needs(Permission::StockWrite)), ["staff", "app"]);
        assert_eq!(allowed(Rule::Needs(Permission::StaffWrite)), [""; 0]);
    }

    #[test]
    fn every_right_has_its_word() {
        for permission in Permission::ALL {
            assert_eq!(Rule::parse(permission.as_str()), Some(Rule::Needs(*permission)));
        }
        assert_eq!(Rule::parse("everybody"), None);
    }
}
