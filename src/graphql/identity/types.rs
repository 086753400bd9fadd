//! Accounts, devices, roles and tokens as clients see them.

use async_graphql::{ID, Object, SimpleObject};

use crate::graphql::directives::About;
use crate::graphql::id;
use crate::graphql::scalars::DateTime;
use crate::services::identity::apps::AppToken as TokenRow;
use crate::services::identity::roles::Role as RoleRow;
use crate::services::identity::staff::StaffMember as MemberRow;
use crate::services::identity::{Account as AccountRow, AccountKind, Device as DeviceRow};
use crate::services::{Permission, Permissions};

/// Roles that somebody of the staff has, at a guess.
const ROLES: i32 = 3;

/// An account that signs in with an e-mail address and a password.
pub struct Account(pub AccountRow);

/// An account that signs in with an e-mail address and a password.
#[Object]
impl Account {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its e-mail address.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The name of whom it belongs to; empty where none was told.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it belongs to somebody who works in the shop, and not to a customer.
    async fn is_staff(&self) -> bool {
        self.0.kind == AccountKind::Staff
    }

    /// The language of mails to it, as a BCP 47 tag.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// Since when there is this account.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// A device, a browser or an app, that an account is signed in on.
pub struct Device(pub DeviceRow);

/// A device, a browser or an app, that an account is signed in on.
#[Object]
impl Device {
    /// Its id, for `signOutDevice`.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// What it called itself when it signed in.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is the one that asks.
    async fn is_current(&self) -> bool {
        self.0.is_current
    }

    /// Since when it is signed in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it last got a token.
    async fn used_at(&self) -> DateTime {
        DateTime(self.0.used_at)
    }
}

/// Something that somebody may or may not do.
#[derive(SimpleObject)]
pub struct Right {
    /// Its word, as roles and scopes name it: `products.write`.
    name: String,
    /// What it allows.
    description: String,
    /// Whether you have it.
    is_yours: bool,
}

/// All rights, and which of them the viewer has.
pub fn rights(have: Permissions) -> Vec<Right> {
    let right = |permission: &Permission| Right {
        name: permission.as_str().to_owned(),
        description: permission.description().to_owned(),
        is_yours: have.has(*permission),
    };
    Permission::ALL.iter().map(right).collect()
}

fn words(permissions: Permissions) -> Vec<&'static str> {
    permissions.iter().map(Permission::as_str).collect()
}

/// A set of rights that people on the staff have.
pub struct Role(pub RoleRow);

/// A set of rights that people on the staff have.
#[Object]
impl Role {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it allows, as words such as `products.write`.
    async fn permissions(&self) -> Vec<&'static str> {
        words(self.0.permissions)
    }

    /// Whether it is the role of owners: it allows everything, whatever will be added, and cannot be changed.
    async fn is_owner(&self) -> bool {
        self.0.is_owner
    }

    /// Since when there is this role.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// Somebody who works in the shop.
pub struct StaffMember {
    account: Account,
    roles: Vec<Role>,
}

impl StaffMember {
    pub fn of(row: MemberRow) -> Self {
        Self { account: Account(row.account), roles: row.roles.into_iter().map(Role).collect() }
    }
}

/// Somebody who works in the shop.
#[Object]
impl StaffMember {
    /// The id of the account.
    async fn id(&self) -> ID {
        id::show(self.account.0.id)
    }

    /// The account.
    async fn account(&self) -> &Account {
        &self.account
    }

    /// The roles.
    #[graphql(directive = About::apply(ROLES))]
    async fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Whether the invitation has not been accepted yet.
    async fn is_invited(&self) -> bool {
        self.account.0.verified_at.is_none()
    }

    /// Since when this one is shut out; null for who works here.
    async fn deactivated_at(&self) -> Option<DateTime> {
        self.account.0.deactivated_at.map(DateTime)
    }
}

/// A token by which a program signs in, without the token itself.
pub struct AppToken(pub TokenRow);

/// A token by which a program signs in, without the token itself.
#[Object]
impl AppToken {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The last four letters of the token, to tell tokens apart.
    async fn hint(&self) -> &str {
        &self.0.hint
    }

    /// What it may do, as words such as `stock.write`.
    async fn scopes(&self) -> Vec<&'static str> {
        words(self.0.scopes)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it ends by itself; null where it does not.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was last used, to the minute; null where it never was.
    async fn used_at(&self) -> Option<DateTime> {
        self.0.used_at.map(DateTime)
    }

    /// When it was revoked; null where it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}
