//! Imports that others are in the way of.

use vitrine::infrastructure::database::Database;

use super::{HEADER, catalogue, exported, import};
use crate::harness::{TestShop, now, on_each_engine};

on_each_engine! {
    empty: two_imports_at_once_both_end_well, an_import_waits_for_a_long_change;
}

async fn two_imports_at_once_both_end_well(shop: TestShop) {
    let csv = catalogue(120).replace("Maker ", "Maker of ");
    let database = Database::connect(&shop.address, 4).await.unwrap();
    let clock = vitrine::infrastructure::clock::Clock::fixed(now());
    let other = vitrine::app::context_of(database, clock, 100).await.unwrap();

    let mut kept = super::Kept::default();
    let wish = vitrine::services::imports::target::Wish::default();
    let (one, two) = tokio::join!(
        import(&shop, &csv, false),
        vitrine::services::imports::run::shopify(&other, csv.as_bytes(), &wish, false, &mut kept)
    );

    let (one, two) = (one.0, two.unwrap());
    assert_eq!(one.created + two.created, 120);
    assert_eq!((one.problems, two.problems), (0, 0));
    assert_eq!(shop.number("SELECT count(*) FROM variant").await, 240);
    let (again, _) = import(&shop, &csv, false).await;
    assert_eq!(again.unchanged, 120);
}

async fn an_import_waits_for_a_long_change(shop: TestShop) {
    import(&shop, &catalogue(3), false).await;
    let rows = catalogue(3).replace("Maker", "Another");
    let change = shop.app.begin().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&change.tx, "UPDATE product SET version = version")
        .await
        .unwrap();

    let holding = async {
        tokio::time::sleep(std::time::Duration::from_millis(3_500)).await;
        drop(change);
    };
    let ((summary, problems), ()) = tokio::join!(import(&shop, &rows, false), holding);

    assert_eq!((summary.changed, problems), (3, vec![]));
    assert!(exported(&shop).await.starts_with(&HEADER[..6]));
}
