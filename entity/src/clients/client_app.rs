//! A frontend: a storefront, an app, a back office.

use sea_orm::entity::prelude::*;

use crate::id::ClientAppId;
use crate::time::Timestamp;

/// Which documents a client app may run.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum DocumentMode {
    /// Any.
    #[sea_orm(num_value = 0)]
    Open,
    /// Any; those that are not registered are noted.
    #[sea_orm(num_value = 1)]
    Observe,
    /// Those that are registered for it.
    #[sea_orm(num_value = 2)]
    Trusted,
}

/// A frontend: a storefront, an app, a back office.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_app")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientAppId,
    /// Its slug, unique.
    pub handle: String,
    pub name: String,
    /// Sent with each request; everybody who has the app can read it there.
    pub public_key: String,
    pub mode: DocumentMode,
    /// The origins of its pages, with spaces between them.
    pub origins: String,
    /// Objects that may be asked for at once; absent where the default holds.
    pub budget_points: Option<i64>,
    /// Objects that are given back each second.
    pub budget_restore: Option<i64>,
    pub created_at: Timestamp,
    pub deactivated_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
