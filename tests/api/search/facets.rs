//! Facets count what a list would be narrowed to.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vitrine::services::Permission;
use vitrine::services::search::project::rebuild;

use crate::harness::{Reply, TestShop, on_each_engine};

on_each_engine! {
    sample: counts_are_what_the_filter_would_leave, a_facets_counts_leave_its_own_filter_out,
        every_option_of_a_list_is_told, a_list_is_as_long_with_facets_as_without,
        what_the_shop_does_not_have_can_be_taken_back_too, a_cursor_fits_whatever_order_values_come_in,
        a_range_with_its_ends_the_wrong_way_round_finds_nothing, a_filter_names_so_many_values_of_options,
        facets_are_read_in_the_language_of_the_request, labels_follow_their_translations, what_is_chosen_is_told_and_can_be_taken_back;
}

/// The filter that takes a value of a facet.
fn filter_of(facet: &Value, value: &Value, base: &Value) -> Value {
    let mut filter = base.clone();
    let one = json!([value["value"]]);
    let (name, chosen) = match facet["kind"].as_str().unwrap() {
        "CATEGORY" => ("categories", one),
        "COLLECTION" => ("collections", one),
        "PRODUCT_TYPE" => ("productTypes", one),
        "VENDOR" => ("vendors", one),
        "TAG" => ("tags", one),
        "OPTION" => ("options", json!([{"name": facet["name"], "values": one}])),
        "AVAILABILITY" => ("availableForSale", json!(value["value"] == "true")),
        _ => return Value::Null,
    };
    filter[name] = chosen;
    filter
}

const COUNT: &str = "query($f: ProductFilter, $q: String!) { products(filter: $f, first: 1) { totalCount } search(query: $q, filter: $f, first: 1) { totalCount } }";

async fn compare(shop: &TestShop, base: Value) -> usize {
    let query = "query($f: ProductFilter, $q: String!) { products(filter: $f, first: 1) { facets { kind key name values { value count selected } } }
        search(query: $q, filter: $f, first: 1) { facets { kind key name values { value count selected } } } }";
    let reply = shop.query(query).variable("f", base.clone()).variable("q", "cotton").await;
    let mut compared = 0;
    for list in ["products", "search"] {
        for facet in reply.list(&format!("/{list}/facets")) {
            for value in facet["values"].as_array().unwrap().iter().step_by(4) {
                let filter = filter_of(facet, value, &base);
                if filter.is_null() {
                    continue;
                }
                let left = shop.query(COUNT).variable("f", filter.clone()).variable("q", "cotton").await;
                assert_eq!(value["count"], *left.at(&format!("/{list}/totalCount")), "{list} {filter}");
                compared += 1;
            }
        }
    }
    compared
}

async fn counts_are_what_the_filter_would_leave(shop: TestShop) {
    assert!(compare(&shop, json!({})).await > 40);
}

async fn a_facets_counts_leave_its_own_filter_out(shop: TestShop) {
    for base in [
        json!({"vendors": ["Maison Aubépine"]}),
        json!({"categories": ["clothing"], "availableForSale": true}),
        json!({"vendors": ["Kestrel & Pine", "Loomwell"], "price": {"max": "100"}}),
    ] {
        assert!(compare(&shop, base).await > 5);
    }
    let query =
        r#"{ products(filter: {vendors: ["Loomwell"]}) { facets { key values { value selected } } } }"#;
    let reply = shop.query(query).await;
    let vendors = reply.list("/products/facets").iter().find(|facet| facet["key"] == "vendor").unwrap();
    let values = vendors["values"].as_array().unwrap();
    assert!(values.len() > 5, "other vendors can be chosen, too");
    let selected: Vec<_> =
        values.iter().filter(|value| value["selected"] == true).map(|value| &value["value"]).collect();
    assert_eq!(selected, ["Loomwell"]);
}

