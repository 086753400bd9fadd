//! The words of reviews that are not published, sealed under their authors' own keys: they go for good when the key does.
//!
//! Published words are readable, because everybody reads them. So are those of reviews that came without an account, as the
//! sample shop's do: they are nobody's, and there is no key to seal them under.

use std::collections::HashMap;

use entity::id::ReviewId;
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::services::bulk::key;
use crate::services::identity::Vault;
use crate::services::sql::{self, Sql};
use crate::services::{Change, Error, Result};

/// What a review says, and what its author is told about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub title: String,
    pub body: String,
    pub note: String,
}

impl Content {
    /// Reads the columns title, body, note and sealed, which begin at a place.
    pub fn read(row: &QueryResult, at: usize, id: ReviewId, vault: Option<&Vault>) -> Result<Self> {
        match (row.try_get_by_index::<Option<String>>(at + 3)?, vault) {
            (None, _) => Ok(Self {
                title: row.try_get_by_index(at)?,
                body: row.try_get_by_index(at + 1)?,
                note: row.try_get_by_index(at + 2)?,
            }),
            (Some(sealed), Some(vault)) => Self::open(vault, id, &sealed),
            (Some(_), None) => Err(Error::internal("a review is sealed, and its author has no key")),
        }
    }

    /// Opens what is kept of a review that is not published.
    pub fn open(vault: &Vault, id: ReviewId, sealed: &str) -> Result<Self> {
        serde_json::from_str(&vault.open(&place(id), sealed)?).map_err(Error::internal)
    }

    /// What is kept of a review that is not published; its readable columns are empty.
    pub fn seal(&self, vault: &Vault, id: ReviewId) -> Result<String> {
        vault.seal(&place(id), &serde_json::to_string(self).map_err(Error::internal)?)
    }
}

fn place(id: ReviewId) -> String {
    format!("review.sealed/{}", id.0)
}

/// Seals what was published until now: one statement.
pub(super) async fn seal_all(
    change: &Change<'_>,
    vault: &Vault,
    reviews: &HashMap<ReviewId, Content>,
) -> Result<()> {
    static SEAL: Sql = Sql::new(
        "UPDATE review SET title = '', body = '', note = '', sealed = s.sealed FROM (SELECT \
         {lateral}(value->>0)::uuid AS id, value->>1 AS sealed FROM jsonb_array_elements($1::jsonb)\
         {window}unhex(value->>0) AS id, value->>1 AS sealed FROM json_each($1){end}) s WHERE review.id = s.id",
    );
    let sealed = reviews.iter().map(|(id, content)| Ok(json!([key(id.0), content.seal(vault, *id)?])));
    let sealed = sealed.collect::<Result<Vec<_>>>()?;
    SEAL.run(&change.tx, [sql::rows(sealed)]).await?;
    Ok(())
}
