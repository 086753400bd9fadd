//! What of a product is at hand, and the lists that hang on it.

use std::sync::{Arc, LazyLock};

use entity::id::CategoryId;
use uuid::Uuid;

use super::Product;
use crate::graphql::batch::Row;
use crate::graphql::catalog::category::Category;
use crate::graphql::catalog::collection::Collection;
use crate::graphql::catalog::media::Media;
use crate::graphql::catalog::metafield::Seo;
use crate::graphql::catalog::variant::Variant;
use crate::graphql::connection::{Hanging, Listed, Places, Total};
use crate::graphql::cursor::{Asked, Column, Frame, ListId};
use crate::graphql::engagement::{RatingSummary, Review, ReviewSortKey};
use crate::graphql::loaders::{
    CategoriesOf, CategoryById, CollectionsOf, MediaCountOf, MediaOf, ReviewsOf, TagsOf, TextsOf,
    VariantCountOf, VariantsOf,
};
use crate::graphql::lookahead;
use crate::graphql::money::MoneyRange;
use crate::graphql::quick::{Ask, Plain};
use crate::services::Result;
use crate::services::catalog::products::Texts;
use crate::services::catalog::{media, variants};
use crate::services::engagement::reviews::{self, ReviewSort};
use crate::services::page::{Page, Window};
use crate::services::search::listings::Listing;

impl Plain for Product {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        let row = &self.0;
        match ask.name() {
            "id" => ask.id(row.product_id),
            "handle" => ask.write(&row.handle),
            "title" => ask.write(&row.title),
            "vendor" => ask.write(&row.vendor),
            "productType" => ask.write(&row.product_type),
            "isGiftCard" => ask.write(&row.gift_card),
            "publishedAt" => ask.write(&row.offered_from().map(|from| from.to_string())),
            "createdAt" => ask.write(&row.created_at.to_string()),
            "updatedAt" => ask.write(&row.updated_at.to_string()),
            "availableForSale" => ask.write(&row.available),
            "priceRange" => {
                ask.maybe(row.price_range().map(|range| MoneyRange::new(range, &ask.scope().locale)))
            }
            "compareAtPriceRange" => {
                ask.maybe(row.compare_at.map(|range| MoneyRange::new(range, &ask.scope().locale)))
            }
            "ratingSummary" => ask.object(&RatingSummary::of(row.rating)),
            "variants" => self.variants_list(lookahead::asked::<Variant>(ask)?).ok()?.at_hand(ask, row),
            "media" => self.media_list(lookahead::asked::<Media>(ask)?).ok()?.at_hand(ask, row),
            "reviews" => {
                let sort = ask.argument("sortKey", Some(|| ReviewSortKey::Newest))?;
                self.reviews_list(lookahead::asked::<Review>(ask)?, sort).ok()?.at_hand(ask, row)
            }
            _ => self.loaded(ask),
        }
    }
}

/// The first image of a product.
pub(super) const FIRST_IMAGE: fn(&Listing) -> MediaOf =
    |listing| MediaOf(listing.product_id, Frame::clone(&FIRST));

static FIRST: LazyLock<Frame> = LazyLock::new(|| Arc::new(Window::first(1)));

/// The main category of a product; that of those without one does not exist.
pub(super) const MAIN_CATEGORY: fn(&Listing) -> CategoryById =
    |listing| CategoryById(listing.category_id.unwrap_or(CategoryId(Uuid::nil())));

/// The row of a page that shows one.
pub(super) fn first_of<T>(page: Option<Arc<Page<Row<T>>>>) -> Option<Row<T>> {
    page.and_then(|page| page.rows.first().cloned())
}

impl Product {
    /// Fields of what has been loaded for the level.
    fn loaded(&self, ask: &mut Ask<'_>) -> Option<()> {
        let row = &self.0;
        match ask.name() {
            "featuredImage" => {
                let image = first_of(ask.along(row, FIRST_IMAGE)?);
                ask.maybe(image.map(Media::of))
            }
            "category" if row.category_id.is_none() => ask.null(),
            "category" => {
                let category = ask.along(row, MAIN_CATEGORY)?;
                ask.maybe(category.map(Category::of))
            }
            "categories" => {
                let all = ask.along(row, |listing| CategoriesOf(listing.product_id))?.unwrap_or_default();
                ask.list(all.iter().cloned().map(Category::of))
            }
            "collections" => {
                let all = ask.along(row, |listing| CollectionsOf(listing.product_id))?.unwrap_or_default();
                ask.list(all.iter().cloned().map(Collection::of))
            }
            "tags" => {
                let tags = ask.along(row, |listing| TagsOf(listing.product_id))?.unwrap_or_default();
                ask.write(&*tags)
            }
            "relatedProducts" => {
                let related = self.related_at_hand(ask)?;
                ask.list(related)
            }
            "descriptionHtml" => {
                let texts = self.texts_at_hand(ask)?;
                ask.write(&texts.description_html)
            }
            "seo" => {
                let texts = self.texts_at_hand(ask)?;
                ask.object(&Seo::from(&*texts))
            }
            _ => None,
        }
    }

    fn texts_at_hand(&self, ask: &mut Ask<'_>) -> Option<Arc<Texts>> {
        ask.along(&self.0, |listing| TextsOf(listing.product_id))?
    }

    pub(super) fn variants_list(&self, asked: Asked) -> Result<Hanging<Listing, VariantsOf, Variant>> {
        let list = ListId::of("variants");
        let window = list.window(asked)?;
        Ok(Hanging {
            key: Box::new(move |listing| VariantsOf(listing.product_id, window.clone())),
            list,
            places: Places::Keys(Box::new(variants::Variant::key)),
            total: Total::along(&self.0, |listing| VariantCountOf(listing.product_id)),
        })
    }

    pub(super) fn media_list(&self, asked: Asked) -> Result<Hanging<Listing, MediaOf, Media>> {
        let list = ListId::of("media");
        let window = list.window(asked)?;
        Ok(Hanging {
            key: Box::new(move |listing| MediaOf(listing.product_id, window.clone())),
            list,
            places: Places::Keys(Box::new(media::Media::key)),
            total: Total::along(&self.0, |listing| MediaCountOf(listing.product_id)),
        })
    }

    pub(super) fn reviews_list(
        &self,
        asked: Asked,
        sort_key: ReviewSortKey,
    ) -> Result<Hanging<Listing, ReviewsOf, Review>> {
        let sort = ReviewSort::from(sort_key);
        let columns: &[Column] = match sort {
            ReviewSort::Newest => &[Column::Int],
            ReviewSort::Best => &[Column::Int, Column::Int],
        };
        let list = ListId::of(("reviews", sort)).sorted_by(columns);
        let window = list.window(asked)?;
        Ok(Hanging {
            key: Box::new(move |listing| ReviewsOf(listing.product_id, sort, window.clone())),
            list,
            places: Places::Keys(Box::new(move |review: &reviews::Review| review.key(sort))),
            total: Total::Known(self.0.rating.count.into()),
        })
    }
}
