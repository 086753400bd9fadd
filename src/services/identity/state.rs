//! What identity keeps in memory: keys, the mailer, tokens that were verified.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use entity::id::{AppTokenId, RoleId};
use entity::identity::{lookup_key, role};
use entity::time::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::cache::Verified;
use super::keys;
use super::news::Kept;
use super::outside::{Outside, OutsideSettings};
use crate::infrastructure::mailer::Mailer;
use crate::infrastructure::passwords::{Failure, Parameters, Passwords};
use crate::infrastructure::secrets::{Broken, Key, KeyRing};
use crate::infrastructure::tokens::{BrokenKey, Tokens};
use crate::services::{AppContext, Error, Result};

/// For whom our access tokens are.
const AUDIENCE: &str = "vitrine";

/// The handle of the role that has every right.
pub const OWNER: &str = "owner";

/// Where the key behind all keyed hashes is sealed for.
pub(super) const LOOKUP_KEY: &str = "lookup_key";

/// How identity is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's keys.
    pub ring: KeyRing,
    /// How hard passwords are hashed.
    pub passwords: Parameters,
    /// How long an access token is good.
    pub access: Duration,
    /// Where mails go.
    pub mailer: Mailer,
    /// Who makes access tokens, as they say.
    pub issuer: String,
    /// What links in mails begin with.
    pub public_url: String,
    /// Answers that must not tell whether an account exists come at whole multiples of this.
    pub step: Duration,
    /// Whose tokens are believed beside ours.
    pub outside: Option<OutsideSettings>,
    /// How long what is over is kept.
    pub kept: Kept,
}

impl Settings {
    /// Weak and quick, with a key that everybody knows: for tests and benchmarks.
    pub fn quick() -> Result<Self> {
        Ok(Self {
            ring: KeyRing::new(vec![Key::of([42; 32])])?,
            passwords: Parameters::QUICK,
            access: Duration::from_mins(10),
            mailer: Mailer::kept(false),
            issuer: "http://shop.test".to_owned(),
            public_url: "http://shop.test".to_owned(),
            step: Duration::ZERO,
            outside: None,
            kept: Kept::default(),
        })
    }
}

/// Keys for the hashes by which things are found, one for each kind of thing.
pub struct Lookup {
    /// Addresses.
    pub emails: Key,
    /// Refresh tokens.
    pub refresh: Key,
    /// Codes in mails.
    pub codes: Key,
    /// Tokens of apps.
    pub apps: Key,
    /// Addresses that somebody tries to sign in with.
    pub attempts: Key,
    /// What outside issuers call people.
    pub subjects: Key,
}

/// What identity keeps in memory.
pub struct Identity {
    pub(super) ring: KeyRing,
    pub(super) lookup: Lookup,
    pub(super) passwords: Passwords,
    pub(super) tokens: Tokens,
    pub(super) verified: Verified,
    pub(super) access: Duration,
    pub(super) public_url: String,
    pub(super) step: Duration,
    /// Behind the hashes of wrong passwords: in memory, and nowhere else.
    pub(super) sprayed: Key,
    pub(super) kept: Kept,
    pub(super) reloaded: tokio::sync::Mutex<Option<Instant>>,
    pub(super) outside: Option<Outside>,
    second_factor_required: AtomicBool,
    mailer: Mailer,
    uses: Mutex<HashMap<AppTokenId, Timestamp>>,
}

impl Identity {
    /// Reads the keys from the database; the first start makes them.
    pub async fn open(app: &AppContext, settings: Settings) -> Result<Self> {
        let root = lookup_root(app, &settings.ring).await?;
        ensure_owner_role(app).await?;
        app.security.open(root.derive("security")?, &app.metrics);
        let identity = Self {
            lookup: Lookup {
                emails: root.derive("emails")?,
                refresh: root.derive("refresh tokens")?,
                codes: root.derive("codes")?,
                apps: root.derive("tokens of apps")?,
                attempts: root.derive("attempts")?,
                subjects: root.derive("subjects of outside issuers")?,
            },
            ring: settings.ring,
            passwords: Passwords::new(settings.passwords)?,
            tokens: Tokens::new(&settings.issuer, AUDIENCE),
            verified: Verified::new(),
            access: settings.access,
            public_url: settings.public_url,
            step: settings.step,
            sprayed: Key::generate()?,
            kept: settings.kept,
            reloaded: tokio::sync::Mutex::new(None),
            outside: settings.outside.map(Outside::new),
            second_factor_required: AtomicBool::default(),
            mailer: settings.mailer,
            uses: Mutex::default(),
        };
        keys::ensure(app, &identity).await?;
        Ok(identity)
    }

