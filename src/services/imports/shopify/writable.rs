//! Whether the format has a place for a product.

use std::collections::HashSet;

use super::columns::OPTION_NAMES;
use super::handle;
use super::values;
use crate::services::catalog::draft::{ProductDraft, VariantDraft};

/// Why a product, apart from its metafields, could not be read back as it is; nothing if it could.
pub(super) fn check(product: &ProductDraft) -> Result<(), String> {
    if handle::normalize(&product.handle).ok().as_deref() != Some(product.handle.as_str()) {
        return Err("the handle is not in its normal form".to_owned());
    }
    if product.title.as_ref().is_none_or(|title| title.trim().is_empty()) {
        return Err("there is no title".to_owned());
    }
    check_options(product)?;
    for media in &product.media {
        values::image_url(media.url.trim())?;
        if media.position.is_some_and(|position| position < 1) {
            return Err("an image has a position below 1".to_owned());
        }
    }
    product.variants.iter().try_for_each(check_variant)
}

fn check_options(product: &ProductDraft) -> Result<(), String> {
    let names: Vec<&str> = product.options.iter().flatten().map(|name| name.trim()).collect();
    if names.len() > OPTION_NAMES.len() {
        return Err("there are more than 3 options".to_owned());
    }
    if names.iter().any(|name| name.is_empty()) || names.iter().collect::<HashSet<_>>().len() < names.len() {
        return Err("an option has no name of its own".to_owned());
    }
    let mut seen = HashSet::new();
    for variant in &product.variants {
        let values: Vec<&str> = variant.option_values.iter().map(|value| value.trim()).collect();
        if names.is_empty() || values.len() != names.len() || values.iter().any(|value| value.is_empty()) {
            return Err("a variant has no value for an option, or a value for none".to_owned());
        }
        if !seen.insert(values) {
            return Err("two variants have the same option values".to_owned());
        }
    }
    Ok(())
}

fn check_variant(variant: &VariantDraft) -> Result<(), String> {
    let amounts = [variant.price, variant.compare_at_price.flatten(), variant.unit_cost.flatten()];
    if amounts.into_iter().flatten().any(|minor| minor < 0) {
        return Err("a price is negative".to_owned());
    }
    if variant.weight_grams.is_some_and(|grams| !grams.is_finite() || grams < 0.0) {
        return Err("a weight is negative or no number".to_owned());
    }
    match variant.image_url.as_deref().map(str::trim) {
        None | Some("") => Ok(()),
        Some(url) => values::image_url(url).map(drop),
    }
}
