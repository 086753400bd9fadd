//! What the operator's keys have sealed: whether they open it, which of them is still needed, and sealing it anew.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use entity::id::{AccountId, SessionId};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{accounts, codes, keys, refresh, state};
use crate::infrastructure::database::RowSource;
use crate::infrastructure::secrets::{KeyRing, sealed_by};
use crate::services::doctor::Finding;
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Error, Result};

/// Rows that are looked at in one go.
const LOOKED_AT: i64 = 1_000;

/// Rows that are sealed anew in one change: some milliseconds.
const AT_ONCE: i64 = 100;

/// The shortest time that others have the writer for themselves between two changes.
const PAUSE: Duration = Duration::from_millis(5);

/// How often a chunk is tried again where the database is too busy: for some seconds in all.
const TRIES: u32 = 9;

/// A column that holds what the ring has sealed.
struct Column {
    /// What it is called in what people read.
    name: &'static str,
    /// A page of keys and sealed texts after a key: `$1` the key, `$2` how many.
    page: Sql,
    /// Puts another text in place of one: `$1` the key, `$2` the text that was read, `$3` the new one.
    replace: Sql,
    kind: Kind,
    place: fn(&RowKey) -> String,
}

#[derive(Clone, Copy)]
enum Kind {
    Uuid,
    Text,
}

/// The key of a row.
#[derive(Clone, Debug)]
enum RowKey {
    Uuid(Uuid),
    Text(String),
}

impl RowKey {
    fn first(kind: Kind) -> Self {
        match kind {
            Kind::Uuid => Self::Uuid(Uuid::nil()),
            Kind::Text => Self::Text(String::new()),
        }
    }

    fn read(row: &QueryResult, kind: Kind) -> std::result::Result<Self, DbErr> {
        Ok(match kind {
            Kind::Uuid => Self::Uuid(row.try_get_by_index(0)?),
            Kind::Text => Self::Text(row.try_get_by_index(0)?),
        })
    }

    fn value(&self) -> Value {
        match self {
            Self::Uuid(key) => (*key).into(),
            Self::Text(key) => key.clone().into(),
        }
    }

    fn uuid(&self) -> Uuid {
        if let Self::Uuid(key) = self { *key } else { Uuid::nil() }
    }

    fn text(&self) -> &str {
        if let Self::Text(key) = self { key } else { "" }
    }
}

static COLUMNS: [Column; 5] = [
    Column {
        name: "lookup key",
        page: Sql::new(
            "SELECT CAST(id AS text), sealed FROM lookup_key WHERE CAST(id AS text) > $1 ORDER BY 1 LIMIT $2",
        ),
        replace: Sql::new("UPDATE lookup_key SET sealed = $3 WHERE CAST(id AS text) = $1 AND sealed = $2"),
        kind: Kind::Text,
        place: |_| state::LOOKUP_KEY.to_owned(),
    },
    Column {
        name: "signing keys",
        page: Sql::new("SELECT kid, private_key FROM signing_key WHERE kid > $1 ORDER BY kid LIMIT $2"),
        replace: Sql::new("UPDATE signing_key SET private_key = $3 WHERE kid = $1 AND private_key = $2"),
        kind: Kind::Text,
        place: |key| keys::place(key.text()),
    },
    Column {
        name: "keys of people",
        page: Sql::new(
            "SELECT account_id, sealed FROM data_key WHERE account_id > $1 ORDER BY account_id LIMIT $2",
        ),
        replace: Sql::new("UPDATE data_key SET sealed = $3 WHERE account_id = $1 AND sealed = $2"),
        kind: Kind::Uuid,
        place: |key| accounts::place(AccountId(key.uuid()), "data_key"),
    },
    Column {
        name: "refresh tokens",
        page: Sql::new(
            "SELECT id, successor FROM session WHERE id > $1 AND successor IS NOT NULL ORDER BY id LIMIT $2",
        ),
        replace: Sql::new("UPDATE session SET successor = $3 WHERE id = $1 AND successor = $2"),
        kind: Kind::Uuid,
        place: |key| refresh::place_of(SessionId(key.uuid())),
    },
    Column {
        name: "codes",
        page: Sql::new("SELECT hash, payload FROM one_time_code WHERE hash > $1 ORDER BY hash LIMIT $2"),
        replace: Sql::new("UPDATE one_time_code SET payload = $3 WHERE hash = $1 AND payload = $2"),
        kind: Kind::Text,
        place: |key| codes::place(key.text()),
    },
];

impl Column {
    async fn after(&self, db: &impl RowSource, key: &RowKey, limit: i64) -> Result<Vec<(RowKey, String)>> {
        let rows = self.page.all(db, [key.value(), limit.into()]).await?;
        let read = |row: &QueryResult| Ok((RowKey::read(row, self.kind)?, row.try_get_by_index(1)?));
        Ok(rows.iter().map(read).collect::<std::result::Result<_, DbErr>>()?)
    }
}

/// How much one of the operator's keys has sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBy {
    /// The key's name, by which `vitrine keys list` tells keys apart.
    pub key: String,
    /// Rows that it sealed.
    pub rows: u64,
}

