//! What staff change beside products: categories, collections, names, markets, locations, prices, stock, uploads.

mod categories;
mod collections;
mod labels;
mod markets;
mod prices;
mod properties;
mod stock;
mod uploads;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vitrine::services::Permission;
use vitrine::services::search::{backlog, project};

use crate::harness::{Ask, Engine, Reply, TestShop};

/// A change by somebody who may do everything: the field's name, its input, and what to read of the payload.
pub fn change(shop: &TestShop, field: &str, input: Value, read: &str) -> Ask {
    let kind = match field {
        name if name.starts_with("tag") || name.starts_with("vendor") || name.starts_with("productType") => {
            if name.ends_with("Rename") {
                "LabelRename".to_owned()
            } else {
                "LabelDelete".to_owned()
            }
        }
        name => format!("{}{}", name[..1].to_uppercase(), &name[1..]),
    };
    let text = format!(
        "mutation ($input: {kind}Input!) {{ it: {field}(input: $input) {{ {read} userErrors {{ code field message }} }} }}"
    );
    shop.query(&text).variable("input", input).asked_by_staff(Permission::ALL)
}

/// The payload of a change that was made.
#[track_caller]
pub fn made(reply: &Reply) -> &Value {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{:#}", reply.json);
    reply.at("/it")
}

/// Code and path of everything that was wrong: `INVALID title`.
#[track_caller]
pub fn wrong(reply: &Reply) -> Vec<String> {
    let told = |error: &Value| {
        let path =
            error["field"].as_array().map(|path| path.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        format!("{} {}", error["code"].as_str().unwrap(), path.unwrap_or_default().join("."))
    };
    reply.list("/it/userErrors").iter().map(told).collect()
}

/// An id that a query finds.
pub async fn id(shop: &TestShop, query: &str) -> String {
    let reply = shop.query(&format!("{{ it: {query} {{ id }} }}")).asked_by_staff(Permission::ALL).await;
    reply.text("/it/id").to_owned()
}

pub async fn category(shop: &TestShop, handle: &str) -> String {
    id(shop, &format!("category(handle: \"{handle}\")")).await
}

pub async fn product(shop: &TestShop, handle: &str) -> String {
    id(shop, &format!("product(handle: \"{handle}\")")).await
}

pub async fn market(shop: &TestShop, handle: &str) -> String {
    id(shop, &format!("market(handle: \"{handle}\")")).await
}

/// The id of the first variant of a product.
pub async fn variant(shop: &TestShop, handle: &str) -> String {
    let text = format!("{{ product(handle: \"{handle}\") {{ variants(first: 1) {{ nodes {{ id }} }} }} }}");
    shop.query(&text).asked_by_staff(Permission::ALL).await.text("/product/variants/nodes/0/id").to_owned()
}

/// The id of the shop's first location.
pub fn location(shop: &TestShop) -> String {
    let location = &shop.app.markets().locations[0];
    shown("loc", location.id.0)
}

/// An id as clients see it.
pub fn shown(prefix: &str, key: uuid::Uuid) -> String {
    let alphabet = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit =
        |place: u32| char::from(alphabet[usize::try_from(key.as_u128() >> (5 * place) & 31).unwrap()]);
    format!("{prefix}_{}", (0..26).rev().map(digit).collect::<String>())
}

/// An id of this kind that nothing has.
pub fn unknown(prefix: &str) -> String {
    shown(prefix, uuid::Uuid::now_v7())
}

/// Everything that lists read, as text that does not depend on how rows came to be numbered.
async fn projected(shop: &TestShop) -> BTreeSet<String> {
    let cast = if shop.engine == Engine::Postgres {
        "encode(uuid_send(l.product_id), 'hex')"
    } else {
        "lower(hex(l.product_id))"
    };
    let listings = format!(
        "SELECT l.locale_id || ' ' || {cast} || ' ' || l.handle || ' ' || l.title || ' ' || coalesce(l.vendor, '-') \
         || ' ' || coalesce(l.product_type, '-') || ' ' || l.published_at || ' ' || l.price_min || ' ' || l.price_max \
         || ' ' || coalesce(l.compare_at_min, -1) || ' ' || CAST(CAST(l.available AS integer) AS text) \
         || ' ' || l.document_hash FROM product_listing l"
    );
    let facets = format!(
        "SELECT l.locale_id || ' ' || {cast} || ' ' || f.kind || ' ' || f.name || ' ' || f.value \
         FROM product_listing l JOIN listing_facet lf ON lf.listing_id = l.id JOIN facet f ON f.id = lf.facet_id"
    );
    let documents = "SELECT 'documents ' || count(*) FROM search_document";
    let mut all: BTreeSet<String> = shop.rows(&listings).await.into_iter().collect();
    all.extend(shop.rows(&facets).await);
    all.extend(shop.rows(documents).await);
    all.extend(shop.rows("SELECT 'listings ' || count(*) FROM product_listing").await);
    all
}

/// Nothing that lists read is other than what it would be if it were made anew.
pub async fn check_projections(shop: &TestShop) {
    backlog::catch_up(&shop.app).await.unwrap();
    let found = projected(shop).await;
    shop.sql("DELETE FROM listing_facet").await;
    shop.sql("DELETE FROM product_listing").await;
    shop.sql("DELETE FROM search_document").await;
    project::rebuild(&shop.app).await.unwrap();
    let expected = projected(shop).await;
    let differing: Vec<_> = found.symmetric_difference(&expected).take(10).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
