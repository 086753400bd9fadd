//! What auditors are told of texts in other languages: what was said before, and what is said now.

use entity::catalog::{
    category_translation, collection_translation, media_translation, option_value_translation,
    product_option_translation, product_translation,
};
use entity::id::{CategoryId, CollectionId};
use sea_orm::{DatabaseTransaction, EntityTrait, ModelTrait, PrimaryKeyTrait};
use uuid::Uuid;

use super::write::Part;
use crate::services::record::Fields;
use crate::services::{Change, Result};

/// Something that has texts in other languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translated {
    /// A product, or a part of one.
    Part(Part),
    /// A category.
    Category(CategoryId),
    /// A collection.
    Collection(CollectionId),
}

impl Translated {
    const fn word(self) -> &'static str {
        match self {
            Self::Part(_) => "translation",
            Self::Category(_) => "category_translation",
            Self::Collection(_) => "collection_translation",
        }
    }

    fn key(self) -> Uuid {
        match self {
            Self::Part(part) => part.key(),
            Self::Category(id) => id.0,
            Self::Collection(id) => id.0,
        }
    }

    /// What is said in a language; nothing where nothing is.
    async fn said(self, tx: &DatabaseTransaction, language: &str) -> Result<Option<Fields>> {
        let language = language.to_owned();
        match self {
            Self::Part(Part::Product(id)) => row::<product_translation::Entity, _>(tx, (id, language)).await,
            Self::Part(Part::Option(id)) => {
                row::<product_option_translation::Entity, _>(tx, (id, language)).await
            }
            Self::Part(Part::Value(id)) => {
                row::<option_value_translation::Entity, _>(tx, (id, language)).await
            }
            Self::Part(Part::Media(id)) => row::<media_translation::Entity, _>(tx, (id, language)).await,
            Self::Part(Part::Variant(_)) => Ok(None),
            Self::Category(id) => row::<category_translation::Entity, _>(tx, (id, language)).await,
            Self::Collection(id) => row::<collection_translation::Entity, _>(tx, (id, language)).await,
        }
    }
}

async fn row<E, K>(tx: &DatabaseTransaction, key: K) -> Result<Option<Fields>>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
    K: Into<<E::PrimaryKey as PrimaryKeyTrait>::ValueType>,
{
    let untold = [
        "productId",
        "productOptionId",
        "optionValueId",
        "mediaId",
        "categoryId",
        "collectionId",
        "language",
        "descriptionText",
    ];
    Ok(E::find_by_id(key).one(tx).await?.map(|row| Fields::of(&row).without(&untold)))
}

/// What was said before a change of texts.
#[must_use]
#[derive(Debug)]
pub struct Before<'a> {
    of: Translated,
    language: &'a str,
    said: Option<Fields>,
}

impl<'a> Before<'a> {
    /// Looks what is said, where auditors are told.
    pub async fn of(change: &Change<'_>, of: Translated, language: &'a str) -> Result<Self> {
        let said = if change.is_audited() { Box::pin(of.said(&change.tx, language)).await? } else { None };
        Ok(Self { of, language, said })
    }

    /// Tells what was said, and what is said now.
    pub async fn tell(self, change: &Change<'_>) -> Result<()> {
        if !change.is_audited() {
            return Ok(());
        }
        let now = Box::pin(self.of.said(&change.tx, self.language)).await?;
        let name = format!("{}:{}", self.of.key(), self.language);
        change.told(self.of.word(), &name, self.said.as_ref(), now.as_ref());
        Ok(())
    }
}
