//! Sealing and opening what other modules keep about a person, under the person's own key.
//!
//! Whoever reads personal data beside the account itself comes through [`vaults`].

use std::collections::HashMap;

use entity::id::AccountId;

use super::{Identity, accounts};
use crate::infrastructure::database::RowSource;
use crate::infrastructure::secrets::Key;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Error, Result};

/// The key of one person: with it their data is sealed and opened. Gone with their account.
#[derive(Debug)]
pub struct Vault {
    account: AccountId,
    key: Key,
}

impl Vault {
    /// Seals a text for one place: table and column, and the row where a person has several.
    pub fn seal(&self, place: &str, text: &str) -> Result<String> {
        Ok(self.key.seal(text.as_bytes(), &self.at(place))?)
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// [`Error::Internal`] where it was changed, or sealed for somebody else.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String> {
        Ok(self.key.open_text(sealed, &self.at(place))?)
    }

    /// The key of a person whose account the change has found.
    pub(super) async fn within(change: &Change<'_>, identity: &Identity, person: AccountId) -> Result<Self> {
        Ok(Self { account: person, key: accounts::data_key(change, identity, person).await? })
    }

    fn at(&self, place: &str) -> String {
        format!("{place}:{}", self.account.0)
    }
}

/// The keys of people, those who are gone left out: one statement.
pub async fn vaults(
    app: &AppContext,
    db: &impl RowSource,
    people: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Vault>> {
    static KEYS: Sql =
        Sql::new("SELECT d.account_id, d.sealed FROM {uuids $1} k JOIN data_key d ON d.account_id = k.id");
    let identity = app.identity()?;
    let ids = uuids(db.get_database_backend(), people.into_iter().map(|id| id.0));
    let mut vaults = HashMap::new();
    for row in KEYS.all(db, [ids]).await? {
        let account = row.try_get_by_index(0)?;
        let key = accounts::open_key(identity, account, row.try_get_by_index::<String>(1)?.as_str())?;
        vaults.insert(account, Vault { account, key });
    }
    Ok(vaults)
}

/// The key of one person who has an account.
///
/// # Errors
/// [`Error::Unauthenticated`] where the account is gone.
pub async fn vault(app: &AppContext, db: &impl RowSource, person: AccountId) -> Result<Vault> {
    vaults(app, db, [person]).await?.remove(&person).ok_or(Error::Unauthenticated)
}
