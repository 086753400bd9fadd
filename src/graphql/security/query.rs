//! Reading what was noticed of attacks.

use async_graphql::{Context, Object};

use super::types::{SecurityEvent, SecurityEventFilter};
use crate::graphql::access::Needs;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::services::security::{self, Filter};
use crate::services::{Error, Permission, Result};

/// Kinds that a filter may name; more than there are.
const MOST_KINDS: usize = 20;

/// Reading what was noticed of attacks.
#[derive(Default)]
pub struct SecurityQuery;

#[Object]
impl SecurityQuery {
    /// What was noticed of attacks, the newest first. It is written down within a second, and kept for as long as the
    /// operator says.
    #[graphql(directive = Needs::apply(Permission::SecurityRead), directive = Paged::apply())]
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if not told.")] filter: Option<SecurityEventFilter>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<SecurityEvent>> {
        nullable(async {
            let filter = read(filter.unwrap_or_default())?;
            let list = ListId::of(("security events", &filter));
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(security::list(ctx.app(), &filter, &window).await?);
            let total = Total::Counted(Box::new(move |ctx| {
                let filter = filter.clone();
                Box::pin(async move { security::count(ctx.app(), &filter).await })
            }));
            Ok(Some(Connection::new(Some(&page), list, Places::Keys(Box::new(security::key)), total)))
        })
        .await
    }
}

fn read(filter: SecurityEventFilter) -> Result<Filter> {
    let SecurityEventFilter { kinds, severity, account, since, until } = filter;
    let kinds = kinds.unwrap_or_default();
    if kinds.len() > MOST_KINDS {
        return Err(Error::BadRequest(format!("a filter names at most {MOST_KINDS} kinds")));
    }
    let account = match account {
        Some(id) => {
            Some(id::read(&id).ok_or_else(|| Error::BadRequest("this is no id of an account".to_owned()))?)
        }
        None => None,
    };
    Ok(Filter {
        kinds: kinds.into_iter().map(Into::into).collect(),
        severity: severity.map(Into::into),
        account,
        since: since.map(|at| at.0),
        until: until.map(|at| at.0),
    })
}
