//! The people who work in the shop: invited, given roles, shut out.

use std::collections::HashMap;

use entity::id::{AccountId, RoleId};
use entity::identity::account::{self, AccountKind};
use entity::identity::{account_role, role};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::accounts::{self, Account, Edit, NewAccount};
use super::codes::{self, Payload, Purpose};
use super::input::{self, Email};
use super::mails::{self, Letter};
use super::roles::{self, Role};
use super::state::OWNER;
use super::{outside, sessions, sign_in};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Permissions, Problems, Reason, Result, Viewer};

/// Staff that are listed at most.
const MOST: u64 = 500;

/// Somebody of the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// The account.
    pub account: Account,
    /// What roles it has.
    pub roles: Vec<Role>,
}

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The address that the invitation goes to.
    pub email: String,
    /// The name, if known.
    pub name: Option<String>,
    /// What roles the new one has.
    pub roles: Vec<RoleId>,
    /// The language of mails.
    pub language: String,
}

/// Everybody of the staff, the newest first.
pub async fn staff(app: &AppContext) -> Result<Vec<StaffMember>> {
    let ids = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Kind.eq(AccountKind::Staff))
        .order_by_desc(account::Column::Id)
        .limit(MOST)
        .into_tuple::<AccountId>()
        .all(app.db.read()?)
        .await?;
    members(app, &ids).await
}

/// Some of the staff, the newest first: three statements.
pub async fn members(app: &AppContext, ids: &[AccountId]) -> Result<Vec<StaffMember>> {
    static PAIRS: Sql = Sql::new(
        "SELECT ar.account_id, ar.role_id FROM {uuids $1} k JOIN account_role ar ON ar.account_id = k.id",
    );
    let db = app.db.read()?;
    let mut accounts = accounts::read(app.identity()?, db, ids.iter().copied()).await?;
    accounts.retain(|account| account.kind == AccountKind::Staff);
    accounts.sort_by_key(|account| std::cmp::Reverse(account.id));
    let mut of: HashMap<AccountId, Vec<RoleId>> = HashMap::new();
    let keys = uuids(sea_orm::ConnectionTrait::get_database_backend(db), ids.iter().map(|id| id.0));
    for row in PAIRS.all(db, [keys]).await? {
        of.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    let all: Vec<RoleId> = of.values().flatten().copied().collect();
    let roles = roles::by_ids(db, &all).await?;
    let member = |account: Account| {
        let has = of.remove(&account.id).unwrap_or_default();
        let roles = roles.iter().filter(|role| has.contains(&role.id)).cloned().collect();
        StaffMember { account, roles }
    };
    Ok(accounts.into_iter().map(member).collect())
}

/// Invites somebody to the staff, again if need be: by a mail whose link is good for a week, and which is answered, too.
pub async fn invite(app: &AppContext, viewer: &Viewer, new: Invitation) -> Result<(StaffMember, String)> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    let email = input::email(&mut problems, &[&"email"], &new.email);
    let name = new.name.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| input::name(&mut problems, &[&"name"], name)).unwrap_or_default();
    let change = app.begin().await?;
    let granted = grantable(&change, &mut problems, viewer, &new.roles).await?;
    problems.none()?;
    let Some(email) = email else { return Err(codes::expired()) };
    let known = accounts::by_email(identity, &change.tx, AccountKind::Staff, &email).await?;
    let id = if let Some(known) = known {
        invite_again(&change, viewer, known).await?
    } else {
        let kind = AccountKind::Staff;
        let (language, password_hash) = (new.language.as_str(), None);
        let new =
            NewAccount { kind, email: &email, name: &name, language, password_hash, is_verified: false };
        Box::pin(accounts::create(&change, identity, new)).await?
    };
    Box::pin(give(&change, id, &granted)).await?;
    let payload = Payload { email: email.as_str().to_owned(), ..Payload::default() };
    let code = codes::issue(&change, identity, Purpose::Invite, Some(id), &payload).await?;
    let Some(code) = code else {
        let message = "this address was invited too often within an hour";
        return Err(Problems::one(Reason::Invalid, &[&"email"], message));
    };
    change.commit().await?;
    let letter = Letter::Invitation(&code);
    mails::send(app, identity, &email, &new.language, letter);
    Ok((member(app, id).await?, mails::link(&identity.public_url, letter)))
}

/// Who has not accepted yet, or was shut out, may be invited again; whoever works here is known already.
async fn invite_again(change: &Change<'_>, viewer: &Viewer, known: account::Model) -> Result<AccountId> {
    if known.deactivated_at.is_none() && known.password_hash.is_some() {
        return Err(Problems::one(Reason::Taken, &[&"email"], "somebody of the staff has this address"));
    }
    let (id, before) = (known.id, accounts::told(&known));
    if !viewer.permissions().covers(rights_of(change, id).await?) {
        return Err(not_yours(&[&"email"]));
    }
    let mut row = known.into_active_model();
    row.deactivated_at = Set(None);
    row.password_hash = Set(None);
    row.verified_at = Set(None);
    change.changed(id, &before, &accounts::told(&row.update(&change.tx).await?));
    events::publish(change, Event::AccountChanged, [id.0]).await?;
    Ok(id)
}

