//! Reading who is who.

use async_graphql::{Context, Object};

use super::types::{Account, AppToken, Device, Right, Role, StaffMember, rights};
use crate::graphql::access::{Anyone, Needs, SignedIn};
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::error::{Nullable, nullable};
use crate::services::Permission;
use crate::services::identity::{self, apps, roles, staff};

/// Rights that there are at most.
const RIGHTS: i32 = 40;

/// Reading who is who.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// The account that is signed in; null where nobody is.
    #[graphql(directive = Anyone::apply())]
    async fn me(&self, ctx: &Context<'_>) -> Nullable<Account> {
        nullable(async { Ok(identity::account(ctx.app(), ctx.viewer()).await?.map(Account)) }).await
    }

    /// The devices that your account is signed in on, the last used first.
    #[graphql(directive = SignedIn::apply(), directive = About::apply(100))]
    async fn devices(&self, ctx: &Context<'_>) -> Nullable<Vec<Device>> {
        nullable(async {
            let devices = identity::devices(ctx.app(), ctx.viewer()).await?;
            Ok(Some(devices.into_iter().map(Device).collect()))
        })
        .await
    }

    /// Every right that there is, and whether you have it.
    #[graphql(directive = SignedIn::apply(), directive = About::apply(RIGHTS))]
    async fn permissions(&self, ctx: &Context<'_>) -> Option<Vec<Right>> {
        Some(rights(ctx.viewer().permissions()))
    }

    /// Everybody who works in the shop, is invited or was shut out, the newest first; at most 500.
    #[graphql(directive = Needs::apply(Permission::StaffRead), directive = About::apply(500))]
    async fn staff(&self, ctx: &Context<'_>) -> Nullable<Vec<StaffMember>> {
        nullable(async {
            let staff = staff::staff(ctx.app()).await?;
            Ok(Some(staff.into_iter().map(StaffMember::of).collect()))
        })
        .await
    }

    /// All roles, the oldest first; at most 200.
    #[graphql(directive = Needs::apply(Permission::StaffRead), directive = About::apply(200))]
    async fn roles(&self, ctx: &Context<'_>) -> Nullable<Vec<Role>> {
        nullable(async {
            let roles = roles::roles(ctx.app()).await?;
            Ok(Some(roles.into_iter().map(Role).collect()))
        })
        .await
    }

    /// The tokens of apps, the newest first, revoked ones, too; at most 500.
    #[graphql(directive = Needs::apply(Permission::AppsWrite), directive = About::apply(500))]
    async fn app_tokens(&self, ctx: &Context<'_>) -> Nullable<Vec<AppToken>> {
        nullable(async {
            let tokens = apps::tokens(ctx.app()).await?;
            Ok(Some(tokens.into_iter().map(AppToken).collect()))
        })
        .await
    }
}
