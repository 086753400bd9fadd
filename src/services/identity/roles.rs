//! Roles: sets of rights that staff have. Nobody can grant what they do not have.

use entity::id::RoleId;
use entity::identity::{account_role, role};
use entity::time::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::input;
use crate::infrastructure::database::RowSource;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Permission, Permissions, Problems, Reason, Result, Viewer};

/// Roles that there can be.
const MOST: u64 = 200;
const LONGEST_HANDLE: usize = 64;

/// A set of rights with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its slug.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether it allows everything, whatever will be added; it cannot be changed.
    pub is_owner: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A role to be made, or what is to be changed of one.
#[derive(Clone, Debug, Default)]
pub struct RoleInput {
    /// Its slug; has to be there for a new one.
    pub handle: Option<String>,
    /// Its name; has to be there for a new one.
    pub name: Option<String>,
    /// What it allows, as words.
    pub permissions: Option<Vec<String>>,
}

/// All roles, the oldest first.
pub async fn roles(app: &AppContext) -> Result<Vec<Role>> {
    let rows = role::Entity::find().order_by_asc(role::Column::Id).limit(MOST).all(app.db.read()?).await?;
    Ok(rows.into_iter().map(shown).collect())
}

/// Makes a role.
pub async fn create(app: &AppContext, viewer: &Viewer, new: RoleInput) -> Result<Role> {
    let mut problems = Problems::default();
    let handle = handle(&mut problems, new.handle.as_deref().unwrap_or_default());
    let name = input::name(&mut problems, &[&"name"], new.name.as_deref().unwrap_or_default());
    let words = new.permissions.unwrap_or_default();
    let permissions = parse(&mut problems, "permissions", &words, viewer.permissions());
    let change = app.begin().await?;
    if role::Entity::find().filter(role::Column::Handle.eq(&handle)).count(&change.tx).await? > 0 {
        problems.add(Reason::Taken, &[&"handle"], "another role has this handle");
    }
    if role::Entity::find().count(&change.tx).await? >= MOST {
        problems.add(Reason::Invalid, &[], format!("there can be {MOST} roles"));
    }
    problems.none()?;
    let row = role::ActiveModel {
        id: Set(RoleId::generate()),
        handle: Set(handle),
        name: Set(name),
        permissions: Set(self::words(permissions)),
        is_owner: Set(false),
        created_at: Set(change.now),
    };
    let row = row.insert(&change.tx).await?;
    change.made(row.id, &Fields::of(&row));
    events::publish(&change, Event::RoleChanged, [row.id.0]).await?;
    change.commit().await?;
    Ok(shown(row))
}

/// Changes a role; who has it has the new rights at once.
pub async fn update(app: &AppContext, viewer: &Viewer, id: RoleId, edit: RoleInput) -> Result<Role> {
    let change = app.begin().await?;
    let before = changeable(&change, viewer, id).await?;
    let mut problems = Problems::default();
    let mut row = before.clone().into_active_model();
    if let Some(text) = &edit.handle {
        let handle = handle(&mut problems, text);
        let others =
            role::Entity::find().filter(role::Column::Handle.eq(&handle)).filter(role::Column::Id.ne(id));
        if others.count(&change.tx).await? > 0 {
            problems.add(Reason::Taken, &[&"handle"], "another role has this handle");
        }
        row.handle = Set(handle);
    }
    if let Some(text) = &edit.name {
        row.name = Set(input::name(&mut problems, &[&"name"], text));
    }
    if let Some(list) = &edit.permissions {
        row.permissions = Set(words(parse(&mut problems, "permissions", list, viewer.permissions())));
    }
    problems.none()?;
    let row = row.update(&change.tx).await?;
    change.changed(id, &Fields::of(&before), &Fields::of(&row));
    events::publish(&change, Event::RoleChanged, [id.0]).await?;
    change.commit().await?;
    app.identity()?.verified.forget_staff();
    Ok(shown(row))
}

/// Deletes a role that nobody has.
pub async fn delete(app: &AppContext, viewer: &Viewer, id: RoleId) -> Result<()> {
    let change = app.begin().await?;
    let row = changeable(&change, viewer, id).await?;
    let used = account_role::Entity::find().filter(account_role::Column::RoleId.eq(id));
    if used.count(&change.tx).await? > 0 {
        return Err(Problems::one(Reason::InUse, &[&"id"], "somebody of the staff has this role"));
    }
    change.removed(id, &Fields::of(&row));
    role::Entity::delete_by_id(row.id).exec(&change.tx).await?;
    events::publish(&change, Event::RoleChanged, [id.0]).await?;
    change.commit().await
}

