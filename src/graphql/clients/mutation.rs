//! Changing client apps and registering their documents.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::ClientAppId;

use super::types::{ClientApp, DocumentMode};
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::documents::Examiner;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, or_none, payload};
use crate::graphql::scalars::DateTime;
use crate::services::clients::manage::{self, ClientInput};
use crate::services::clients::{self, Budget, Client};
use crate::services::{AppContext, Permission, Problems, Reason, Result};

/// Changing client apps and registering their documents.
#[derive(Default)]
pub struct ClientMutation;

/// What each user of a client app may ask for.
#[derive(Clone, Copy, InputObject)]
pub struct ClientAppBudgetInput {
    /// Points that may be spent at once: 1 to 1,000,000,000. An operation costs a point for each object that it may return.
    points: i32,
    /// Points that come back each second: 1 to 1,000,000.
    per_second: i32,
}

/// A client app that is to be.
#[derive(InputObject)]
pub struct ClientAppCreateInput {
    /// Its slug: 1 to 64 of `a-z`, `0-9` and `-`.
    handle: String,
    /// Its name; absent or null: the handle.
    name: Option<String>,
    /// Which documents it may run; absent or null: those that are registered.
    mode: Option<DocumentMode>,
    /// The origins of its pages, such as `https://shop.example`.
    #[graphql(default)]
    origins: Vec<String>,
    /// What each of its users may ask for; absent or null: the shop's budgets.
    budget: Option<ClientAppBudgetInput>,
}

/// What a client app is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct ClientAppUpdateInput {
    /// The client app.
    id: ID,
    /// Its slug: 1 to 64 of `a-z`, `0-9` and `-`.
    handle: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Which documents it may run.
    mode: Option<DocumentMode>,
    /// All origins of its pages.
    origins: Option<Vec<String>>,
    /// What each of its users may ask for; null: the shop's budgets.
    budget: MaybeUndefined<ClientAppBudgetInput>,
    /// Whether it is let in; without, its requests are those of no client app.
    is_active: Option<bool>,
}

/// The documents of a version of a client app.
#[derive(InputObject)]
pub struct DocumentsPublishInput {
    /// The handle of the client app.
    client: String,
    /// The version as the app names it: 1 to 64 characters.
    version: String,
    /// The text of the file that Apollo's, Relay's or GraphQL Code Generator's own tool wrote, as it is.
    manifest: String,
}

/// Which documents of a client app are to be refused from a moment on.
#[derive(InputObject)]
pub struct DocumentsRetireInput {
    /// The handle of the client app.
    client: String,
    /// The documents by their ids in the app: 1 to 1000.
    documents: Vec<String>,
    /// From when; null: they are to stay after all.
    at: Option<DateTime>,
}

/// Which documents of a client app are to be switched off or on.
#[derive(InputObject)]
pub struct DocumentsSwitchInput {
    /// The handle of the client app.
    client: String,
    /// The documents by their ids in the app: 1 to 1000.
    documents: Vec<String>,
}

payload! {
    /// What became of a client app.
    ClientAppPayload {
        /// The client app as it is now.
        client_app: ClientApp,
    }

    /// What came of publishing documents.
    DocumentsPublishPayload {
        /// The client app.
        client_app: ClientApp,
        /// Documents that were not registered before.
        added: i32,
        /// Documents that were.
        known: i32,
    }

    /// What became of documents.
    DocumentsPayload {
        /// How many were changed.
        changed: i32,
    }
}

