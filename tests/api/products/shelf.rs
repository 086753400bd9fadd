//! Inputs of whole products, and looks at what came of them.

use std::future::Future;
use std::time::{Duration, Instant};

use entity::id::{AccountId, ProductId, SessionId};
use sea_orm::EntityTrait;
use vitrine::infrastructure::database::operation::{self, Operation};
use vitrine::services::backoffice::set::{
    MediaSet, OptionSet, PriceSet, ProductSet, PublicationSet, StockSet, VariantSet,
};
use vitrine::services::catalog::draft::MetafieldDraft;
use vitrine::services::catalog::whole::{self, Lock, Whole};
use vitrine::services::catalog::write::{Fields, VariantFields};
use vitrine::services::search::project;
use vitrine::services::{Error, Permission, Problem, Result, Viewer};

use crate::harness::TestShop;

/// Somebody on the staff with these rights.
pub fn staff(permissions: &[Permission]) -> Viewer {
    let (account, session) = (AccountId::generate(), SessionId::generate());
    Viewer::Staff { account, session, permissions: permissions.iter().copied().collect() }
}

/// What was wrong: codes with the way to each field.
pub fn problems<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Problems(problems)) => problems.iter().map(told).collect(),
        other => panic!("no problems: {other:?}"),
    }
}

pub fn told(problem: &Problem) -> String {
    format!("{:?} {}", problem.reason, problem.path.join("."))
}

/// How many statements some work takes.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u64) {
    let operation = Operation::until(Instant::now() + Duration::from_mins(1));
    let done = operation::within(operation.clone(), work).await;
    (done, operation.statements())
}

/// A product with everything: so many variants, in all markets and locations, and names that nothing else has.
pub fn everything(shop: &TestShop, handle: &str, variants: usize) -> ProductSet {
    let markets = shop.app.markets();
    let some = |text: &str| Some(format!("{handle} {text}"));
    let variant = |number: usize| VariantSet {
        option_values: vec![format!("{}", number % 50), format!("c{}", number / 50)],
        fields: VariantFields {
            sku: Some(format!("{handle}-{number}")),
            barcode: Some(format!("{number:013}")),
            weight_grams: Some(250.0),
            tracked: Some(true),
            ..VariantFields::default()
        },
        image_url: Some(format!("https://img.example.com/{handle}/{}.jpg", number % 3)),
        prices: Some(
            markets
                .markets
                .iter()
                .map(|market| PriceSet {
                    market: market.handle.clone(),
                    amount: format!("{}", 10 + number % 7),
                    compare_at: Some(Some("99".to_owned())),
                    unit_cost: Some(None),
                })
                .collect(),
        ),
        stock: Some(
            markets
                .locations
                .iter()
                .map(|location| StockSet { location: location.handle.clone(), available: 3 })
                .collect(),
        ),
        metafields: Some(vec![custom("size", "guide", "one")]),
    };
    ProductSet {
        handle: handle.to_owned(),
        version: None,
        fields: Fields {
            title: some("title"),
            description_html: some("<p>of good things</p>"),
            vendor: some("vendor"),
            product_type: some("kind"),
            tags: Some(vec![format!("{handle}-tag"), "shared".to_owned()]),
            seo_title: some("seo"),
            seo_description: some("found"),
            ..Fields::default()
        },
        categories: Some(vec!["bath".to_owned()]),
        options: Some(vec![
            OptionSet { name: "Size".to_owned(), values: None },
            OptionSet { name: "Colour".to_owned(), values: None },
        ]),
        variants: Some((0..variants).map(variant).collect()),
        media: Some(
            (0..3)
                .map(|number| MediaSet {
                    url: format!("https://img.example.com/{handle}/{number}.jpg"),
                    alt: Some(format!("picture {number}")),
                })
                .collect(),
        ),
        metafields: Some(vec![custom("care", "wash", "cold"), custom("care", "iron", "never")]),
        publications: Some(
            markets
                .markets
                .iter()
                .map(|market| PublicationSet { market: market.handle.clone(), from: None })
                .collect(),
        ),
    }
}

pub fn custom(namespace: &str, key: &str, value: &str) -> MetafieldDraft {
    MetafieldDraft {
        namespace: namespace.to_owned(),
        key: key.to_owned(),
        value_type: "single_line_text_field".to_owned(),
        value: value.to_owned(),
    }
}

