//! People whom an outside `OpenID` Connect issuer vouches for, as an alternative to our own tokens.
//!
//! A person is who the issuer calls so (issuer and subject together), never who has an e-mail address that a token tells of:
//! an address that somebody typed in elsewhere must not open an account here. The rights of staff are those of the roles that
//! the token brings and of those that the account has here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use entity::id::{AccountId, SessionId};
use entity::identity::account::AccountKind;
use entity::time::{SECOND, Timestamp};
use sea_orm::{QueryResult, Value};

use super::accounts::{self, NewAccount};
use super::cache::Known;
use super::input::Email;
use super::{Identity, roles};
use crate::infrastructure::oidc::{self, Keys, LONGEST_LIFE, SKEW, Said};
use crate::infrastructure::tokens::Refused;
use crate::services::acting::{self, Acting, Actor};
use crate::services::doctor::Finding;
use crate::services::sql::{Sql, texts};
use crate::services::{AppContext, Change, Error, Permissions, Problems, Reason, Result, Viewer};

pub use crate::infrastructure::oidc::{Issuer, algorithm};

/// For how long a token that was believed is believed without another look: a role that is taken away at the issuer counts
/// with the next token, a key that is withdrawn there no later than this after it was noticed.
const REMEMBERED: i64 = 600 * SECOND;

/// Letters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// How an outside issuer is used.
#[derive(Clone, Debug)]
pub struct OutsideSettings {
    /// The issuer.
    pub issuer: Issuer,
    /// Whom it vouches for.
    pub kind: AccountKind,
    /// Whether somebody whom it vouches for gets an account when first seen; of the staff only who brings a role.
    pub makes_accounts: bool,
    /// How long fetching its keys may take.
    pub patience: Duration,
    /// How often a key that is not known makes us ask for its keys.
    pub again: Duration,
}

/// An outside issuer, with its keys as they were last fetched.
#[derive(Debug)]
pub struct Outside {
    settings: OutsideSettings,
    keys: ArcSwap<Keys>,
    asked: tokio::sync::Mutex<Option<Instant>>,
}

impl Outside {
    pub(super) fn new(settings: OutsideSettings) -> Self {
        Self { settings, keys: ArcSwap::default(), asked: tokio::sync::Mutex::new(None) }
    }

    /// Fetches the keys. Where that fails, those that are known stay.
    async fn fetch(&self) {
        match oidc::fetch(&self.settings.issuer, self.settings.patience).await {
            Ok(keys) => self.keys.store(Arc::new(keys)),
            Err(trouble) => {
                tracing::warn!(issuer = self.settings.issuer.url, %trouble, "the outside issuer's keys cannot be had");
            }
        }
    }

    /// Asks for keys that are not known here: once in a while however many ask, so that nobody can make us flood the issuer
    /// with made-up keys. Who asks at the same moment waits for the same answer.
    async fn look_again(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_none_or(|at| at.elapsed() >= self.settings.again) {
            *asked = Some(Instant::now());
            self.fetch().await;
        }
    }

    async fn verify(&self, token: &str, now: Timestamp) -> Result<Said> {
        let seconds = now.0.div_euclid(SECOND);
        let verified = self.keys.load().verify(&self.settings.issuer, token, seconds);
        let verified = match verified {
            Err(Refused::UnknownKey) => {
                self.look_again().await;
                self.keys.load().verify(&self.settings.issuer, token, seconds)
            }
            other => other,
        };
        verified.map_err(|_| Error::Unauthenticated)
    }
}

/// Fetches the outside issuer's keys, for what the clock starts. Where that fails, those that are known stay.
///
/// # Errors
/// Where identity is not set up.
pub async fn refresh(app: &AppContext) -> Result<()> {
    if let Some(outside) = &app.identity()?.outside {
        outside.fetch().await;
    }
    Ok(())
}

/// Whether there is an outside issuer, and whether its keys are known.
pub fn has_keys(app: &AppContext) -> Result<Option<bool>> {
    Ok(app.identity()?.outside.as_ref().map(|outside| !outside.keys.load().is_empty()))
}

/// Looks whether an outside issuer can be used.
pub async fn examine(settings: &OutsideSettings) -> Finding {
    let url = &settings.issuer.url;
    match oidc::fetch(&settings.issuer, settings.patience).await {
        Ok(keys) => {
            Finding { is_fine: true, text: format!("{url} tells {} keys that can be used", keys.len()) }
        }
        Err(trouble) => Finding { is_fine: false, text: format!("{url}: {trouble}") },
    }
}

/// The outside issuer, where a token says that it was made there.
pub(super) fn maker<'a>(identity: &'a Identity, token: &str) -> Option<&'a Outside> {
    let outside = identity.outside.as_ref()?;
    let claimed = oidc::claimed_issuer(token)?;
    (claimed == outside.settings.issuer.url).then_some(outside)
}

