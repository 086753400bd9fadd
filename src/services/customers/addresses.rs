//! The address book.
//!
//! Which address is the default stands in one row of the customer's, so there can never be two. An address that goes
//! leaves no default behind: nothing is sent to a place that nobody chose.

use std::collections::HashMap;

use entity::id::{AccountId, AddressId};
use entity::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::countries::is_country;
use super::{Whose, hold, profile};
use crate::services::events::{self, Event};
use crate::services::identity::{Vault, vault, vaults};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer, text};

/// Addresses of a customer.
const MOST: i64 = 50;

/// What an address says: at most 200 characters a line, 20 in a postal code, 100 in a city.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Who lives there.
    pub name: String,
    /// A company; empty for none.
    pub company: String,
    /// Street and number.
    pub line1: String,
    /// What else finds the door; empty for nothing.
    pub line2: String,
    /// The postal code; empty where there are none.
    pub postal_code: String,
    /// The city.
    pub city: String,
    /// A state or province; empty for none.
    pub province: String,
    /// Two capital letters (ISO 3166-1).
    pub country: String,
    /// Whom to call; empty for nobody.
    pub phone: String,
}

/// An address in somebody's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// What it says.
    pub lines: Lines,
    /// Whether parcels go there where nobody says otherwise.
    pub is_default_shipping: bool,
    /// Whether bills go there where nobody says otherwise.
    pub is_default_billing: bool,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An address as it is typed; what is absent stays as it is, or is empty in a new one.
#[derive(Clone, Debug, Default)]
pub struct AddressInput {
    /// Who lives there; has to be there.
    pub name: Option<String>,
    /// A company.
    pub company: Option<String>,
    /// Street and number; have to be there.
    pub line1: Option<String>,
    /// What else finds the door.
    pub line2: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The city; has to be there.
    pub city: Option<String>,
    /// A state or province.
    pub province: Option<String>,
    /// Two capital letters (ISO 3166-1); have to be there.
    pub country: Option<String>,
    /// Whom to call.
    pub phone: Option<String>,
}

/// Whether an address is to be the default from now on (`true`), or no longer (`false`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// For parcels.
    pub shipping: Option<bool>,
    /// For bills.
    pub billing: Option<bool>,
}

impl AddressInput {
    /// Writes what was typed over what was there.
    fn over(self, mut lines: Lines) -> Result<Lines> {
        let mut problems = Problems::default();
        for (typed, field, name, (least, most)) in [
            (self.name, &mut lines.name, "name", (1, 200)),
            (self.company, &mut lines.company, "company", (0, 200)),
            (self.line1, &mut lines.line1, "line1", (1, 200)),
            (self.line2, &mut lines.line2, "line2", (0, 200)),
            (self.postal_code, &mut lines.postal_code, "postalCode", (0, 20)),
            (self.city, &mut lines.city, "city", (1, 100)),
            (self.province, &mut lines.province, "province", (0, 100)),
        ] {
            let typed = typed.unwrap_or_else(|| field.clone());
            if let Some(clean) = text::line(&mut problems, &[&name], &typed, least..=most) {
                *field = clean;
            }
        }
        if let Some(country) = self.country {
            lines.country = country;
        }
        if !is_country(&lines.country) {
            problems.add(Reason::Invalid, &[&"country"], "a country is two capital letters, such as DE");
        }
        if let Some(phone) = self.phone {
            let is_empty = phone.trim().is_empty();
            lines.phone =
                if is_empty { String::new() } else { profile::phone(&mut problems, &[&"phone"], &phone) };
        }
        problems.none()?;
        Ok(lines)
    }
}

/// Puts an address into somebody's book. Where there is no default, it becomes the default.
///
/// # Errors
/// What is wrong with it, each at its field; `Invalid` where the book is full.
pub async fn create(
    app: &AppContext,
    viewer: &Viewer,
    whose: Whose,
    (input, defaults): (AddressInput, Defaults),
) -> Result<(AccountId, AddressId)> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM customer_address WHERE account_id = $1");
    static INSERT: Sql = Sql::new(
        "INSERT INTO customer_address (id, account_id, sealed, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
    );
    let lines = input.over(Lines::default())?;
    let change = app.begin().await?;
    let person = hold(&change, viewer, whose).await?;
    let row = COUNT.one(&change.tx, [person.0.into()]).await?;
    if row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))? >= MOST {
        let message = format!("an address book has at most {MOST} addresses");
        return Err(Problems::one(Reason::Invalid, &[], message));
    }
    let id = AddressId::generate();
    let sealed = seal(&vault(app, &change.tx, person).await?, id, &lines)?;
    INSERT.run(&change.tx, [id.0.into(), person.0.into(), sealed.into(), change.now.0.into()]).await?;
    mark(&change, person, id, defaults, true).await?;
    finish(change, person).await?;
    Ok((person, id))
}

/// Changes an address.
///
/// # Errors
/// What is wrong with it, each at its field; `NotFound` at `id` where the customer has no such address.
pub async fn update(
    app: &AppContext,
    viewer: &Viewer,
    (whose, id): (Whose, AddressId),
    (input, defaults): (AddressInput, Defaults),
) -> Result<AccountId> {
    static FIND: Sql = Sql::new("SELECT sealed FROM customer_address WHERE id = $1 AND account_id = $2");
    static UPDATE: Sql = Sql::new("UPDATE customer_address SET sealed = $2, updated_at = $3 WHERE id = $1");
    let change = app.begin().await?;
    let person = hold(&change, viewer, whose).await?;
    let row = FIND.one(&change.tx, [id.0.into(), person.0.into()]).await?.ok_or_else(missing)?;
    let vault = vault(app, &change.tx, person).await?;
    let lines = input.over(open(&vault, id, row.try_get_by_index::<String>(0)?.as_str())?)?;
    UPDATE.run(&change.tx, [id.0.into(), seal(&vault, id, &lines)?.into(), change.now.0.into()]).await?;
    mark(&change, person, id, defaults, false).await?;
    finish(change, person).await?;
    Ok(person)
}

