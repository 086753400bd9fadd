//! Lists, page by page.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Reply, TestShop, draft, now, on_each_engine, text_at};

on_each_engine! {
    sample: pages_forward_make_the_whole_list, pages_backward_make_the_whole_list, every_sort_holds_its_order,
        a_cursor_survives_inserts_and_deletes, foreign_cursors_are_refused, impossible_pages_are_refused,
        empty_pages_have_no_cursors, totals_are_those_of_the_filtered_list, before_and_after_cut_out_a_piece,
        filters_say_what_they_mean;
}

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $sort: ProductSortKey!, $reverse: Boolean!) {
    products(first: $first, after: $after, last: $last, before: $before, sortKey: $sort, reverse: $reverse) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id handle title publishedAt priceRange { min { amount } } ratingSummary { average count } } } } }";

const SORTS: [&str; 5] = ["TITLE", "PRICE", "NEWEST", "RATING", "MANUAL"];

async fn page(shop: &TestShop, sort: &str, reverse: bool, window: Value) -> Reply {
    let mut ask = shop.query(PAGE).variable("sort", sort).variable("reverse", reverse);
    for (name, value) in window.as_object().unwrap() {
        ask = ask.variable(name, value.clone());
    }
    ask.await
}

fn handles(reply: &Reply) -> Vec<String> {
    reply.texts("/products/edges", "/node/handle")
}

async fn whole(shop: &TestShop, sort: &str, reverse: bool) -> Reply {
    let reply = page(shop, sort, reverse, json!({"first": 100})).await;
    assert_eq!(reply.at("/products/pageInfo/hasNextPage"), false, "the sample shop fits one page");
    reply
}

async fn pages_forward_make_the_whole_list(shop: TestShop) {
    for (sort, size) in [("TITLE", 7), ("PRICE", 1), ("NEWEST", 20), ("RATING", 3), ("MANUAL", 50)] {
        for reverse in [false, true] {
            let expected = whole(&shop, sort, reverse).await;
            let (mut walked, mut after) = (Vec::new(), Value::Null);
            loop {
                let reply = page(&shop, sort, reverse, json!({"first": size, "after": after})).await;
                assert_eq!(reply.at("/products/pageInfo/hasPreviousPage"), !walked.is_empty());
                walked.extend(handles(&reply));
                after = reply.at("/products/pageInfo/endCursor").clone();
                let last = reply.list("/products/edges").last().unwrap();
                assert_eq!(last["cursor"], after);
                if reply.at("/products/pageInfo/hasNextPage") == false {
                    break;
                }
            }
            assert_eq!(walked, handles(&expected), "{sort} {reverse}");
        }
    }
}

async fn pages_backward_make_the_whole_list(shop: TestShop) {
    for (sort, size) in [("TITLE", 9), ("PRICE", 30), ("RATING", 11)] {
        let expected = handles(&whole(&shop, sort, false).await);
        let (mut walked, mut before) = (Vec::new(), Value::Null);
        loop {
            let reply = page(&shop, sort, false, json!({"last": size, "before": before})).await;
            assert_eq!(reply.at("/products/pageInfo/hasNextPage"), !walked.is_empty(), "{sort}");
            walked.splice(0..0, handles(&reply));
            before = reply.at("/products/pageInfo/startCursor").clone();
            if reply.at("/products/pageInfo/hasPreviousPage") == false {
                break;
            }
        }
        assert_eq!(walked, expected, "{sort}");
    }
}

/// Letters and digits in lower case without accents; numbers padded, so that they sort by value.
fn folded(title: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let plain: String =
        title.to_lowercase().replace('ø', "o").nfd().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let words = plain
        .split(' ')
        .map(|word| word.parse::<u64>().map_or(word.to_owned(), |number| format!("{number:010}")));
    words.collect::<Vec<_>>().join(" ")
}

async fn every_sort_holds_its_order(shop: TestShop) {
    for sort in SORTS {
        let reply = whole(&shop, sort, false).await;
        let nodes = reply.list("/products/edges").iter().map(|edge| &edge["node"]);
        let number =
            |value: &Value| value.as_str().map_or(value.as_f64(), |text| text.parse().ok()).unwrap_or(0.0);
        match sort {
            "TITLE" => {
                let keys: Vec<String> = nodes.map(|node| folded(node["title"].as_str().unwrap())).collect();
                let wrong: Vec<_> = keys.windows(2).filter(|pair| pair[0] > pair[1]).collect();
                assert!(wrong.is_empty(), "{wrong:?}");
            }
            "PRICE" => {
                let keys: Vec<f64> = nodes.map(|node| number(&node["priceRange"]["min"]["amount"])).collect();
                assert!(
                    keys.windows(2).all(|pair| pair[0] <= pair[1]) && keys[0] < keys[keys.len() - 1],
                    "{keys:?}"
                );
            }
            "RATING" => {
                let keys: Vec<f64> = nodes.map(|node| number(&node["ratingSummary"]["average"])).collect();
                assert!(
                    keys.windows(2).all(|pair| pair[0] >= pair[1]) && keys[0] > keys[keys.len() - 1],
                    "{keys:?}"
                );
            }
            _ => {
                let keys: Vec<String> = nodes.map(|node| text_at(node, "/publishedAt")).collect();
                assert!(
                    keys.windows(2).all(|pair| pair[0] >= pair[1]) && keys[0] > keys[keys.len() - 1],
                    "{keys:?}"
                );
            }
        }
        let mut reversed = handles(&whole(&shop, sort, true).await);
        reversed.reverse();
        assert_eq!(reversed, handles(&reply), "{sort}");
    }
}