    /// Where mails go.
    pub fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    /// Whether staff without a second factor have no rights.
    pub fn requires_second_factor(&self) -> bool {
        self.second_factor_required.load(Ordering::Relaxed)
    }

    /// Says whether staff without a second factor have no rights, from their next request on.
    pub fn require_second_factor(&self, is_required: bool) {
        self.second_factor_required.store(is_required, Ordering::Relaxed);
        self.verified.forget_staff();
    }

    /// Passwords that are being hashed, and those that wait for it.
    pub fn passwords_load(&self) -> (u64, u64) {
        self.passwords.load()
    }

    /// Notes that a token of an app was used: written down now and then, not with each request.
    pub(super) fn note_use(&self, token: AppTokenId, now: Timestamp) {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner).insert(token, now);
    }

    /// What was noted since the last time.
    pub(super) fn take_uses(&self) -> HashMap<AppTokenId, Timestamp> {
        std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long an access token is good, in seconds.
    pub(super) fn access_seconds(&self) -> i64 {
        i64::try_from(self.access.as_secs()).unwrap_or(i64::MAX)
    }
}

/// Shows no key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("mailer", &self.mailer).finish_non_exhaustive()
    }
}

/// The key behind all keyed hashes. It is kept sealed, so that hashes outlive a change of the operator's keys.
async fn lookup_root(app: &AppContext, ring: &KeyRing) -> Result<Key> {
    if let Some(row) = lookup_key::Entity::find_by_id(1).one(app.db.read()?).await? {
        return opened(ring, &row.sealed, LOOKUP_KEY);
    }
    let change = app.begin().await?;
    let sealed = ring.wrap(&Key::generate()?, LOOKUP_KEY)?;
    // Of two processes that start at the same time, the first one's key counts.
    lookup_key::Entity::insert(lookup_key::ActiveModel { id: Set(1), sealed: Set(sealed) })
        .on_conflict(OnConflict::column(lookup_key::Column::Id).do_nothing().to_owned())
        .exec_without_returning(&change.tx)
        .await?;
    let row = lookup_key::Entity::find_by_id(1).one(&change.tx).await?;
    change.commit().await?;
    opened(ring, &row.map(|row| row.sealed).unwrap_or_default(), LOOKUP_KEY)
}

fn opened(ring: &KeyRing, sealed: &str, place: &str) -> Result<Key> {
    ring.unwrap_key(sealed, place).map_err(|_| {
        Error::internal("the keys that are set (VITRINE_SECRETS) do not open what this shop has sealed")
    })
}

async fn ensure_owner_role(app: &AppContext) -> Result<()> {
    let owners = role::Entity::find().filter(role::Column::Handle.eq(OWNER));
    if owners.clone().count(app.db.read()?).await? > 0 {
        return Ok(());
    }
    let change = app.begin().await?;
    let row = role::ActiveModel {
        id: Set(RoleId::generate()),
        handle: Set(OWNER.to_owned()),
        name: Set("Owner".to_owned()),
        permissions: Set(String::new()),
        is_owner: Set(true),
        created_at: Set(change.now),
    };
    role::Entity::insert(row)
        .on_conflict(OnConflict::column(role::Column::Handle).do_nothing().to_owned())
        .exec_without_returning(&change.tx)
        .await?;
    change.commit().await
}

impl From<Broken> for Error {
    fn from(error: Broken) -> Self {
        Self::internal(error)
    }
}

impl From<BrokenKey> for Error {
    fn from(error: BrokenKey) -> Self {
        Self::internal(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Unavailable,
            Failure::Broken => Self::internal(failure),
        }
    }
}
