//! Who may use a field: declared on the field, checked before it is resolved.

use async_graphql::{Context, Guard};

use super::context::ContextExt;
use crate::services::Error;

/// Who may use a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allow {
    /// Nobody: what a root field without a rule of its own falls back to.
    #[expect(dead_code, reason = "made only where a root field lacks a rule of its own")]
    Nobody,
    /// Everybody, signed in or not.
    Anyone,
}

impl Guard for Allow {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let _ = ctx.scope();
        let allowed = *self == Self::Anyone;
        if allowed { Ok(()) } else { Err(Error::Forbidden.into()) }
    }
}