/// Accepts an invitation with a password; the address is confirmed by it.
pub async fn accept(app: &AppContext, code: &str, password: &str, name: Option<&str>) -> Result<()> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    input::password(&mut problems, &[&"password"], password, None);
    let name = name.filter(|name| !name.trim().is_empty());
    let name = name.map(|name| input::name(&mut problems, &[&"name"], name));
    problems.none()?;
    let hash = identity.passwords.hash(password.to_owned()).await?;
    let change = app.begin().await?;
    let redeemed = codes::redeem(&change, identity, Purpose::Invite, code).await?;
    let Some(id) = redeemed.account else { return Err(codes::expired()) };
    let mut problems = Problems::default();
    input::password(&mut problems, &[&"password"], password, Some(&redeemed.payload.email));
    problems.none()?;
    let row = accounts::locked(&change, id).await?;
    let row = row.filter(|row| row.deactivated_at.is_none() && row.password_hash.is_none());
    let row = row.ok_or_else(codes::expired)?;
    let edit =
        Edit { password_hash: Some(hash), name: name.as_deref(), is_verified: true, ..Edit::default() };
    accounts::edit(&change, identity, row, edit).await?;
    change.commit().await
}

/// Gives somebody of the staff these roles in place of those before, at once.
pub async fn set_roles(
    app: &AppContext,
    viewer: &Viewer,
    id: AccountId,
    roles: &[RoleId],
) -> Result<StaffMember> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let row = of_staff(&change, id).await?;
    let mut problems = Problems::default();
    let granted = grantable(&change, &mut problems, viewer, roles).await?;
    let before = rights_of(&change, id).await?;
    if !viewer.permissions().covers(before) {
        return Err(not_yours(&[&"id"]));
    }
    problems.none()?;
    if !granted.iter().any(|role| role.is_owner) {
        keep_an_owner(&change, row.id).await?;
    }
    give(&change, id, &granted).await?;
    events::publish(&change, Event::AccountChanged, [id.0]).await?;
    change.commit().await?;
    identity.verified.forget_account(id);
    member(app, id).await
}

/// Shuts somebody of the staff out: all devices are signed out at once, here and on every node.
pub async fn deactivate(app: &AppContext, viewer: &Viewer, id: AccountId) -> Result<StaffMember> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let row = subordinate(&change, viewer, id).await?;
    keep_an_owner(&change, id).await?;
    if row.deactivated_at.is_none() {
        let before = accounts::told(&row);
        let mut row = row.into_active_model();
        row.deactivated_at = Set(Some(change.now));
        change.changed(id, &before, &accounts::told(&row.update(&change.tx).await?));
    }
    sessions::end_all(&change, id, None).await?;
    events::publish(&change, Event::AccountChanged, [id.0]).await?;
    change.commit().await?;
    identity.verified.forget_account(id);
    member(app, id).await
}

/// Adds somebody from the command line, with the role of this handle. Answers the link of the invitation; or, with a
/// password, adds an account that can sign in.
pub async fn add(
    app: &AppContext,
    email: &str,
    name: Option<&str>,
    role: &str,
    password: Option<&str>,
) -> Result<String> {
    let found = role::Entity::find().filter(role::Column::Handle.eq(role)).one(app.db.read()?).await?;
    let found = found.ok_or_else(|| Problems::one(Reason::NotFound, &[&"role"], "there is no such role"))?;
    let new = Invitation {
        email: email.to_owned(),
        name: name.map(ToOwned::to_owned),
        roles: vec![found.id],
        language: app.markets().shop.base_language.clone(),
    };
    if let Some(password) = password {
        let mut problems = Problems::default();
        input::password(&mut problems, &[&"password"], password, Some(email));
        problems.none()?;
    }
    let (_, link) = invite(app, &Viewer::Operator, new).await?;
    if let Some(password) = password {
        let code = link.rsplit_once('=').map_or("", |(_, code)| code);
        accept(app, code, password, None).await?;
    }
    Ok(link)
}

/// The handle of the role of owners.
pub const OWNERS: &str = OWNER;

pub(super) async fn member(app: &AppContext, id: AccountId) -> Result<StaffMember> {
    let found = members(app, &[id]).await?.into_iter().next();
    found.ok_or_else(|| crate::services::Error::internal("an account is not there any more"))
}

async fn of_staff(change: &Change<'_>, id: AccountId) -> Result<account::Model> {
    let row = accounts::locked(change, id).await?.filter(|row| row.kind == AccountKind::Staff);
    row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is nobody like that on the staff"))
}

/// Refuses where it is nobody of the staff, or somebody with rights that the viewer does not have, or may have: whom an
/// outside issuer vouches for has those that its next token brings.
pub(super) async fn subordinate(
    change: &Change<'_>,
    viewer: &Viewer,
    id: AccountId,
) -> Result<account::Model> {
    let row = of_staff(change, id).await?;
    let may_bring_any = outside::vouches_for(change, id).await?;
    let rights = if may_bring_any { Permissions::all() } else { rights_of(change, id).await? };
    if viewer.permissions().covers(rights) { Ok(row) } else { Err(not_yours(&[&"id"])) }
}

