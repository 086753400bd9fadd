//! Categories and collections.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Reply, TestShop, on_each_engine};

on_each_engine! {
    sample: the_tree_is_read_level_by_level, breadcrumbs_lead_from_the_top, counts_take_in_everything_below,
        a_categorys_products_take_in_everything_below, a_collection_keeps_the_order_of_its_staff,
        a_collection_counts_what_it_shows, categories_answer_in_the_language_of_the_request,
        nested_lists_have_pages_of_their_own;
}

/// All categories as (handle, parent's handle), by walking down.
/// Handles of a tree with the handle above each.
fn walk(nodes: &Value, above: Option<&str>, found: &mut Vec<(String, Option<String>)>) {
    for node in nodes.as_array().into_iter().flatten() {
        let handle = node["handle"].as_str().unwrap();
        if above.is_some() {
            assert_eq!(node["parent"]["handle"].as_str(), above);
        }
        found.push((handle.to_owned(), above.map(ToOwned::to_owned)));
        walk(&node["children"]["nodes"], Some(handle), found);
    }
}

async fn tree(shop: &TestShop) -> Vec<(String, Option<String>)> {
    let reply = shop
        .query(
            "{ categories(first: 15) { nodes { handle children(first: 20) { nodes { handle parent { handle }
               children(first: 20) { nodes { handle parent { handle } children(first: 1) { totalCount } } } } } } } }",
        )
        .await;
    let mut found = Vec::new();
    walk(&reply.data()["categories"]["nodes"], None, &mut found);
    found
}

async fn the_tree_is_read_level_by_level(shop: TestShop) {
    let tree = tree(&shop).await;

    let roots: Vec<_> =
        tree.iter().filter(|(_, parent)| parent.is_none()).map(|(handle, _)| handle.as_str()).collect();
    assert_eq!(roots.first(), Some(&"home"), "{roots:?}");
    assert_eq!(i64::try_from(tree.len()).unwrap(), shop.number("SELECT count(*) FROM category").await);
    assert!(tree.contains(&("table-lamps".to_owned(), Some("lighting".to_owned()))));
    assert!(tree.contains(&("lighting".to_owned(), Some("home".to_owned()))));
}

async fn breadcrumbs_lead_from_the_top(shop: TestShop) {
    let query = r#"{ a: category(handle: "table-lamps") { parent { handle } breadcrumbs { handle title } } b: category(handle: "home") { parent { handle } breadcrumbs { handle } } }"#;
    let reply = shop.query(query).await;

    assert_eq!(reply.texts("/a/breadcrumbs", "/handle"), ["home", "lighting", "table-lamps"]);
    assert_eq!(reply.texts("/a/breadcrumbs", "/title"), ["Home", "Lighting", "Table lamps"]);
    assert_eq!(reply.text("/a/parent/handle"), "lighting");
    assert_eq!(reply.texts("/b/breadcrumbs", "/handle"), ["home"]);
    assert!(reply.at("/b/parent").is_null());
}

/// Handles of products by the handles of all categories that they are in, ancestors included.
async fn below(shop: &TestShop, category: &str, market: &str) -> BTreeSet<String> {
    let reply = shop
        .query("{ products(first: 100) { pageInfo { hasNextPage } nodes { handle categories { breadcrumbs { handle } } } } }")
        .market(market)
        .await;
    assert_eq!(reply.at("/products/pageInfo/hasNextPage"), false);
    let is_in = |product: &&Value| {
        let crumbs = product["categories"].as_array().unwrap().iter();
        crumbs
            .flat_map(|category| category["breadcrumbs"].as_array().unwrap())
            .any(|crumb| crumb["handle"] == category)
    };
    let products = reply.list("/products/nodes").iter().filter(is_in);
    products.map(|product| product["handle"].as_str().unwrap().to_owned()).collect()
}

async fn counts_take_in_everything_below(shop: TestShop) {
    for (category, market) in [
        ("home", "us"),
        ("lighting", "us"),
        ("dining", "us"),
        ("dining", "de"),
        ("clothing", "de"),
        ("soaps", "us"),
    ] {
        let expected = below(&shop, category, market).await.len();
        let reply = shop
            .query("query($h: String) { category(handle: $h) { productCount } }")
            .variable("h", category)
            .market(market)
            .await;
        assert!(expected > 0);
        assert_eq!(
            reply.number("/category/productCount"),
            i64::try_from(expected).unwrap(),
            "{category} {market}"
        );
    }
}