async fn a_cursor_survives_inserts_and_deletes(shop: TestShop) {
    let before = handles(&whole(&shop, "PRICE", false).await);
    let first = page(&shop, "PRICE", false, json!({"first": 10})).await;
    let after = first.at("/products/pageInfo/endCursor").clone();
    let gone = vitrine::services::catalog::draft::ProductDraft {
        handle: before[9].clone(),
        published: Some(false),
        ..Default::default()
    };
    shop.save(&[draft("cheap", "Cheap thing", 1), draft("dear", "Dear thing", 90_000_000), gone]).await;

    let rest = page(&shop, "PRICE", false, json!({"first": 100, "after": after})).await;

    let mut expected = before[10..].to_vec();
    expected.push("dear".to_owned());
    assert_eq!(handles(&rest), expected);
}

async fn foreign_cursors_are_refused(shop: TestShop) {
    let price = page(&shop, "PRICE", false, json!({"first": 1})).await;
    let cursor = price.text("/products/pageInfo/endCursor").to_owned();
    let collections = shop.query("{ collections(first: 1) { pageInfo { endCursor } } }").await;
    let other = collections.text("/collections/pageInfo/endCursor").to_owned();
    let long = "A".repeat(5000);
    for (sort, reverse, foreign) in [
        ("TITLE", false, cursor.as_str()),
        ("PRICE", true, cursor.as_str()),
        ("PRICE", false, other.as_str()),
        ("PRICE", false, "not a cursor"),
        ("PRICE", false, ""),
        ("PRICE", false, long.as_str()),
        ("PRICE", false, "eyJhIjoxfQ"),
        ("PRICE", false, "\0"),
    ] {
        let reply = page(&shop, sort, reverse, json!({"first": 1, "after": foreign})).await;
        assert_eq!(reply.code(), "BAD_REQUEST", "{sort} {reverse} {foreign:?}");
    }
    let filtered = shop
        .query("query($a: String) { products(first: 1, sortKey: PRICE, after: $a, filter: {vendors: [\"Loomwell\"]}) { nodes { id } } }")
        .variable("a", cursor.as_str())
        .await;
    assert_eq!(filtered.code(), "BAD_REQUEST", "a cursor belongs to one filter");
    let german = shop
        .query("query($a: String) { products(first: 1, sortKey: PRICE, after: $a) { nodes { id } } }")
        .market("de")
        .variable("a", cursor.as_str())
        .await;
    assert!(german.json.get("errors").is_none() || german.code() == "BAD_REQUEST");
}

async fn impossible_pages_are_refused(shop: TestShop) {
    for window in [
        json!({"first": 101}),
        json!({"last": 101}),
        json!({"first": -1}),
        json!({"last": -1}),
        json!({"first": 1, "last": 1}),
        json!({"first": 2_147_483_647}),
    ] {
        let reply = page(&shop, "PRICE", false, window.clone()).await;
        assert!(["BAD_REQUEST", "COST_EXCEEDED"].contains(&reply.code()), "{window}: {}", reply.json);
    }
    assert_eq!(
        handles(&page(&shop, "PRICE", false, json!({})).await).len(),
        20,
        "twenty where nothing is said"
    );
    assert!(handles(&page(&shop, "PRICE", false, json!({"first": 100})).await).len() > 60);
}

async fn empty_pages_have_no_cursors(shop: TestShop) {
    let none = page(&shop, "PRICE", false, json!({"first": 0})).await;
    assert!(none.list("/products/edges").is_empty());
    assert!(none.number("/products/totalCount") > 60);
    let whole = whole(&shop, "PRICE", false).await;
    let after = whole.at("/products/pageInfo/endCursor").clone();
    for reply in [none, page(&shop, "PRICE", false, json!({"first": 5, "after": after})).await] {
        assert!(reply.list("/products/edges").is_empty());
        assert!(
            reply.at("/products/pageInfo/startCursor").is_null()
                && reply.at("/products/pageInfo/endCursor").is_null()
        );
    }
}

