//! Former handles, which still lead to what had them.

use entity::catalog::handle_redirect::HandleKind;
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

/// Makes a handle that was left lead on, and frees the one that was taken.
pub async fn leave(change: &Change<'_>, kind: HandleKind, from: &str, to: &str, target: Uuid) -> Result<()> {
    static LEAVE: Sql = Sql::new(
        "INSERT INTO handle_redirect (kind, handle, target_id) VALUES ($1, $2, $3) \
         ON CONFLICT (kind, handle) DO UPDATE SET target_id = excluded.target_id",
    );
    free(change, kind, to).await?;
    LEAVE.run(&change.tx, [kind.to_value().into(), from.into(), target.into()]).await?;
    Ok(())
}

/// Ends what a handle led to, because it names something itself now.
pub async fn free(change: &Change<'_>, kind: HandleKind, handle: &str) -> Result<()> {
    static FREE: Sql = Sql::new("DELETE FROM handle_redirect WHERE kind = $1 AND handle = $2");
    FREE.run(&change.tx, [kind.to_value().into(), handle.into()]).await?;
    Ok(())
}

/// Ends all that led to things that are gone.
pub async fn forget(
    change: &Change<'_>,
    kind: HandleKind,
    targets: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    static FORGET: Sql = Sql::new(
        "DELETE FROM handle_redirect WHERE kind = $1 AND target_id IN (SELECT id FROM {uuids $2} k)",
    );
    let targets = uuids(change.engine(), targets);
    FORGET.run(&change.tx, [kind.to_value().into(), targets]).await?;
    Ok(())
}
