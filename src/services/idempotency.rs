//! Changes that happen once, however often they are sent: by a key that the caller makes up.

use entity::time::DAY;
use sea_orm::DbErr;
use serde_json::Value as Json;

use super::sql::Sql;
use super::{Change, Error, Problems, Reason, Result, Viewer};
use crate::infrastructure::digest;

/// How long a key is remembered, in microseconds.
pub const KEPT: i64 = 7 * DAY;

/// Letters in a key.
const LONGEST: usize = 255;

/// What a key stands for.
#[derive(Debug)]
pub enum Claim {
    /// Nothing yet: the change has to be made.
    New(Ticket),
    /// The same change was made before, and this came of it.
    Made(Json),
}

/// The right to make a change under a key. It ends with the change that it was given in: a change that fails
/// leaves no trace of the key either.
#[derive(Debug)]
pub struct Ticket {
    viewer: String,
    key: String,
}

/// Claims a key of the viewer's for a change with an input. Who sends the same at the same moment waits.
///
/// # Errors
/// At `idempotencyKey` where it is no key, or was used for something else.
pub async fn claim(
    change: &Change<'_>,
    viewer: &Viewer,
    name: &str,
    key: &str,
    input: &Json,
) -> Result<Claim> {
    static CLAIM: Sql = Sql::new(
        "INSERT INTO idempotency_key (viewer, key, change, input_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING",
    );
    static FOUND: Sql =
        Sql::new("SELECT change, input_hash, outcome FROM idempotency_key WHERE viewer = $1 AND key = $2");
    let refused = |message| Problems::one(Reason::Invalid, &[&"idempotencyKey"], message);
    if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused("a key has 1 to 255 visible characters of ASCII"));
    }
    let ticket = Ticket { viewer: name_of(viewer), key: key.to_owned() };
    let hash = digest::sha256(input.to_string().as_bytes());
    let (viewer, key) = (ticket.viewer.clone(), ticket.key.clone());
    let values = [viewer.clone().into(), key.clone().into(), name.into(), hash.clone().into()];
    if CLAIM.run(&change.tx, values.into_iter().chain([change.now.0.into()])).await? > 0 {
        return Ok(Claim::New(ticket));
    }
    let row = FOUND.one(&change.tx, [viewer.into(), key.into()]).await?;
    // Removed for its age between the two statements: a later try finds it gone.
    let row = row.ok_or(Error::Unavailable)?;
    let (made, made_of): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    if made != name || made_of != hash {
        return Err(refused("the key was used for another change, or with another input"));
    }
    let outcome: Option<String> = row.try_get_by_index(2)?;
    let outcome = outcome.ok_or_else(|| DbErr::Custom("a key without an outcome".to_owned()))?;
    Ok(Claim::Made(serde_json::from_str(&outcome).map_err(Error::internal)?))
}

impl Ticket {
    /// Keeps what came of the change, which is about to be committed.
    pub async fn made(self, change: &Change<'_>, outcome: &Json) -> Result<()> {
        static MADE: Sql = Sql::new("UPDATE idempotency_key SET outcome = $3 WHERE viewer = $1 AND key = $2");
        MADE.run(&change.tx, [self.viewer.into(), self.key.into(), outcome.to_string().into()]).await?;
        Ok(())
    }
}

/// Forgets keys that are older than a moment, at most a thousand, and answers how many there were.
pub async fn forget(change: &Change<'_>, before: entity::time::Timestamp) -> Result<u64> {
    static FORGET: Sql = Sql::new(
        "DELETE FROM idempotency_key WHERE (viewer, key) IN \
         (SELECT viewer, key FROM idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT 1000)",
    );
    Ok(FORGET.run(&change.tx, [before.0.into()]).await?)
}

/// Whose keys they are: those of different viewers do not meet.
fn name_of(viewer: &Viewer) -> String {
    match viewer {
        Viewer::Anonymous => "anonymous".to_owned(),
        Viewer::Customer { account, .. } | Viewer::Staff { account, .. } => format!("account:{}", account.0),
        Viewer::App { token, .. } => format!("app:{}", token.0),
        Viewer::Operator => "operator".to_owned(),
    }
}
