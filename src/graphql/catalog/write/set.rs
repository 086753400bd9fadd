//! Whole products in one input, and many of them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};

use super::inputs::{MetafieldInput, ProductStatus, VariantInventoryPolicy, WeightInput, drafts, or_no};
use super::product;
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::connection::Listed as _;
use crate::graphql::context::ContextExt;
use crate::graphql::directives::SlicedBy;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::loaders::ProductByHandle;
use crate::graphql::payload::{UserError, change, change_version, or_empty, or_none, payload};
use crate::graphql::scalars::{DateTime, Decimal};
use crate::services::Permission;
use crate::services::backoffice::bulk::{self, OnError, Row};
use crate::services::backoffice::set::{
    self, MediaSet, OptionSet, PriceSet, ProductSet, PublicationSet, StockSet, VariantSet,
};
use crate::services::catalog::write::{Fields, VariantFields};

/// Making products what one input says.
#[derive(Default)]
pub struct ProductSetMutation;

/// A product as it is to be, named by its handle: made where there is none, else changed where it differs.
///
/// What is absent stays as it is; null clears. A list that is told is the whole list: what it does not name goes.
#[derive(InputObject)]
pub struct ProductSetInput {
    /// The product's slug: 1 to 255 lower-case letters, digits and hyphens.
    handle: String,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its title: 1 to 255 characters. A product that is not there yet needs one.
    title: Option<String>,
    /// Its description as HTML, at most 512 KiB. Scripts, styles, frames and forms are removed; of
    /// more than 5,000 tags only the words stay.
    description_html: MaybeUndefined<String>,
    /// Who makes it: at most 255 characters.
    vendor: MaybeUndefined<String>,
    /// What kind of thing it is, in the shop's own words: at most 255 characters.
    product_type: MaybeUndefined<String>,
    /// All its tags: at most 250, each with 1 to 255 characters, none twice.
    tags: MaybeUndefined<Vec<String>>,
    /// Whether it is on offer: a new product is, where this is absent.
    status: Option<ProductStatus>,
    /// Handles of all its categories, the main one first: at most 50.
    categories: MaybeUndefined<Vec<String>>,
    /// Title for search engines: at most 255 characters.
    seo_title: MaybeUndefined<String>,
    /// Description for search engines: at most 1,000 characters.
    seo_description: MaybeUndefined<String>,
    /// Whether it is a gift card.
    is_gift_card: Option<bool>,
    /// All its options: 1 to 3, matched by their place. A product without a choice has none in the input.
    options: Option<Vec<ProductSetOptionInput>>,
    /// All its variants: 1 to 2,048, matched by their option values. To remove one needs `products.delete`.
    variants: Option<Vec<ProductSetVariantInput>>,
    /// All its images: at most 250, matched by address.
    media: MaybeUndefined<Vec<ProductSetMediaInput>>,
    /// All its custom data: at most 250 pieces.
    metafields: MaybeUndefined<Vec<MetafieldInput>>,
    /// All markets where it is published. To tell them needs `products.publish`.
    publications: MaybeUndefined<Vec<ProductSetPublicationInput>>,
}

/// An option of a whole product.
#[derive(InputObject)]
pub struct ProductSetOptionInput {
    /// Its name: 1 to 255 characters.
    name: String,
    /// Its values in their order, at most 100; those of variants that are not named follow. One that is neither named nor
    /// a variant's goes.
    values: Option<Vec<String>>,
}

/// A variant of a whole product.
#[derive(InputObject)]
pub struct ProductSetVariantInput {
    /// Its value for each option, in their order: `["Default Title"]` where the product offers no choice.
    option_values: Vec<String>,
    /// Its stock keeping unit: at most 255 characters, and no other variant's (`TAKEN`).
    sku: MaybeUndefined<String>,
    /// Its barcode: at most 255 characters.
    barcode: MaybeUndefined<String>,
    /// What it weighs.
    weight: Option<WeightInput>,
    /// Whether its stock is counted.
    tracked: Option<bool>,
    /// What happens when it is out of stock.
    inventory_policy: Option<VariantInventoryPolicy>,
    /// Whether it has to be shipped.
    requires_shipping: Option<bool>,
    /// Whether tax is charged on it.
    taxable: Option<bool>,
    /// The address of its own image, which becomes one of the product's.
    image_url: MaybeUndefined<String>,
    /// All its prices, one a market: it is not sold in a market that is not named. To tell them needs `prices.write`.
    prices: MaybeUndefined<Vec<ProductSetPriceInput>>,
    /// How many there are at locations; others keep what they have. To tell it needs `stock.write`.
    stock: Option<Vec<ProductSetStockInput>>,
    /// All its custom data: at most 250 pieces.
    metafields: MaybeUndefined<Vec<MetafieldInput>>,
}

