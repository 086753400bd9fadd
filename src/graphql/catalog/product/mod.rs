//! Products.

mod plain;
mod related;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use self::plain::{FIRST_IMAGE, MAIN_CATEGORY, first_of};
use super::category::Category;
use super::collection::Collection;
use super::media::Media;
use super::metafield::{Metafield, Seo};
use super::options::{ProductOption, SelectedOptionInput};
use super::variant::Variant;
use super::write::ProductStatus;
use crate::graphql::access::Needs;
use crate::graphql::batch::Row;
use crate::graphql::connection::{Connection, Listed};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Asked;
use crate::graphql::directives::{About, Fresh, Paged, STOCK, SlicedBy};
use crate::graphql::engagement::{RatingSummary, Review, ReviewSortKey};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{
    CategoriesOf, ChoicesOf, ChosenOf, CollectionsOf, MetafieldsOf, OptionsOf, StateOf, TagsOf, TextsOf,
};
use crate::graphql::lookahead;
use crate::graphql::money::MoneyRange;
use crate::graphql::quick::{Many, Quick};
use crate::graphql::scalars::DateTime;
use crate::services::catalog::products::{State, Texts};
use crate::services::inventory::availability::Chosen;
use crate::services::search::listings::Listing;
use crate::services::{Error, Permission, Result, page};

/// Something that the shop sells, as it is on offer in the market of the request, in the language of the request.
pub struct Product(pub Row<Listing>);

impl Product {
    async fn texts(&self, ctx: &Context<'_>) -> Result<Arc<Texts>> {
        let texts = ctx.along(&self.0, |listing| TextsOf(listing.product_id)).await?;
        texts.ok_or_else(|| Error::internal("a listed product is gone"))
    }

    async fn state(&self, ctx: &Context<'_>) -> Result<Option<State>> {
        ctx.along(&self.0, |listing| StateOf(listing.product_id)).await
    }
}

