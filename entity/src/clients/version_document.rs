//! Which documents a version of a client app has.

use sea_orm::entity::prelude::*;

use crate::id::{ClientVersionId, DocumentId};

/// Which documents a version of a client app has.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "version_document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version_id: ClientVersionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: DocumentId,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
