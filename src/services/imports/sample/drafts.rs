//! The sample shop's products as drafts, for one market at a time.

use std::collections::HashMap;

use entity::money;

use super::art;
use super::files::{Category, Media, Policy, Product, Status, Unit, Variant, broken};
use crate::services::Result;
use crate::services::catalog::draft::{
    InventoryPolicy, MediaDraft, MetafieldDraft, ProductDraft, Status as DraftStatus, VariantDraft,
    WeightUnit,
};

/// What the only variant of a product without options is called.
const NO_CHOICE: &str = "Default Title";

/// Where prices and stock of a draft are taken from.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The market's handle.
    pub market: &'a str,
    /// Digits of its currency after the point.
    pub digits: u32,
    /// The location's handle.
    pub location: &'a str,
}

/// Paths of titles from the root, by the handle at their end.
pub type Paths = HashMap<String, Vec<String>>;

/// The path of each category.
pub fn paths(categories: &[Category]) -> Paths {
    let mut paths = Paths::new();
    let mut open: Vec<(Vec<String>, &Category)> = categories.iter().map(|root| (Vec::new(), root)).collect();
    while let Some((mut path, category)) = open.pop() {
        path.push(category.title.clone());
        open.extend(category.children.iter().map(|child| (path.clone(), child)));
        paths.insert(category.handle.clone(), path);
    }
    paths
}

/// A product as a market sees it.
pub fn draft(product: &Product, place: Place<'_>, paths: &Paths) -> Result<ProductDraft> {
    let path = |handle: &String| {
        let unknown = || broken(format!("{}: there is no category {handle:?}", product.handle));
        paths.get(handle).cloned().ok_or_else(unknown)
    };
    let seo = product.seo.as_ref();
    let variants = product.variants.iter().map(|variant| of_variant(product, variant, place));
    let images = product.media.iter().zip(1..).map(|(image, position)| of_image(product, image, position));
    let fields = product.metafields.iter().map(|field| MetafieldDraft {
        namespace: field.namespace.clone(),
        key: field.key.clone(),
        value_type: field.value_type.clone(),
        value: field.value.clone(),
    });
    Ok(ProductDraft {
        handle: product.handle.clone(),
        title: Some(product.title.clone()),
        description_html: Some(product.description_html.clone()),
        vendor: Some(product.vendor.clone()),
        product_type: Some(product.kind.clone()),
        tags: Some(product.tags.clone()),
        status: Some(status(product.status)),
        published: Some(is_published(product, place.market)),
        categories: Some(product.categories.iter().map(path).collect::<Result<_>>()?),
        seo_title: seo.map(|seo| seo.title.clone()),
        seo_description: seo.map(|seo| seo.description.clone()),
        options: Some(product.options.iter().map(|option| option.name.clone()).collect()),
        variants: variants.collect::<Result<_>>()?,
        media: images.collect(),
        metafields: fields.collect(),
        ..ProductDraft::default()
    })
}

/// Whether a product is published in a market, now or later.
pub fn is_published(product: &Product, market: &str) -> bool {
    product.publish.get(market).is_some_and(Option::is_some)
}

fn of_variant(product: &Product, variant: &Variant, place: Place<'_>) -> Result<VariantDraft> {
    let minor = |amounts: &HashMap<String, String>| {
        let amount = amounts.get(place.market)?;
        let wrong = || broken(format!("{}: {amount:?} is no price", variant.sku));
        Some(money::from_decimal(amount, place.digits).ok_or_else(wrong))
    };
    let option_values = match variant.options.as_slice() {
        [] => vec![NO_CHOICE.to_owned()],
        some => some.to_owned(),
    };
    Ok(VariantDraft {
        option_values,
        sku: Some(variant.sku.clone()),
        barcode: variant.barcode.clone(),
        price: minor(&variant.prices).transpose()?,
        compare_at_price: Some(minor(&variant.compare_at).transpose()?),
        weight_grams: Some(variant.grams),
        weight_unit: Some(unit(variant.unit)),
        inventory_tracker: Some(if variant.tracked { "shopify" } else { "" }.to_owned()),
        inventory_policy: Some(policy(variant.policy)),
        quantity: variant.stock.get(place.location).copied(),
        image_url: variant.image.map(|position| art::url(product, position)),
        ..VariantDraft::default()
    })
}

fn of_image(product: &Product, image: &Media, position: i32) -> MediaDraft {
    MediaDraft {
        url: art::url(product, position.unsigned_abs() as usize),
        position: Some(position),
        alt: Some(image.alt.clone()),
        width: Some(art::SIDE),
        height: Some(art::SIDE),
        mime_type: Some("image/svg+xml".to_owned()),
    }
}

fn status(status: Status) -> DraftStatus {
    match status {
        Status::Active => DraftStatus::Active,
        Status::Draft => DraftStatus::Draft,
        Status::Archived => DraftStatus::Archived,
    }
}

fn unit(unit: Unit) -> WeightUnit {
    match unit {
        Unit::G => WeightUnit::Gram,
        Unit::Kg => WeightUnit::Kilogram,
        Unit::Oz => WeightUnit::Ounce,
        Unit::Lb => WeightUnit::Pound,
    }
}

fn policy(policy: Policy) -> InventoryPolicy {
    match policy {
        Policy::Deny => InventoryPolicy::Deny,
        Policy::Continue => InventoryPolicy::Continue,
    }
}