/// How much each of the operator's keys has sealed, by the keys' names; what is none of ours stands under an empty name.
pub async fn sealed(app: &AppContext) -> Result<Vec<SealedBy>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    each(app, |_, _, text| *counts.entry(sealed_by(text).unwrap_or_default()).or_default() += 1).await?;
    Ok(counts.into_iter().map(|(key, rows)| SealedBy { key, rows }).collect())
}

async fn each(app: &AppContext, mut look: impl FnMut(&Column, &RowKey, &str)) -> Result<()> {
    for column in &COLUMNS {
        let mut at = RowKey::first(column.kind);
        loop {
            let rows = column.after(app.db.read()?, &at, LOOKED_AT).await?;
            let Some((last, _)) = rows.last() else { break };
            at = last.clone();
            for (key, text) in &rows {
                look(column, key, text);
            }
        }
    }
    Ok(())
}

/// Tries the keys on everything that they have sealed.
///
/// # Errors
/// Where the database cannot be read.
pub async fn examine(app: &AppContext, ring: &KeyRing) -> Result<Vec<Finding>> {
    let names = ring.names();
    let (mut total, mut broken) = (0_u64, 0_u64);
    let mut former: BTreeMap<String, u64> = BTreeMap::new();
    each(app, |column, key, text| {
        total += 1;
        broken += u64::from(ring.open(text, &(column.place)(key)).is_err());
        let name = sealed_by(text).unwrap_or_default();
        if Some(&name) != names.first() {
            *former.entry(name).or_default() += 1;
        }
    })
    .await?;
    let text = match broken {
        0 => format!("the keys that are set open all that is sealed ({total} rows)"),
        _ => format!("the keys that are set do not open {broken} of {total} sealed rows"),
    };
    let mut findings = vec![Finding { is_fine: broken == 0, text }];
    for name in names.iter().skip(1) {
        let text = match former.get(name) {
            Some(rows) => {
                format!("the former key {name} is needed for {rows} rows: run `vitrine keys rotate data`")
            }
            None => format!(
                "nothing is sealed with the former key {name} any more but audit entries: without it they cannot be verified"
            ),
        };
        findings.push(Finding { is_fine: true, text });
    }
    Ok(findings)
}

/// How far sealing anew has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being sealed.
    pub what: &'static str,
    /// Rows that were looked at.
    pub looked_at: u64,
    /// Rows of those that were sealed anew.
    pub resealed: u64,
}

/// Seals everything that a former key has sealed with the first key of the ring, a few rows in each change, with pauses
/// as long as the changes. Auditors find one entry for all of it, once it is done. What another process changes meanwhile is left as it wrote it. Cut off at any point and run
/// again it goes on where it was: a row is either as it was or as it should be.
///
/// # Errors
/// Where a row does not open with any key: then nothing of that chunk is changed, and what was sealed anew stays so.
pub async fn reseal(app: &AppContext, ring: &KeyRing, mut tell: impl FnMut(Progress)) -> Result<Progress> {
    let current = ring.names().into_iter().next();
    let mut done = Progress::default();
    for column in &COLUMNS {
        done.what = column.name;
        let mut at = RowKey::first(column.kind);
        loop {
            let rows = column.after(app.db.read()?, &at, LOOKED_AT).await?;
            let Some((last, _)) = rows.last() else { break };
            at = last.clone();
            done.looked_at += u64::try_from(rows.len()).unwrap_or_default();
            let old: Vec<_> = rows.into_iter().filter(|(_, text)| sealed_by(text) != current).collect();
            for chunk in old.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
                let began = Instant::now();
                done.resealed += patiently(app, ring, column, chunk).await?;
                tell(done);
                tokio::time::sleep(began.elapsed().max(PAUSE)).await;
            }
        }
    }
    if done.resealed > 0 {
        let change = app.begin().await?;
        let told = Fields::default().with("sealedAnew", done.resealed);
        change.told("data_key", &current.unwrap_or_default(), None, Some(&told));
        change.commit().await?;
    }
    Ok(done)
}

/// Seals a chunk anew; where the database is too busy just now, a moment later.
async fn patiently(
    app: &AppContext,
    ring: &KeyRing,
    column: &Column,
    rows: &[(RowKey, String)],
) -> Result<u64> {
    let mut pause = PAUSE;
    for _ in 0..TRIES {
        match replace(app, ring, column, rows).await {
            Err(Error::Unavailable) => tokio::time::sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
    replace(app, ring, column, rows).await
}

async fn replace(
    app: &AppContext,
    ring: &KeyRing,
    column: &Column,
    rows: &[(RowKey, String)],
) -> Result<u64> {
    // Sealed before the writer is taken: the arithmetic holds nobody up.
    let mut new = Vec::with_capacity(rows.len());
    for (key, text) in rows {
        let place = (column.place)(key);
        let opened = ring.open(text, &place).map_err(|_| {
            Error::internal(format!("one of the {} does not open with the keys that are set", column.name))
        })?;
        new.push(ring.seal(&opened, &place)?);
    }
    let change = app.begin_upkeep().await?;
    let mut replaced = 0;
    for ((key, old), new) in rows.iter().zip(new) {
        replaced += column.replace.run(&change.tx, [key.value(), old.as_str().into(), new.into()]).await?;
    }
    change.commit().await?;
    Ok(replaced)
}
