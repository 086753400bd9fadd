//! The number of statements of an operation depends on its shape, never on its rows.

use serde_json::Value;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_list_page_takes_at_most_six, a_product_page_takes_at_most_nine, a_deep_query_takes_at_most_seven,
        lists_in_lists_take_one_statement_each, what_is_counted_of_lists_in_lists_is_counted_at_once,
        suggested_categories_are_loaded_at_once, what_lists_in_lists_hold_is_counted_at_once,
        chosen_variants_of_lists_are_found_at_once, nodes_of_several_kinds_take_as_many_as_kinds,
        parents_of_lists_are_loaded_at_once, what_counts_facets_tells_the_total, related_products_take_as_many_in_every_language;
}

/// The number of statements at several page sizes, which must be one number.
async fn statements(shop: &TestShop, text: &str, sizes: &[i32]) -> u64 {
    let mut counted = Vec::new();
    for size in sizes {
        let reply = shop.query(text).variable("n", *size).await;
        reply.data();
        counted.push(reply.statements());
    }
    assert!(counted.windows(2).all(|pair| pair[0] == pair[1]), "statements at sizes {sizes:?}: {counted:?}");
    assert!(counted[0] > 0);
    counted[0]
}

async fn a_list_page_takes_at_most_six(shop: TestShop) {
    let text = "query($n: Int!) { products(first: $n) { nodes { id handle title
        variants(first: 5) { nodes { id title price { amount currency } compareAtPrice { amount } } }
        featuredImage { url alt width height } category { handle title } ratingSummary { average count }
        priceRange { min { amount } } } pageInfo { hasNextPage endCursor } } }";
    let count = statements(&shop, text, &[1, 20, 100]).await;
    assert!(count <= 6, "{count}");
}

async fn a_product_page_takes_at_most_nine(shop: TestShop) {
    let text = r#"query($n: Int!) { product(handle: "cafe-mug") { title descriptionHtml
        variants(first: $n) { nodes { title sku price { amount } quantityAvailable
            stockLevels { location { name } available } } }
        media(first: $n) { nodes { url alt } } reviews(first: 10) { nodes { title rating author { displayName } } }
        relatedProducts(first: 4) { title handle priceRange { min { amount } } } } }"#;
    let count = statements(&shop, text, &[1, 20, 100]).await;
    assert!(count <= 9, "{count}");
}

async fn a_deep_query_takes_at_most_seven(shop: TestShop) {
    let text = "query($n: Int!) { products(first: $n) { nodes { title reviews(first: 5) { nodes { rating
        author { displayName reviews(first: 3) { nodes { rating product { title handle } } } } } } } } }";
    let count = statements(&shop, text, &[1, 50, 100]).await;
    assert!(count <= 7, "{count}");
}

async fn lists_in_lists_take_one_statement_each(shop: TestShop) {
    let text = "query($n: Int!) { categories(first: $n) { nodes { title children(first: 3) { nodes { title
        products(first: 2) { nodes { title media(first: 2) { nodes { url } } } } } } } } }";
    let count = statements(&shop, text, &[1, 5, 8]).await;
    assert!(count <= 5, "{count}");
}

async fn what_counts_facets_tells_the_total(shop: TestShop) {
    for list in ["products", r#"search(query: "cotton")"#, r#"search(query: "cotton", sortKey: TITLE)"#] {
        let counted = async |counts: &str| {
            let reply = shop.query(&format!("{{ {list} {{ nodes {{ handle }} {counts} }} }}")).await;
            reply.data();
            reply.statements()
        };
        let facets = counted("facets { key }").await;
        assert!(counted("totalCount").await < facets);
        for both in [
            "totalCount facets { key }",
            "also: totalCount facets { key } other: facets { label } totalCount",
        ] {
            assert_eq!(counted(both).await, facets, "{list} {both}");
        }
        assert_eq!(counted("a: totalCount b: totalCount").await, counted("totalCount").await);
    }
}

