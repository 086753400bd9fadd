//! News: the outbox row that each change leaves in its own transaction.

use entity::id::{
    AccountId, AppTokenId, CategoryId, ClientAppId, CollectionId, DocumentId, Id as _, ProductId, ReviewId,
    RoleId, SessionId,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bulk::{self, Kind};
use super::sql::{Sql, texts};
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
    /// An account is there, or its rights or its data are not what they were.
    AccountChanged,
    /// Somebody signed in on a device.
    SessionStarted,
    /// A device was signed out.
    SessionEnded,
    /// A role is not what it was.
    RoleChanged,
    /// A token of an app is there or is revoked.
    AppTokenChanged,
    /// Access tokens are or will be signed with another key.
    SigningKeysChanged,
    /// A client app is there, or is not what it was.
    ClientChanged,
    /// Documents were registered for a client app, which is the subject.
    DocumentsPublished,
    /// A registered document is retired, or switched off or on.
    DocumentChanged,
}

impl Event {
    fn kind(self) -> &'static str {
        match self {
            Self::ProductChanged => "product.changed",
            Self::CategoryChanged => "category.changed",
            Self::CollectionChanged => "collection.changed",
            Self::MarketsChanged => "markets.changed",
            Self::ReviewChanged => "review.changed",
            Self::AccountChanged => "account.changed",
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::RoleChanged => "role.changed",
            Self::AppTokenChanged => "app_token.changed",
            Self::SigningKeysChanged => "signing_keys.changed",
            Self::ClientChanged => "client.changed",
            Self::DocumentsPublished => "documents.published",
            Self::DocumentChanged => "document.changed",
        }
    }
}

impl Event {
    /// The prefix of the ids that it is about; empty where there are several kinds.
    fn prefix(self) -> &'static str {
        match self {
            Self::ProductChanged => ProductId::PREFIX,
            Self::CategoryChanged => CategoryId::PREFIX,
            Self::CollectionChanged => CollectionId::PREFIX,
            Self::ReviewChanged => ReviewId::PREFIX,
            Self::AccountChanged => AccountId::PREFIX,
            Self::SessionStarted | Self::SessionEnded => SessionId::PREFIX,
            Self::RoleChanged => RoleId::PREFIX,
            Self::AppTokenChanged => AppTokenId::PREFIX,
            Self::ClientChanged | Self::DocumentsPublished => ClientAppId::PREFIX,
            Self::DocumentChanged => DocumentId::PREFIX,
            Self::MarketsChanged | Self::SigningKeysChanged => "",
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
    let mut writes = bulk::Together::default();
    publish_with(&mut writes, change, event, subjects);
    Ok(change.at_last(writes).await?)
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
    let row = |subject| {
        change.note(event.prefix(), [subject]);
        json!([event.kind(), bulk::key(subject), "{}", change.now.0])
    };
    subjects.into_iter().map(row).collect()
}

/// The number of the newest event, by which a process notices that another one changed something.
pub async fn newest(app: &AppContext) -> Result<i64> {
    static NEWEST: Sql = Sql::new("SELECT coalesce(max(id), 0) FROM outbox_event");
    let row = NEWEST.one(app.db.read()?, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// How far somebody has followed the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(i64);

impl Place {
    /// After everything: only a place behind it is told.
    pub const END: Self = Self(i64::MAX);
}

/// News of some kinds that were committed since a place, and the place after them.
///
/// Nothing is missed, whatever the order of commits: on PostgreSQL everything is told that was not committed for
/// everybody when the place was taken. So the same news may be told twice.
pub async fn since(app: &AppContext, place: Place, events: &[Event]) -> Result<(Vec<(Event, Uuid)>, Place)> {
    static SINCE: Sql = Sql::new(
        "SELECT o.kind, o.subject_id, 0 FROM outbox_event o \
         WHERE {lateral}o.transaction_id >= $1::bigint::text::xid8{window}o.id > $1{end} \
         AND o.kind IN (SELECT id FROM {texts $2} k) UNION ALL \
         {lateral}SELECT '', NULL, pg_snapshot_xmin(pg_current_snapshot())::text::bigint\
         {window}SELECT '', NULL, coalesce(max(id), 0) FROM outbox_event{end}",
    );
    let db = app.db.read()?;
    let kinds = texts(db.get_database_backend(), events.iter().map(|event| event.kind()));
    let (mut news, mut after) = (Vec::new(), place);
    for row in SINCE.all(db, [place.0.into(), kinds]).await? {
        let kind: String = row.try_get_by_index(0)?;
        match events.iter().find(|event| event.kind() == kind) {
            Some(event) => news.push((*event, row.try_get_by_index(1)?)),
            None => after = Place(row.try_get_by_index(2)?),
        }
    }
    Ok((news, after))
}
