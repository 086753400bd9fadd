//! Keys that sign access tokens: one signs, those before it verify until their last token has expired.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::identity::signing_key;
use entity::time::{SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::Identity;
use crate::infrastructure::database::RowSource;
use crate::infrastructure::tokens::{LEEWAY, SigningKey, TimedKey};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Result};

/// How long others may keep our public keys (`Cache-Control` of `/.well-known/jwks.json`), and a minute more: by then
/// everybody knows a new key.
const ANNOUNCED: i64 = 6 * 60 * SECOND;
/// By then our own processes know it.
const HURRIED: i64 = 10 * SECOND;
/// The longest that an access token can be good.
const LONGEST_ACCESS: i64 = 15 * 60 * SECOND;
/// How often a key that is not known makes us look again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A key, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Its name in tokens.
    pub kid: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it signs.
    pub signs_from: Timestamp,
    /// Until when the tokens that it signed are believed; absent for the newest.
    pub verifies_until: Option<Timestamp>,
}

/// Makes the first key where there is none, and takes all keys to memory.
pub(super) async fn ensure(app: &AppContext, identity: &Identity) -> Result<()> {
    if load(app, identity).await? == 0 {
        let change = app.begin().await?;
        if newest(&change.tx).await?.is_none() {
            insert(&change, identity, change.now).await?;
        }
        change.commit().await?;
        load(app, identity).await?;
    }
    Ok(())
}

/// Takes all keys that count to memory, and tells how many there are.
pub(super) async fn load(app: &AppContext, identity: &Identity) -> Result<usize> {
    let now = app.now();
    let rows = signing_key::Entity::find().all(app.db.read()?).await?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| row.retired_at.is_none_or(|until| until > now)) {
        let private = identity.ring.open(&row.private_key, &place(&row.kid))?;
        let key = Arc::new(SigningKey::read(&row.kid, &private)?);
        keys.push(TimedKey { key, signs_from: row.signs_from.0 / SECOND });
    }
    let count = keys.len();
    identity.tokens.set_keys(keys);
    Ok(count)
}

/// Looks whether another process made a key, at most once a second however many ask.
pub(super) async fn look_again(app: &AppContext, identity: &Identity) -> Result<()> {
    let mut reloaded = identity.reloaded.lock().await;
    if reloaded.is_none_or(|at| at.elapsed() >= LOOK_AGAIN) {
        load(app, identity).await?;
        *reloaded = Some(Instant::now());
    }
    Ok(())
}

/// Makes a new key. It signs once everybody who verifies our tokens knows it, or, `at_once`, as soon as our own
/// processes do; the keys before it verify until their last token has expired.
pub async fn rotate_signing_key(app: &AppContext, at_once: bool) -> Result<SigningKeyRow> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let signs_from = change.now.plus(if at_once { HURRIED } else { ANNOUNCED });
    // A key that would have signed only later never signs: its place is taken.
    signing_key::Entity::delete_many()
        .filter(signing_key::Column::SignsFrom.gt(signs_from.0))
        .exec(&change.tx)
        .await?;
    let kid = insert(&change, identity, signs_from).await?;
    let until = signs_from.plus(LONGEST_ACCESS + LEEWAY * SECOND);
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiredAt, Expr::value(until.0))
        .filter(signing_key::Column::Kid.ne(&kid))
        .filter(signing_key::Column::RetiredAt.is_null())
        .exec(&change.tx)
        .await?;
    signing_key::Entity::delete_many()
        .filter(signing_key::Column::RetiredAt.lt(change.now.0))
        .exec(&change.tx)
        .await?;
    let told = Fields::default().with("signsFrom", signs_from.to_string());
    change.told("signing_key", &kid, None, Some(&told));
    events::publish(&change, Event::SigningKeysChanged, [Uuid::nil()]).await?;
    let created_at = change.now;
    change.commit().await?;
    load(app, identity).await?;
    Ok(SigningKeyRow { kid, created_at, signs_from, verifies_until: None })
}

/// All keys, the newest first.
pub async fn signing_keys(app: &AppContext) -> Result<Vec<SigningKeyRow>> {
    let rows =
        signing_key::Entity::find().order_by_desc(signing_key::Column::SignsFrom).all(app.db.read()?).await?;
    let shown = |row: signing_key::Model| SigningKeyRow {
        kid: row.kid,
        created_at: row.created_at,
        signs_from: row.signs_from,
        verifies_until: row.retired_at,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The public halves as a JSON Web Key Set.
pub fn key_set(app: &AppContext) -> Result<String> {
    Ok(app.identity()?.tokens.key_set())
}

async fn newest(db: &impl RowSource) -> Result<Option<signing_key::Model>> {
    Ok(signing_key::Entity::find().order_by_desc(signing_key::Column::SignsFrom).one(db).await?)
}

async fn insert(change: &Change<'_>, identity: &Identity, signs_from: Timestamp) -> Result<String> {
    let (key, private) = SigningKey::generate()?;
    let row = signing_key::ActiveModel {
        kid: Set(key.kid.clone()),
        private_key: Set(identity.ring.seal(&private, &place(&key.kid))?),
        public_key: Set(key.public()),
        signs_from: Set(signs_from),
        created_at: Set(change.now),
        retired_at: Set(None),
    };
    row.insert(&change.tx).await?;
    Ok(key.kid)
}

pub(super) fn place(kid: &str) -> String {
    format!("signing_key:{kid}")
}
