//! How much a cell may hold: as much as the same field takes through the API.

use super::columns::Field;
use crate::services::catalog::bounds::{
    ADDRESS, ALT, CATEGORIES, HTML, LINE, METAFIELD, PIECES, PRICE, SEO, TAGS, WEIGHT,
};
use crate::services::catalog::categories::place::DEEPEST;

type Fits = Result<(), String>;

/// Whether a field's text is short enough.
pub(super) fn text(field: Field, text: &str) -> Fits {
    match field {
        Field::Body => bytes(text, HTML),
        Field::ImageSrc | Field::VariantImage => bytes(text.trim(), ADDRESS),
        Field::SeoDescription => characters(text, SEO),
        Field::ImageAlt => characters(text, ALT),
        Field::Title
        | Field::Vendor
        | Field::Type
        | Field::OptionName1
        | Field::OptionName2
        | Field::OptionName3
        | Field::OptionValue1
        | Field::OptionValue2
        | Field::OptionValue3
        | Field::Sku
        | Field::Barcode
        | Field::SeoTitle
        | Field::InventoryTracker
        | Field::FulfillmentService => characters(text.trim(), LINE),
        _ => Ok(()),
    }
}

/// Whether a metafield's value is short enough.
pub(super) fn metafield(value: &str) -> Fits {
    bytes(value, METAFIELD)
}

/// Whether these can be the tags of a product.
#[expect(clippy::ptr_arg, reason = "what is checked is passed on as it is")]
pub(super) fn tags(tags: &Vec<String>) -> Fits {
    tags.iter().try_for_each(|tag| characters(tag, LINE))?;
    at_most(tags.len(), TAGS, "tags")
}

/// Whether these can be the categories of a product.
pub(super) fn categories(paths: &Vec<Vec<String>>) -> Fits {
    for path in paths {
        path.iter().try_for_each(|name| characters(name, LINE))?;
        if path.len() > DEEPEST as usize {
            return Err(format!("the tree is at most {DEEPEST} categories deep"));
        }
    }
    at_most(paths.len(), CATEGORIES, "categories")
}

/// Whether there can be so many pieces.
pub(super) fn pieces(count: i64) -> Fits {
    if (-PIECES..=PIECES).contains(&count) {
        return Ok(());
    }
    Err(format!("a stock level goes from -{PIECES} to {PIECES}"))
}

/// Whether an amount in the minor unit can be a price.
pub(super) fn price(minor: i64) -> Fits {
    if minor <= PRICE { Ok(()) } else { Err("too large".to_owned()) }
}

/// Whether something can weigh so much.
pub(super) fn grams(grams: f64) -> Fits {
    if grams <= WEIGHT { Ok(()) } else { Err("a weight is at most 1,000,000,000 g".to_owned()) }
}

fn characters(text: &str, most: usize) -> Fits {
    // Counting is left out where there cannot be too many.
    if text.len() > most && text.chars().count() > most {
        return Err(format!("it takes at most {most} characters"));
    }
    Ok(())
}

fn bytes(text: &str, most: usize) -> Fits {
    if text.len() > most {
        return Err(match most % 1024 {
            0 => format!("it takes at most {} KiB", most / 1024),
            _ => format!("it takes at most {most} bytes"),
        });
    }
    Ok(())
}

fn at_most(count: usize, most: usize, what: &str) -> Fits {
    if count > most { Err(format!("a product has at most {most} {what}")) } else { Ok(()) }
}
