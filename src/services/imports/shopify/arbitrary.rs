//! Products of any content, for tests: as the reader leaves them, and as hard on a CSV file as can be.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use super::Level;
use crate::services::catalog::draft::{
    InventoryPolicy, MediaDraft, MetafieldDraft, ProductDraft, Status, VariantDraft, WeightUnit,
};

/// Metafields that products and variants may have.
pub(super) const METAFIELDS: [(Level, &str, &str); 8] = [
    (Level::Product, "google_shopping", "mpn"),
    (Level::Product, "custom", "care.hints"),
    (Level::Product, "shopify_csv", "title"),
    (Level::Product, "market_included", "US & Canada"),
    (Level::Variant, "shopify_csv", "variant_tax_code"),
    (Level::Variant, "market_price", "International"),
    (Level::Variant, "custom", "fit"),
    (Level::Variant, "shopify_csv", "variant_fulfillment_service"),
];

/// Text of all that is hard on a CSV file, on a spreadsheet and on a terminal.
pub(super) fn wild() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\""),
        Just("\"\""),
        Just(","),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("=1+1"),
        Just("+"),
        Just("-"),
        Just("@x"),
        Just("<p class=\"a\">ä</p>"),
        Just("\u{feff}"),
        Just("\u{202e}"),
        Just("日本"),
        Just("👩‍👩‍👧"),
        Just("'"),
        Just(";"),
        Just("\t"),
        Just(r"\"),
        Just(">"),
        Just(" "),
        Just("a"),
        Just("end of file"),
        Just("e\u{301}"),
    ];
    let texts = prop_oneof![vec(pieces, 0..6).prop_map(|pieces| pieces.concat()), any::<String>()];
    // A cell with this character is refused.
    texts.prop_map(|text| text.replace('\0', ""))
}

/// Text as the reader leaves it: without spaces around.
fn trimmed() -> impl Strategy<Value = String> {
    wild().prop_map(|text| text.trim().to_owned())
}

fn name() -> impl Strategy<Value = String> {
    trimmed().prop_filter("a name has letters", |text| !text.is_empty())
}

fn tag() -> impl Strategy<Value = String> {
    name()
        .prop_map(|text| text.replace(',', "").trim().to_lowercase())
        .prop_filter("empty", |tag| !tag.is_empty())
}

fn url() -> impl Strategy<Value = String> {
    "(https://cdn\\.example|/media)/[a-z0-9_.?=&,\"é-]{1,12}"
}

fn metafields(level: Level) -> impl Strategy<Value = Vec<MetafieldDraft>> {
    let of_level: Vec<_> = METAFIELDS.iter().filter(move |own| own.0 == level).collect();
    vec(wild(), of_level.len()).prop_map(move |values| {
        let told = of_level.iter().zip(values).map(|((_, namespace, key), value)| {
            let is_service = key.ends_with("service");
            let value = if is_service { value.trim().to_owned() } else { value };
            let is_long = value.contains(['\n', '\r']);
            MetafieldDraft {
                namespace: (*namespace).to_owned(),
                key: (*key).to_owned(),
                value_type: if is_long { "multi_line_text_field" } else { "single_line_text_field" }
                    .to_owned(),
                value,
            }
        });
        told.filter(|own| !own.value.is_empty()).collect()
    })
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..10_000_i64, 0..=1_000_000_000_000_000_i64]
}

fn variant(option_values: Vec<String>) -> impl Strategy<Value = VariantDraft> {
    let texts = (trimmed(), trimmed(), trimmed(), prop_oneof![Just(String::new()), url()]);
    let money = (amount(), proptest::option::of(amount()), proptest::option::of(amount()));
    let units = prop_oneof![
        Just(WeightUnit::Gram),
        Just(WeightUnit::Kilogram),
        Just(WeightUnit::Ounce),
        Just(WeightUnit::Pound)
    ];
    let policy = prop_oneof![Just(InventoryPolicy::Deny), Just(InventoryPolicy::Continue)];
    let stock =
        (0.0..1e9_f64, units, policy, -1_000_000_000..=1_000_000_000_i64, any::<bool>(), any::<bool>());
    (texts, money, stock, metafields(Level::Variant)).prop_map(move |(texts, money, stock, metafields)| {
        VariantDraft {
            option_values: option_values.clone(),
            sku: Some(texts.0),
            barcode: Some(texts.1),
            price: Some(money.0),
            compare_at_price: Some(money.1),
            unit_cost: Some(money.2),
            weight_grams: Some(stock.0),
            weight_unit: Some(stock.1),
            inventory_tracker: Some(texts.2),
            inventory_policy: Some(stock.2),
            quantity: Some(stock.3),
            requires_shipping: Some(stock.4),
            taxable: Some(stock.5),
            image_url: Some(texts.3),
            metafields,
        }
    })
}

/// Names of options and variants with a value of each.
fn choice() -> impl Strategy<Value = (Vec<String>, Vec<VariantDraft>)> {
    let single = Just((vec!["Title".to_owned()], vec![vec!["Default Title".to_owned()]]));
    let several = btree_set(name(), 1..=3).prop_flat_map(|names| {
        let count = names.len();
        (Just(names.into_iter().collect()), btree_set(vec(name(), count), 0..5).prop_map(Vec::from_iter))
    });
    prop_oneof![1 => single, 3 => several].prop_flat_map(|(names, values)| {
        let variants: Vec<_> = values.into_iter().map(variant).collect();
        (Just(names), variants)
    })
}

fn media() -> impl Strategy<Value = Vec<MediaDraft>> {
    let told = (proptest::option::of(1..=i32::MAX), wild());
    btree_map(url(), told, 0..4).prop_map(|media| {
        let told = media.into_iter();
        told.map(|(url, (position, alt))| MediaDraft {
            url,
            position,
            alt: Some(alt),
            ..MediaDraft::default()
        })
        .collect()
    })
}

pub(super) fn product() -> impl Strategy<Value = ProductDraft> {
    let texts = (name(), wild(), trimmed(), trimmed(), wild(), wild());
    let status = prop_oneof![Just(Status::Active), Just(Status::Draft), Just(Status::Archived)];
    let flags = (status, any::<bool>(), any::<bool>());
    let lists = (btree_set(tag(), 0..4), vec(vec(name(), 1..4), 0..3), metafields(Level::Product));
    (texts, flags, lists, choice(), media()).prop_map(|(texts, flags, lists, choice, media)| ProductDraft {
        handle: String::new(),
        title: Some(texts.0),
        description_html: Some(texts.1),
        vendor: Some(texts.2),
        product_type: Some(texts.3),
        tags: Some(lists.0.into_iter().collect()),
        status: Some(flags.0),
        published: Some(flags.1),
        categories: Some(lists.1),
        seo_title: Some(texts.4),
        seo_description: Some(texts.5),
        gift_card: Some(flags.2),
        options: Some(choice.0),
        variants: choice.1,
        media,
        metafields: lists.2,
        ..ProductDraft::default()
    })
}

pub(super) fn catalogue() -> impl Strategy<Value = Vec<ProductDraft>> {
    vec(product(), 1..4).prop_map(|mut products| {
        for (number, product) in products.iter_mut().enumerate() {
            product.handle = format!("größe-{number}");
        }
        products
    })
}