#[Object]
impl ClientMutation {
    /// Makes a client app.
    #[graphql(directive = Needs::apply(Permission::ClientsWrite))]
    async fn client_app_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: ClientAppCreateInput,
    ) -> Nullable<ClientAppPayload> {
        change(ctx, async {
            let wish = ClientInput {
                handle: Some(input.handle),
                name: input.name,
                mode: input.mode.map(Into::into),
                origins: Some(input.origins),
                budget: Some(input.budget.map(budget).transpose()?),
                is_active: None,
            };
            Ok(shown(manage::create(ctx.app(), wish).await?))
        })
        .await
    }

    /// Changes a client app, or shuts it out. It holds within a second everywhere.
    #[graphql(directive = Needs::apply(Permission::ClientsWrite))]
    async fn client_app_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: ClientAppUpdateInput,
    ) -> Nullable<ClientAppPayload> {
        change(ctx, async {
            let id: ClientAppId = id::named(&input.id, &[&"id"])?;
            let wish = ClientInput {
                handle: input.handle,
                name: input.name,
                mode: input.mode.map(Into::into),
                origins: input.origins,
                budget: or_none(input.budget).map(|it| it.map(budget).transpose()).transpose()?,
                is_active: input.is_active,
            };
            Ok(shown(manage::update(ctx.app(), id, wish).await?))
        })
        .await
    }

    /// Registers the documents of a version of a client app: all of them, or none and everything that is wrong. The same
    /// again changes nothing.
    #[graphql(directive = Needs::apply(Permission::DocumentsPublish))]
    async fn documents_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The documents.")] input: DocumentsPublishInput,
    ) -> Nullable<DocumentsPublishPayload> {
        change(ctx, async {
            let app = ctx.app();
            let client = client(app, &input.client)?;
            let examiner = ctx.data_unchecked::<Examiner>();
            let manifest = examiner.examine(&input.version, &input.manifest).await?;
            let done = clients::publish(app, client.id, &manifest).await?;
            let number = |number: usize| Some(i32::try_from(number).unwrap_or(i32::MAX));
            Ok(DocumentsPublishPayload {
                client_app: app.clients().with_id(client.id).map(Arc::clone).map(ClientApp),
                added: number(done.added),
                known: number(done.known),
                ..DocumentsPublishPayload::default()
            })
        })
        .await
    }

    /// Refuses documents from a moment on, when the versions of the app that send them are out of use.
    #[graphql(directive = Needs::apply(Permission::DocumentsPublish))]
    async fn documents_retire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and when.")] input: DocumentsRetireInput,
    ) -> Nullable<DocumentsPayload> {
        change(ctx, async {
            let client = client(ctx.app(), &input.client)?;
            let at = input.at.map(|at| at.0);
            Ok(changed(&clients::retire(ctx.app(), client.id, &input.documents, at).await?))
        })
        .await
    }

    /// Switches documents off, within a second everywhere: the brake for one that does harm.
    #[graphql(directive = Needs::apply(Permission::DocumentsPublish))]
    async fn documents_kill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DocumentsSwitchInput,
    ) -> Nullable<DocumentsPayload> {
        change(ctx, async {
            let client = client(ctx.app(), &input.client)?;
            Ok(changed(&clients::kill(ctx.app(), client.id, &input.documents).await?))
        })
        .await
    }

    /// Switches documents on again.
    #[graphql(directive = Needs::apply(Permission::DocumentsPublish))]
    async fn documents_revive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DocumentsSwitchInput,
    ) -> Nullable<DocumentsPayload> {
        change(ctx, async {
            let client = client(ctx.app(), &input.client)?;
            Ok(changed(&clients::revive(ctx.app(), client.id, &input.documents).await?))
        })
        .await
    }
}

fn client(app: &AppContext, handle: &str) -> Result<Arc<Client>> {
    let found = app.clients().with_handle(handle).cloned();
    found.ok_or_else(|| Problems::one(Reason::NotFound, &[&"client"], "there is no such client app"))
}

fn budget(input: ClientAppBudgetInput) -> Result<Budget> {
    let number = |number: i32, field: &str| {
        let number = u32::try_from(number).ok().and_then(NonZeroU32::new);
        number.ok_or_else(|| Problems::one(Reason::Invalid, &[&"budget", &field], "this has to be above 0"))
    };
    Ok(Budget { points: number(input.points, "points")?, per_second: number(input.per_second, "perSecond")? })
}

fn shown(client: Client) -> ClientAppPayload {
    ClientAppPayload { client_app: Some(ClientApp(Arc::new(client))), ..ClientAppPayload::default() }
}

fn changed<T>(documents: &[T]) -> DocumentsPayload {
    let changed = Some(i32::try_from(documents.len()).unwrap_or(i32::MAX));
    DocumentsPayload { changed, ..DocumentsPayload::default() }
}