async fn every_option_of_a_list_is_told(shop: TestShop) {
    let query = "{ products(first: 100) { pageInfo { hasNextPage } nodes { options { key values { key } } }
        facets { kind name values { value } } } }";
    let reply = shop.query(query).await;
    assert_eq!(*reply.at("/products/pageInfo/hasNextPage"), false);
    let values = |of: &Value, name: &str, value: &str| {
        let values = of["values"].as_array().unwrap().iter();
        values.map(|found| format!("{}: {}", of[name], found[value])).collect::<Vec<_>>()
    };
    let products = reply.list("/products/nodes").iter();
    let options = products.flat_map(|product| product["options"].as_array().unwrap());
    let mut expected: BTreeSet<String> = options.flat_map(|option| values(option, "key", "key")).collect();
    assert!(expected.remove(r#""Title": "Default Title""#), "what products without options have");
    let facets = reply.list("/products/facets").iter().filter(|facet| facet["kind"] == "OPTION");
    let facets_told = facets.clone().count();
    let told: BTreeSet<String> = facets.flat_map(|facet| values(facet, "name", "value")).collect();
    assert!(expected.len() > 100 && facets_told > 13, "more than a few");
    assert_eq!(told, expected);
}

async fn a_list_is_as_long_with_facets_as_without(shop: TestShop) {
    let alone = "query($q: String!, $f: ProductFilter, $by: SearchSortKey!) {
        search(query: $q, filter: $f, sortKey: $by, last: 2) { totalCount nodes { handle } }
        products(filter: $f, last: 2) { totalCount nodes { handle } } }";
    let asked = ["facets { key }", "... { facets { key } }", "facets @skip(if: true) { key }"];
    for (words, filter, by) in [
        ("cotton", json!({}), "BEST_MATCH"),
        ("cotton", json!({"vendors": ["Loomwell"]}), "TITLE"),
        ("c", json!({"availableForSale": false, "price": {"max": "60"}}), "BEST_MATCH"),
        ("nothing is called so", json!({}), "BEST_MATCH"),
        ("nothing is called so", json!({"vendors": ["nobody"]}), "PRICE"),
    ] {
        let find = async |query: &str| {
            let query = shop.query(query).variable("q", words).variable("f", filter.clone());
            query.variable("by", by).await
        };
        let expected = find(alone).await;
        for facets in asked {
            let told = find(&alone.replace("totalCount", &format!("totalCount {facets}"))).await;
            for place in ["/search", "/products"] {
                for field in ["totalCount", "nodes"] {
                    let place = format!("{place}/{field}");
                    assert_eq!(told.at(&place), expected.at(&place), "{facets} {words} {filter}");
                }
            }
        }
    }
}

async fn what_the_shop_does_not_have_can_be_taken_back_too(shop: TestShop) {
    let filter = json!({"vendors": ["Loomwell", "Gone Brand"], "categories": ["gone"],
        "options": [{"name": "Color", "values": ["Gone", "Navy"]}, {"name": "Gone", "values": ["x", "x"]}, {"name": "Gone", "values": ["x"]}]});
    let query = "query($f: ProductFilter) { products(filter: $f) { totalCount facets { key label values { value label count selected } } } }";
    let reply = shop.query(query).variable("f", filter).await;
    assert_eq!(reply.number("/products/totalCount"), 0);
    let mut chosen = Vec::new();
    for facet in reply.list("/products/facets") {
        let values = facet["values"].as_array().unwrap().iter().filter(|value| value["selected"] == true);
        chosen.extend(values.map(|value| format!("{} {} {}", facet["key"], value["value"], value["count"])));
    }
    chosen.sort();
    let expected = [
        r#""category" "gone" 0"#,
        r#""option:Color" "Gone" 0"#,
        r#""option:Color" "Navy" 0"#,
        r#""option:Gone" "x" 0"#,
        r#""vendor" "Gone Brand" 0"#,
        r#""vendor" "Loomwell" 0"#,
    ];
    assert_eq!(chosen, expected);
}

async fn a_cursor_fits_whatever_order_values_come_in(shop: TestShop) {
    let find = async |filter: Value, after: Option<String>| {
        let query = "query($f: ProductFilter, $a: String) { products(filter: $f, first: 1, after: $a, sortKey: TITLE) {
            nodes { handle } pageInfo { endCursor } } }";
        shop.query(query).variable("f", filter).variable("a", after).await
    };
    let one = json!({"vendors": ["Loomwell", "Maison Aubépine"], "tags": ["linen", "soft", "linen"]});
    let other = json!({"vendors": ["Maison Aubépine", "Loomwell"], "tags": ["soft", "linen"]});
    let first = find(one.clone(), None).await;
    let after = Some(first.text("/products/pageInfo/endCursor").to_owned());
    let second = find(other, after.clone()).await;
    assert_eq!(second.data(), find(one, after).await.data());
    assert!(!second.list("/products/nodes").is_empty() && second.data() != first.data());
}

