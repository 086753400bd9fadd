//! Choosing a variant.

use serde_json::{Value, json};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: every_choice_tells_what_can_still_be_bought, the_chosen_variant_is_found_in_either_language,
        half_a_choice_finds_no_variant, options_are_translated_and_keep_their_keys;
}

/// What can be bought, given the choice, worked out from all variants.
fn still_there(
    variants: &[Value],
    name: &str,
    value: &str,
    chosen: &[(&str, &str)],
    only_available: bool,
) -> bool {
    let has = |variant: &Value, name: &str, value: &str| {
        let options = variant["selectedOptions"].as_array().unwrap();
        options.iter().any(|option| option["name"] == name && option["value"] == value)
    };
    let fits = |variant: &&Value| {
        has(variant, name, value)
            && chosen
                .iter()
                .filter(|(other, _)| *other != name)
                .all(|(other, wanted)| has(variant, other, wanted))
    };
    variants.iter().filter(fits).any(|variant| !only_available || variant["availableForSale"] == true)
}

async fn every_choice_tells_what_can_still_be_bought(shop: TestShop) {
    for (handle, chosen) in [
        ("cloud-bath-towel", vec![]),
        ("cloud-bath-towel", vec![("Color", "Slate")]),
        ("cloud-bath-towel", vec![("Color", "Blush")]),
        ("cloud-bath-towel", vec![("Color", "Blush"), ("Size", "70 × 140 cm")]),
        ("harbour-jacket", vec![("Size", "M")]),
        ("flat-lay-notebook", vec![("Format", "A6")]),
        ("jorn-desk-lamp", vec![("Color", "Cream")]),
    ] {
        let selected: Vec<Value> =
            chosen.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let reply = shop
            .query(
                "query($h: String, $s: [SelectedOptionInput!]!) { product(handle: $h) {
                    options(selected: $s) { name values { value availableForSale exists } }
                    variants(first: 100) { nodes { availableForSale selectedOptions { name value } } } } }",
            )
            .variable("h", handle)
            .variable("s", selected)
            .await;
        let variants = reply.list("/product/variants/nodes");
        for option in reply.list("/product/options") {
            let name = option["name"].as_str().unwrap();
            for value in option["values"].as_array().unwrap() {
                let text = value["value"].as_str().unwrap();
                let exists = still_there(variants, name, text, &chosen, false);
                let available = still_there(variants, name, text, &chosen, true);
                assert_eq!(value["exists"], exists, "{handle} {chosen:?} {name} {text}");
                assert_eq!(value["availableForSale"], available, "{handle} {chosen:?} {name} {text}");
            }
        }
    }
}

async fn the_chosen_variant_is_found_in_either_language(shop: TestShop) {
    for (color, size) in [(("Farbe", "Weiß"), "Größe"), (("Color", "White"), "Size")] {
        let wanted = json!([{"name": size, "value": "100 × 150 cm"}, {"name": color.0, "value": color.1}]);
        let reply = shop
            .query(
                r#"query($s: [SelectedOptionInput!]!) { product(handle: "cloud-bath-towel") {
                    variantBySelectedOptions(selectedOptions: $s) { sku price { amount currency } } } }"#,
            )
            .variable("s", wanted)
            .market("de")
            .language("de")
            .await;
        let variant = reply.at("/product/variantBySelectedOptions");
        assert_eq!(variant["sku"], "AUB-CLO-WHI-100150");
        assert_eq!(variant["price"], json!({"amount": "57.00", "currency": "EUR"}));
    }
}

async fn half_a_choice_finds_no_variant(shop: TestShop) {
    for wanted in [
        json!([]),
        json!([{"name": "Color", "value": "White"}]),
        json!([{"name": "Color", "value": "Mauve"}, {"name": "Size", "value": "70 × 140 cm"}]),
        json!([{"name": "Color", "value": "Slate"}, {"name": "Size", "value": "100 × 150 cm"}]),
        json!([{"name": "Color", "value": "White"}, {"name": "Color", "value": "White"}]),
    ] {
        let reply = shop
            .query(
                r#"query($s: [SelectedOptionInput!]!) { product(handle: "cloud-bath-towel") {
                    variantBySelectedOptions(selectedOptions: $s) { sku } } }"#,
            )
            .variable("s", wanted.clone())
            .await;
        assert!(reply.at("/product/variantBySelectedOptions").is_null(), "{wanted}");
    }
}

async fn options_are_translated_and_keep_their_keys(shop: TestShop) {
    let query = r#"{ product(handle: "cloud-bath-towel") { options { name key values { value key } } } }"#;
    let reply = shop.query(query).market("de").language("de-AT, en;q=0.5").await;

    assert_eq!(reply.texts("/product/options", "/name"), ["Farbe", "Größe"]);
    assert_eq!(reply.texts("/product/options", "/key"), ["Color", "Size"]);
    assert_eq!(reply.at("/product/options/0/values/0"), &json!({"value": "Weiß", "key": "White"}));
}
