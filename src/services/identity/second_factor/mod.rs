//! The second factor of those who work in the shop: codes that an app makes every 30 seconds, and ten codes on paper for
//! the day that the app is lost.

mod challenge;
mod spend;

use entity::id::AccountId;
use entity::identity::account::AccountKind;
use entity::identity::{recovery_code, second_factor};
use entity::time::{SECOND, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, PaginatorTrait,
    QueryFilter,
};

pub use challenge::{Challenge, confirm};

pub(super) use challenge::{start as challenge, tidy};

use self::spend::spend;
use super::input::Email;
use super::mails::{self, Letter};
use super::{Account, Identity, accounts, codes, passwords, sessions, sign_in, staff};
use crate::infrastructure::database::RowSource;
use crate::infrastructure::{secrets, totp};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer};

/// Codes for the day that the app is lost.
const RECOVERY_CODES: usize = 10;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How somebody's second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when codes are asked for; absent where they are not.
    pub since: Option<Timestamp>,
    /// Recovery codes that were not used yet.
    pub recovery_codes: u64,
    /// Whether nobody on the staff can work without.
    pub is_required: bool,
}

/// What an app has to be told, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret, to be typed.
    pub secret: String,
    /// The same with everything else that an app wants to know, to be shown as a QR code.
    pub uri: String,
}

/// Never shows the secret.
impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").finish_non_exhaustive()
    }
}

/// How the viewer's second factor stands; `None` where nobody of the staff is signed in.
pub async fn second_factor(app: &AppContext, viewer: &Viewer) -> Result<Option<SecondFactor>> {
    let Viewer::Staff { account, .. } = viewer else { return Ok(None) };
    let db = app.db.read()?;
    let since = confirmed(db, *account).await?.and_then(|row| row.confirmed_at);
    let recovery_codes = match since {
        Some(_) => {
            let unused = recovery_code::Entity::find().filter(recovery_code::Column::AccountId.eq(*account));
            unused.filter(recovery_code::Column::UsedAt.is_null()).count(db).await?
        }
        None => 0,
    };
    Ok(Some(SecondFactor { since, recovery_codes, is_required: app.identity()?.requires_second_factor() }))
}

/// Makes a secret. It counts once [`enable`] has shown that the app has it; one that was made before and did not come so
/// far is replaced.
pub async fn start(app: &AppContext, viewer: &Viewer, password: &str) -> Result<Enrolment> {
    let identity = app.identity()?;
    let id = of_staff(viewer)?;
    let known = known_password(app, identity, id, password).await?;
    let secret = secrets::random::<{ totp::SECRET }>()?;
    let change = app.begin().await?;
    let row = accounts::locked(&change, id).await?;
    row.filter(|row| row.password_hash == known && sign_in::is_active(row)).ok_or(Error::Unauthenticated)?;
    if confirmed(&change.tx, id).await?.is_some() {
        return Err(Problems::one(Reason::InUse, &[], "you have a second factor: switch it off first"));
    }
    second_factor::Entity::delete_by_id(id).exec(&change.tx).await?;
    let key = accounts::data_key(&change, identity, id).await?;
    let row = second_factor::ActiveModel {
        account_id: Set(id),
        secret: Set(key.seal(&secret, &place(id))?),
        last_step: Set(0),
        failures: Set(0),
        failed_at: Set(None),
        created_at: Set(change.now),
        confirmed_at: Set(None),
    };
    row.insert(&change.tx).await?;
    let person = person(&change, identity, id).await?;
    change.commit().await?;
    let secret = totp::base32(&secret);
    let uri = totp::uri(&app.markets().shop.name, &person.email, &secret);
    Ok(Enrolment { secret, uri })
}