async fn a_range_with_its_ends_the_wrong_way_round_finds_nothing(shop: TestShop) {
    let query = r#"{ products(filter: {price: {min: "60", max: "10"}}) { totalCount nodes { id }
        facets { kind values { count selected } } } }"#;
    let reply = shop.query(query).await;
    assert_eq!((reply.at("/products/totalCount"), reply.list("/products/nodes").len()), (&json!(0), 0));
    let prices = reply.list("/products/facets").iter().find(|facet| facet["kind"] == "PRICE").unwrap();
    let values = prices["values"].as_array().unwrap().iter();
    let chosen: Vec<&Value> = values.filter(|value| value["selected"] == true).collect();
    assert_eq!(chosen, [&json!({"count": 0, "selected": true})]);
}

async fn a_filter_names_so_many_values_of_options(shop: TestShop) {
    let options = |many: usize| {
        let values: Vec<String> = (0..50).map(|value| value.to_string()).collect();
        let mut options = vec![json!({"name": "Color", "values": values}); many / 50];
        options.push(json!({"name": "Size", "values": &values[..many % 50]}));
        json!({ "options": options })
    };
    let query = "query($f: ProductFilter) { products(filter: $f) { totalCount facets { key } } }";
    shop.query(query).variable("f", options(250)).await.data();
    let reply = shop.query(query).variable("f", options(251)).await;
    assert_eq!(reply.code(), "BAD_REQUEST");
}

async fn facets_are_read_in_the_language_of_the_request(shop: TestShop) {
    let query = "{ products(first: 1) { facets { key label name values { value label } } } }";
    let reply = shop.query(query).market("de").language("de").await;

    let facet = |key: &str| reply.list("/products/facets").iter().find(|facet| facet["key"] == key).unwrap();
    assert_eq!(
        (facet("option:Color")["label"].as_str(), facet("option:Color")["name"].as_str()),
        (Some("Farbe"), Some("Color"))
    );
    let white = facet("option:Color")["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value["value"] == "White")
        .unwrap();
    assert_eq!(white["label"], "Weiß");
    let home = facet("category")["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value["value"] == "home")
        .unwrap();
    assert_eq!(home["label"], "Wohnen");
    assert_eq!(facet("vendor")["label"], "Marke");
    assert_eq!(facet("option:Diameter")["label"], "Durchmesser", "its values read the same in all languages");
    let first = |key: &str| facet(key)["values"][0]["label"].as_str().unwrap();
    assert_eq!(first("availability"), "Auf Lager");
    let dearest = facet("price")["values"].as_array().unwrap().last().unwrap();
    assert!(dearest["label"].as_str().unwrap().starts_with("ab "), "{dearest}");
}

/// Makes a change as staff.
async fn made(shop: &TestShop, field: &str, input: Value) -> Reply {
    let of = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
    let text = format!(
        "mutation($input: {of}Input!) {{ it: {field}(input: $input) {{ product {{ options {{ optionId values {{ valueId }} }} }} \
         userErrors {{ field message }} }} }}"
    );
    let reply = shop.query(&text).variable("input", input).asked_by_staff(Permission::ALL).await;
    assert_eq!(reply.at("/it/userErrors"), &json!([]));
    reply
}

/// Two products have one option; what one of them says in German is said of both.
async fn labels_follow_their_translations(shop: TestShop) {
    let product = async |handle: &str| {
        let status = if handle == "draft" { "DRAFT" } else { "ACTIVE" };
        let input = json!({ "handle": handle, "title": handle, "status": status, "options": [{ "name": "Hue" }],
            "publications": [{ "market": "de" }],
            "variants": [{ "optionValues": ["Red"], "prices": [{ "market": "de", "amount": "3.00" }] }] });
        let reply = made(&shop, "productSet", input).await;
        let option = reply.text("/it/product/options/0/optionId").to_owned();
        (option, reply.text("/it/product/options/0/values/0/valueId").to_owned())
    };
    let (one, other) = (product("one").await, product("other").await);
    let says = async |id: &str, text: &str| {
        made(&shop, "productPartTranslationSet", json!({ "id": id, "language": "de", "text": text })).await;
    };
    let unsays = async |id: &str| {
        made(&shop, "productTranslationDelete", json!({ "id": id, "language": "de" })).await;
    };
    let reads = async || {
        let text = r#"{ products(first: 0, filter: {handles: ["one", "other"]}) { facets { key label values { label } } } }"#;
        let reply = shop.query(text).market("de").language("de").await;
        let facets = reply.list("/products/facets");
        let facet = facets.iter().find(|facet| facet["key"] == "option:Hue").unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&facet["label"]), text(&facet["values"][0]["label"]))
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());

    assert_eq!(reads().await, pair("Hue", "Red"));
    says(&one.0, "Farbton").await;
    assert_eq!(reads().await, pair("Farbton", "Red"), "an option whose values read the same everywhere");
    says(&one.1, "Rot").await;
    assert_eq!(reads().await, pair("Farbton", "Rot"));
    says(&other.1, "Rot").await;
    assert_eq!(reads().await, pair("Farbton", "Rot"), "what one leaves out, the other says");
    unsays(&one.1).await;
    assert_eq!(reads().await, pair("Farbton", "Rot"), "the other still says it");
    unsays(&one.0).await;
    assert_eq!(reads().await, pair("Hue", "Rot"));
    unsays(&other.1).await;
    assert_eq!(reads().await, pair("Hue", "Red"));
    let labels =
        "SELECT count(*) FROM facet_label fl JOIN facet f ON f.id = fl.facet_id WHERE f.name = 'Hue'";
    assert_eq!(shop.number(labels).await, 0);

    says(&product("draft").await.0, "Geheim").await;
    assert_eq!(reads().await, pair("Hue", "Red"), "what is not on offer says nothing");

    says(&one.0, "Farbton").await;
    shop.sql("UPDATE facet_label SET value = 'left behind' WHERE name = 'Farbton'").await;
    rebuild(&shop.app).await.unwrap();
    assert_eq!(reads().await, pair("Farbton", "Red"), "rebuilding forgets what no product says");
}