/// Takes an address out of the book. A default that goes is followed by none.
///
/// # Errors
/// `NotFound` at `id` where the customer has no such address.
pub async fn delete(app: &AppContext, viewer: &Viewer, whose: Whose, id: AddressId) -> Result<AccountId> {
    static DELETE: Sql = Sql::new("DELETE FROM customer_address WHERE id = $1 AND account_id = $2");
    let change = app.begin().await?;
    let person = hold(&change, viewer, whose).await?;
    if DELETE.run(&change.tx, [id.0.into(), person.0.into()]).await? == 0 {
        return Err(missing());
    }
    let none = Defaults { shipping: Some(false), billing: Some(false) };
    mark(&change, person, id, none, false).await?;
    finish(change, person).await?;
    Ok(person)
}

fn missing() -> Error {
    Problems::one(Reason::NotFound, &[&"id"], "there is no such address")
}

/// Makes an address the default or not. Where `fills`, it becomes it if there is none and nobody says no.
async fn mark(
    change: &Change<'_>,
    person: AccountId,
    id: AddressId,
    defaults: Defaults,
    fills: bool,
) -> Result<()> {
    static THERE: Sql =
        Sql::new("INSERT INTO customer_profile (account_id) VALUES ($1) ON CONFLICT DO NOTHING");
    static SHIPPING: Sql =
        Sql::new("UPDATE customer_profile SET default_shipping = $2 WHERE account_id = $1");
    static BILLING: Sql = Sql::new("UPDATE customer_profile SET default_billing = $2 WHERE account_id = $1");
    static FILL_SHIPPING: Sql = Sql::new(
        "UPDATE customer_profile SET default_shipping = $2 WHERE account_id = $1 AND default_shipping IS NULL",
    );
    static FILL_BILLING: Sql = Sql::new(
        "UPDATE customer_profile SET default_billing = $2 WHERE account_id = $1 AND default_billing IS NULL",
    );
    static CLEAR_SHIPPING: Sql = Sql::new(
        "UPDATE customer_profile SET default_shipping = NULL WHERE account_id = $1 AND default_shipping = $2",
    );
    static CLEAR_BILLING: Sql = Sql::new(
        "UPDATE customer_profile SET default_billing = NULL WHERE account_id = $1 AND default_billing = $2",
    );
    THERE.run(&change.tx, [person.0.into()]).await?;
    for (wish, set, fill, clear) in [
        (defaults.shipping, &SHIPPING, &FILL_SHIPPING, &CLEAR_SHIPPING),
        (defaults.billing, &BILLING, &FILL_BILLING, &CLEAR_BILLING),
    ] {
        let statement = match wish {
            Some(true) => set,
            Some(false) => clear,
            None if fills => fill,
            None => continue,
        };
        statement.run(&change.tx, [person.0.into(), id.0.into()]).await?;
    }
    Ok(())
}

async fn finish(change: Change<'_>, person: AccountId) -> Result<()> {
    events::publish(&change, Event::AccountChanged, [person.0]).await?;
    change.commit().await
}

/// The address books of customers, the oldest address first; at most 50 each. Two statements.
pub async fn of_customers(
    app: &AppContext,
    customers: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Vec<Address>>> {
    static READ: Sql = Sql::new(
        "SELECT a.account_id, a.id, a.sealed, a.created_at, a.updated_at, \
         p.default_shipping = a.id AS ships, p.default_billing = a.id AS bills FROM {uuids $1} k \
         JOIN customer_address a ON a.account_id = k.id LEFT JOIN customer_profile p ON p.account_id = k.id \
         ORDER BY a.account_id, a.created_at, a.id",
    );
    let db = app.db.read()?;
    let vaults = vaults(app, db, customers).await?;
    let ids = uuids(sea_orm::ConnectionTrait::get_database_backend(db), vaults.keys().map(|id| id.0));
    let mut books: HashMap<AccountId, Vec<Address>> = HashMap::new();
    for row in READ.all(db, [ids]).await? {
        let person: AccountId = row.try_get_by_index(0)?;
        let Some(vault) = vaults.get(&person) else { continue };
        let id = row.try_get_by_index(1)?;
        let flag =
            |at| Ok::<bool, sea_orm::DbErr>(row.try_get_by_index::<Option<bool>>(at)?.unwrap_or(false));
        books.entry(person).or_default().push(Address {
            id,
            lines: open(vault, id, row.try_get_by_index::<String>(2)?.as_str())?,
            created_at: row.try_get_by_index(3)?,
            updated_at: row.try_get_by_index(4)?,
            is_default_shipping: flag(5)?,
            is_default_billing: flag(6)?,
        });
    }
    Ok(books)
}

fn place(id: AddressId) -> String {
    format!("customer_address.sealed/{}", id.0)
}

fn seal(vault: &Vault, id: AddressId, lines: &Lines) -> Result<String> {
    vault.seal(&place(id), &serde_json::to_string(lines).map_err(Error::internal)?)
}

fn open(vault: &Vault, id: AddressId, sealed: &str) -> Result<Lines> {
    serde_json::from_str(&vault.open(&place(id), sealed)?).map_err(Error::internal)
}