async fn a_categorys_products_take_in_everything_below(shop: TestShop) {
    for (category, market) in [("home", "us"), ("bath", "de"), ("shirts", "us")] {
        let reply = shop
            .query("query($h: String) { category(handle: $h) { products(first: 100) { totalCount nodes { handle } facets { key } } }
                    products(first: 100, filter: {categories: [$h]}) { nodes { handle } } }".replace("($h: String)", "($h: String!)").as_str())
            .variable("h", category)
            .market(market)
            .await;
        let expected = below(&shop, category, market).await;
        let set = |pointer: &str, reply: &Reply| reply.handles(pointer).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(set("/category/products", &reply), expected, "{category}");
        assert_eq!(set("/products", &reply), expected, "{category}");
        assert_eq!(reply.number("/category/products/totalCount"), i64::try_from(expected.len()).unwrap());
    }
}

async fn a_collection_keeps_the_order_of_its_staff(shop: TestShop) {
    let query = r#"query($r: Boolean!) { collection(handle: "gifts-under-50") { products(first: 100, reverse: $r) { nodes { handle } } } }"#;
    let reply = shop.query(query).variable("r", false).await;

    let expected = [
        "cafe-mug",
        "stoneware-candle",
        "flat-lay-notebook",
        "bud-vase-trio",
        "paring-knife-pair",
        "ribbed-beanie",
        "letterpress-cards",
        "evening-bath-salts",
        "seed-packets",
        "passport-wallet",
        "sill-cactus",
        "espresso-cups",
    ];
    assert_eq!(reply.handles("/collection/products"), expected);
    let mut reversed = shop.query(query).variable("r", true).await.handles("/collection/products");
    reversed.reverse();
    assert_eq!(reversed, expected);
    let paged = r#"query($after: String) { collection(handle: "gifts-under-50") { products(first: 5, after: $after) { pageInfo { endCursor hasNextPage } nodes { handle } } } }"#;
    let mut walked = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = shop.query(paged).variable("after", after).await;
        walked.extend(page.handles("/collection/products"));
        after = page.at("/collection/products/pageInfo/endCursor").clone();
        if page.at("/collection/products/pageInfo/hasNextPage") == false {
            break;
        }
    }
    assert_eq!(walked, expected);
}

async fn a_collection_counts_what_it_shows(shop: TestShop) {
    let query = "{ collections(first: 20) { totalCount nodes { handle productCount products(first: 100) { totalCount nodes { handle } } } } }";
    for market in ["us", "de"] {
        let reply = shop.query(query).market(market).await;
        assert_eq!(reply.number("/collections/totalCount"), 8);
        for collection in reply.list("/collections/nodes") {
            let shown = collection["products"]["nodes"].as_array().unwrap().len();
            assert_eq!(collection["productCount"], shown, "{market} {}", collection["handle"]);
            assert_eq!(collection["products"]["totalCount"], shown, "{market} {}", collection["handle"]);
            assert!(!collection.to_string().contains("wide-sun-hat"), "not yet published");
        }
    }
}

async fn categories_answer_in_the_language_of_the_request(shop: TestShop) {
    let query = r#"{ category(handle: "home") { title description children(first: 1) { nodes { title } } } collection(handle: "new-this-season") { title description } }"#;
    let german = shop.query(query).market("de").language("de").await;
    let english = shop.query(query).market("de").language("en").await;

    assert_eq!((german.text("/category/title"), english.text("/category/title")), ("Wohnen", "Home"));
    assert_eq!(german.text("/category/children/nodes/0/title"), "Beleuchtung");
    assert_eq!(german.text("/collection/title"), "Neu in dieser Saison");
    assert!(!german.text("/collection/description").contains('<'));
}

async fn nested_lists_have_pages_of_their_own(shop: TestShop) {
    let query = "{ categories(first: 3) { nodes { handle products(first: 2, sortKey: PRICE) { totalCount pageInfo { hasNextPage endCursor } nodes { handle } } } } }";
    let reply = shop.query(query).await;

    assert_eq!(reply.list("/categories/nodes").len(), 3);
    for category in reply.list("/categories/nodes") {
        let page = &category["products"];
        let next = shop
            .query("query($h: String, $a: String) { category(handle: $h) { products(first: 100, sortKey: PRICE, after: $a) { nodes { handle } } } }")
            .variable("h", category["handle"].clone())
            .variable("a", page["pageInfo"]["endCursor"].clone())
            .await;
        let here = page["nodes"].as_array().unwrap().len();
        assert_eq!(here, 2);
        let rest = next.handles("/category/products");
        assert_eq!(page["totalCount"], here + rest.len(), "{category}");
        assert!(
            page["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .all(|node| !rest.contains(&node["handle"].as_str().unwrap().to_owned()))
        );
    }
}
