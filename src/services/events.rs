//! News: the outbox row that each change leaves in its own transaction.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bulk::{self, Kind};
use super::sql::Sql;
use super::{AppContext, Change, Result};

/// Everything that can happen in the shop, noun first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A product, its variants, prices, stock or images are not what they were.
    ProductChanged,
    /// A category or its place in the tree is not what it was.
    CategoryChanged,
    /// A collection or its products are not what they were.
    CollectionChanged,
    /// A market, a language or a location is not what it was.
    MarketsChanged,
    /// A review is there, or is shown or hidden.
    ReviewChanged,
}

impl Event {
    fn kind(self) -> &'static str {
        match self {
            Self::ProductChanged => "product.changed",
            Self::CategoryChanged => "category.changed",
            Self::CollectionChanged => "collection.changed",
            Self::MarketsChanged => "markets.changed",
            Self::ReviewChanged => "review.changed",
        }
    }
}

const OUTBOX: bulk::Rows = bulk::Rows {
    table: "outbox_event",
    columns: &[
        ("kind", Kind::Text),
        ("subject_id", Kind::Uuid),
        ("payload", Kind::Text),
        ("created_at", Kind::Int),
    ],
    key: 4,
    keep: &[],
};

/// Tells that the same thing happened to each of several subjects.
pub async fn publish(
    change: &Change<'_>,
    event: Event,
    subjects: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    OUTBOX.upsert(&change.tx, rows(change, event, subjects)).await?;
    Ok(())
}

/// The same together with other writes.
pub fn publish_with(
    writes: &mut bulk::Together,
    change: &Change<'_>,
    event: Event,
    subjects: impl IntoIterator<Item = Uuid>,
) {
    writes.upsert(OUTBOX, rows(change, event, subjects));
}

fn rows(change: &Change<'_>, event: Event, subjects: impl IntoIterator<Item = Uuid>) -> Vec<Json> {
    let row = |subject| json!([event.kind(), bulk::key(subject), "{}", change.now.0]);
    subjects.into_iter().map(row).collect()
}

/// The number of the newest event, by which a process notices that another one changed something.
pub async fn newest(app: &AppContext) -> Result<i64> {
    static NEWEST: Sql = Sql::new("SELECT coalesce(max(id), 0) FROM outbox_event");
    let row = NEWEST.one(app.db.read()?, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}
