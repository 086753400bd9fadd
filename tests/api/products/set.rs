//! Whole products in one input.

use vitrine::services::backoffice::bulk::{self, OnError};
use vitrine::services::backoffice::set::{OptionSet, ProductSet, VariantSet, set};
use vitrine::services::catalog::write::{Fields, VariantFields};
use vitrine::services::{Permission, Viewer};

use super::shelf::{
    assert_derived, assert_invariants, counted, custom, everything, problems, read, staff, told,
};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: statements_are_few_and_do_not_grow, a_product_becomes_what_the_input_says, what_is_not_told_stays,
        bad_input_is_told_at_once, what_is_taken_is_refused, rights_are_needed_for_parts,
        many_are_set_and_bad_ones_skipped, many_end_at_the_first_bad_one, inputs_exchange_what_is_unique;
}

/// Everything new, everything different, nothing different: with one variant and with a hundred.
async fn statements_are_few_and_do_not_grow(shop: TestShop) {
    let mut seen = Vec::new();
    for (variants, handle, another) in [(1, "alpha", "gamma"), (100, "beta", "delta")] {
        let first = everything(&shop, handle, variants);
        let (outcome, made) = counted(set(&shop.app, &Viewer::Operator, &first)).await;
        assert!(outcome.unwrap().created);
        assert_invariants(&shop).await;

        let (outcome, same) = counted(set(&shop.app, &Viewer::Operator, &first)).await;
        assert!(!outcome.unwrap().changed);
        assert_eq!(read(&shop, handle).await.product.version, 1);

        // Everything is another: vendor, type, tags, images, custom data, prices, stock, and half of the variants.
        let mut other = everything(&shop, another, variants + 1);
        handle.clone_into(&mut other.handle);
        other.categories = Some(vec!["kitchen".to_owned()]);
        for variant in other.variants.iter_mut().flatten() {
            variant.option_values[0].push('x');
            variant.prices.iter_mut().flatten().for_each(|price| "77".clone_into(&mut price.amount));
            variant.stock.iter_mut().flatten().for_each(|level| level.available = 8);
        }
        let (outcome, changed) = counted(set(&shop.app, &Viewer::Operator, &other)).await;
        assert!(outcome.unwrap().changed);
        assert_eq!(read(&shop, handle).await.product.version, 2);
        seen.push((made, same, changed));
    }
    println!("statements to make, to leave, to change: {seen:?}");
    assert_eq!(seen[0], seen[1]);
    let (made, same, changed) = seen[0];
    assert!(made <= 25 && same <= 6 && changed <= 25, "{seen:?}");
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn a_product_becomes_what_the_input_says(shop: TestShop) {
    let first = everything(&shop, "whole", 4);
    set(&shop.app, &Viewer::Operator, &first).await.unwrap();
    let before = read(&shop, "whole").await;
    assert_eq!(before.variants.len(), 4);
    assert_eq!(before.media.len(), 3);
    assert_eq!(before.metafields.len(), 2 + 4);
    assert_eq!(before.variants[1].title, "1 / c0");

    let mut second = first.clone();
    second.variants.as_mut().unwrap().remove(0);
    second.variants.as_mut().unwrap().reverse();
    second.media.as_mut().unwrap().remove(0);
    second.metafields = Some(vec![custom("care", "wash", "hot")]);
    second.fields.tags = Some(Vec::new());
    second.publications = Some(Vec::new());
    set(&shop.app, &Viewer::Operator, &second).await.unwrap();

    let after = read(&shop, "whole").await;
    let titles: Vec<_> = after.variants.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["3 / c0", "2 / c0", "1 / c0"]);
    assert_eq!(after.variants[2].id, before.variants[1].id, "variants keep their ids");
    assert!(after.value(before.variants[0].option_value1_id).is_none(), "a value that nothing has goes");
    assert_eq!(after.media[0].id, before.media[1].id);
    assert_eq!(after.media[0].position, 1);
    assert!(after.tags.is_empty() && after.publications.is_empty());
    assert!(shop.query(r#"{ product(handle: "whole") { id } }"#).await.at("/product").is_null());
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn what_is_not_told_stays(shop: TestShop) {
    set(&shop.app, &Viewer::Operator, &everything(&shop, "whole", 4)).await.unwrap();
    let before = read(&shop, "whole").await;
    let title = ProductSet {
        handle: "whole".to_owned(),
        fields: Fields { title: Some("Renamed".to_owned()), ..Fields::default() },
        ..ProductSet::default()
    };
    set(&shop.app, &Viewer::Operator, &title).await.unwrap();
    let mut after = read(&shop, "whole").await;
    assert_eq!((after.product.title.as_str(), after.product.version), ("Renamed", 2));
    after.product = before.product.clone();
    assert_eq!(after, before);

    let reply = shop.query(r#"{ search(query: "renamed", first: 5) { nodes { handle title } } }"#).await;
    assert_eq!(reply.handles("/search"), ["whole"], "true in the very next read");
}

async fn bad_input_is_told_at_once(shop: TestShop) {
    let mut input = everything(&shop, "Not A Handle", 2);
    input.fields.title = Some("a\0".to_owned());
    input.fields.tags = Some(vec!["one".to_owned(), "one".to_owned()]);
    "javascript:alert(1)".clone_into(&mut input.media.as_mut().unwrap()[1].url);
    let variants = input.variants.as_mut().unwrap();
    let values = variants[0].option_values.clone();
    variants[1].option_values = values;
    "1.999".clone_into(&mut variants[0].prices.as_mut().unwrap()[0].amount);
    variants[0].stock.as_mut().unwrap()[0].available = -1;
    let told = problems(set(&shop.app, &Viewer::Operator, &input).await);
    for expected in [
        "Invalid handle",
        "Invalid title",
        "Invalid tags.1",
        "Invalid variants.1.optionValues",
        "Invalid variants.0.prices.0.amount",
        "Invalid variants.0.stock.0.available",
    ] {
        assert!(told.iter().any(|told| told == expected), "{expected} is not among {told:#?}");
    }
    let mut input = everything(&shop, "bad", 2);
    "javascript:alert(1)".clone_into(&mut input.media.as_mut().unwrap()[1].url);
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &input).await), ["Invalid media.1.url"]);

    let mut input = everything(&shop, "bad", 0);
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &input).await), ["Invalid variants"]);
    input.variants = Some(vec![VariantSet { option_values: vec!["1".to_owned()], ..VariantSet::default() }]);
    let wrong = problems(set(&shop.app, &Viewer::Operator, &input).await);
    assert_eq!(wrong, ["Invalid variants.0.optionValues"]);
    input.variants = Some(vec![VariantSet { option_values: Vec::new(), ..VariantSet::default() }]);
    let wrong = problems(set(&shop.app, &Viewer::Operator, &input).await);
    assert_eq!(wrong, ["Invalid variants.0.optionValues"]);
    let unknown = ProductSet { categories: Some(vec!["nowhere".to_owned()]), ..everything(&shop, "bad", 1) };
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &unknown).await), ["NotFound categories.0"]);
    assert_eq!(shop.number("SELECT count(*) FROM product WHERE handle = 'bad'").await, 0);
}

