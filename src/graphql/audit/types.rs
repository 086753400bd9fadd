//! The audit log as clients see it.

use std::collections::BTreeSet;

use async_graphql::{Enum, ID, Object, SimpleObject};
use entity::audit::audit_entry::{ActorKind, EntryKind};
use serde_json::{Map, Value as Json};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::directives::About;
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::DateTime;
use crate::services::audit::{Entry, Told};

/// What an entry of the audit log tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AuditEntryKind {
    /// Something was changed.
    Change,
    /// Personal data of others was read.
    Read,
}

impl From<AuditEntryKind> for EntryKind {
    fn from(kind: AuditEntryKind) -> Self {
        match kind {
            AuditEntryKind::Change => Self::Change,
            AuditEntryKind::Read => Self::Read,
        }
    }
}

/// What kind of actor did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AuditActorKind {
    /// Somebody of the staff.
    Staff,
    /// A program with a token.
    App,
    /// Somebody at the server's command line.
    Operator,
}

impl From<AuditActorKind> for ActorKind {
    fn from(kind: AuditActorKind) -> Self {
        match kind {
            AuditActorKind::Staff => Self::Staff,
            AuditActorKind::App => Self::App,
            AuditActorKind::Operator => Self::Operator,
        }
    }
}

/// Who did something.
#[derive(SimpleObject)]
pub struct AuditActor {
    /// What kind of actor.
    kind: AuditActorKind,
    /// The id of the account, or of the app's token; null for operators.
    id: Option<ID>,
}

/// A field of something, before and after a change.
#[derive(SimpleObject)]
pub struct AuditFieldChange {
    /// The field.
    field: String,
    /// Its value before: a text as it is, anything else as JSON; long ones are cut. `(masked)` stands for personal data
    /// and secrets; null where there was none.
    before: Option<String>,
    /// Its value after, in the same way.
    after: Option<String>,
}

/// Something that an entry of the audit log is about.
pub struct AuditSubject(Told);

/// Something that an entry of the audit log is about.
#[Object]
impl AuditSubject {
    /// Its id, whose prefix tells what it is; null for what has a name only. It may be there no longer.
    async fn id(&self) -> Option<ID> {
        let prefix = &self.0.kind;
        self.0.uuid().map(|id| if prefix.is_empty() { ID(id.to_string()) } else { id::show_as(prefix, id) })
    }

    /// Its name, such as `shop` or `signing_key:k1`; null for what has an id.
    async fn name(&self) -> Option<String> {
        let Told { kind, id, .. } = &self.0;
        match self.0.uuid() {
            Some(_) => None,
            None if id.is_empty() => Some(kind.to_string()),
            None => Some(format!("{kind}:{id}")),
        }
    }

    /// Whether it was made by the change.
    async fn is_new(&self) -> bool {
        self.0.before.is_none() && self.0.after.is_some()
    }

    /// Whether it was deleted by the change.
    async fn is_deleted(&self) -> bool {
        self.0.before.is_some() && self.0.after.is_none()
    }

    /// Its fields that differ, by their names. Empty for reads, and where a change told no more than that it touched this.
    #[graphql(directive = About::apply(5))]
    async fn changes(&self) -> Vec<AuditFieldChange> {
        let empty = Map::new();
        let before = self.0.before.as_ref().unwrap_or(&empty);
        let after = self.0.after.as_ref().unwrap_or(&empty);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change = |name: &String| AuditFieldChange {
            field: name.clone(),
            before: before.get(name).and_then(text),
            after: after.get(name).and_then(text),
        };
        names.into_iter().map(change).collect()
    }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What somebody did at one moment: a change, or a read of personal data.
pub struct AuditEntry(pub Row<Entry>);

impl Listed for AuditEntry {
    type Row = Entry;

    const CONNECTION: &'static str = "AuditEntryConnection";
    const EDGE: &'static str = "AuditEntryEdge";

    fn of(row: Row<Entry>) -> Self {
        Self(row)
    }
}

impl Plain for AuditEntry {
    fn plain(&self, _ask: &mut Ask<'_>) -> Option<()> {
        None
    }
}

/// What somebody did at one moment: a change, or a read of personal data.
#[Object]
impl AuditEntry {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// When it was written: with the change.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What it tells of.
    async fn kind(&self) -> AuditEntryKind {
        match self.0.kind {
            EntryKind::Change => AuditEntryKind::Change,
            EntryKind::Read => AuditEntryKind::Read,
        }
    }

    /// Who did it.
    async fn actor(&self) -> AuditActor {
        let (kind, prefix) = match self.0.actor {
            ActorKind::Staff => (AuditActorKind::Staff, "acc"),
            ActorKind::App => (AuditActorKind::App, "apt"),
            ActorKind::Operator => (AuditActorKind::Operator, ""),
        };
        AuditActor { kind, id: self.0.actor_id.map(|id| id::show_as(prefix, id)) }
    }

    /// What was done: the root field of a change such as `productUpdate`, a command such as `staff add`; for reads the root
    /// fields of the operation, with commas between them.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The request that it was done in, which finds it in the server's log; null for commands.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What it is about: for reads, whose data was read. Empty where a change found nothing to differ.
    #[graphql(directive = About::apply(10))]
    async fn subjects(&self) -> Vec<AuditSubject> {
        self.0.subjects.iter().cloned().map(AuditSubject).collect()
    }

    /// How many more things it is about than are told: one entry tells of 2,000 at most.
    async fn more_subjects(&self) -> i32 {
        i32::try_from(self.0.more).unwrap_or(i32::MAX)
    }

    /// Its place in the sealed chain, from 1; null for the second or so before it is sealed.
    async fn number(&self) -> Option<i64> {
        self.0.number
    }
}