fn not_yours(path: &[&dyn std::fmt::Display]) -> crate::services::Error {
    Problems::one(Reason::NotYours, path, "this one has rights that you do not have")
}

/// The roles that the viewer wants to grant: notes those that are not there, and those that hold more than the viewer.
async fn grantable(
    change: &Change<'_>,
    problems: &mut Problems,
    viewer: &Viewer,
    ids: &[RoleId],
) -> Result<Vec<Role>> {
    let found = roles::by_ids(&change.tx, ids).await?;
    for (index, id) in ids.iter().enumerate() {
        match found.iter().find(|role| role.id == *id) {
            None => problems.add(Reason::NotFound, &[&"roles", &index], "there is no such role"),
            Some(role) if !viewer.permissions().covers(role.permissions) => {
                problems.add(Reason::NotYours, &[&"roles", &index], "you cannot grant what you do not have");
            }
            Some(_) => {}
        }
    }
    Ok(found)
}

async fn rights_of(change: &Change<'_>, id: AccountId) -> Result<Permissions> {
    static RIGHTS: Sql = Sql::new(
        "SELECT r.permissions, r.is_owner FROM account_role ar JOIN role r ON r.id = ar.role_id \
         WHERE ar.account_id = $1",
    );
    let mut rights = Permissions::NONE;
    for row in RIGHTS.all(&change.tx, [id.0.into()]).await? {
        rights = rights.with(roles::rights(&row.try_get_by_index::<String>(0)?, row.try_get_by_index(1)?));
    }
    Ok(rights)
}

async fn give(change: &Change<'_>, id: AccountId, roles: &[Role]) -> Result<()> {
    static HELD: Sql = Sql::new(
        "SELECT r.handle FROM account_role ar JOIN role r ON r.id = ar.role_id WHERE ar.account_id = $1 ORDER BY r.id",
    );
    let rows = HELD.all(&change.tx, [id.0.into()]).await?;
    let held =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<Vec<String>, _>>()?;
    let given: Vec<String> = roles.iter().map(|role| role.handle.clone()).collect();
    change.changed(id, &Fields::default().with("roles", held), &Fields::default().with("roles", given));
    account_role::Entity::delete_many()
        .filter(account_role::Column::AccountId.eq(id))
        .exec(&change.tx)
        .await?;
    let rows =
        roles.iter().map(|role| account_role::ActiveModel { account_id: Set(id), role_id: Set(role.id) });
    if !roles.is_empty() {
        account_role::Entity::insert_many(rows).exec_without_returning(&change.tx).await?;
    }
    Ok(())
}

/// Refuses to take the last owner away. Two who take each other away do so one after the other.
async fn keep_an_owner(change: &Change<'_>, id: AccountId) -> Result<()> {
    static OWNERS: Sql = Sql::new(
        "SELECT a.id = $1 FROM role r JOIN account_role ar ON ar.role_id = r.id JOIN account a ON a.id = ar.account_id \
         WHERE r.is_owner AND a.deactivated_at IS NULL AND a.password_hash IS NOT NULL",
    );
    let role = role::Entity::find().filter(role::Column::IsOwner.eq(true)).lock_exclusive();
    role.all(&change.tx).await?;
    let (mut is_owner, mut others) = (false, 0);
    for row in OWNERS.all(&change.tx, [id.0.into()]).await? {
        if row.try_get_by_index(0)? { is_owner = true } else { others += 1 }
    }
    if is_owner && others == 0 {
        return Err(Problems::one(Reason::InUse, &[&"id"], "this is the last owner of the shop"));
    }
    Ok(())
}

/// Whether somebody can sign in as staff: for the first start.
pub async fn is_anybody_there(app: &AppContext) -> Result<bool> {
    let found = account::Entity::find()
        .filter(account::Column::Kind.eq(AccountKind::Staff))
        .filter(account::Column::PasswordHash.is_not_null())
        .one(app.db.read()?)
        .await?;
    Ok(found.as_ref().is_some_and(sign_in::is_active))
}

/// Makes a customer who can sign in at once: for the sample shop.
pub async fn add_customer(app: &AppContext, email: &str, name: &str, password: &str) -> Result<()> {
    let identity = app.identity()?;
    let Some(email) = Email::parse(email) else { return Err(codes::expired()) };
    let password_hash = Some(identity.passwords.hash(password.to_owned()).await?);
    let change = app.begin().await?;
    if accounts::by_email(identity, &change.tx, AccountKind::Customer, &email).await?.is_none() {
        let (kind, language) = (AccountKind::Customer, "en");
        let new = NewAccount { kind, email: &email, name, language, password_hash, is_verified: true };
        accounts::create(&change, identity, new).await?;
    }
    change.commit().await
}