/// A price of a variant.
#[derive(InputObject)]
pub struct ProductSetPriceInput {
    /// The market's handle.
    market: String,
    /// What it costs, in the market's currency.
    amount: Decimal,
    /// What it cost before a reduction.
    compare_at_price: MaybeUndefined<Decimal>,
    /// What one costs the shop.
    unit_cost: MaybeUndefined<Decimal>,
}

/// How many there are of a variant at a location.
#[derive(InputObject)]
pub struct ProductSetStockInput {
    /// The location's handle.
    location: String,
    /// Pieces: 0 to a thousand million.
    available: i64,
}

/// An image of a whole product.
#[derive(InputObject)]
pub struct ProductSetMediaInput {
    /// Its address: `https://...` or `http://...`, or the address of one that the product has.
    url: String,
    /// What it shows, for those who cannot see it: at most 1,000 characters.
    alt: MaybeUndefined<String>,
}

/// A market where a whole product is published.
#[derive(InputObject)]
pub struct ProductSetPublicationInput {
    /// The market's handle.
    market: String,
    /// From when on. Absent: the moment stays, and is now where there was none.
    published_at: Option<DateTime>,
}

/// What happens to the other products where one cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProductsSetOnError {
    /// They are made what they are to be.
    Skip,
    /// Those before it stay done, those after it are left alone.
    Abort,
}

payload! {
    /// What became of a whole product.
    ProductSetPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
        /// Whether it was made.
        created: bool,
        /// Whether anything of it is not as it was.
        changed: bool,
    }
    /// What became of many whole products.
    ProductsSetPayload {
        /// What became of each, in the order of the input.
        results: ProductsSetResults,
    }
}

/// What became of many products.
pub struct ProductsSetResults(Vec<Row>);

/// What became of many products.
#[Object]
impl ProductsSetResults {
    /// How many were made.
    async fn created_count(&self) -> i32 {
        self.count(|row| row.outcome.created)
    }

    /// How many were there and are not as they were.
    async fn changed_count(&self) -> i32 {
        self.count(|row| row.outcome.changed && !row.outcome.created)
    }

    /// How many could not be.
    async fn failed_count(&self) -> i32 {
        self.count(|row| !row.outcome.problems.is_empty())
    }

    /// What became of each, in the order of the input.
    #[graphql(directive = SlicedBy::apply("first"))]
    async fn rows(
        &self,
        #[graphql(desc = "How many at most; there are never more than 1000.", default = 1000)] first: i32,
        #[graphql(desc = "Only those that could not be, or were left alone.", default)] failed_only: bool,
    ) -> Vec<ProductsSetResult<'_>> {
        let failed = |row: &Row| row.skipped || !row.outcome.problems.is_empty();
        let rows = self.0.iter().enumerate().filter(|(_, row)| !failed_only || failed(row));
        let size = usize::try_from(first).unwrap_or_default();
        rows.take(size).map(|(index, row)| ProductsSetResult { index, row }).collect()
    }
}

impl ProductsSetResults {
    fn count(&self, which: impl Fn(&Row) -> bool) -> i32 {
        i32::try_from(self.0.iter().filter(|row| which(row)).count()).unwrap_or(i32::MAX)
    }
}

/// What became of one product of many.
pub struct ProductsSetResult<'a> {
    index: usize,
    row: &'a Row,
}

/// What became of one product of many.
#[Object]
impl ProductsSetResult<'_> {
    /// Its place in the input, from 0.
    async fn index(&self) -> i32 {
        i32::try_from(self.index).unwrap_or(i32::MAX)
    }

    /// The id of the product; null where it could not be.
    async fn product_id(&self) -> Option<ID> {
        self.row.outcome.product.map(id::show)
    }

    /// Whether it was made.
    async fn created(&self) -> bool {
        self.row.outcome.created
    }

    /// Whether anything of it is not as it was.
    async fn changed(&self) -> bool {
        self.row.outcome.changed
    }

    /// Whether it was left alone because one before it could not be.
    async fn skipped(&self) -> bool {
        self.row.skipped
    }

    /// What its input had wrong; then nothing of it was changed.
    #[graphql(directive = crate::graphql::directives::About::apply(1))]
    async fn user_errors(&self) -> Vec<UserError> {
        self.row.outcome.problems.iter().cloned().map(UserError::from).collect()
    }
}

