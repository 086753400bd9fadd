//! A file that somebody was given an address for.

use sea_orm::entity::prelude::*;

use crate::id::UploadId;
use crate::time::Timestamp;

/// How far an upload is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum UploadState {
    /// The address waits for the file.
    #[sea_orm(num_value = 0)]
    Waiting,
    /// The file is on its way.
    #[sea_orm(num_value = 1)]
    Receiving,
    /// The file is here and what it was declared to be.
    #[sea_orm(num_value = 2)]
    Complete,
    /// The file was refused, or broke off.
    #[sea_orm(num_value = 3)]
    Refused,
    /// The file belongs to something in the shop.
    #[sea_orm(num_value = 4)]
    Taken,
}

/// A file that somebody was given an address for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    /// SHA-256 of the secret in the address, in hexadecimal digits.
    pub token_hash: String,
    pub state: UploadState,
    /// What the sender calls it; never a name on our disk.
    pub filename: String,
    /// As declared, and found true once complete.
    pub mime_type: String,
    /// Bytes.
    pub size: i64,
    /// Its name in the media folder, once complete.
    pub path: Option<String>,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    pub created_at: Timestamp,
    /// When the address stops to work.
    pub expires_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
