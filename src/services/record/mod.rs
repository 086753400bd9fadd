//! What a change leaves for auditors: one entry, written in its own transaction.

mod fields;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::audit::audit_entry::EntryKind;
use entity::id::{AuditEntryId, Id};
use entity::time::Timestamp;
use sea_orm::{ActiveEnum, DbBackend, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

pub use self::fields::Fields;
use super::Result;
use super::acting::Acting;
use super::bulk::Together;
use super::sql::{Sql, uuids};

/// Things that one entry tells of by their ids; more of them are counted.
pub const MOST: usize = 2_000;

/// What an entry tells, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// What it is about.
    pub subjects: Vec<Told>,
    /// How many more things it is about than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What became of one thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The prefix of its id: `prd`; or its name where it has no id.
    pub kind: Cow<'static, str>,
    /// Its key; empty where it has none.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub id: Cow<'static, str>,
    /// Its fields as they were, those only that differ; absent where it is new or where nothing was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Map<String, Json>>,
    /// Its fields as they are now, those only that differ; absent where it is gone or where nothing was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Map<String, Json>>,
}

impl Told {
    /// Takes over what is told of the same thing once more: what is new stays new.
    fn add(&mut self, before: Option<Map<String, Json>>, after: Option<Map<String, Json>>) {
        match (&mut self.before, before) {
            (Some(known), Some(more)) => more.into_iter().for_each(|(name, value)| {
                known.entry(name).or_insert(value);
            }),
            (None, _) => {}
            (known @ Some(_), None) => *known = None,
        }
        match (&mut self.after, after) {
            (Some(known), Some(more)) => known.extend(more),
            (known, more) => *known = more,
        }
    }

    /// Its key, where it has one.
    pub fn uuid(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.id).ok()
    }
}

/// What a change has told so far.
#[derive(Debug, Default)]
pub struct Trail {
    told: Vec<Told>,
    places: HashMap<String, usize>,
    noted: BTreeMap<Uuid, &'static str>,
    is_upkeep: bool,
}

impl Trail {
    /// What became of a thing.
    pub fn tell(
        &mut self,
        kind: &'static str,
        id: Cow<'static, str>,
        before: Option<&Fields>,
        after: Option<&Fields>,
    ) {
        let (before, after) = fields::difference(before, after);
        let place = *self.places.entry(format!("{kind}:{id}")).or_insert(self.told.len());
        match self.told.get_mut(place) {
            Some(known) => known.add(before, after),
            None => self.told.push(Told { kind: kind.into(), id, before, after }),
        }
    }

    /// Something that was touched, whatever became of it.
    pub fn note(&mut self, kind: &'static str, id: Uuid) {
        self.noted.entry(id).or_insert(kind);
    }

    /// Nobody asked for this change: it keeps the shop in order.
    pub fn is_upkeep(&mut self) {
        self.is_upkeep = true;
    }

    fn content(self) -> Content {
        let mut subjects = self.told;
        let known: BTreeSet<Uuid> = subjects.iter().filter_map(Told::uuid).collect();
        let others = self.noted.into_iter().filter(|(id, _)| !known.contains(id));
        subjects.extend(others.map(|(id, kind)| Told {
            kind: kind.into(),
            id: id.to_string().into(),
            ..Told::default()
        }));
        let more = subjects.len().saturating_sub(MOST);
        subjects.truncate(MOST);
        Content { subjects, more }
    }

    /// The entry of a change that somebody makes.
    pub fn entry(self, engine: DbBackend, acting: &Acting, now: Timestamp) -> Result<Together> {
        if self.is_upkeep {
            return Ok(Together::default());
        }
        entry(engine, acting, EntryKind::Change, now, &self.content())
    }
}

/// An entry, if somebody acts whose deeds are written down.
pub fn entry(
    engine: DbBackend,
    acting: &Acting,
    kind: EntryKind,
    now: Timestamp,
    content: &Content,
) -> Result<Together> {
    static ENTRY: Sql = Sql::new(
        "INSERT INTO audit_entry (id, created_at, kind, actor, actor_id, action, request_id, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    static SUBJECTS: Sql = Sql::new(
        "INSERT INTO audit_subject (entry_id, subject_id, created_at) SELECT $1, k.id, $2 FROM {uuids $3} k",
    );
    let mut writes = Together::default();
    let Some(actor) = acting.actor else { return Ok(writes) };
    let id: Value = AuditEntryId::generate().uuid().into();
    let values = [
        id.clone(),
        now.0.into(),
        kind.to_value().into(),
        actor.kind().to_value().into(),
        actor.id().into(),
        acting.action.to_string().into(),
        acting.request_id.as_deref().map(str::to_owned).into(),
        serde_json::to_string(content).map_err(super::Error::internal)?.into(),
    ];
    writes.run(&ENTRY, values);
    let subjects: BTreeSet<Uuid> = content.subjects.iter().filter_map(Told::uuid).collect();
    if !subjects.is_empty() {
        writes.run(&SUBJECTS, [id, now.0.into(), uuids(engine, subjects)]);
    }
    Ok(writes)
}
