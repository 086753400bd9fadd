//! Tags, vendors and product types: names that many products share.

use std::collections::BTreeSet;

use entity::id::ProductId;
use sea_orm::{DbErr, SqlErr};
use uuid::Uuid;

use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check};

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A word by which products are grouped.
    Tag,
    /// Who makes a product.
    Vendor,
    /// What a product is.
    ProductType,
}

/// The statements about one kind of name.
struct Statements {
    find: Sql,
    products: Sql,
    rename: Sql,
    /// Gives the products of `$1` to `$2`.
    hand_over: Sql,
    /// Takes it off all products.
    take_off: Sql,
    delete: Sql,
}

static TAG: Statements = Statements {
    find: Sql::new("SELECT id FROM tag WHERE name = $1 {lateral}FOR UPDATE{window}{end}"),
    products: Sql::new("SELECT product_id FROM product_tag WHERE tag_id = $1"),
    rename: Sql::new("UPDATE tag SET name = $2 WHERE id = $1"),
    hand_over: Sql::new(
        "INSERT INTO product_tag (product_id, tag_id, position) \
         SELECT product_id, $2{lateral}::uuid{window}{end}, position FROM product_tag WHERE tag_id = $1 \
         ON CONFLICT DO NOTHING",
    ),
    take_off: Sql::new("DELETE FROM product_tag WHERE tag_id = $1"),
    delete: Sql::new("DELETE FROM tag WHERE id = $1"),
};

static VENDOR: Statements = Statements {
    find: Sql::new("SELECT id FROM vendor WHERE name = $1 {lateral}FOR UPDATE{window}{end}"),
    products: Sql::new("SELECT id FROM product WHERE vendor_id = $1"),
    rename: Sql::new("UPDATE vendor SET name = $2 WHERE id = $1"),
    hand_over: Sql::new("UPDATE product SET vendor_id = $2 WHERE vendor_id = $1"),
    take_off: Sql::new("UPDATE product SET vendor_id = NULL WHERE vendor_id = $1"),
    delete: Sql::new("DELETE FROM vendor WHERE id = $1"),
};

static PRODUCT_TYPE: Statements = Statements {
    find: Sql::new("SELECT id FROM product_type WHERE name = $1 {lateral}FOR UPDATE{window}{end}"),
    products: Sql::new("SELECT id FROM product WHERE product_type_id = $1"),
    rename: Sql::new("UPDATE product_type SET name = $2 WHERE id = $1"),
    hand_over: Sql::new("UPDATE product SET product_type_id = $2 WHERE product_type_id = $1"),
    take_off: Sql::new("UPDATE product SET product_type_id = NULL WHERE product_type_id = $1"),
    delete: Sql::new("DELETE FROM product_type WHERE id = $1"),
};

impl Label {
    /// As auditors know it.
    const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Vendor => "vendor",
            Self::ProductType => "product_type",
        }
    }

    fn statements(self) -> &'static Statements {
        match self {
            Self::Tag => &TAG,
            Self::Vendor => &VENDOR,
            Self::ProductType => &PRODUCT_TYPE,
        }
    }
}

/// Gives a name another spelling on all products that have it. Where the new name is there already, the two become
/// one if `merge` says so. Answers how many products it is about.
///
/// # Errors
/// Where the name is unknown, or the new one cannot be, or is there already and was not to be merged with.
pub async fn rename(
    app: &AppContext,
    _viewer: &Viewer,
    label: Label,
    name: &str,
    to: &str,
    merge: bool,
) -> Result<usize> {
    let change = app.begin().await?;
    let count = rename_in(&change, label, name, to, merge).await?;
    change.commit().await?;
    Ok(count)
}

/// The same as part of a change.
pub async fn rename_in(
    change: &Change<'_>,
    label: Label,
    name: &str,
    to: &str,
    merge: bool,
) -> Result<usize> {
    let mut problems = Problems::default();
    let mut to = to.to_owned();
    check::line(&mut problems, &[&"newName"], &mut to, check::TITLE);
    problems.none()?;
    let statements = label.statements();
    let id = find(change, label, name).await?;
    if name == to {
        return Ok(0);
    }
    let taken = || Problems::one(Reason::Taken, &[&"newName"], "this name is there already; merge the two");
    let products = products(change, statements, id).await?;
    match look_up(change, statements, &to).await? {
        Some(_) if !merge => return Err(taken()),
        Some(other) => {
            statements.hand_over.run(&change.tx, [id.into(), other.into()]).await?;
            statements.take_off.run(&change.tx, [id.into()]).await?;
            statements.delete.run(&change.tx, [id.into()]).await?;
        }
        None => {
            let renamed = statements.rename.run(&change.tx, [id.into(), to.clone().into()]).await;
            // Somebody else used the new name for the first time at the same moment.
            renamed.map_err(|error| if is_twin(&error) { taken() } else { error.into() })?;
        }
    }
    let (before, after) = (Fields::default().with("name", name), Fields::default().with("name", to));
    change.told(label.word(), name, Some(&before), Some(&after));
    tell(change, products).await
}

/// Takes a name off all products and deletes it. Answers how many products it was on.
///
/// # Errors
/// Where the name is unknown.
pub async fn delete(app: &AppContext, _viewer: &Viewer, label: Label, name: &str) -> Result<usize> {
    let change = app.begin().await?;
    let count = delete_in(&change, label, name).await?;
    change.commit().await?;
    Ok(count)
}

/// The same as part of a change.
pub async fn delete_in(change: &Change<'_>, label: Label, name: &str) -> Result<usize> {
    let statements = label.statements();
    let id = find(change, label, name).await?;
    let products = products(change, statements, id).await?;
    statements.take_off.run(&change.tx, [id.into()]).await?;
    statements.delete.run(&change.tx, [id.into()]).await?;
    change.told(label.word(), name, Some(&Fields::default().with("name", name)), None);
    tell(change, products).await
}

async fn find(change: &Change<'_>, label: Label, name: &str) -> Result<Uuid> {
    let unknown = || Problems::one(Reason::NotFound, &[&"name"], "nothing has this name");
    if name.contains('\0') {
        return Err(unknown());
    }
    look_up(change, label.statements(), name).await?.ok_or_else(unknown)
}

async fn look_up(change: &Change<'_>, statements: &Statements, name: &str) -> Result<Option<Uuid>> {
    let row = statements.find.one(&change.tx, [name.into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

async fn products(change: &Change<'_>, statements: &Statements, id: Uuid) -> Result<BTreeSet<ProductId>> {
    let rows = statements.products.all(&change.tx, [id.into()]).await?;
    let products = rows.iter().map(|row| row.try_get_by_index(0));
    let products: BTreeSet<ProductId> = products.collect::<std::result::Result<_, DbErr>>()?;
    change.hold(&products).await?;
    Ok(products)
}

async fn tell(change: &Change<'_>, products: BTreeSet<ProductId>) -> Result<usize> {
    let count = products.len();
    events::publish(change, Event::ProductChanged, products.iter().map(|id| id.0)).await?;
    change.touch_many(products).await?;
    Ok(count)
}

fn is_twin(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