/// Who shows a token of the outside issuer: one statement, unless the person is seen for the first time.
pub(super) async fn known(
    app: &AppContext,
    identity: &Identity,
    outside: &Outside,
    token: &str,
    now: Timestamp,
) -> Result<Known> {
    let said = outside.verify(token, now).await?;
    let hash = hash(identity, &outside.settings.issuer.url, &said.subject);
    let viewer = if let Some(viewer) = find(app, outside, &hash, &said).await? {
        viewer
    } else {
        // Auditors are told of staff whom the issuer brings, in the name of whom it is for.
        let acting = Acting::of_nobody("outsideIssuer");
        acting::within(acting, make(app, identity, outside, &hash, &said)).await?;
        find(app, outside, &hash, &said).await?.ok_or(Error::Unauthenticated)?
    };
    let moment = |seconds: i64| Timestamp(seconds.saturating_mul(SECOND));
    let until = moment(said.expires_at.saturating_add(SKEW)).min(now.plus(REMEMBERED));
    Ok(Known { viewer, until, expires_at: Some(moment(said.expires_at)) })
}

fn hash(identity: &Identity, issuer: &str, subject: &str) -> String {
    identity.lookup.subjects.hash(format!("{issuer} {subject}").as_bytes())
}

/// The viewer, where the person is known here.
async fn find(app: &AppContext, outside: &Outside, hash: &str, said: &Said) -> Result<Option<Viewer>> {
    static FIND: Sql = Sql::new(
        "SELECT o.id, a.id, a.kind, o.signed_out_at, a.deactivated_at, r.permissions, r.is_owner \
         FROM outside_identity o LEFT JOIN account a ON a.id = o.account_id \
         LEFT JOIN role r ON a.kind = 1 AND (r.handle IN (SELECT id FROM {texts $2} k) \
         OR r.id IN (SELECT ar.role_id FROM account_role ar WHERE ar.account_id = a.id)) WHERE o.hash = $1",
    );
    let db = app.db.read()?;
    let handles =
        texts(sea_orm::ConnectionTrait::get_database_backend(db), said.roles.iter().map(String::as_str));
    let rows = FIND.all(db, [hash.into(), handles]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let signed_out_at: Option<Timestamp> = first.try_get_by_index(3)?;
    if signed_out_at.is_some_and(|at| said.issued_at.saturating_mul(SECOND) <= at.0) {
        return Err(Error::Unauthenticated);
    }
    // Whoever was erased and comes with a newer token is somebody new.
    let Some(account) = first.try_get_by_index::<Option<AccountId>>(1)? else { return Ok(None) };
    let (session, kind): (SessionId, AccountKind) = (first.try_get_by_index(0)?, first.try_get_by_index(2)?);
    let deactivated_at: Option<Timestamp> = first.try_get_by_index(4)?;
    if kind != outside.settings.kind || deactivated_at.is_some() {
        return Err(Error::Unauthenticated);
    }
    Ok(Some(match kind {
        AccountKind::Customer => Viewer::Customer { account, session },
        AccountKind::Staff => Viewer::Staff { account, session, permissions: permissions(&rows)? },
    }))
}

fn permissions(rows: &[QueryResult]) -> Result<Permissions> {
    let mut permissions = Permissions::NONE;
    for row in rows {
        let words: Option<String> = row.try_get_by_index(5)?;
        let is_owner: Option<bool> = row.try_get_by_index(6)?;
        permissions =
            permissions.with(roles::rights(&words.unwrap_or_default(), is_owner.unwrap_or_default()));
    }
    Ok(permissions)
}

/// Makes an account for somebody who is seen for the first time. Nobody can sign in to it with a password, nor find it by an
/// address: the one that it has leads nowhere (RFC 2606).
async fn make(
    app: &AppContext,
    identity: &Identity,
    outside: &Outside,
    hash: &str,
    said: &Said,
) -> Result<()> {
    let OutsideSettings { kind, makes_accounts, .. } = outside.settings;
    if !makes_accounts || (kind == AccountKind::Staff && said.roles.is_empty()) {
        return Err(Error::Unauthenticated);
    }
    let part = hash.chars().filter(char::is_ascii_alphanumeric).take(32).collect::<String>();
    let email = Email::parse(&format!("{part}@outside.invalid"));
    let email = email.ok_or_else(|| Error::internal("an address cannot be made"))?;
    let told = said.name.as_deref().unwrap_or_default().trim().chars();
    let name: String = told.filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    let change = app.begin().await?;
    let language = app.markets().shop.base_language.clone();
    let new = NewAccount {
        kind,
        email: &email,
        name: &name,
        language: &language,
        password_hash: None,
        is_verified: true,
    };
    let account = accounts::create_found_by(&change, identity, new, format!("outside:{hash}")).await;
    let is_first = match account {
        Ok(account) => {
            if kind == AccountKind::Staff {
                change.by(Actor::Staff(account));
            }
            keep(&change, account, hash).await?
        }
        Err(error) => {
            // Of several who see the same person first, one makes the account.
            drop(change);
            return if find(app, outside, hash, said).await?.is_some() { Ok(()) } else { Err(error) };
        }
    };
    if is_first { change.commit().await } else { Ok(()) }
}

/// Links what the issuer calls somebody to an account; `false` where it is linked already.
async fn keep(change: &Change<'_>, account: AccountId, hash: &str) -> Result<bool> {
    static KEEP: Sql = Sql::new(
        "INSERT INTO outside_identity AS o (id, hash, account_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (hash) DO UPDATE SET id = excluded.id, account_id = excluded.account_id, \
         created_at = excluded.created_at WHERE o.account_id IS NULL",
    );
    let values = [SessionId::generate().0.into(), hash.into(), account.0.into(), change.now.0.into()];
    Ok(KEEP.run(&change.tx, values).await? > 0)
}

/// Lets somebody of the staff who has an account here sign in as who the issuer calls so.
///
/// # Errors
/// `NotFound` where there is no such account, `Taken` where the issuer's name for somebody is linked already.
pub async fn link(app: &AppContext, email: &str, subject: &str) -> Result<()> {
    let identity = app.identity()?;
    let missing = |field: &'static str, what: &str| Problems::one(Reason::NotFound, &[&field], what);
    let outside =
        identity.outside.as_ref().ok_or_else(|| missing("subject", "no outside issuer is set up"))?;
    let nobody = || missing("email", "there is no such account");
    let email = Email::parse(email).ok_or_else(nobody)?;
    let change = app.begin().await?;
    let found = accounts::by_email(identity, &change.tx, outside.settings.kind, &email).await?;
    let account = found.ok_or_else(nobody)?.id;
    if !keep(&change, account, &hash(identity, &outside.settings.issuer.url, subject)).await? {
        let message = "the issuer's name for this person is linked to an account already";
        return Err(Problems::one(Reason::Taken, &[&"subject"], message));
    }
    change.commit().await
}

/// What stands for the devices of an account that the issuer vouches for.
pub(super) async fn of_account(change: &Change<'_>, account: AccountId) -> Result<Vec<SessionId>> {
    static LINKS: Sql = Sql::new("SELECT id FROM outside_identity WHERE account_id = $1");
    let rows = LINKS.all(&change.tx, [account.0.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?)
}

/// Whether the issuer vouches for somebody with an account: which rights its next token brings is not known here.
pub(super) async fn vouches_for(change: &Change<'_>, account: AccountId) -> Result<bool> {
    Ok(!of_account(change, account).await?.is_empty())
}

/// Lets go of a person who is erased. What is left, a keyed hash and the time, refuses the tokens that were made by now;
/// [`tidy`] deletes it when none of them can count any more.
pub(super) async fn forget(change: &Change<'_>, account: AccountId) -> Result<()> {
    static FORGET: Sql =
        Sql::new("UPDATE outside_identity SET account_id = NULL, signed_out_at = $2 WHERE account_id = $1");
    FORGET.run(&change.tx, [account.0.into(), change.now.0.into()]).await?;
    Ok(())
}

/// Deletes what is left of people who were erased so long ago that none of their tokens counts.
pub(super) async fn tidy(change: &Change<'_>) -> Result<u64> {
    static TIDY: Sql =
        Sql::new("DELETE FROM outside_identity WHERE account_id IS NULL AND signed_out_at < $1");
    let before = change.now.plus(-(LONGEST_LIFE + 2 * SKEW) * SECOND);
    Ok(TIDY.run(&change.tx, [before.0.into()]).await?)
}

/// When somebody was linked to the issuer, for an export.
pub(super) async fn linked(app: &AppContext, account: AccountId) -> Result<Vec<Timestamp>> {
    static LINKED: Sql =
        Sql::new("SELECT created_at FROM outside_identity WHERE account_id = $1 ORDER BY created_at");
    let rows = LINKED.all(app.db.read()?, [account.0.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?)
}

/// Tokens that were made by now count no more.
pub(super) async fn sign_out(change: &Change<'_>, ids: Value) -> Result<()> {
    static SIGN_OUT: Sql =
        Sql::new("UPDATE outside_identity SET signed_out_at = $2 WHERE id IN (SELECT id FROM {uuids $1} k)");
    SIGN_OUT.run(&change.tx, [ids, change.now.0.into()]).await?;
    Ok(())
}
