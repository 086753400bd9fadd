//! Reads of personal data: one entry an operation, before its answer goes out.

use entity::audit::audit_entry::EntryKind;

use sea_orm::ConnectionTrait as _;

use crate::services::acting::Acting;
use crate::services::record::{self, Content, MOST, Told};
use crate::services::{AppContext, Result};

/// Writes down whose personal data was read in somebody's name, if any was.
///
/// # Errors
/// Where it cannot be written: then the answer must not go out.
pub async fn keep_reads(app: &AppContext, acting: &Acting) -> Result<()> {
    let read = acting.take_read();
    if read.is_empty() {
        return Ok(());
    }
    let more = read.len().saturating_sub(MOST);
    let told = read.into_iter().take(MOST).map(|(id, kind)| Told {
        kind: kind.into(),
        id: id.to_string().into(),
        ..Told::default()
    });
    let content = Content { subjects: told.collect(), more };
    let tx = app.db.begin().await?;
    let entry = record::entry(tx.get_database_backend(), acting, EntryKind::Read, app.now(), &content)?;
    entry.send(&tx).await?;
    Ok(tx.commit().await?)
}