/// Something that the shop sells, as it is on offer in the market of the request, in the language of the request.
#[Object]
impl Product {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.product_id)
    }

    /// Its slug, which addresses of pages are made of. A former handle still leads to the product.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its description without markup, blocks parted by line breaks.
    async fn description(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cut at a word after about so many characters.")] truncate_at: Option<i32>,
    ) -> Result<String> {
        let texts = self.texts(ctx).await?;
        Ok(truncate_at.map_or_else(
            || texts.description_text.clone(),
            |length| truncated(&texts.description_text, usize::try_from(length).unwrap_or_default()),
        ))
    }

    /// Its description as HTML, safe to be shown: no scripts, styles, frames or forms. Images in it may be loaded from
    /// elsewhere.
    async fn description_html(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.texts(ctx).await?.description_html.clone())
    }

    /// Who makes it.
    async fn vendor(&self) -> Option<&str> {
        self.0.vendor.as_deref()
    }

    /// What kind of thing it is, in the shop's own words.
    async fn product_type(&self) -> Option<&str> {
        self.0.product_type.as_deref()
    }

    /// Its tags.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let tags = ctx.along(&self.0, |listing| TagsOf(listing.product_id)).await?;
        Ok(tags.map(|tags| tags.to_vec()).unwrap_or_default())
    }

    /// Whether it is a gift card.
    async fn is_gift_card(&self) -> bool {
        self.0.gift_card
    }

    /// From when on it is on offer in the market; null where it is not to be, which only staff come across.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.offered_from().map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// Whether any of its variants can be bought.
    #[graphql(directive = Fresh::apply(STOCK))]
    async fn available_for_sale(&self) -> bool {
        self.0.available
    }

    /// What its variants cost in the market; null where none has a price there, which only staff come across.
    async fn price_range(&self, ctx: &Context<'_>) -> Option<MoneyRange> {
        self.0.price_range().map(|range| MoneyRange::new(range, &ctx.scope().locale))
    }

    /// What those of its variants whose price is reduced cost before; null where none is.
    async fn compare_at_price_range(&self, ctx: &Context<'_>) -> Option<MoneyRange> {
        self.0.compare_at.map(|range| MoneyRange::new(range, &ctx.scope().locale))
    }

    /// The choices that it offers, and which of their values can still be bought given what has been chosen. A product
    /// without a choice has one option "Title" with the one value "Default Title".
    #[graphql(directive = About::apply(3))]
    async fn options(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been chosen so far.", default)] selected: Vec<SelectedOptionInput>,
    ) -> Result<Vec<ProductOption>> {
        let options = ctx.along(&self.0, |listing| OptionsOf(listing.product_id)).await?.unwrap_or_default();
        let choices = ctx.along(&self.0, |listing| ChoicesOf(listing.product_id)).await?.unwrap_or_default();
        let selected: Vec<Chosen> = selected.into_iter().map(Chosen::from).collect();
        Ok(ProductOption::all(&options, &choices, &selected))
    }

    /// Its variants in their order.
    #[graphql(directive = Paged::apply())]
    async fn variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Quick<Connection<Variant>>> {
        let shown = lookahead::shown::<Variant>(&ctx.item.node);
        let asked = Asked { first, last, after, before, shown };
        self.variants_list(asked)?.load(ctx, &self.0).await
    }

    /// The variant with one value chosen for each option; null where there is none.
    async fn variant_by_selected_options(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One value for each of the product's options.")] selected_options: Vec<
            SelectedOptionInput,
        >,
    ) -> Nullable<Quick<Variant>> {
        nullable(async {
            let chosen = Arc::new(selected_options.into_iter().map(Chosen::from).collect::<Vec<_>>());
            let variant =
                ctx.along(&self.0, |listing| ChosenOf(listing.product_id, Arc::clone(&chosen))).await?;
            Ok(variant.map(Variant::of).map(Quick))
        })
        .await
    }

    /// Its first image.
    async fn featured_image(&self, ctx: &Context<'_>) -> Nullable<Quick<Media>> {
        nullable(async { Ok(first_of(ctx.along(&self.0, FIRST_IMAGE).await?).map(Media::of).map(Quick)) })
            .await
    }

    /// Its images in their order.
    #[graphql(directive = Paged::apply())]
    async fn media(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Quick<Connection<Media>>> {
        let shown = lookahead::shown::<Media>(&ctx.item.node);
        let asked = Asked { first, last, after, before, shown };
        self.media_list(asked)?.load(ctx, &self.0).await
    }

    /// Its main category.
    async fn category(&self, ctx: &Context<'_>) -> Nullable<Quick<Category>> {
        nullable(async {
            if self.0.category_id.is_none() {
                return Ok(None);
            }
            Ok(ctx.along(&self.0, MAIN_CATEGORY).await?.map(Category::of).map(Quick))
        })
        .await
    }

    /// All categories that it is in, the main one first.
    #[graphql(directive = About::apply(5))]
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let all = ctx.along(&self.0, |listing| CategoriesOf(listing.product_id)).await?.unwrap_or_default();
        Ok(all.iter().cloned().map(Category::of).collect())
    }

    /// The collections that it is in.
    #[graphql(directive = About::apply(5))]
    async fn collections(&self, ctx: &Context<'_>) -> Result<Vec<Collection>> {
        let all = ctx.along(&self.0, |listing| CollectionsOf(listing.product_id)).await?.unwrap_or_default();
        Ok(all.iter().cloned().map(Collection::of).collect())
    }

    /// What search engines are told.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        Ok(Seo::from(&*self.texts(ctx).await?))
    }

    /// A piece of its custom data.
    async fn metafield(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who defines it.")] namespace: String,
        #[graphql(desc = "Its name there.")] key: String,
    ) -> Nullable<Metafield> {
        nullable(async {
            let all =
                ctx.along(&self.0, |listing| MetafieldsOf(listing.product_id.0)).await?.unwrap_or_default();
            let same = all.iter().find(|field| field.namespace == namespace && field.key == key);
            Ok(same.cloned().map(Metafield))
        })
        .await
    }

    /// Its custom data, sorted by namespace and key.
    #[graphql(directive = About::apply(20))]
    async fn metafields(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this namespace.")] namespace: Option<String>,
    ) -> Result<Vec<Metafield>> {
        let all = ctx.along(&self.0, |listing| MetafieldsOf(listing.product_id.0)).await?.unwrap_or_default();
        let wanted = |field: &&_| namespace.as_ref().is_none_or(|namespace| is_of(field, namespace));
        Ok(all.iter().filter(wanted).cloned().map(Metafield).collect())
    }

    /// Its version, which grows by one with each change of the product or its parts: send it along with a change.
    #[graphql(directive = Needs::apply(Permission::ProductsRead))]
    async fn version(&self, ctx: &Context<'_>) -> Nullable<i32> {
        nullable(async { Ok(self.state(ctx).await?.map(|state| state.version)) }).await
    }

    /// Whether it is on offer at all.
    #[graphql(directive = Needs::apply(Permission::ProductsRead))]
    async fn status(&self, ctx: &Context<'_>) -> Nullable<ProductStatus> {
        nullable(async { Ok(self.state(ctx).await?.map(|state| state.status.into())) }).await
    }

    /// What all its reviews say together.
    async fn rating_summary(&self) -> RatingSummary {
        RatingSummary::of(self.0.rating)
    }

    /// Its published reviews.
    #[graphql(directive = Paged::apply())]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "In which order.", default_with = "ReviewSortKey::Newest")] sort_key: ReviewSortKey,
    ) -> Nullable<Quick<Connection<Review>>> {
        nullable(async {
            let shown = lookahead::shown::<Review>(&ctx.item.node);
            let asked = Asked { first, last, after, before, shown };
            let list = self.reviews_list(asked, sort_key)?;
            list.load(ctx, &self.0).await.map(Some)
        })
        .await
    }

    /// Other products that somebody who looks at this one may like: those of its main category, what can be bought and
    /// is rated best first, then those of the categories beside that.
    #[graphql(directive = SlicedBy::apply("first"))]
    async fn related_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 20.", default = 4)] first: i32,
    ) -> Nullable<Many<Quick<Self>>> {
        nullable(async {
            let first = page::count(first, 0..=related::MOST)?;
            Ok(Some(Many(self.related(ctx, first).await?.into_iter().map(Quick).collect())))
        })
        .await
    }
}

fn is_of(field: &crate::services::catalog::metafields::Metafield, namespace: &str) -> bool {
    field.namespace == namespace
}

/// The beginning of a text, cut at the end of a word, with an ellipsis where something is missing.
fn truncated(text: &str, length: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(length) else { return text.to_owned() };
    let kept = text[..cut].rsplit_once(char::is_whitespace).map_or(&text[..cut], |(kept, _)| kept);
    format!("{}…", kept.trim_end())
}
