//! What entries are about, to find them by it. The truth stands in the entry's content, which is sealed.

use sea_orm::entity::prelude::*;

use crate::id::AuditEntryId;
use crate::time::Timestamp;

/// Something that an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_subject")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: AuditEntryId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// The entry's.
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