async fn what_is_taken_is_refused(shop: TestShop) {
    set(&shop.app, &Viewer::Operator, &everything(&shop, "one", 2)).await.unwrap();
    let mut other = everything(&shop, "two", 2);
    other.variants.as_mut().unwrap()[1].fields.sku = Some("one-0".to_owned());
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &other).await), ["Taken variants.1.sku"]);
    other.variants.as_mut().unwrap()[1].fields.sku = Some("two-0".to_owned());
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &other).await), ["Taken variants.1.sku"]);
    let stale = ProductSet { version: Some(7), ..everything(&shop, "one", 2) };
    assert_eq!(problems(set(&shop.app, &Viewer::Operator, &stale).await), ["Conflict version"]);
}

async fn rights_are_needed_for_parts(shop: TestShop) {
    let input = everything(&shop, "one", 2);
    let mut rights = vec![
        Permission::ProductsWrite,
        Permission::ProductsPublish,
        Permission::PricesWrite,
        Permission::StockWrite,
    ];
    for missing in 1..4 {
        let mut fewer = rights.clone();
        fewer.remove(missing);
        let refused = set(&shop.app, &staff(&fewer), &input).await;
        assert!(matches!(refused, Err(vitrine::services::Error::Forbidden)), "without {:?}", rights[missing]);
    }
    set(&shop.app, &staff(&rights), &input).await.unwrap();
    let fewer = everything(&shop, "one", 1);
    assert_eq!(problems(set(&shop.app, &staff(&rights), &fewer).await), ["NotYours variants"]);
    rights.push(Permission::ProductsDelete);
    set(&shop.app, &staff(&rights), &fewer).await.unwrap();
}

