//! Custom data on products and variants.

use std::collections::HashMap;

use uuid::Uuid;

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::sql::{Sql, uuids};

/// One piece of custom data.
#[derive(Clone, Debug)]
pub struct Metafield {
    /// Who defines it.
    pub namespace: String,
    /// Its name there.
    pub key: String,
    /// What kind of value it is.
    pub value_type: String,
    /// The value as text.
    pub value: String,
}

/// The custom data of owners, sorted by namespace and key.
pub async fn of_owners(
    db: &impl RowSource,
    owners: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<Metafield>>> {
    static METAFIELDS: Sql = Sql::new(
        "SELECT m.owner_id, m.namespace, m.key, m.value_type, m.value \
         FROM {uuids $1} k JOIN metafield m ON m.owner_id = k.id \
         ORDER BY m.owner_id, m.namespace, m.key",
    );
    let ids = uuids(db.get_database_backend(), owners);
    let mut metafields: HashMap<Uuid, Vec<Metafield>> = HashMap::new();
    for row in METAFIELDS.all(db, [ids]).await? {
        metafields.entry(row.try_get_by_index(0)?).or_default().push(Metafield {
            namespace: row.try_get_by_index(1)?,
            key: row.try_get_by_index(2)?,
            value_type: row.try_get_by_index(3)?,
            value: row.try_get_by_index(4)?,
        });
    }
    Ok(metafields)
}
