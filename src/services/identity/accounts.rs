//! Accounts: finding them, opening what is sealed, making and changing them.

use entity::id::AccountId;
use entity::identity::account::{self, AccountKind};
use entity::identity::{data_key, one_time_code};
use entity::time::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
};

use super::input::Email;
use super::{Identity, codes};
use crate::infrastructure::database::RowSource;
use crate::infrastructure::secrets::{Broken, Key};
use crate::services::acting::Actor;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Error, Result, Viewer, acting};

/// An account with its personal data opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Customer or staff.
    pub kind: AccountKind,
    /// The address.
    pub email: String,
    /// The name; empty where none was told.
    pub name: String,
    /// The language of mails.
    pub language: String,
    /// When the address was confirmed: absent for invitations that were not accepted.
    pub verified_at: Option<Timestamp>,
    /// When somebody of the staff was shut out.
    pub deactivated_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a new account is made of.
pub(super) struct NewAccount<'a> {
    pub kind: AccountKind,
    pub email: &'a Email,
    pub name: &'a str,
    pub language: &'a str,
    pub password_hash: Option<String>,
    pub is_verified: bool,
}

/// The account that is signed in.
pub async fn account(app: &AppContext, viewer: &Viewer) -> Result<Option<Account>> {
    let Some(id) = viewer.account() else { return Ok(None) };
    Ok(of_accounts(app, [id]).await?.into_iter().next())
}

/// Accounts by their ids, in no order: one statement. Who may see them is the caller's affair.
pub async fn of_accounts(app: &AppContext, ids: impl IntoIterator<Item = AccountId>) -> Result<Vec<Account>> {
    read(app.identity()?, app.db.read()?, ids).await
}

pub(super) async fn read(
    identity: &Identity,
    db: &impl RowSource,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<Account>> {
    static READ: Sql = Sql::new(
        "SELECT a.id, a.kind, a.email, a.name, a.language, a.verified_at, a.deactivated_at, a.created_at, d.sealed \
         FROM {uuids $1} k JOIN account a ON a.id = k.id JOIN data_key d ON d.account_id = a.id",
    );
    let ids = uuids(db.get_database_backend(), ids.into_iter().map(|id| id.0));
    let mut accounts = Vec::new();
    for row in READ.all(db, [ids]).await? {
        let id: AccountId = row.try_get_by_index(0)?;
        let key = open_key(identity, id, row.try_get_by_index::<String>(8)?.as_str())?;
        accounts.push(Account {
            id,
            kind: row.try_get_by_index(1)?,
            email: key.open_text(row.try_get_by_index::<String>(2)?.as_str(), &place(id, "email"))?,
            name: key.open_text(row.try_get_by_index::<String>(3)?.as_str(), &place(id, "name"))?,
            language: row.try_get_by_index(4)?,
            verified_at: row.try_get_by_index(5)?,
            deactivated_at: row.try_get_by_index(6)?,
            created_at: row.try_get_by_index(7)?,
        });
    }
    acting::note_read(accounts.iter().map(|account| account.id));
    Ok(accounts)
}

/// An account as auditors are told of it: of what is personal and of the password only that it differs.
pub(super) fn told(row: &account::Model) -> Fields {
    let kind = if row.kind == AccountKind::Staff { "staff" } else { "customer" };
    Fields::of(row).without(&["id", "emailHash"]).with("kind", kind).mask(&["name", "email", "passwordHash"])
}

/// The row of an account, for this change alone: who else wants it waits.
pub(super) async fn locked(change: &Change<'_>, id: AccountId) -> Result<Option<account::Model>> {
    use sea_orm::QuerySelect as _;
    Ok(account::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?)
}

/// The account with an address.
pub(super) async fn by_email(
    identity: &Identity,
    db: &impl RowSource,
    kind: AccountKind,
    email: &Email,
) -> Result<Option<account::Model>> {
    let found = account::Entity::find()
        .filter(account::Column::Kind.eq(kind))
        .filter(account::Column::EmailHash.eq(email_hash(identity, email)));
    Ok(found.one(db).await?)
}

/// By which an address is found.
pub(super) fn email_hash(identity: &Identity, email: &Email) -> String {
    identity.lookup.emails.hash(email.key().as_bytes())
}

/// Makes an account. Whether the address is free has been looked at before; of two at the same time, one fails.
pub(super) async fn create(
    change: &Change<'_>,
    identity: &Identity,
    new: NewAccount<'_>,
) -> Result<AccountId> {
    let hash = email_hash(identity, new.email);
    create_found_by(change, identity, new, hash).await
}

/// The same for an account that is found by something else than its address.
pub(super) async fn create_found_by(
    change: &Change<'_>,
    identity: &Identity,
    new: NewAccount<'_>,
    email_hash: String,
) -> Result<AccountId> {
    let id = AccountId::generate();
    let key = Key::generate()?;
    let row = account::ActiveModel {
        id: Set(id),
        kind: Set(new.kind),
        email: Set(key.seal(new.email.as_str().as_bytes(), &place(id, "email"))?),
        email_hash: Set(email_hash),
        name: Set(key.seal(new.name.as_bytes(), &place(id, "name"))?),
        language: Set(new.language.to_owned()),
        password_hash: Set(new.password_hash),
        verified_at: Set(new.is_verified.then_some(change.now)),
        deactivated_at: Set(None),
        created_at: Set(change.now),
    };
    change.made(id, &told(&row.insert(&change.tx).await?));
    let sealed = identity.ring.wrap(&key, &place(id, "data_key"))?;
    data_key::ActiveModel { account_id: Set(id), sealed: Set(sealed) }.insert(&change.tx).await?;
    events::publish(change, Event::AccountChanged, [id.0]).await?;
    Ok(id)
}

/// What is changed of an account.
#[derive(Default)]
pub(super) struct Edit<'a> {
    pub email: Option<&'a Email>,
    pub name: Option<&'a str>,
    pub language: Option<&'a str>,
    pub password_hash: Option<String>,
    pub is_verified: bool,
}

