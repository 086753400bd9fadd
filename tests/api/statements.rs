//! The number of statements of an operation depends on its shape, never on its rows.

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_list_page_takes_at_most_six, a_product_page_takes_at_most_nine, a_deep_query_takes_at_most_seven,
        lists_in_lists_take_one_statement_each, what_is_counted_of_lists_in_lists_is_counted_at_once;
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