/// A product as it is kept.
pub async fn read(shop: &TestShop, handle: &str) -> Whole {
    let mut found = whole::by_handles(shop.app.db.writer(), [handle], Lock::None).await.unwrap();
    found.remove(handle).unwrap_or_else(|| panic!("there is no {handle}"))
}

/// The id of a product.
pub async fn id_of(shop: &TestShop, handle: &str) -> ProductId {
    read(shop, handle).await.id()
}

/// Everything that is derived, as text.
pub async fn derived(shop: &TestShop) -> Vec<String> {
    let words = match shop.engine {
        crate::harness::Engine::Sqlite => "SELECT 'document ' || count(*) FROM search_document",
        crate::harness::Engine::Postgres => {
            "SELECT 'document ' || l.locale_id || l.handle || d.terms::text FROM search_document d \
             LEFT JOIN product_listing l ON l.id = d.listing_id ORDER BY 1"
        }
    };
    let mut all = shop.rows(words).await;
    all.extend(
        shop.rows(
            "SELECT l.locale_id || ' ' || l.handle || ' ' || f.kind || ' ' || f.name || ' ' || f.value \
             FROM listing_facet lf LEFT JOIN product_listing l ON l.id = lf.listing_id \
             JOIN facet f ON f.id = lf.facet_id ORDER BY 1",
        )
        .await,
    );
    let listings = entity::search::product_listing::Entity::find().all(shop.app.db.writer()).await.unwrap();
    let mut listings: Vec<String> = listings.iter().map(|row| format!("{:?}", (row, 0))).collect();
    listings.sort();
    all.extend(listings);
    all
}

/// What is derived is what a rebuild would derive.
pub async fn assert_derived(shop: &TestShop) {
    let before = derived(shop).await;
    project::rebuild(&shop.app).await.unwrap();
    let after = derived(shop).await;
    let lost: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    assert!(before == after, "only before: {lost:#?}\nonly after: {new:#?}");
}

/// What every product keeps to.
pub async fn assert_invariants(shop: &TestShop) {
    let wrong_titles = shop
        .rows(
            "SELECT v.title FROM variant v JOIN option_value a ON a.id = v.option_value1_id \
             LEFT JOIN option_value b ON b.id = v.option_value2_id \
             LEFT JOIN option_value c ON c.id = v.option_value3_id \
             WHERE v.title <> a.value || coalesce(' / ' || b.value, '') || coalesce(' / ' || c.value, '')",
        )
        .await;
    assert_eq!(wrong_titles, [""; 0]);
    for (what, text) in [
        (
            "products without a variant",
            "SELECT count(*) FROM product p WHERE NOT EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id)",
        ),
        (
            "variants with a value of another product",
            "SELECT count(*) FROM variant v JOIN option_value a ON a.id = v.option_value1_id JOIN product_option o ON o.id = a.product_option_id WHERE o.product_id <> v.product_id OR o.position <> 1",
        ),
        (
            "variants without a value for an option",
            "SELECT count(*) FROM variant v WHERE (SELECT count(*) FROM product_option o WHERE o.product_id = v.product_id) <> 1 + CASE WHEN v.option_value2_id IS NULL THEN 0 ELSE 1 END + CASE WHEN v.option_value3_id IS NULL THEN 0 ELSE 1 END",
        ),
        (
            "levels that are not the sum of their movements",
            "SELECT count(*) FROM stock_level s WHERE s.available <> (SELECT coalesce(sum(m.delta), 0) FROM stock_movement m WHERE m.variant_id = s.variant_id AND m.location_id = s.location_id)",
        ),
        (
            "custom data of nothing",
            "SELECT count(*) FROM metafield m WHERE NOT EXISTS (SELECT 1 FROM product p WHERE p.id = m.owner_id) AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.id = m.owner_id)",
        ),
        (
            "facets of nothing",
            "SELECT count(*) FROM listing_facet f WHERE NOT EXISTS (SELECT 1 FROM product_listing l WHERE l.id = f.listing_id)",
        ),
        (
            "variants that show an image of another product",
            "SELECT count(*) FROM variant v JOIN media m ON m.id = v.media_id WHERE m.product_id <> v.product_id",
        ),
    ] {
        assert_eq!(shop.number(text).await, 0, "{what}");
    }
}
