//! Tokens of apps.

use async_graphql::{Context, ID, InputObject, Object};

use super::types::AppToken;
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, payload};
use crate::graphql::scalars::DateTime;
use crate::services::identity::apps::{self, NewAppToken};
use crate::services::{Permission, Problems, Reason};

/// Tokens of apps.
#[derive(Default)]
pub struct AppMutation;

/// A token for a program.
#[derive(InputObject)]
pub struct AppTokenCreateInput {
    /// What it is for, at most 200 characters.
    name: String,
    /// What it may do, as words such as `stock.write`; none that you do not have yourself.
    scopes: Vec<String>,
    /// When it ends by itself; absent or null where it does not.
    expires_at: Option<DateTime>,
}

/// Which token is to be revoked.
#[derive(InputObject)]
pub struct AppTokenRevokeInput {
    /// The token's id.
    id: ID,
}

payload! {
    /// What came of asking for a token.
    AppTokenCreatePayload {
        /// What is known of the token.
        app_token: AppToken,
        /// The token itself, for the header `Authorization: Bearer`. It is told this once and kept nowhere.
        token: String,
    }

    /// What became of a token.
    AppTokenRevokePayload {
        /// The token as it is now.
        app_token: AppToken,
    }
}

#[Object]
impl AppMutation {
    /// Makes a token by which a program signs in.
    #[graphql(directive = Needs::apply(Permission::AppsWrite))]
    async fn app_token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the token may do.")] input: AppTokenCreateInput,
    ) -> Nullable<AppTokenCreatePayload> {
        change(ctx, async {
            let AppTokenCreateInput { name, scopes, expires_at } = input;
            let wish = NewAppToken { name, scopes, expires_at: expires_at.map(|at| at.0) };
            let (made, token) = apps::create(ctx.app(), ctx.viewer(), wish).await?;
            Ok(AppTokenCreatePayload {
                app_token: Some(AppToken(made)),
                token: Some(token),
                ..AppTokenCreatePayload::default()
            })
        })
        .await
    }

    /// Revokes a token, at once.
    #[graphql(directive = Needs::apply(Permission::AppsWrite))]
    async fn app_token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: AppTokenRevokeInput,
    ) -> Nullable<AppTokenRevokePayload> {
        change(ctx, async {
            let missing = || Problems::one(Reason::NotFound, &[&"id"], "there is no such token");
            let id = id::read(&input.id).ok_or_else(missing)?;
            let revoked = apps::revoke(ctx.app(), ctx.viewer(), id).await?;
            Ok(AppTokenRevokePayload {
                app_token: Some(AppToken(revoked)),
                ..AppTokenRevokePayload::default()
            })
        })
        .await
    }
}