async fn what_is_chosen_is_told_and_can_be_taken_back(shop: TestShop) {
    let query = "query($f: ProductFilter) { products(filter: $f, first: 0) { facets { kind values { value count selected } } } }";
    let facets = async |filter: Value| shop.query(query).variable("f", filter).await;
    let chosen = |facets: &Value, kind: &str| -> Vec<(Value, Value)> {
        let facet = facets.as_array().unwrap().iter().find(|facet| facet["kind"] == kind);
        let values = facet.map(|facet| facet["values"].as_array().unwrap().as_slice()).unwrap_or_default();
        let selected = values.iter().filter(|value| value["selected"] == true);
        selected.map(|value| (value["value"].clone(), value["count"].clone())).collect()
    };

    let all = facets(json!({})).await;
    let all = all.at("/products/facets");
    for kind in ["PRICE", "AVAILABILITY", "VENDOR", "CATEGORY"] {
        assert_eq!(chosen(all, kind), [], "{kind}");
    }
    // Also where another condition leaves other ranges, or nothing.
    let none = facets(json!({"price": {"min": "1.00", "max": "1.01"}, "vendors": ["Nobody"]})).await;
    assert_eq!(chosen(none.at("/products/facets"), "PRICE"), [(json!("1.00..1.01"), json!(0))]);
    let prices = all.as_array().unwrap().iter().find(|facet| facet["kind"] == "PRICE").unwrap();
    for range in prices["values"].as_array().unwrap() {
        let (min, max) = range["value"].as_str().unwrap().split_once("..").unwrap();
        let max = Some(max).filter(|max| !max.is_empty());
        let narrowed = facets(json!({"price": {"min": min, "max": max}, "availableForSale": true})).await;
        let narrowed = narrowed.at("/products/facets");
        let told = chosen(narrowed, "PRICE");
        assert!(told.iter().map(|(value, _)| value).eq([&range["value"]]), "{range}: {told:?}");
        assert_eq!(chosen(narrowed, "AVAILABILITY").len(), 1);
    }

    let nothing = facets(json!({"vendors": ["Loomwell"], "handles": ["tarn-teapot"]})).await;
    assert_eq!(chosen(nothing.at("/products/facets"), "VENDOR"), [(json!("Loomwell"), json!(0))]);
}