async fn many_are_set_and_bad_ones_skipped(shop: TestShop) {
    let mut inputs: Vec<ProductSet> =
        (0..120).map(|number| everything(&shop, &format!("many-{number}"), 2)).collect();
    inputs[7].fields.title = Some(String::new());
    "many-3".clone_into(&mut inputs[30].handle);
    inputs[40].variants.as_mut().unwrap()[0].fields.sku = Some("many-39-0".to_owned());
    let rows = bulk::set(&shop.app, &Viewer::Operator, &inputs, OnError::Skip).await.unwrap();
    assert_eq!(rows.len(), 120);
    for (index, row) in rows.iter().enumerate() {
        let wrong: Vec<String> = row.outcome.problems.iter().map(told).collect();
        match index {
            7 => assert_eq!(wrong, ["Invalid title"]),
            30 => assert_eq!(wrong, ["Invalid handle"]),
            40 => assert_eq!(wrong, ["Taken variants.0.sku"]),
            _ => assert!(row.outcome.created && wrong.is_empty(), "{index}: {wrong:?}"),
        }
    }
    assert_eq!(shop.number("SELECT count(*) FROM product WHERE handle LIKE 'many-%'").await, 117);
    let again = bulk::set(&shop.app, &Viewer::Operator, &inputs[50..60], OnError::Skip).await.unwrap();
    assert!(again.iter().all(|row| !row.outcome.changed && row.outcome.product.is_some()));
    assert!(bulk::set(&shop.app, &Viewer::Operator, &[], OnError::Skip).await.is_err());
    assert_invariants(&shop).await;
    assert_derived(&shop).await;
}

async fn many_end_at_the_first_bad_one(shop: TestShop) {
    let mut inputs: Vec<ProductSet> =
        (0..40).map(|number| everything(&shop, &format!("many-{number}"), 1)).collect();
    inputs[25].fields.title = Some(" ".to_owned());
    let rows = bulk::set(&shop.app, &Viewer::Operator, &inputs, OnError::Abort).await.unwrap();
    assert!(rows[..25].iter().all(|row| row.outcome.created));
    assert_eq!(rows[25].outcome.problems.len(), 1);
    assert!(rows[26..].iter().all(|row| row.skipped && row.outcome.product.is_none()));
    assert_eq!(shop.number("SELECT count(*) FROM product WHERE handle LIKE 'many-%'").await, 25);
}

/// Two variants change SKUs with each other, and one takes the SKU of one that goes.
async fn inputs_exchange_what_is_unique(shop: TestShop) {
    let variant = |value: &str, sku: &str| VariantSet {
        option_values: vec![value.to_owned()],
        fields: VariantFields { sku: Some(sku.to_owned()), ..VariantFields::default() },
        ..VariantSet::default()
    };
    let input = |variants: Vec<VariantSet>| ProductSet {
        handle: "swap".to_owned(),
        fields: Fields { title: Some("Swap".to_owned()), ..Fields::default() },
        options: Some(vec![OptionSet { name: "Size".to_owned(), values: None }]),
        variants: Some(variants),
        ..ProductSet::default()
    };
    let viewer = Viewer::Operator;
    set(&shop.app, &viewer, &input(vec![variant("S", "1"), variant("M", "2")])).await.unwrap();
    set(&shop.app, &viewer, &input(vec![variant("S", "2"), variant("M", "1")])).await.unwrap();
    set(&shop.app, &viewer, &input(vec![variant("L", "2"), variant("M", "1")])).await.unwrap();
    let skus: Vec<_> =
        read(&shop, "swap").await.variants.iter().map(|row| row.sku.clone().unwrap()).collect();
    assert_eq!(skus, ["2", "1"]);
    assert_invariants(&shop).await;
}
