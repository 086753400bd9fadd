//! Client apps and registered documents as staff see them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::gate::{Facts, OperationFacts};
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::DateTime;
use crate::services::clients::{self, Client, DocumentMode as Stored, DocumentRow};

/// Which documents a client app may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Stored")]
pub enum DocumentMode {
    /// Any: for development.
    Open,
    /// Any; those that are not registered are noted in the log. The step before `TRUSTED`.
    Observe,
    /// Those that are registered for it, and no others.
    Trusted,
}

/// What a client app may ask for in a while, in the points that operations cost.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ClientAppBudget {
    /// Points that each of its users may spend at once.
    pub points: i32,
    /// Points that come back each second.
    pub per_second: i32,
}

/// A frontend: a storefront, an app, a back office.
pub struct ClientApp(pub Arc<Client>);

/// A frontend: a storefront, an app, a back office.
#[Object]
impl ClientApp {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug, which `apollographql-client-name` may send.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its public key, which it sends in the header `Vitrine-Client`. It is no secret: whoever has the app can read it.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Which documents it may run.
    async fn mode(&self) -> DocumentMode {
        self.0.mode.into()
    }

    /// The origins of its pages, which may ask from browsers (CORS).
    #[graphql(directive = About::apply(5))]
    async fn origins(&self) -> &[String] {
        &self.0.origins
    }

    /// What each of its users may ask for; null where it has no budget of its own.
    async fn budget(&self) -> Option<ClientAppBudget> {
        let number = |number: std::num::NonZeroU32| i32::try_from(number.get()).unwrap_or(i32::MAX);
        self.0.budget.map(|budget| ClientAppBudget {
            points: number(budget.points),
            per_second: number(budget.per_second),
        })
    }

    /// Whether it is let in.
    async fn is_active(&self) -> bool {
        self.0.deactivated_at.is_none()
    }

    /// Since when there is this app.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// How many documents are registered for it.
    async fn document_count(&self) -> i32 {
        i32::try_from(self.0.documents.len()).unwrap_or(i32::MAX)
    }

    /// The versions that documents were published for, the newest first; at most 500.
    #[graphql(directive = About::apply(20))]
    async fn versions(&self, ctx: &Context<'_>) -> Nullable<Vec<ClientAppVersion>> {
        nullable(async {
            let versions = clients::versions(ctx.app(), self.0.id).await?;
            let shown = |row: clients::VersionRow| ClientAppVersion {
                version: row.version,
                published_at: DateTime(row.published_at),
            };
            Ok(Some(versions.into_iter().map(shown).collect()))
        })
        .await
    }
}

/// A version of a client app that documents were published for.
#[derive(SimpleObject)]
pub struct ClientAppVersion {
    /// As the app names it.
    version: String,
    /// When its documents were first published.
    published_at: DateTime,
}

/// When a version of a client app last ran a document.
#[derive(SimpleObject)]
pub struct DocumentUse {
    /// The version; null where the app named none that was published.
    version: Option<String>,
    /// When, to the minute.
    used_at: DateTime,
}

/// An operation of a registered document.
pub struct RegisteredOperation(OperationFacts);

/// An operation of a registered document.
#[Object]
impl RegisteredOperation {
    /// Its name; null for an anonymous one.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// `query`, `mutation` or `subscription`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// How its cost is reckoned from its variables, such as `1 + ($first, else 20) × 3`.
    async fn cost(&self) -> &str {
        &self.0.cost
    }

    /// The most that it costs, whatever its variables are.
    async fn most(&self) -> i32 {
        i32::try_from(self.0.most).unwrap_or(i32::MAX)
    }

    /// For how many seconds a shared cache may keep its answer to a GET; 0 where it must not.
    async fn max_age(&self) -> i32 {
        i32::try_from(self.0.max_age).unwrap_or(i32::MAX)
    }
}

/// A document that is registered for a client app.
pub struct RegisteredDocument(pub Row<DocumentRow>);

impl Listed for RegisteredDocument {
    type Row = DocumentRow;

    const CONNECTION: &'static str = "RegisteredDocumentConnection";
    const EDGE: &'static str = "RegisteredDocumentEdge";

    fn of(row: Row<DocumentRow>) -> Self {
        Self(row)
    }
}

impl Plain for RegisteredDocument {
    fn plain(&self, _ask: &mut Ask<'_>) -> Option<()> {
        None
    }
}

impl RegisteredDocument {
    fn facts(&self) -> Facts {
        serde_json::from_str(&self.0.facts).unwrap_or_default()
    }
}

/// A document that is registered for a client app.
#[Object]
impl RegisteredDocument {
    /// Its id here.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// By which the app names it: as `documentId`, or as the hash of a persisted query.
    async fn document_id(&self) -> &str {
        &self.0.document_id
    }

    /// SHA-256 of its text in hexadecimal digits.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// Its text.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Its operations, in the order of the text.
    #[graphql(directive = About::apply(2))]
    async fn operations(&self) -> Vec<RegisteredOperation> {
        self.facts().operations.into_iter().map(RegisteredOperation).collect()
    }

    /// What somebody needs to run all of it: words of permissions, or `signed-in`; empty where everybody may.
    #[graphql(directive = About::apply(3))]
    async fn needs(&self) -> Vec<String> {
        self.facts().needs
    }

    /// When it was registered.
    async fn published_at(&self) -> DateTime {
        DateTime(self.0.published_at)
    }

    /// From when it is refused; null where it is to stay.
    async fn retires_at(&self) -> Option<DateTime> {
        self.0.retires_at.map(DateTime)
    }

    /// Since when it is switched off; null where it is not.
    async fn killed_at(&self) -> Option<DateTime> {
        self.0.killed_at.map(DateTime)
    }

    /// When it was last run, by each version of the app that did, the last first.
    #[graphql(directive = About::apply(5))]
    async fn uses(&self) -> Vec<DocumentUse> {
        let shown = |(version, at): &(String, _)| DocumentUse {
            version: Some(version.clone()).filter(|version| !version.is_empty()),
            used_at: DateTime(*at),
        };
        self.0.uses.iter().map(shown).collect()
    }

    /// The versions of the app that were published with it, the newest first.
    #[graphql(directive = About::apply(5))]
    async fn versions(&self) -> &[String] {
        &self.0.versions
    }
}