async fn totals_are_those_of_the_filtered_list(shop: TestShop) {
    let query =
        "query($f: ProductFilter) { products(first: 100, filter: $f) { totalCount nodes { handle } } }";
    let whole = shop.query(query).await.number("/products/totalCount");
    for filter in [
        json!({"vendors": ["Loomwell"]}),
        json!({"availableForSale": false}),
        json!({"price": {"max": "20"}}),
        json!({"vendors": ["Nobody"]}),
        json!({"minRating": 4.5}),
    ] {
        let reply = shop.query(query).variable("f", filter.clone()).await;
        let shown = i64::try_from(reply.list("/products/nodes").len()).unwrap();
        assert_eq!(reply.number("/products/totalCount"), shown, "{filter}");
        assert!(shown < whole, "{filter} narrows nothing");
    }
    shop.set_clock(now() + TimeDelta::days(30));
    assert!(
        shop.query(query).await.number("/products/totalCount") > whole,
        "what is published meanwhile counts"
    );
}

async fn before_and_after_cut_out_a_piece(shop: TestShop) {
    let whole = whole(&shop, "TITLE", false).await;
    let cursors = whole.texts("/products/edges", "/cursor");
    let window = json!({"first": 100, "after": cursors[10], "before": cursors[20]});

    let piece = page(&shop, "TITLE", false, window).await;

    assert_eq!(handles(&piece), handles(&whole)[11..20]);
}

/// Whether a product passes a filter.
type Oracle<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

async fn filters_say_what_they_mean(shop: TestShop) {
    let query = "query($f: ProductFilter) { products(first: 100, filter: $f) { nodes { handle vendor productType tags availableForSale
        ratingSummary { average } priceRange { min { amount } max { amount } } collections { handle }
        variants(first: 40) { nodes { sku selectedOptions { name value } } } } } }";
    let all = shop.query(query).await;
    let amount =
        |node: &Value, end: &str| node["priceRange"][end]["amount"].as_str().unwrap().parse::<f64>().unwrap();
    let has_option = |node: &Value, name: &str, values: &[&str]| {
        let variants = node["variants"]["nodes"].as_array().unwrap();
        let options = variants.iter().flat_map(|variant| variant["selectedOptions"].as_array().unwrap());
        options
            .into_iter()
            .any(|option| option["name"] == name && values.iter().any(|value| option["value"] == *value))
    };
    let cases: Vec<(Value, Oracle)> = vec![
        (
            json!({"vendors": ["Loomwell", "Saltmere"]}),
            Box::new(|node| node["vendor"] == "Loomwell" || node["vendor"] == "Saltmere"),
        ),
        (json!({"productTypes": ["Towel"]}), Box::new(|node| node["productType"] == "Towel")),
        (
            json!({"tags": ["cotton"]}),
            Box::new(|node| node["tags"].as_array().unwrap().contains(&json!("cotton"))),
        ),
        (
            json!({"options": [{"name": "Color", "values": ["Black", "White"]}]}),
            Box::new(|node| has_option(node, "Color", &["Black", "White"])),
        ),
        (
            json!({"options": [{"name": "Color", "values": ["Black"]}, {"name": "Size", "values": ["M"]}]}),
            Box::new(|node| has_option(node, "Color", &["Black"]) && has_option(node, "Size", &["M"])),
        ),
        (
            json!({"price": {"min": "30", "max": "45.50"}}),
            Box::new(|node| (30.0..=45.5).contains(&amount(node, "min"))),
        ),
        (json!({"availableForSale": false}), Box::new(|node| node["availableForSale"] == false)),
        (
            json!({"minRating": 4.5}),
            Box::new(|node| node["ratingSummary"]["average"].as_f64().is_some_and(|average| average >= 4.5)),
        ),
        (
            json!({"collections": ["slow-mornings"]}),
            Box::new(|node| node["collections"].to_string().contains("\"slow-mornings\"")),
        ),
        (json!({"handles": ["cafe-mug", "nothing"]}), Box::new(|node| node["handle"] == "cafe-mug")),
        (json!({"skus": ["AUB-CLO-WHI-70140C"]}), Box::new(|node| node["handle"] == "cloud-bath-towel")),
        (
            json!({"vendors": ["Tarn & Thistle"], "availableForSale": true, "tags": []}),
            Box::new(|node| node["vendor"] == "Tarn & Thistle" && node["availableForSale"] == true),
        ),
    ];
    for (filter, oracle) in cases {
        let expected: Vec<&Value> = all
            .list("/products/nodes")
            .iter()
            .filter(|node| oracle(node))
            .map(|node| &node["handle"])
            .collect();
        let reply = shop.query(query).variable("f", filter.clone()).await;
        let found: Vec<&Value> = reply.list("/products/nodes").iter().map(|node| &node["handle"]).collect();
        assert!(!expected.is_empty(), "{filter} tests nothing");
        assert_eq!(found, expected, "{filter}");
    }
}
