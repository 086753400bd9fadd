//! What customers consent to. Every change is kept with its time and where it was asked, because a shop has to be able
//! to show it; the newest for each purpose counts.

use std::collections::HashMap;

use entity::customers::consent_change::ConsentPurpose;
use entity::id::{AccountId, ConsentChangeId};
use entity::time::Timestamp;
use sea_orm::ConnectionTrait;

use super::{Whose, hold};
use crate::services::events::{self, Event};
use crate::services::identity::{vault, vaults};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Problems, Result, Viewer, text};

const LONGEST_SOURCE: usize = 100;

/// Changes for each purpose that are kept, the newest.
const KEPT: i64 = 100;

/// A consent that was given or taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Whether it was given.
    pub is_given: bool,
    /// Where it was asked; empty where nobody said.
    pub source: String,
    /// Whether staff wrote it down for the customer.
    pub by_staff: bool,
    /// When.
    pub changed_at: Timestamp,
}

/// A consent to be given or taken back.
#[derive(Clone, Debug)]
pub struct ConsentChange {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Whether it is given.
    pub is_given: bool,
    /// Where it was asked, at most 100 characters.
    pub source: Option<String>,
}

/// Writes down that a customer consents to something, or does not any more. What is so already is written down once.
///
/// # Errors
/// `Invalid` at `source` where it is too long.
pub async fn set_consent(
    app: &AppContext,
    viewer: &Viewer,
    whose: Whose,
    wish: ConsentChange,
) -> Result<AccountId> {
    static NEWEST: Sql = Sql::new(
        "SELECT is_given FROM consent_change WHERE account_id = $1 AND purpose = $2 \
         ORDER BY created_at DESC, id DESC LIMIT 1",
    );
    static INSERT: Sql = Sql::new(
        "INSERT INTO consent_change (id, account_id, purpose, is_given, source, by_staff, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    static TIDY: Sql = Sql::new(
        "DELETE FROM consent_change WHERE account_id = $1 AND purpose = $2 AND id NOT IN \
         (SELECT id FROM consent_change WHERE account_id = $1 AND purpose = $2 \
         ORDER BY created_at DESC, id DESC LIMIT $3)",
    );
    let mut problems = Problems::default();
    let source = wish.source.unwrap_or_default();
    let source = text::line(&mut problems, &[&"source"], &source, 0..=LONGEST_SOURCE).unwrap_or_default();
    problems.none()?;
    let change = app.begin().await?;
    let person = hold(&change, viewer, whose).await?;
    let purpose = i32::from(number(wish.purpose));
    let before = NEWEST.one(&change.tx, [person.0.into(), purpose.into()]).await?;
    let before = before.map(|row| row.try_get_by_index::<bool>(0)).transpose()?;
    if before.unwrap_or(false) != wish.is_given || before.is_none() {
        let id = ConsentChangeId::generate();
        let source = vault(app, &change.tx, person).await?.seal(&place(id), &source)?;
        let values = [
            id.0.into(),
            person.0.into(),
            purpose.into(),
            wish.is_given.into(),
            source.into(),
            (whose != Whose::Own).into(),
            change.now.0.into(),
        ];
        let told = |is_given: Option<bool>| Fields::default().with(word(wish.purpose), is_given);
        change.changed(person, &told(before), &told(Some(wish.is_given)));
        INSERT.run(&change.tx, values).await?;
        TIDY.run(&change.tx, [person.0.into(), purpose.into(), KEPT.into()]).await?;
        events::publish(&change, Event::AccountChanged, [person.0]).await?;
    }
    change.commit().await?;
    Ok(person)
}

/// All that customers consented to and took back, the newest first: two statements.
pub async fn consents_of(
    app: &AppContext,
    customers: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Vec<Consent>>> {
    static READ: Sql = Sql::new(
        "SELECT c.account_id, c.purpose, c.is_given, c.source, c.by_staff, c.created_at, c.id FROM {uuids $1} k \
         JOIN consent_change c ON c.account_id = k.id ORDER BY c.created_at DESC, c.id DESC",
    );
    let db = app.db.read()?;
    let vaults = vaults(app, db, customers).await?;
    let ids = uuids(db.get_database_backend(), vaults.keys().map(|id| id.0));
    let mut consents: HashMap<AccountId, Vec<Consent>> = HashMap::new();
    for row in READ.all(db, [ids]).await? {
        let person: AccountId = row.try_get_by_index(0)?;
        let Some(vault) = vaults.get(&person) else { continue };
        let place = place(row.try_get_by_index(6)?);
        consents.entry(person).or_default().push(Consent {
            purpose: row.try_get_by_index(1)?,
            is_given: row.try_get_by_index(2)?,
            source: vault.open(&place, row.try_get_by_index::<String>(3)?.as_str())?,
            by_staff: row.try_get_by_index(4)?,
            changed_at: row.try_get_by_index(5)?,
        });
    }
    Ok(consents)
}

fn place(id: ConsentChangeId) -> String {
    format!("consent_change.source/{}", id.0)
}

fn number(purpose: ConsentPurpose) -> i16 {
    sea_orm::ActiveEnum::into_value(purpose)
}

/// What a purpose is called in exported files.
pub(super) fn word(purpose: ConsentPurpose) -> &'static str {
    match purpose {
        ConsentPurpose::EmailMarketing => "emailMarketing",
        ConsentPurpose::SmsMarketing => "smsMarketing",
        ConsentPurpose::Analytics => "analytics",
    }
}
