//! Whether the audit log is what was sealed: nothing changed, removed, put in between, or put in another place.
//!
//! What cannot be noticed: entries that are not sealed yet, and a whole database that was put back to an earlier state.
//! For the second, a [`Mark`] that was written down elsewhere is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use entity::audit::{audit_entry, audit_head, audit_subject};
use entity::id::AuditEntryId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult as _, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::chain::{self, Keys};
use crate::services::record::{Content, Told};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Result};

/// Entries that are in memory at a time.
const PAGE: u64 = 1_000;

/// How often it begins anew because entries were deleted for their age meanwhile.
const TRIES: usize = 5;

/// A place in the chain that was written down elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The entry's number.
    pub number: i64,
    /// Its seal.
    pub seal: String,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.seal)
    }
}

impl FromStr for Mark {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let wanted = "a mark is what `vitrine audit verify` printed: a number, a colon and a seal";
        let (number, seal) = text.trim().split_once(':').ok_or(wanted)?;
        let number = number.parse().ok().filter(|number| *number >= 0).ok_or(wanted)?;
        Ok(Self { number, seal: seal.to_owned() })
    }
}

/// The first thing that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The row that says how far the log goes.
    Head(&'static str),
    /// An entry is not there.
    Removed {
        /// Its number.
        number: i64,
        /// The last one that is missing with it.
        until: i64,
    },
    /// An entry is not what was sealed in its place.
    Changed {
        /// Its number.
        number: i64,
        /// Its id.
        id: AuditEntryId,
        /// When it says that it was written.
        at: entity::time::Timestamp,
    },
    /// There is an entry where none may be.
    Foreign {
        /// Its number.
        number: i64,
        /// Its id.
        id: AuditEntryId,
    },
    /// By what an entry is found is not what it is about.
    Index {
        /// Its number.
        number: i64,
        /// Its id.
        id: AuditEntryId,
    },
    /// The log does not hold the mark that was written down.
    Mark(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(what) => f.write_str(what),
            Self::Removed { number, until } if number == until => write!(f, "entry {number} was removed"),
            Self::Removed { number, until } => {
                write!(f, "entry {number} was removed, and those after it up to {until}")
            }
            Self::Changed { number, id, at } => write!(
                f,
                "entry {number} ({}, written {at}) is not what was sealed: it was changed, or another one was put in \
                 its place",
                id.0
            ),
            Self::Foreign { number, id } => {
                write!(f, "entry {number} ({}) was put in: it was never sealed there", id.0)
            }
            Self::Index { number, id } => {
                write!(f, "what entry {number} ({}) is found by was changed; the entry itself was not", id.0)
            }
            Self::Mark(what) => f.write_str(what),
        }
    }
}

/// What was found out about the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The first thing that is not as it was sealed; without, all is well as far as keys reach.
    pub finding: Option<Finding>,
    /// The first sealed entry that is there, and the last one.
    pub range: Option<(i64, i64)>,
    /// Entries that were found true.
    pub verified: u64,
    /// Entries, first and last of each key that is not set: they could not be verified.
    pub unknown: BTreeMap<String, (i64, i64)>,
    /// Entries that are not sealed yet.
    pub unsealed: u64,
    /// Where the log ends, to be written down elsewhere.
    pub mark: Option<Mark>,
}

impl Verdict {
    fn unknown(&mut self, name: &str, number: i64) {
        let (first, last) = self.unknown.entry(name.to_owned()).or_insert((number, number));
        *first = number.min(*first);
        *last = number.max(*last);
    }
}

/// Looks at all sealed entries, in order and some at a time.
///
/// # Errors
/// Where the database cannot be read.
pub async fn verify(app: &AppContext, keys: &Keys, mark: Option<&Mark>) -> Result<Verdict> {
    let mut tries = 0;
    loop {
        let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
        let verdict = once(app, keys, mark, head.as_ref()).await?;
        let now = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
        let first = |head: &Option<audit_head::Model>| head.as_ref().map(|head| head.first_number);
        tries += 1;
        if verdict.finding.is_none() || first(&head) == first(&now) || tries == TRIES {
            return Ok(verdict);
        }
    }
}

async fn once(
    app: &AppContext,
    keys: &Keys,
    mark: Option<&Mark>,
    head: Option<&audit_head::Model>,
) -> Result<Verdict> {
    let db = app.db.read()?;
    let unsealed = audit_entry::Entity::find().filter(audit_entry::Column::Number.is_null());
    let mut verdict = Verdict { unsealed: unsealed.count(db).await?, ..Verdict::default() };
    let Some(head) = head else {
        let sealed = audit_entry::Entity::find().filter(audit_entry::Column::Number.is_not_null());
        if sealed.one(db).await?.is_some() {
            verdict.finding = Some(Finding::Head("the row that says how far the log goes was removed"));
        } else if mark.is_some_and(|mark| mark.number > 0) {
            let text = "no entry is sealed, and the mark says that there were some: the log was removed";
            verdict.finding = Some(Finding::Mark(text.to_owned()));
        }
        return Ok(verdict);
    };
    match keys.named(&head.key_name) {
        None => verdict.unknown(&head.key_name, head.last_number),
        Some(key) if chain::same(&chain::seal_of_head(key, head), &head.seal) => {}
        Some(_) => {
            verdict.finding = Some(Finding::Head("the row that says how far the log goes was changed"));
            return Ok(verdict);
        }
    }
    verdict.mark = Some(Mark { number: head.last_number, seal: head.last_seal.clone() });
    verdict.finding = match early(app, head).await? {
        Some(finding) => Some(finding),
        None => walk(app, keys, mark, head, &mut verdict).await?,
    };
    if verdict.finding.is_none() {
        verdict.finding = mark.and_then(|mark| against(mark, head));
    }
    Ok(verdict)
}

