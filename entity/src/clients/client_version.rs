//! A version of a client app that documents were published for.

use sea_orm::entity::prelude::*;

use crate::id::{ClientAppId, ClientVersionId};
use crate::time::Timestamp;

/// A version of a client app that documents were published for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientVersionId,
    pub client_id: ClientAppId,
    /// As the app names it; unique for each app.
    pub version: String,
    pub published_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
