//! Reading the audit log.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};

use super::types::{AuditActorKind, AuditEntry, AuditEntryKind};
use crate::graphql::access::Needs;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::scalars::DateTime;
use crate::services::audit::list;
use crate::services::{Permission, audit};

/// Reading the audit log.
#[derive(Default)]
pub struct AuditQuery;

/// Which entries of the audit log are shown: those for which all that is told here holds.
#[derive(Default, InputObject)]
pub struct AuditFilter {
    /// What they tell of.
    kind: Option<AuditEntryKind>,
    /// What kind of actor it was.
    actor_kind: Option<AuditActorKind>,
    /// Who it was: the id of an account, or of the token of an app.
    actor_id: Option<ID>,
    /// What was done: a root field of the schema such as `productUpdate`, or a command such as `staff add`.
    action: Option<String>,
    /// What it was done to: an id of any kind. Also that of a thing that is there no longer.
    subject_id: Option<ID>,
    /// Not before this moment.
    from: Option<DateTime>,
    /// Before this moment.
    until: Option<DateTime>,
    /// In which request: the id that the answer told in its header `X-Request-Id`.
    request_id: Option<String>,
}

impl AuditFilter {
    /// `None` where an id is none at all, so that nothing can match it.
    fn read(self) -> Option<audit::Filter> {
        let key = |id: Option<ID>| id.map(|id| id::any(&id).ok_or(())).transpose().ok();
        // Texts with a NUL are in no database.
        let text = |text: Option<String>| match text {
            Some(text) if text.contains('\0') => None,
            text => Some(text),
        };
        let filter = audit::Filter {
            actor_id: key(self.actor_id)?,
            subject: key(self.subject_id)?,
            action: text(self.action)?,
            request_id: text(self.request_id)?,
            from: self.from.map(|at| at.0.0),
            until: self.until.map(|at| at.0.0),
            ..audit::Filter::default()
        };
        Some(filter.of_kind(self.kind.map(Into::into)).of_actor(self.actor_kind.map(Into::into)))
    }
}

#[Object]
impl AuditQuery {
    /// What staff, apps and operators changed, and whose personal data they read: the newest first. An entry is here as
    /// soon as the change is, and sealed about a second later.
    #[graphql(directive = Needs::apply(Permission::AuditRead), directive = Paged::apply())]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only some of them.")] filter: Option<AuditFilter>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<AuditEntry>> {
        nullable(async {
            let filter = filter.unwrap_or_default().read();
            let list = ListId::of(("audit entries", &filter));
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let Some(filter) = filter else {
                let nowhere = Places::Keys(Box::new(list::key));
                return Ok(Some(Connection::new(None, list, nowhere, Total::Known(0))));
            };
            let page = batch::page_of(list::entries(ctx.app(), &filter, &window).await?);
            let filter = Arc::new(filter);
            let total = Total::Counted(Box::new(move |ctx| {
                let filter = Arc::clone(&filter);
                Box::pin(async move { list::count(ctx.app(), &filter).await })
            }));
            Ok(Some(Connection::new(Some(&page), list, Places::Keys(Box::new(list::key)), total)))
        })
        .await
    }
}