/// An entry that is there though it was deleted for its age.
async fn early(app: &AppContext, head: &audit_head::Model) -> Result<Option<Finding>> {
    let found = audit_entry::Entity::find()
        .filter(audit_entry::Column::Number.lte(head.first_number))
        .order_by_asc(audit_entry::Column::Number)
        .one(app.db.read()?)
        .await?;
    Ok(found.map(|entry| Finding::Foreign { number: entry.number.unwrap_or_default(), id: entry.id }))
}

async fn walk(
    app: &AppContext,
    keys: &Keys,
    mark: Option<&Mark>,
    head: &audit_head::Model,
    verdict: &mut Verdict,
) -> Result<Option<Finding>> {
    let (mut number, mut seal) = (head.first_number, head.first_seal.clone());
    while number < head.last_number {
        let page = page(app, number, head.last_number).await?;
        let Some(first) = page.first().and_then(|entry| entry.number) else {
            return Ok(Some(Finding::Removed { number: number + 1, until: head.last_number }));
        };
        verdict.range.get_or_insert((first, first));
        for entry in &page {
            let next = entry.number.unwrap_or_default();
            if next != number + 1 {
                return Ok(Some(Finding::Removed { number: number + 1, until: next - 1 }));
            }
            if let Some(finding) = one(keys, &seal, entry, verdict) {
                return Ok(Some(finding));
            }
            (number, seal) = (next, entry.seal.clone().unwrap_or_default());
            if mark.is_some_and(|mark| mark.number == number && !chain::same(&mark.seal, &seal)) {
                let text =
                    format!("entry {number} has another seal than the mark says: the log was replaced");
                return Ok(Some(Finding::Mark(text)));
            }
        }
        if let Some(finding) = indexed(app, &page).await? {
            return Ok(Some(finding));
        }
        verdict.range = verdict.range.map(|(first, _)| (first, number));
    }
    if !chain::same(&seal, &head.last_seal) {
        return Ok(Some(Finding::Head("the last entry is not the one that the log ended with")));
    }
    Ok(None)
}

/// Whether an entry is what was sealed in its place.
fn one(keys: &Keys, before: &str, entry: &audit_entry::Model, verdict: &mut Verdict) -> Option<Finding> {
    let (name, number) = (entry.key_name.as_deref().unwrap_or_default(), entry.number.unwrap_or_default());
    let Some(key) = keys.named(name) else {
        verdict.unknown(name, number);
        return None;
    };
    let seal = chain::seal_of(key, before, number, entry);
    if chain::same(&seal, entry.seal.as_deref().unwrap_or_default()) {
        verdict.verified += 1;
        return None;
    }
    Some(Finding::Changed { number, id: entry.id, at: entry.created_at })
}

async fn page(app: &AppContext, after: i64, until: i64) -> Result<Vec<audit_entry::Model>> {
    Ok(audit_entry::Entity::find()
        .filter(audit_entry::Column::Number.gt(after))
        .filter(audit_entry::Column::Number.lte(until))
        .order_by_asc(audit_entry::Column::Number)
        .limit(PAGE)
        .all(app.db.read()?)
        .await?)
}

/// Whether entries are found by what they are about, and by nothing else.
async fn indexed(app: &AppContext, page: &[audit_entry::Model]) -> Result<Option<Finding>> {
    static INDEX: Sql = Sql::new("SELECT s.* FROM {uuids $1} k JOIN audit_subject s ON s.entry_id = k.id");
    let db = app.db.read()?;
    let ids = uuids(db.get_database_backend(), page.iter().map(|entry| entry.id.0));
    let mut found: BTreeMap<AuditEntryId, BTreeSet<(Uuid, i64)>> = BTreeMap::new();
    for row in INDEX.all(db, [ids]).await? {
        let row = audit_subject::Model::from_query_result(&row, "")?;
        found.entry(row.entry_id).or_default().insert((row.subject_id, row.created_at.0));
    }
    let wrong = page.iter().find(|entry| {
        let content: Content = serde_json::from_str(&entry.content).unwrap_or_default();
        let ids = content.subjects.iter().filter_map(Told::uuid);
        let is: BTreeSet<(Uuid, i64)> = ids.map(|id| (id, entry.created_at.0)).collect();
        found.remove(&entry.id).unwrap_or_default() != is
    });
    Ok(wrong.map(|entry| Finding::Index { number: entry.number.unwrap_or_default(), id: entry.id }))
}

/// What a mark says of the ends of the log; what lies between was compared on the way.
fn against(mark: &Mark, head: &audit_head::Model) -> Option<Finding> {
    if mark.number > head.last_number {
        let text = format!(
            "the log ends with entry {}, and the mark says that it went to {}: the newest entries were removed",
            head.last_number, mark.number
        );
        return Some(Finding::Mark(text));
    }
    let is_other = mark.number == head.first_number && !chain::same(&mark.seal, &head.first_seal);
    let text = "the entry before the first one has another seal than the mark says: the log was replaced";
    (is_other && mark.number > 0).then(|| Finding::Mark(text.to_owned()))
}
