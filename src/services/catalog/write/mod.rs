//! Changing single products: what staff do in a back office.
//!
//! Each change reads the whole product, changes it as a value, and writes the difference; the product gets its next
//! version. Who tells the version that was read meets `CONFLICT` where it is no longer the current one.

pub mod fields;
pub mod media;
pub mod metafields;
pub mod options;
pub mod products;
pub mod publish;
pub mod translations;
pub mod variants;

use std::fmt::Display;

use entity::id::{Id, ProductId};
use futures_util::future::BoxFuture;
use sea_orm::{DbErr, SqlErr};

pub use self::fields::{
    Fields, VariantFields, address, handle, link_of, metafield, named_once, rows, value_name,
};
use super::whole::{self, Edit, Lock, Whole};
use crate::infrastructure::database::RowSource;
use crate::services::bulk::Together;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result};

/// A product that is being changed.
pub struct Editing<'a> {
    /// The change that it is part of.
    pub change: Change<'a>,
    /// What was wrong so far.
    pub problems: Problems,
    edit: Edit,
}

impl<'a> Editing<'a> {
    /// Begins to change a product; `field` is where the input names it.
    pub async fn open(app: &'a AppContext, id: ProductId, version: Option<i32>, field: &str) -> Result<Self> {
        Self::of(app.begin().await?, Some(id), version, field).await
    }

    /// Begins to change something that belongs to a product, by the id that the input names at `field`.
    pub async fn open_part(
        app: &'a AppContext,
        part: impl Into<Part>,
        version: Option<i32>,
        field: &str,
    ) -> Result<Self> {
        let change = app.begin().await?;
        let product = owner(&change.tx, part.into()).await?;
        Self::of(change, product, version, field).await
    }

    async fn of(
        change: Change<'a>,
        id: Option<ProductId>,
        version: Option<i32>,
        field: &str,
    ) -> Result<Self> {
        let mut found = whole::by_ids(&change.tx, id, Lock::Change).await?;
        let Some(before) = id.and_then(|id| found.remove(&id)) else {
            return Err(not_found(&[&field]));
        };
        check_version(&before, version, &[&"version"])?;
        Ok(Self { change, problems: Problems::default(), edit: Edit::of(before) })
    }

    /// Begins to make a product.
    pub async fn new(app: &'a AppContext, make: impl FnOnce(&Change<'_>) -> Whole) -> Result<Self> {
        let change = app.begin().await?;
        let edit = Edit::new(make(&change));
        Ok(Self { change, problems: Problems::default(), edit })
    }

    /// The product as it is to be.
    pub fn whole(&mut self) -> &mut Whole {
        &mut self.edit.after
    }

    /// The product as it is to be, and what was wrong so far.
    pub fn parts(&mut self) -> (&mut Whole, &mut Problems) {
        (&mut self.edit.after, &mut self.problems)
    }

    /// Notes that something changed that is kept beside the product's own rows.
    pub fn changed_beside(&mut self) {
        self.edit.beside = true;
    }

    /// Writes what differs and ends the change; nothing is written where anything was wrong.
    pub async fn save(self) -> Result<ProductId> {
        self.problems.none()?;
        let id = self.edit.after.id();
        whole::save(&self.change, &mut [self.edit], Together::default()).await?;
        self.change.commit().await?;
        Ok(id)
    }
}

/// Refuses a version that is no longer the current one.
pub fn check_version(whole: &Whole, version: Option<i32>, path: &[&dyn Display]) -> Result<()> {
    match version {
        Some(version) if version != whole.product.version => {
            let message = format!("the product has version {} by now", whole.product.version);
            Err(Problems::one(Reason::Conflict, path, message))
        }
        _ => Ok(()),
    }
}

/// What an id names is not there.
pub fn not_found(path: &[&dyn Display]) -> Error {
    Problems::one(Reason::NotFound, path, NOT_HERE)
}

/// What is told where an id names nothing.
pub const NOT_HERE: &str = "there is nothing with this id here";

/// Something that belongs to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The product itself.
    Product(ProductId),
    /// An option.
    Option(entity::id::ProductOptionId),
    /// An option value.
    Value(entity::id::OptionValueId),
    /// A variant.
    Variant(entity::id::VariantId),
    /// An image.
    Media(entity::id::MediaId),
}

impl Part {
    /// Its key.
    pub(in crate::services::catalog) fn key(self) -> uuid::Uuid {
        match self {
            Self::Product(id) => id.0,
            Self::Option(id) => id.0,
            Self::Value(id) => id.0,
            Self::Variant(id) => id.0,
            Self::Media(id) => id.0,
        }
    }

    /// The product that it belongs to.
    pub async fn product(self, app: &AppContext) -> Result<Option<ProductId>> {
        owner(app.db.read()?, self).await
    }
}

macro_rules! parts {
    ($($name:ident($id:ty);)+) => {$(
        impl From<$id> for Part {
            fn from(id: $id) -> Self {
                Self::$name(id)
            }
        }
    )+};
}

parts! {
    Product(ProductId);
    Option(entity::id::ProductOptionId);
    Value(entity::id::OptionValueId);
    Variant(entity::id::VariantId);
    Media(entity::id::MediaId);
}

async fn owner(db: &impl RowSource, part: Part) -> Result<Option<ProductId>> {
    static OPTION: Sql = Sql::new("SELECT product_id FROM product_option WHERE id = $1");
    static VALUE: Sql = Sql::new(
        "SELECT o.product_id FROM option_value v JOIN product_option o ON o.id = v.product_option_id \
         WHERE v.id = $1",
    );
    static VARIANT: Sql = Sql::new("SELECT product_id FROM variant WHERE id = $1");
    static MEDIA: Sql = Sql::new("SELECT product_id FROM media WHERE id = $1");
    let (statement, id) = match part {
        Part::Product(id) => return Ok(Some(id)),
        Part::Option(id) => (&OPTION, id.uuid()),
        Part::Value(id) => (&VALUE, id.uuid()),
        Part::Variant(id) => (&VARIANT, id.uuid()),
        Part::Media(id) => (&MEDIA, id.uuid()),
    };
    let row = statement.one(db, [id.into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// Tries once more where another change took something that has to be unique at the same moment: then it is seen.
pub async fn unraced<'a, T>(work: impl Fn() -> BoxFuture<'a, Result<T>>) -> Result<T> {
    match work().await {
        Err(Error::Internal(cause)) if is_race(cause.as_ref()) => work().await,
        outcome => outcome,
    }
}

/// Another change made something after this one had looked for it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("another change was faster")]
pub struct Raced;

fn is_race(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let error = cause.downcast_ref::<DbErr>().and_then(DbErr::sql_err);
    cause.is::<Raced>() || matches!(error, Some(SqlErr::UniqueConstraintViolation(_)))
}
