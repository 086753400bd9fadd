//! Products of ten variants each.

use vitrine::services::backoffice::set::{
    OptionSet, PriceSet, ProductSet, PublicationSet, StockSet, VariantSet,
};
use vitrine::services::catalog::write::{Fields, VariantFields};

/// Variants of each product.
pub const VARIANTS: usize = 10;

/// A product of a number.
pub fn product(number: usize, price: usize) -> ProductSet {
    let handle = format!("product-{number}");
    let variant = |place: usize| VariantSet {
        option_values: vec![format!("size {place}")],
        fields: VariantFields {
            sku: Some(format!("{handle}-{place}")),
            tracked: Some(true),
            ..VariantFields::default()
        },
        image_url: None,
        prices: Some(vec![PriceSet {
            market: "us".to_owned(),
            amount: (price + place).to_string(),
            ..PriceSet::default()
        }]),
        stock: Some(vec![StockSet { location: "main".to_owned(), available: 5 }]),
        metafields: None,
    };
    ProductSet {
        fields: Fields {
            title: Some(format!("Thing number {number}")),
            description_html: Some(format!(
                "<p>What there is to say of the <b>thing</b> with number {number}.</p>"
            )),
            vendor: Some(format!("Maker {}", number % 20)),
            tags: Some(vec![format!("tag {}", number % 30), "all".to_owned()]),
            ..Fields::default()
        },
        options: Some(vec![OptionSet { name: "Size".to_owned(), values: None }]),
        variants: Some((0..VARIANTS).map(variant).collect()),
        publications: Some(vec![PublicationSet { market: "us".to_owned(), from: None }]),
        handle,
        ..ProductSet::default()
    }
}