async fn what_is_counted_of_lists_in_lists_is_counted_at_once(shop: TestShop) {
    let filter = r#"filter: { tags: ["soft", "linen"], availableForSale: true }"#;
    for list in ["categories", "collections"] {
        let counted = format!(
            "plain: products(first: 1) {{ totalCount facets {{ key values {{ value count }} }} }}
             narrowed: products(first: 1, {filter}) {{ totalCount facets {{ key values {{ value count }} }} }}"
        );
        let text = format!(
            "query($n: Int!) {{ {list}(first: $n) {{ nodes {{ handle productCount {counted} }} }} }}"
        );
        let count = statements(&shop, &text, &[1, 2, 6]).await;
        assert!(count <= 24, "{count}");

        let all = shop.query(&text).variable("n", 6).await;
        for node in all.list(&format!("/{list}/nodes")) {
            let handle = node["handle"].as_str().unwrap();
            let alone =
                format!("{{ {}(handle: \"{handle}\") {{ handle productCount {counted} }} }}", singular(list));
            let alone = shop.query(&alone).await;
            assert_eq!(node, alone.at(&format!("/{}", singular(list))));
            assert_eq!(node["productCount"], node["plain"]["totalCount"]);
        }
    }
}

fn singular(list: &str) -> &str {
    if list == "categories" { "category" } else { "collection" }
}

async fn suggested_categories_are_loaded_at_once(shop: TestShop) {
    for fields in ["title", "title parent { title }", "title children(first: 2) { nodes { title } }"] {
        let text =
            format!("query($n: Int!) {{ suggest(query: \"c\", first: $n) {{ categories {{ {fields} }} }} }}");
        assert!(shop.query(&text).variable("n", 10).await.list("/suggest/categories").len() > 2);
        let count = statements(&shop, &text, &[1, 2, 10]).await;
        assert!(count <= 7, "{fields}: {count}");
    }
}

async fn what_lists_in_lists_hold_is_counted_at_once(shop: TestShop) {
    let totals = "variants(first: 1) { totalCount } media(first: 1) { totalCount }";
    let flat = format!("query($n: Int!) {{ products(first: $n) {{ nodes {{ {totals} }} }} }}");
    let count = statements(&shop, &flat, &[1, 2, 20, 100]).await;
    assert!(count <= 5, "{count}");
    let related = format!(
        "query($n: Int!) {{ products(first: $n) {{ nodes {{ relatedProducts(first: 3) {{ title {totals} }} }} }} }}"
    );
    let count = statements(&shop, &related, &[1, 2, 20, 100]).await;
    assert!(count <= 8, "{count}");
    let nested = format!(
        "query($n: Int!) {{ categories(first: $n) {{ nodes {{ products(first: 5) {{ totalCount nodes {{ {totals} \
         relatedProducts(first: 2) {{ {totals} }} }} }} }} }} }}"
    );
    let count = statements(&shop, &nested, &[1, 2, 8]).await;
    assert!(count <= 15, "{count}");
}

async fn chosen_variants_of_lists_are_found_at_once(shop: TestShop) {
    let shown = "title price { amount } image { url } product { title category { title } }";
    let chosen = |value: &str| {
        format!(
            "variantBySelectedOptions(selectedOptions: [{{name: \"Color\", value: \"{value}\"}}]) {{ {shown} }}"
        )
    };
    let (one, other) = (chosen("White"), chosen("Black"));
    let white = r#"filter: {options: [{name: "Color", values: ["White"]}]}"#;
    let flat =
        format!("query($n: Int!) {{ products(first: $n, {white}) {{ nodes {{ {one} other: {other} }} }} }}");
    assert!(shop.query(&flat).variable("n", 20).await.list("/products/nodes").len() > 2);
    let count = statements(&shop, &flat, &[1, 2, 20, 100]).await;
    assert!(count <= 11, "{count}");
    let nested = format!(
        "query($n: Int!) {{ categories(first: $n) {{ nodes {{ products(first: 20, {white}) {{ nodes {{ {one} other: {other} }} }} }} }} }}"
    );
    let count = statements(&shop, &nested, &[1, 2, 8]).await;
    assert!(count <= 14, "{count}");
}

