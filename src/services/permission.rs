//! What somebody may do, one right a word: `products.write`.

use std::fmt;

/// Declares the rights: their name in code, their word, and what they allow.
macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal;)+) => {
        /// A right, named by what it is about and what it allows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Permission {
            /// All rights, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for it: `resource.action`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What it allows, in a sentence.
            pub fn description(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

permissions! {
    /// See products, categories and collections that are not published, and the versions that changes ask for.
    ProductsRead = "products.read";
    /// Create and change products with their options, variants, media, tags and custom data.
    ProductsWrite = "products.write";
    /// Delete products and variants for good.
    ProductsDelete = "products.delete";
    /// Publish products in markets and take them back.
    ProductsPublish = "products.publish";
    /// Create, change, move and delete categories.
    CategoriesWrite = "categories.write";
    /// Create, change and delete collections.
    CollectionsWrite = "collections.write";
    /// Change translations of what the catalogue says.
    TranslationsWrite = "translations.write";
    /// Change prices.
    PricesWrite = "prices.write";
    /// See the prices of all markets.
    PricesRead = "prices.read";
    /// Set and adjust stock.
    StockWrite = "stock.write";
    /// Create, change and delete markets and locations.
    MarketsWrite = "markets.write";
    /// See who is on the staff, their roles and devices.
    StaffRead = "staff.read";
    /// Invite staff, give them roles, and deactivate them.
    StaffWrite = "staff.write";
    /// Create, change and delete roles.
    RolesWrite = "roles.write";
    /// Create and revoke tokens of apps.
    AppsWrite = "apps.write";
    /// See the client apps and the documents that are registered for them.
    ClientsRead = "clients.read";
    /// Create and change client apps: their document modes, origins and budgets.
    ClientsWrite = "clients.write";
    /// Register documents for client apps, retire them, and switch them off and on.
    DocumentsPublish = "documents.publish";
    /// Read the audit log: who changed what, and who read whose personal data.
    AuditRead = "audit.read";
    /// See what customers have written before everybody does, and publish or reject it.
    ReviewsModerate = "reviews.moderate";
    /// See what was noticed of attacks.
    SecurityRead = "security.read";
    /// See customers with their personal data, and find them by their e-mail address.
    CustomersRead = "customers.read";
    /// Change what is known of customers, and write down what they consent to.
    CustomersWrite = "customers.write";
    /// Export all that is known about a customer, and erase customers for good.
    CustomersPrivacy = "customers.privacy";
}

impl Permission {
    /// The right of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == word)
    }

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of rights.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// Every right that there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the right is among them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all rights of the other set are among them.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The rights of both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rights, in the order in which they are declared.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_has_a_word_of_its_own() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
            let (resource, action) = permission.as_str().split_once('.').expect("resource.action");
            assert!(!resource.is_empty() && !action.is_empty());
            assert!(permission.description().ends_with('.'));
        }
        assert_eq!(Permission::parse("products"), None);
    }

    #[test]
    fn sets_know_what_they_have() {
        let some: Permissions = [Permission::ProductsRead, Permission::StockWrite].into_iter().collect();
        assert!(some.has(Permission::StockWrite) && !some.has(Permission::StaffWrite));
        assert!(Permissions::all().covers(some) && !some.covers(Permissions::all()));
        assert_eq!(some.with(Permissions::all()), Permissions::all());
        assert_eq!(format!("{some:?}"), r#"{"products.read", "stock.write"}"#);
    }
}