/// Changes an account.
pub(super) async fn edit(
    change: &Change<'_>,
    identity: &Identity,
    before: account::Model,
    edit: Edit<'_>,
) -> Result<()> {
    let id = before.id;
    let was_verified = before.verified_at.is_some();
    let key = data_key(change, identity, id).await?;
    if before.kind == AccountKind::Staff {
        change.by(Actor::Staff(id));
    }
    let told_before = told(&before);
    let mut row = before.into_active_model();
    if let Some(email) = edit.email {
        row.email = Set(key.seal(email.as_str().as_bytes(), &place(id, "email"))?);
        row.email_hash = Set(email_hash(identity, email));
    }
    if let Some(name) = edit.name {
        row.name = Set(key.seal(name.as_bytes(), &place(id, "name"))?);
    }
    if let Some(language) = edit.language {
        row.language = Set(language.to_owned());
    }
    if let Some(hash) = edit.password_hash {
        row.password_hash = Set(Some(hash));
    }
    if edit.is_verified && !was_verified {
        row.verified_at = Set(Some(change.now));
    }
    change.changed(id, &told_before, &told(&row.update(&change.tx).await?));
    events::publish(change, Event::AccountChanged, [id.0]).await
}

/// Codes for a password that is no longer the same, or for an address that is no longer the account's, are good for
/// nothing any more.
pub(super) async fn drop_codes(change: &Change<'_>, id: AccountId) -> Result<()> {
    one_time_code::Entity::delete_many()
        .filter(one_time_code::Column::AccountId.eq(id))
        .filter(one_time_code::Column::Purpose.ne(codes::Purpose::Invite))
        .exec(&change.tx)
        .await?;
    Ok(())
}

pub(super) async fn data_key(change: &Change<'_>, identity: &Identity, id: AccountId) -> Result<Key> {
    let row = data_key::Entity::find_by_id(id).one(&change.tx).await?;
    let row = row.ok_or_else(|| Error::internal("an account has lost its data key"))?;
    Ok(open_key(identity, id, &row.sealed)?)
}

pub(super) fn open_key(identity: &Identity, id: AccountId, sealed: &str) -> std::result::Result<Key, Broken> {
    identity.ring.unwrap_key(sealed, &place(id, "data_key"))
}

/// Where something sealed of an account belongs.
pub(super) fn place(id: AccountId, what: &str) -> String {
    format!("account.{what}:{}", id.0)
}