async fn nodes_of_several_kinds_take_as_many_as_kinds(shop: TestShop) {
    let text = "{ products(first: 100) { nodes { variants(first: 2) { nodes { id image { id } } }
        media(first: 1) { nodes { id } } reviews(first: 1) { nodes { id } } } } }";
    let listed = shop.query(text).await;
    let node = |product: &Value, list: &str, place: usize| product[list]["nodes"].get(place).cloned();
    let is_whole = |product: &&Value| {
        let variant = node(product, "variants", 0);
        variant.is_some_and(|variant| variant["image"].is_object()) && node(product, "reviews", 0).is_some()
    };
    let mut products: Vec<Value> = listed.list("/products/nodes").clone();
    products.sort_by_key(|product| !is_whole(&product));
    let mut ids: Vec<Value> = Vec::new();
    for product in &products {
        let nodes = [("variants", 0), ("media", 0), ("reviews", 0), ("variants", 1)];
        ids.extend(nodes.iter().filter_map(|(list, place)| Some(node(product, list, *place)?["id"].clone())));
    }
    let text = "query($ids: [ID!]!) { nodes(ids: $ids) { id
        ... on Variant { title price { amount } product { title } }
        ... on Media { url alt } ... on Review { rating author { displayName } product { title } } } }";
    let of = |kind: &str, size: usize| -> Vec<Value> {
        let kind = ids.iter().filter(|id| id.as_str().unwrap().starts_with(kind));
        kind.take(size).cloned().collect()
    };
    for (kind, sizes, most) in
        [("", [3, 64, 100], 6), ("var", [1, 64, 100], 4), ("med", [1, 20, 50], 2), ("rev", [1, 10, 20], 3)]
    {
        let mut counted = Vec::new();
        for size in sizes {
            let some = of(kind, size);
            assert_eq!(some.len(), size, "{kind}");
            let reply = shop.query(text).variable("ids", some).await;
            assert!(reply.list("/nodes").iter().all(|node| node["id"].is_string()));
            counted.push(reply.statements());
        }
        assert!(counted.iter().all(|count| *count == counted[0] && *count <= most), "{kind}: {counted:?}");
    }
}

async fn parents_of_lists_are_loaded_at_once(shop: TestShop) {
    let text = "query($n: Int!) { products(first: $n) { nodes {
        category { title parent { title parent { title } } } categories { title parent { title } } } } }";
    let count = statements(&shop, text, &[1, 2, 20, 100]).await;
    assert!(count <= 7, "{count}");
    let text = "query($n: Int!) { categories(first: $n) { nodes { title children(first: 5) { nodes {
        title parent { title } children(first: 3) { nodes { title parent { title parent { title } } } } } } } } }";
    let count = statements(&shop, text, &[1, 2, 8]).await;
    assert!(count <= 8, "{count}");
}

async fn related_products_take_as_many_in_every_language(shop: TestShop) {
    let text = "query($n: Int!) { products(first: $n) { nodes { title relatedProducts(first: 4) { title
        featuredImage { url alt } category { title } } } } }";
    let mut counted = Vec::new();
    for language in ["en", "de"] {
        for size in [1, 2, 3, 20, 100] {
            let reply = shop.query(text).variable("n", size).market("de").language(language).await;
            assert!(reply.list("/products/nodes").iter().any(|node| node["relatedProducts"][0].is_object()));
            counted.push(reply.statements());
        }
    }
    assert!(counted.iter().all(|count| *count == counted[0] && *count <= 6), "{counted:?}");
}
