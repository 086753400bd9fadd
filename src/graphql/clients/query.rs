//! Reading client apps and their documents.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::types::{ClientApp, RegisteredDocument};
use crate::graphql::access::Needs;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, Column, ListId};
use crate::graphql::directives::{About, Paged};
use crate::graphql::error::{Nullable, nullable};
use crate::services::Permission;
use crate::services::clients::{self, DocumentRow};

/// Reading client apps and their documents.
#[derive(Default)]
pub struct ClientQuery;

#[Object]
impl ClientQuery {
    /// All client apps, the oldest first; at most 200.
    #[graphql(directive = Needs::apply(Permission::ClientsRead), directive = About::apply(20))]
    async fn client_apps(&self, ctx: &Context<'_>) -> Option<Vec<ClientApp>> {
        Some(ctx.app().clients().all().iter().map(Arc::clone).map(ClientApp).collect())
    }

    /// The client app with this handle.
    #[graphql(directive = Needs::apply(Permission::ClientsRead))]
    async fn client_app(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its handle.")] handle: String,
    ) -> Option<ClientApp> {
        ctx.app().clients().with_handle(&handle).map(Arc::clone).map(ClientApp)
    }

    /// The documents that are registered for a client app, by their ids; null where there is no such app.
    #[graphql(directive = Needs::apply(Permission::ClientsRead), directive = Paged::apply())]
    async fn registered_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handle of the client app.")] client: String,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<RegisteredDocument>> {
        nullable(async {
            let clients = ctx.app().clients();
            let Some(client) = clients.with_handle(&client) else { return Ok(None) };
            let list = ListId::of(("registered documents", client.id)).sorted_by(&[Column::Text]);
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(clients::documents(ctx.app(), client.id, &window).await?);
            let total = Total::Known(i64::try_from(client.documents.len()).unwrap_or(i64::MAX));
            let places = Places::Keys(Box::new(DocumentRow::key));
            Ok(Some(Connection::new(Some(&page), list, places, total)))
        })
        .await
    }
}