/// Switches the second factor on by a first code, signs all other devices out, and tells the recovery codes, this once.
pub async fn enable(app: &AppContext, viewer: &Viewer, code: &str) -> Result<Vec<String>> {
    let identity = app.identity()?;
    let id = of_staff(viewer)?;
    let change = app.begin().await?;
    accounts::locked(&change, id).await?.filter(sign_in::is_active).ok_or(Error::Unauthenticated)?;
    let row = second_factor::Entity::find_by_id(id).one(&change.tx).await?;
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[], "begin with `secondFactorStart`"))?;
    if row.confirmed_at.is_some() {
        return Err(Problems::one(Reason::InUse, &[], "your second factor is on already"));
    }
    let secret = secret(&change, identity, &row).await?;
    let step =
        totp::matching(&secret, &typed(code), change.now.0.div_euclid(SECOND)).ok_or_else(wrong_code)?;
    let mut row = row.into_active_model();
    row.confirmed_at = Set(Some(change.now));
    row.last_step = Set(step);
    row.update(&change.tx).await?;
    let told = new_codes(&change, identity, id).await?;
    tell_auditors(&change, id, true);
    let ended = sessions::end_all(&change, id, viewer.session()).await?;
    let person = person(&change, identity, id).await?;
    events::publish(&change, Event::AccountChanged, [id.0]).await?;
    change.commit().await?;
    sessions::forget(identity, &ended);
    identity.verified.forget_account(id);
    tell(app, identity, &person, true);
    Ok(told)
}

/// Switches the second factor off, by password and code.
pub async fn disable(app: &AppContext, viewer: &Viewer, password: &str, code: &str) -> Result<()> {
    let identity = app.identity()?;
    let (id, change) = proven(app, viewer, password, code).await?;
    second_factor::Entity::delete_by_id(id).exec(&change.tx).await?;
    tell_auditors(&change, id, false);
    let person = person(&change, identity, id).await?;
    events::publish(&change, Event::AccountChanged, [id.0]).await?;
    change.commit().await?;
    identity.verified.forget_account(id);
    tell(app, identity, &person, false);
    Ok(())
}

/// Tells auditors that a second factor was switched on or off.
fn tell_auditors(change: &Change<'_>, id: AccountId, is_on: bool) {
    let fields = |is_on: bool| Fields::default().with("secondFactor", is_on);
    change.changed(id, &fields(!is_on), &fields(is_on));
}

/// New recovery codes in place of those before, by password and code.
pub async fn renew(app: &AppContext, viewer: &Viewer, password: &str, code: &str) -> Result<Vec<String>> {
    let identity = app.identity()?;
    let (id, change) = proven(app, viewer, password, code).await?;
    let told = new_codes(&change, identity, id).await?;
    change.commit().await?;
    Ok(told)
}

/// Takes the second factor from a colleague who has lost it, and signs all their devices out.
pub async fn reset(app: &AppContext, viewer: &Viewer, id: AccountId) -> Result<staff::StaffMember> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    staff::subordinate(&change, viewer, id).await?;
    take(app, identity, change, id).await?;
    staff::member(app, id).await
}

/// The same from the command line, by the address.
pub async fn reset_of(app: &AppContext, email: &str) -> Result<()> {
    let identity = app.identity()?;
    let missing = || Problems::one(Reason::NotFound, &[&"email"], "there is nobody like that on the staff");
    let email = Email::parse(email).ok_or_else(missing)?;
    let change = app.begin().await?;
    let found = accounts::by_email(identity, &change.tx, AccountKind::Staff, &email).await?;
    let id = found.ok_or_else(missing)?.id;
    take(app, identity, change, id).await
}

async fn take(app: &AppContext, identity: &Identity, change: Change<'_>, id: AccountId) -> Result<()> {
    accounts::locked(&change, id).await?;
    let gone = second_factor::Entity::delete_by_id(id).exec(&change.tx).await?;
    if gone.rows_affected == 0 {
        return Err(Problems::one(Reason::NotFound, &[&"id"], "there is no second factor"));
    }
    tell_auditors(&change, id, false);
    let ended = sessions::end_all(&change, id, None).await?;
    let person = person(&change, identity, id).await?;
    events::publish(&change, Event::AccountChanged, [id.0]).await?;
    change.commit().await?;
    sessions::forget(identity, &ended);
    identity.verified.forget_account(id);
    tell(app, identity, &person, false);
    Ok(())
}

