//! Accounts of customers, for the modules that know more about them.

use entity::id::AccountId;
use sea_orm::{DbErr, Value};

use super::AccountKind;
use super::accounts::{self, Account, Edit};
use super::input::{self, Email};
use crate::services::keyset::{Key, Keyset, SortValue};
use crate::services::page::{Page, Window};
use crate::services::sql::{self, Sql};
use crate::services::{AppContext, Change, Problems, Reason, Result};

impl Account {
    /// Its place among accounts, sorted by their age.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.created_at.0)], id: self.id.0 }
    }
}

const NEWEST: Keyset = Keyset { columns: &["a.created_at", "a.id"], descending: true };

/// Customers, the newest first: two statements.
pub async fn customers(app: &AppContext, window: &Window<Key>) -> Result<Page<Account>> {
    let mut values: Vec<Value> = Vec::new();
    let bounds = NEWEST.bounds(window, &mut values);
    let (order, limit) = (NEWEST.order(window), window.fetch());
    let text = format!("SELECT a.id FROM account a WHERE a.kind = 0{bounds} ORDER BY {order} LIMIT {limit}");
    let rows = sql::all(app.db.read()?, &text, values).await?;
    let ids = rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<std::result::Result<Vec<AccountId>, DbErr>>()?;
    let page = Page::of(ids, window);
    let mut found: std::collections::HashMap<_, _> = accounts::of_accounts(app, page.rows.iter().copied())
        .await?
        .into_iter()
        .map(|it| (it.id, it))
        .collect();
    let rows = page.rows.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Page { rows, has_next: page.has_next, has_previous: page.has_previous })
}

/// How many customers there are.
pub async fn count_customers(app: &AppContext) -> Result<i64> {
    static COUNT: Sql = Sql::new("SELECT count(*) FROM account WHERE kind = 0");
    let row = COUNT.one(app.db.read()?, []).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// The customer with exactly this address, whatever case it is written in. It is found by its keyed hash.
pub async fn customer_by_email(app: &AppContext, email: &str) -> Result<Option<Account>> {
    let Some(email) = Email::parse(email) else { return Ok(None) };
    let row = accounts::by_email(app.identity()?, app.db.read()?, AccountKind::Customer, &email).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(accounts::of_accounts(app, [row.id]).await?.pop())
}

/// Holds the account of a customer for a change, in whoever's name it is made: until it ends, nobody else changes or
/// erases it. Whether there is such a customer.
pub async fn hold_customer(change: &Change<'_>, id: AccountId) -> Result<bool> {
    let row = accounts::locked(change, id).await?;
    Ok(row.is_some_and(|row| row.kind == AccountKind::Customer))
}

/// Changes what a customer is called and the language of mails to them, in an account that the change holds.
///
/// # Errors
/// What is wrong, at `name` and `language`.
pub async fn set_name(
    app: &AppContext,
    change: &Change<'_>,
    id: AccountId,
    (name, language): (Option<&str>, Option<&str>),
) -> Result<()> {
    let mut problems = Problems::default();
    let name = name.map(|name| {
        if name.trim().is_empty() { String::new() } else { input::name(&mut problems, &[&"name"], name) }
    });
    if let Some(language) = language {
        crate::services::check::language(&mut problems, &[&"language"], language);
    }
    problems.none()?;
    let row = accounts::locked(change, id).await?;
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such customer"))?;
    let edit = Edit { name: name.as_deref(), language, ..Edit::default() };
    accounts::edit(change, app.identity()?, row, edit).await
}

/// A customer's account, opened within a change.
pub async fn of_customer(app: &AppContext, change: &Change<'_>, id: AccountId) -> Result<Option<Account>> {
    Ok(accounts::read(app.identity()?, &change.tx, [id]).await?.pop())
}
