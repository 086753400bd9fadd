//! A key that signs access tokens, or once did.

use sea_orm::entity::prelude::*;

use crate::time::Timestamp;

/// A key that signs access tokens, or once did.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// In PKCS #8, sealed by the operator's keys.
    pub private_key: String,
    /// In base64 for URLs.
    pub public_key: String,
    pub signs_from: Timestamp,
    pub created_at: Timestamp,
    /// Until when the tokens that it signed are to be believed.
    pub retired_at: Option<Timestamp>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
