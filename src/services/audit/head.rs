//! The head of the log: one row, sealed, that says where the chain of entries begins and how far it goes.

use entity::audit::{audit_entry, audit_head};
use entity::time::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel as _,
    Iterable as _, QueryFilter,
};

use super::chain::{self, Keys};
use super::verify::Mark;
use crate::services::doctor::Finding;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Error, Result};

/// Why entries cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// The key is not among those that are set.
    #[error("the head of the audit log is sealed with the key {0}, which is not among VITRINE_SECRETS")]
    KeyLost(String),
    /// It is not what was sealed.
    #[error("the head of the audit log was changed or removed: run `vitrine audit verify`")]
    Tampered,
}

/// Whether this is the only one that works on the chain, until its transaction ends. On SQLite there is one writer.
pub(super) async fn alone(tx: &DatabaseTransaction, engine: DbBackend) -> Result<bool> {
    static ALONE: Sql = Sql::new("SELECT pg_try_advisory_xact_lock(1447647001)");
    if engine != DbBackend::Postgres {
        return Ok(true);
    }
    let row = ALONE.one(tx, []).await?;
    Ok(row.map_or(Ok(false), |row| row.try_get_by_index(0))?)
}

/// The head, once its seal is found true. The first sealer finds none.
pub(super) async fn open(change: &Change<'_>, keys: &Keys) -> Result<audit_head::Model> {
    let Some(head) = audit_head::Entity::find_by_id(1_i16).one(&change.tx).await? else {
        let sealed = audit_entry::Entity::find().filter(audit_entry::Column::Number.is_not_null());
        if sealed.one(&change.tx).await?.is_some() {
            return Err(Error::internal(Stuck::Tampered));
        }
        return Ok(empty());
    };
    let key = keys.named(&head.key_name);
    let key = key.ok_or_else(|| Error::internal(Stuck::KeyLost(head.key_name.clone())))?;
    if !chain::same(&chain::seal_of_head(key, &head), &head.seal) {
        return Err(Error::internal(Stuck::Tampered));
    }
    Ok(head)
}

/// Of a log without sealed entries.
pub(super) fn empty() -> audit_head::Model {
    audit_head::Model {
        id: 1,
        first_number: 0,
        first_seal: String::new(),
        last_number: 0,
        last_seal: String::new(),
        sealed_at: Timestamp::default(),
        key_name: String::new(),
        seal: String::new(),
    }
}

/// Seals the head and writes it.
pub(super) async fn keep(change: &Change<'_>, keys: &Keys, mut head: audit_head::Model) -> Result<()> {
    let key = keys.sealing();
    head.sealed_at = change.now;
    head.key_name = key.name();
    head.seal = chain::seal_of_head(key, &head);
    let row = head.into_active_model().reset_all();
    let others = audit_head::Column::iter().filter(|column| !matches!(column, audit_head::Column::Id));
    audit_head::Entity::insert(row)
        .on_conflict(OnConflict::column(audit_head::Column::Id).update_columns(others).to_owned())
        .exec_without_returning(&change.tx)
        .await?;
    Ok(())
}

/// Seals the head anew where another key seals by now, so that the former one is needed for old entries only.
///
/// Answers whether it did.
///
/// # Errors
/// As sealing entries.
pub async fn renew(app: &AppContext, keys: &Keys) -> Result<bool> {
    let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
    if head.is_none_or(|head| head.key_name == keys.sealing().name()) {
        return Ok(false);
    }
    let change = app.begin_upkeep().await?;
    if !alone(&change.tx, change.engine()).await? {
        return Ok(false);
    }
    let head = open(&change, keys).await?;
    keep(&change, keys, head).await?;
    change.commit().await?;
    Ok(true)
}

/// Where the log ends.
///
/// # Errors
/// Where the database cannot be read.
pub async fn mark(app: &AppContext) -> Result<Option<Mark>> {
    let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
    Ok(head.map(|head| Mark { number: head.last_number, seal: head.last_seal }))
}

/// Whether the keys that are set can go on with the log, and which of them it needs.
///
/// # Errors
/// Where the database cannot be read.
pub async fn examine(app: &AppContext, keys: &Keys) -> Result<Finding> {
    let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
    let Some(head) = head else {
        return Ok(Finding { is_fine: true, text: "no audit entry is sealed yet".to_owned() });
    };
    let Some(key) = keys.named(&head.key_name) else {
        return Ok(Finding { is_fine: false, text: Stuck::KeyLost(head.key_name).to_string() });
    };
    if !chain::same(&chain::seal_of_head(key, &head), &head.seal) {
        return Ok(Finding { is_fine: false, text: Stuck::Tampered.to_string() });
    }
    let text = if head.key_name == keys.sealing().name() {
        "the audit log goes on with the key that seals"
    } else {
        "the audit log still ends with a former key: run `vitrine keys rotate data`"
    };
    Ok(Finding { is_fine: true, text: text.to_owned() })
}
