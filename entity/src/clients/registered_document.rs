//! A document that a client app may run.

use sea_orm::entity::prelude::*;

use crate::id::{ClientAppId, DocumentId};
use crate::time::Timestamp;

/// A document that a client app may run.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registered_document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    pub client_id: ClientAppId,
    /// By which the app names it; unique for each app.
    pub document_id: String,
    /// Of its text.
    pub hash: String,
    pub published_at: Timestamp,
    /// From when it is refused.
    pub retires_at: Option<Timestamp>,
    /// Since when it is switched off.
    pub killed_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