/// The role, if the viewer may change it: all its rights are the viewer's, too.
async fn changeable(change: &Change<'_>, viewer: &Viewer, id: RoleId) -> Result<role::Model> {
    let row = role::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such role"))?;
    if row.is_owner {
        return Err(Problems::one(Reason::Invalid, &[&"id"], "the role of owners stays as it is"));
    }
    if !viewer.permissions().covers(rights(&row.permissions, false)) {
        let message = "this role has rights that you do not have";
        return Err(Problems::one(Reason::NotYours, &[&"id"], message));
    }
    Ok(row)
}

/// Roles by their ids: those that are not there are missing.
pub(super) async fn by_ids(db: &impl RowSource, ids: &[RoleId]) -> Result<Vec<Role>> {
    static ROLES: Sql = Sql::new(
        "SELECT r.id, r.handle, r.name, r.permissions, r.is_owner, r.created_at \
         FROM role r WHERE r.id IN (SELECT id FROM {uuids $1} k) ORDER BY r.id",
    );
    let ids = uuids(db.get_database_backend(), ids.iter().map(|id| id.0));
    let mut roles = Vec::new();
    for row in ROLES.all(db, [ids]).await? {
        let is_owner = row.try_get_by_index(4)?;
        roles.push(Role {
            id: row.try_get_by_index(0)?,
            handle: row.try_get_by_index(1)?,
            name: row.try_get_by_index(2)?,
            permissions: rights(&row.try_get_by_index::<String>(3)?, is_owner),
            is_owner,
            created_at: row.try_get_by_index(5)?,
        });
    }
    Ok(roles)
}

fn shown(row: role::Model) -> Role {
    Role {
        permissions: rights(&row.permissions, row.is_owner),
        id: row.id,
        handle: row.handle,
        name: row.name,
        is_owner: row.is_owner,
        created_at: row.created_at,
    }
}

/// Rights as they are kept. Words that mean nothing any more allow nothing.
pub(super) fn rights(words: &str, is_owner: bool) -> Permissions {
    if is_owner {
        return Permissions::all();
    }
    words.split(' ').filter_map(Permission::parse).collect()
}

/// Rights to be kept.
pub(super) fn words(rights: Permissions) -> String {
    rights.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
}

/// Rights that somebody wants to grant: notes words that mean nothing, and rights that they do not have.
pub(super) fn parse(
    problems: &mut Problems,
    field: &str,
    words: &[String],
    have: Permissions,
) -> Permissions {
    let mut rights = Vec::new();
    for (index, word) in words.iter().enumerate() {
        match Permission::parse(word) {
            None => problems.add(Reason::Invalid, &[&field, &index], "there is no such permission"),
            Some(right) if !have.has(right) => {
                problems.add(Reason::NotYours, &[&field, &index], "you cannot grant what you do not have");
            }
            Some(right) => rights.push(right),
        }
        if index >= Permission::ALL.len() * 2 {
            break;
        }
    }
    rights.into_iter().collect()
}

fn handle(problems: &mut Problems, text: &str) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > LONGEST_HANDLE || !text.chars().all(allowed) {
        let message = format!("a handle has 1 to {LONGEST_HANDLE} of a-z, 0-9 and -");
        problems.add(Reason::Invalid, &[&"handle"], message);
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_kept_as_words() {
        let some: Permissions = [Permission::StockWrite, Permission::ProductsRead].into_iter().collect();
        assert_eq!(words(some), "products.read stock.write");
        assert_eq!(rights(&words(some), false), some);
        assert_eq!(
            rights("products.read gone.away", false),
            [Permission::ProductsRead].into_iter().collect()
        );
        assert_eq!(rights("", true), Permissions::all());
        assert_eq!(rights("", false), Permissions::NONE);
    }

    #[test]
    fn what_one_does_not_have_cannot_be_granted() {
        let have: Permissions = [Permission::ProductsRead].into_iter().collect();
        let mut problems = Problems::default();
        let wish = ["products.read", "stock.write", "nonsense"].map(str::to_owned);
        assert_eq!(parse(&mut problems, "scopes", &wish, have), have);
        let Err(crate::services::Error::Problems(told)) = problems.none() else { panic!("nothing was told") };
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].reason, told[0].path.join(".")), (Reason::NotYours, "scopes.1".to_owned()));
        assert_eq!((told[1].reason, told[1].path.join(".")), (Reason::Invalid, "scopes.2".to_owned()));
    }
}