/// A change of one's own second factor, once password and code were right.
async fn proven<'a>(
    app: &'a AppContext,
    viewer: &Viewer,
    password: &str,
    code: &str,
) -> Result<(AccountId, Change<'a>)> {
    let identity = app.identity()?;
    let id = of_staff(viewer)?;
    let known = known_password(app, identity, id, password).await?;
    let change = app.begin().await?;
    let row = accounts::locked(&change, id).await?;
    row.filter(|row| row.password_hash == known && sign_in::is_active(row)).ok_or(Error::Unauthenticated)?;
    if confirmed(&change.tx, id).await?.is_none() {
        return Err(Problems::one(Reason::NotFound, &[], "you have no second factor"));
    }
    let change = spend(app, identity, change, id, code, None).await?;
    Ok((id, change))
}

/// The hash of the viewer's password, which was typed right.
async fn known_password(
    app: &AppContext,
    identity: &Identity,
    id: AccountId,
    password: &str,
) -> Result<Option<String>> {
    let account = passwords::by_id(app, id).await?;
    if sign_in::is_password(identity, &account, password).await? {
        return Ok(account.password_hash);
    }
    Err(Problems::one(Reason::WrongCredentials, &[&"password"], "this is not your password"))
}

fn of_staff(viewer: &Viewer) -> Result<AccountId> {
    match viewer {
        Viewer::Staff { account, .. } => Ok(*account),
        Viewer::Anonymous => Err(Error::Unauthenticated),
        _ => Err(Error::Forbidden),
    }
}

/// The second factor that an account has to show.
pub(super) async fn confirmed(db: &impl RowSource, id: AccountId) -> Result<Option<second_factor::Model>> {
    let found = second_factor::Entity::find_by_id(id).one(db).await?;
    Ok(found.filter(|row| row.confirmed_at.is_some()))
}

async fn secret(change: &Change<'_>, identity: &Identity, row: &second_factor::Model) -> Result<Vec<u8>> {
    let key = accounts::data_key(change, identity, row.account_id).await?;
    Ok(key.open(&row.secret, &place(row.account_id))?)
}

fn place(id: AccountId) -> String {
    accounts::place(id, "second_factor")
}

async fn new_codes(change: &Change<'_>, identity: &Identity, id: AccountId) -> Result<Vec<String>> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(id))
        .exec(&change.tx)
        .await?;
    let mut told = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let letters = secrets::random::<10>()?.map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        let code: String = letters.iter().collect();
        told.push(format!("{}-{}", &code[..5], &code[5..]));
    }
    let rows = told.iter().map(|code| recovery_code::ActiveModel {
        account_id: Set(id),
        hash: Set(recovery_hash(identity, id, &typed(code))),
        used_at: Set(None),
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(&change.tx).await?;
    Ok(told)
}

fn recovery_hash(identity: &Identity, id: AccountId, code: &str) -> String {
    identity.lookup.codes.hash(format!("recovery {} {code}", id.0).as_bytes())
}

/// A code as it is compared, however it was typed.
fn typed(code: &str) -> String {
    let shown = code.chars().filter(char::is_ascii_alphanumeric).take(20);
    shown.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn wrong_code() -> Error {
    Problems::one(Reason::WrongCredentials, &[&"code"], "this code is wrong, or was used already")
}

async fn person(change: &Change<'_>, identity: &Identity, id: AccountId) -> Result<Account> {
    accounts::read(identity, &change.tx, [id]).await?.pop().ok_or_else(codes::expired)
}

fn tell(app: &AppContext, identity: &Identity, person: &Account, is_on: bool) {
    if let Some(to) = Email::parse(&person.email) {
        mails::send(app, identity, &to, &person.language, Letter::SecondFactor(is_on));
    }
}
