//! Something that looks like an attack: as often as it was seen within an hour.

use sea_orm::entity::prelude::*;

use crate::id::{AccountId, SecurityEventId};
use crate::time::Timestamp;

/// What was seen.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum ThreatKind {
    /// A refresh token that had been exchanged before.
    #[sea_orm(num_value = 0)]
    RefreshTokenReused,
    /// Wrong passwords for one account.
    #[sea_orm(num_value = 1)]
    SignInsFailed,
    /// One address with wrong passwords for many accounts.
    #[sea_orm(num_value = 2)]
    ManyAccountsTried,
    /// One password, wrong for many accounts.
    #[sea_orm(num_value = 3)]
    PasswordSprayed,
    /// Somebody who asks again and again for what is not theirs.
    #[sea_orm(num_value = 4)]
    ForbiddenBurst,
    /// The right password, and wrong codes after it.
    #[sea_orm(num_value = 5)]
    SecondFactorFailed,
    /// A code of a second factor that had been used before.
    #[sea_orm(num_value = 6)]
    SecondFactorReused,
}

/// How bad it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Severity {
    /// Happens every day.
    #[sea_orm(num_value = 0)]
    Notice,
    /// Worth a look.
    #[sea_orm(num_value = 1)]
    Warning,
    /// The owners are told by mail.
    #[sea_orm(num_value = 2)]
    Grave,
}

/// Something that looks like an attack: as often as it was seen within an hour.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "security_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SecurityEventId,
    pub kind: ThreatKind,
    pub severity: Severity,
    /// A keyed hash of whom or what it is about; empty where it is about many.
    pub subject: String,
    /// When the hour began that it is counted in.
    pub window_start: Timestamp,
    pub account_id: Option<AccountId>,
    /// The first half of the address that it came from; absent where there were several.
    pub network: Option<String>,
    pub occurrences: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
