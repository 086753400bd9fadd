//! The text of a document, once for all clients that have registered it.

use sea_orm::entity::prelude::*;

/// The text of a document, once for all clients that have registered it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_text")]
pub struct Model {
    /// SHA-256 of the text in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub body: String,
    /// The names of its operations, with spaces between them.
    pub operations: String,
    /// What the gate found out about it, as JSON.
    pub facts: String,
    /// SHA-256 of the schema that it was checked against.
    pub schema_hash: String,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
