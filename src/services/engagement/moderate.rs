//! Reviews as the staff read them before everybody does.

use std::collections::{BTreeSet, HashSet};

use entity::engagement::review::ReviewStatus;
use entity::id::{AccountId, ProductId, ReviewId};
use sea_orm::{ActiveEnum as _, Value};

use super::sealed::Content;
use super::write;
use crate::services::events::{self, Event};
use crate::services::identity::{Vault, vaults};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Problems, Reason, Result, text};

const LONGEST_NOTE: usize = 500;

/// What is decided about a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody sees it, and it counts.
    Publish,
    /// Nobody sees it but its author, who is told why: at most 500 characters, perhaps none.
    Reject(String),
}

/// Publishes or rejects a review in the version that was read. The product's rating follows in the same transaction. What is
/// published becomes readable, what is rejected is sealed under its author's key.
///
/// # Errors
/// `NotFound` where there is no such review, `Conflict` where it has another version by now.
pub async fn moderate(app: &AppContext, id: ReviewId, version: i32, verdict: Verdict) -> Result<()> {
    static PRODUCT: Sql = Sql::new("SELECT product_id FROM review WHERE id = $1");
    static NOW: Sql = Sql::new(
        "SELECT r.version, r.status, a.account_id, r.title, r.body, r.note, r.sealed FROM review r \
         LEFT JOIN reviewer_account a ON a.reviewer_id = r.reviewer_id WHERE r.id = $1",
    );
    static DECIDE: Sql = Sql::new(
        "UPDATE review SET status = $2, title = $3, body = $4, note = $5, sealed = $6, version = version + 1, \
         updated_at = $7 WHERE id = $1",
    );
    let missing = || Problems::one(Reason::NotFound, &[&"id"], "there is no such review");
    let (status, note) = decided(verdict)?;
    let change = app.begin().await?;
    let row = PRODUCT.one(&change.tx, [id.0.into()]).await?.ok_or_else(missing)?;
    let product: ProductId = row.try_get_by_index(0)?;
    change.hold(&BTreeSet::from([product])).await?;
    let row = NOW.one(&change.tx, [id.0.into()]).await?.ok_or_else(missing)?;
    let current: i32 = row.try_get_by_index(0)?;
    if current != version {
        let message = format!("the review has version {current} by now");
        return Err(Problems::one(Reason::Conflict, &[&"version"], message));
    }
    let (was, author): (ReviewStatus, Option<AccountId>) =
        (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let vault = vaults(app, &change.tx, author).await?.into_values().next();
    let before = Content::read(&row, 3, id, vault.as_ref())?;
    if (was, &before.note) == (status, &note) {
        return Ok(());
    }
    change.changed(id, &fields(was, &before.note), &fields(status, &note));
    let [title, body, note, sealed] = kept(id, status, Content { note, ..before }, vault.as_ref())?;
    let values = [id.0.into(), status.to_value().into(), title, body, note, sealed, change.now.0.into()];
    DECIDE.run(&change.tx, values).await?;
    write::rate(&change, &HashSet::from([product])).await?;
    events::publish(&change, Event::ReviewChanged, [id.0]).await?;
    change.commit().await
}

/// How a review is kept from now on: title, body and note to be read, or all three sealed.
fn kept(id: ReviewId, status: ReviewStatus, content: Content, vault: Option<&Vault>) -> Result<[Value; 4]> {
    let Some(vault) = vault.filter(|_| status != ReviewStatus::Published) else {
        let Content { title, body, note } = content;
        return Ok([title.into(), body.into(), note.into(), Value::String(None)]);
    };
    Ok(["".into(), "".into(), "".into(), content.seal(vault, id)?.into()])
}

/// What auditors are told: the author's words are none of it, nor what is said to the author, which has to go with them.
fn fields(status: ReviewStatus, note: &str) -> Fields {
    Fields::default().with("status", word(status)).masked("note", note)
}

/// What a status is called in what is written down.
pub(super) const fn word(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Pending => "pending",
        ReviewStatus::Published => "published",
        ReviewStatus::Rejected => "rejected",
    }
}

fn decided(verdict: Verdict) -> Result<(ReviewStatus, String)> {
    let Verdict::Reject(note) = verdict else { return Ok((ReviewStatus::Published, String::new())) };
    let mut problems = Problems::default();
    let note = text::lines(&mut problems, &[&"note"], &note, LONGEST_NOTE);
    problems.none()?;
    Ok((ReviewStatus::Rejected, note.unwrap_or_default()))
}
