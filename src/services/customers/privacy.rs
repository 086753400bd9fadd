//! Telling a person all that is known about them, and forgetting them.

use entity::id::AccountId;
use entity::time::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{missing, with_id};
use crate::infrastructure::database::RowSource;
use crate::services::identity::{self, confirm_person};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer};

/// How exported files are laid out: grows where one can no longer be read as before.
const FORMAT: u32 = 1;

/// All that is known about a person, as one file.
#[derive(Clone, Debug)]
pub struct Export {
    /// What the file is best called.
    pub filename: String,
    /// JSON text.
    pub json: String,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Everything that is known about a customer: what each module of the shop tells, under the module's name.
///
/// # Errors
/// `NotFound` at `id` where there is no such customer.
pub async fn export(app: &AppContext, person: AccountId) -> Result<Export> {
    let now = app.now();
    with_id(app, person).await?.ok_or_else(missing)?;
    let mut known = Map::new();
    for part in app.personal {
        known.insert(part.name.to_owned(), (part.export)(app, person).await?);
    }
    let file = json!({ "format": FORMAT, "writtenAt": now.to_string(), "person": Json::Object(known) });
    let json = serde_json::to_string_pretty(&file).map_err(Error::internal)?;
    let day = now.to_datetime().date_naive();
    Ok(Export { filename: format!("personal-data-{day}.json"), json, written_at: now })
}

/// Forgets the customer who asks, once their password has shown that it is them.
///
/// # Errors
/// `WrongCredentials` at `password`; `InUse` where something has to be finished first.
pub async fn erase_own(app: &AppContext, viewer: &Viewer, password: Option<&str>) -> Result<Timestamp> {
    let Viewer::Customer { account, .. } = viewer else { return Err(Error::Forbidden) };
    confirm_person(app, *account, password).await?;
    erase(app, *account).await
}

/// Forgets a customer: what each module keeps of them, their sessions, their account, and the key that all of it was
/// sealed under. Answers when; who asks again gets the same answer.
///
/// # Errors
/// `NotFound` at `id` where there never was such a customer; `InUse` where something has to be finished first.
pub async fn erase(app: &AppContext, person: AccountId) -> Result<Timestamp> {
    let change = app.begin().await?;
    if !identity::hold_customer(&change, person).await? {
        return erased_at(&change.tx, person).await?.ok_or_else(missing);
    }
    refuse_where_kept(app, &change, person).await?;
    let email = identity::of_customer(app, &change, person).await?.map(|account| account.email);
    for part in app.personal.iter().rev() {
        (part.erase)(&change, person).await?;
    }
    note(&change, person).await?;
    change.removed(person, &Fields::default());
    let at = change.now;
    change.commit().await?;
    identity::forget(app, person, email.as_deref())?;
    Ok(at)
}

async fn refuse_where_kept(app: &AppContext, change: &Change<'_>, person: AccountId) -> Result<()> {
    let mut problems = Problems::default();
    for keep in app.personal.iter().filter_map(|part| part.keep) {
        if let Some(why) = keep(change, person).await? {
            problems.add(Reason::InUse, &[], why);
        }
    }
    problems.none()
}

async fn note(change: &Change<'_>, person: AccountId) -> Result<()> {
    static NOTE: Sql = Sql::new("INSERT INTO erased_account (account_id, erased_at) VALUES ($1, $2)");
    NOTE.run(&change.tx, [person.0.into(), change.now.0.into()]).await?;
    Ok(())
}

async fn erased_at(db: &impl RowSource, person: AccountId) -> Result<Option<Timestamp>> {
    static WHEN: Sql = Sql::new("SELECT erased_at FROM erased_account WHERE account_id = $1");
    let row = WHEN.one(db, [person.0.into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}
