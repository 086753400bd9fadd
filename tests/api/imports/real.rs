//! Shopify's own sample files, and files that are not as they should be.

use super::{HEADER, catalogue, exported, import};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: the_real_files_have_what_they_have, a_second_run_changes_nothing, a_dry_run_keeps_nothing,
        bad_rows_are_told_with_their_line_and_lose_nothing_else, html_is_made_safe, unknown_columns_are_kept,
        stock_levels_are_the_sum_of_their_movements, others_go_on_reading_meanwhile;
}

const FILES: [(&str, [u64; 3]); 2] = [("apparel", [20, 22, 20]), ("home-and-garden", [20, 21, 21])];

fn file(name: &str) -> Option<String> {
    let path = format!("{}/../shared/data/shopify/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).ok()
}

async fn counts(shop: &TestShop) -> [i64; 4] {
    [
        shop.number("SELECT count(*) FROM product").await,
        shop.number("SELECT count(*) FROM variant").await,
        shop.number("SELECT count(*) FROM media").await,
        shop.number("SELECT count(*) FROM outbox_event").await,
    ]
}

async fn the_real_files_have_what_they_have(shop: TestShop) {
    for (name, expected) in FILES {
        let Some(csv) = file(name) else { continue };
        let (summary, problems) = import(&shop, &csv, false).await;
        assert_eq!([summary.created, summary.variants, summary.images], expected, "{name}");
        assert_eq!(problems, [], "{name}");
        assert_eq!(
            shop.query("{ products(first: 100) { totalCount } }").await.number("/products/totalCount") % 20,
            0
        );
    }
}

async fn a_second_run_changes_nothing(shop: TestShop) {
    let mut files = vec![catalogue(30)];
    files.extend(FILES.iter().filter_map(|(name, _)| file(name)));
    for csv in files {
        let (first, _) = import(&shop, &csv, false).await;
        let before = (counts(&shop).await, exported(&shop).await);
        let (second, _) = import(&shop, &csv, false).await;
        assert_eq!((second.created, second.changed, second.unchanged), (0, 0, first.created));
        assert_eq!((counts(&shop).await, exported(&shop).await), before);
    }
}

async fn a_dry_run_keeps_nothing(shop: TestShop) {
    let before = counts(&shop).await;

    let (summary, _) = import(&shop, &catalogue(30), true).await;

    assert_eq!((summary.created, summary.variants, summary.images), (30, 60, 30));
    assert_eq!(counts(&shop).await, before);
    assert_eq!(shop.number("SELECT count(*) FROM market").await, 0);
}

async fn bad_rows_are_told_with_their_line_and_lose_nothing_else(shop: TestShop) {
    let csv = format!(
        "{HEADER}good,Good,,,,true,Title,Default Title,,,,deny,1.00,,,,\n\
         bad,Bad,,,,true,Title,Default Title,,,,deny,much,,,,\n\
         \"two\nlines\",Two,,,,true,Title,Default Title,,,,deny,3.00,,,,\n\
         ,Nobody,,,,true,Title,Default Title,,,,deny,4.00,,,,\n\
         last,Last,,,,true,Title,Default Title,,,,deny,5.00,,,,\n"
    );

    let (_, problems) = import(&shop, &csv, false).await;

    let lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
    assert!(lines.contains(&3) && lines.contains(&6), "{problems:?}");
    assert!(
        problems
            .iter()
            .any(|problem| problem.line == 3 && problem.column.as_deref() == Some("Variant Price")),
        "{problems:?}"
    );
    let handles = shop.query("{ products(first: 10) { nodes { handle } } }").await.handles("/products");
    for good in ["good", "last"] {
        assert!(handles.contains(&good.to_owned()), "{good} is lost: {handles:?}");
    }
}

async fn html_is_made_safe(shop: TestShop) {
    let body = "<p onclick=\"\"x()\"\">Fine <b>print</b><script>alert(1)</script><img src=x onerror=y><a href=\"\"javascript:z\"\">a</a><iframe></iframe></p>";
    import(&shop, &format!("{HEADER}a,A,\"{body}\",,,true,Title,Default Title,,,,deny,1.00,,,,\n"), false)
        .await;

    let reply = shop.query(r#"{ product(handle: "a") { descriptionHtml description } }"#).await;

    let html = reply.text("/product/descriptionHtml");
    assert!(html.contains("<b>print</b>"), "{html}");
    for unsafe_ in ["script", "onclick", "onerror", "javascript", "iframe"] {
        assert!(!html.contains(unsafe_), "{unsafe_}: {html}");
    }
    assert!(!reply.text("/product/description").contains("alert"));
}

async fn unknown_columns_are_kept(shop: TestShop) {
    import(&shop, &catalogue(1), false).await;

    let reply = shop.query(r#"{ product(handle: "thing-0") { metafield(namespace: "custom", key: "mood") { value } metafields { value } } }"#).await;

    assert_eq!(reply.text("/product/metafield/value"), "calm");
    let values = reply.texts("/product/metafields", "/value");
    let on_variants = shop.rows("SELECT value FROM metafield").await;
    assert!(values.iter().chain(&on_variants).any(|value| value == "blue"), "{values:?} {on_variants:?}");
}

async fn stock_levels_are_the_sum_of_their_movements(shop: TestShop) {
    let broken = "SELECT count(*) FROM stock_level l WHERE l.available <> coalesce((SELECT sum(m.delta) FROM stock_movement m
        WHERE m.variant_id = l.variant_id AND m.location_id = l.location_id), 0)";
    let csv = catalogue(20);
    for csv in [
        csv.clone(),
        csv.replace(",shopify,3,", ",shopify,-4,"),
        csv.replace(",shopify,7,", ",shopify,0,"),
        csv,
    ] {
        import(&shop, &csv, false).await;
        assert_eq!(shop.number(broken).await, 0);
    }
    assert!(shop.number("SELECT count(*) FROM stock_movement").await > 40);
    assert_eq!(
        shop.number("SELECT CAST(sum(available) AS bigint) FROM stock_level").await,
        (0..20).map(|n| 2 * (n % 11)).sum::<i64>()
    );
    shop.sql("UPDATE stock_level SET available = available + 1").await;
    assert!(shop.number(broken).await > 0, "the check sees nothing");
}

async fn others_go_on_reading_meanwhile(shop: TestShop) {
    import(&shop, &catalogue(5), false).await;
    let csv = catalogue(300);
    let importing = async { import(&shop, &csv, false).await };
    let reading = async {
        let mut slowest = std::time::Duration::ZERO;
        for _ in 0..50 {
            let began = std::time::Instant::now();
            shop.query("{ products(first: 20) { nodes { title variants(first: 2) { nodes { price { amount } } } } } }").await.data();
            slowest = slowest.max(began.elapsed());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        slowest
    };

    let ((summary, _), slowest) = tokio::join!(importing, reading);

    assert_eq!(summary.created, 295);
    assert!(slowest < std::time::Duration::from_secs(2), "{slowest:?}");
}
