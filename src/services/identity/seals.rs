//! Whether the operator's keys open what the shop has sealed.

use entity::identity::{data_key, lookup_key, signing_key};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{accounts, keys, state};
use crate::infrastructure::secrets::KeyRing;
use crate::services::doctor::Finding;
use crate::services::{AppContext, Result};

/// Rows that are looked at in one go.
const PAGE: u64 = 1_000;

/// Tries the keys on everything that they have sealed for longer than some minutes.
///
/// # Errors
/// Where the database cannot be read.
pub async fn examine(app: &AppContext, ring: &KeyRing) -> Result<Finding> {
    let db = app.db.read()?;
    let (mut sealed, mut broken) = (0_u64, 0_u64);
    let mut note = |opens: bool| {
        sealed += 1;
        broken += u64::from(!opens);
    };
    for row in lookup_key::Entity::find().all(db).await? {
        note(ring.unwrap_key(&row.sealed, state::LOOKUP_KEY).is_ok());
    }
    for row in signing_key::Entity::find().all(db).await? {
        note(ring.open(&row.private_key, &keys::place(&row.kid)).is_ok());
    }
    let mut pages = data_key::Entity::find().paginate(db, PAGE);
    while let Some(rows) = pages.fetch_and_next().await? {
        for row in rows {
            note(ring.unwrap_key(&row.sealed, &accounts::place(row.account_id, "data_key")).is_ok());
        }
    }
    let text = match broken {
        0 => format!("the keys that are set open all that is sealed ({sealed} keys)"),
        _ => format!("the keys that are set do not open {broken} of {sealed} sealed keys"),
    };
    Ok(Finding { is_fine: broken == 0, text })
}