impl From<ProductSetInput> for ProductSet {
    fn from(input: ProductSetInput) -> Self {
        Self {
            handle: input.handle,
            version: input.version,
            fields: Fields {
                handle: None,
                title: input.title,
                description_html: or_empty(input.description_html),
                vendor: or_empty(input.vendor),
                product_type: or_empty(input.product_type),
                tags: or_no(input.tags),
                status: input.status.map(Into::into),
                seo_title: or_empty(input.seo_title),
                seo_description: or_empty(input.seo_description),
                gift_card: input.is_gift_card,
            },
            categories: or_no(input.categories),
            options: input.options.map(|options| options.into_iter().map(Into::into).collect()),
            variants: input.variants.map(|variants| variants.into_iter().map(Into::into).collect()),
            media: or_no(input.media).map(|images| images.into_iter().map(Into::into).collect()),
            metafields: or_no(input.metafields).map(drafts),
            publications: or_no(input.publications).map(|all| all.into_iter().map(Into::into).collect()),
        }
    }
}

impl From<ProductSetOptionInput> for OptionSet {
    fn from(input: ProductSetOptionInput) -> Self {
        Self { name: input.name, values: input.values }
    }
}

impl From<ProductSetVariantInput> for VariantSet {
    fn from(input: ProductSetVariantInput) -> Self {
        let weight = input.weight.map(|weight| weight.unit.in_grams(weight.value));
        Self {
            option_values: input.option_values,
            fields: VariantFields {
                sku: or_empty(input.sku),
                barcode: or_empty(input.barcode),
                weight_grams: weight.map(|(grams, _)| grams),
                weight_unit: weight.map(|(_, unit)| unit),
                tracked: input.tracked,
                policy: input.inventory_policy.map(Into::into),
                requires_shipping: input.requires_shipping,
                taxable: input.taxable,
                media: None,
            },
            image_url: or_empty(input.image_url),
            prices: or_no(input.prices).map(|prices| prices.into_iter().map(Into::into).collect()),
            stock: input.stock.map(|levels| levels.into_iter().map(Into::into).collect()),
            metafields: or_no(input.metafields).map(drafts),
        }
    }
}

impl From<ProductSetPriceInput> for PriceSet {
    fn from(input: ProductSetPriceInput) -> Self {
        let text = |amount| or_none(amount).map(|amount: Option<Decimal>| amount.map(|amount| amount.0));
        Self {
            market: input.market,
            amount: input.amount.0,
            compare_at: text(input.compare_at_price),
            unit_cost: text(input.unit_cost),
        }
    }
}

impl From<ProductSetStockInput> for StockSet {
    fn from(input: ProductSetStockInput) -> Self {
        Self { location: input.location, available: input.available }
    }
}

impl From<ProductSetMediaInput> for MediaSet {
    fn from(input: ProductSetMediaInput) -> Self {
        Self { url: input.url, alt: or_empty(input.alt) }
    }
}

impl From<ProductSetPublicationInput> for PublicationSet {
    fn from(input: ProductSetPublicationInput) -> Self {
        Self { market: input.market, from: input.published_at.map(|moment| moment.0) }
    }
}

#[Object]
impl ProductSetMutation {
    /// Makes a product what the input says, with its options, variants, prices, stock, images, custom data and publication.
    /// Doing it twice changes nothing.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: ProductSetInput,
    ) -> Nullable<ProductSetPayload> {
        let handle = input.handle.clone();
        let work = async {
            let outcome = set::set(ctx.app(), ctx.viewer(), &input.into()).await?;
            Ok(ProductSetPayload {
                product: product(ctx, outcome.product).await?,
                created: Some(outcome.created),
                changed: Some(outcome.changed),
                ..Default::default()
            })
        };
        let current = async {
            let product = ctx.load(ProductByHandle(handle)).await?.map(Product::of);
            Ok(ProductSetPayload { product, ..Default::default() })
        };
        change_version(ctx, work, current).await
    }

    /// Makes many products what inputs say, in their order: at most 1,000 with at most 10,000 variants in all. They are not
    /// one change: what is done stays done, and others can write in between. Each tells what became of it.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn products_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The products, each handle once.")] inputs: Vec<ProductSetInput>,
        #[graphql(
            desc = "What happens to the others where one cannot be.",
            default_with = "ProductsSetOnError::Skip"
        )]
        on_error: ProductsSetOnError,
    ) -> Nullable<ProductsSetPayload> {
        change(ctx, async {
            let on_error = match on_error {
                ProductsSetOnError::Skip => OnError::Skip,
                ProductsSetOnError::Abort => OnError::Abort,
            };
            let inputs: Vec<ProductSet> = inputs.into_iter().map(Into::into).collect();
            let rows = bulk::set(ctx.app(), ctx.viewer(), &inputs, on_error).await?;
            Ok(ProductsSetPayload { results: Some(ProductsSetResults(rows)), ..Default::default() })
        })
        .await
    }
}
