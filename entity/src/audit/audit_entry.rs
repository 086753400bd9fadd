//! What somebody did, or whose personal data they read.

use sea_orm::entity::prelude::*;

use crate::id::AuditEntryId;
use crate::time::Timestamp;

/// What an entry tells of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum EntryKind {
    /// Something was changed.
    #[sea_orm(num_value = 0)]
    Change,
    /// Personal data was read.
    #[sea_orm(num_value = 1)]
    Read,
}

/// What kind of actor it was.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum ActorKind {
    /// Somebody of the staff.
    #[sea_orm(num_value = 0)]
    Staff,
    /// A program with a token.
    #[sea_orm(num_value = 1)]
    App,
    /// Somebody at the server's command line.
    #[sea_orm(num_value = 2)]
    Operator,
}

/// What somebody did, or whose personal data they read. Written in the transaction of the change, sealed within a second.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    pub created_at: Timestamp,
    pub kind: EntryKind,
    pub actor: ActorKind,
    /// The account or the token; absent for operators.
    pub actor_id: Option<Uuid>,
    /// The root field, or the command.
    pub action: String,
    pub request_id: Option<String>,
    /// What it is about, and what became of it, as JSON.
    pub content: String,
    /// Its place in the chain, from 1; absent until it is sealed.
    pub number: Option<i64>,
    /// By which key it is sealed.
    pub key_name: Option<String>,
    /// Over the entry and the seal of the one before it.
    pub seal: Option<String>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
