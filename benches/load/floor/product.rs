//! The product page.

use serde::Serialize;
use tokio::try_join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::Result;

use super::pool::{Market, Pool, now, prepare};
use super::values::{Moment, Money, Nodes, Range, Rating, Shown, grouped};
use super::written;

/// The most pieces that are told.
const CAP: i64 = 100;

/// Its statements: the product first, then the rest at once.
pub struct Statements {
    product: Statement,
    variants: Statement,
    levels: Statement,
    media: Statement,
    reviews: Statement,
    related: Statement,
}

impl Statements {
    /// Prepares them.
    pub async fn prepare(client: &Client) -> Result<Self> {
        let product = "SELECT p.id, l.handle, l.title, l.vendor, l.available, l.price_min, l.price_max, \
            l.rating_count, l.rating_sum, l.category_id FROM product p \
            JOIN product_listing l ON l.product_id = p.id AND l.locale_id = $2 AND l.published_at <= $3 \
            WHERE p.handle = $1";
        let variants = "SELECT v.id, v.title, v.sku, v.inventory_tracker <> '', \
            v.inventory_policy, p.amount, p.compare_at FROM variant v \
            LEFT JOIN price p ON p.variant_id = v.id AND p.market_id = $2 \
            WHERE v.product_id = $1 ORDER BY v.position, v.id LIMIT 20";
        let levels = "SELECT s.variant_id, s.location_id, s.available FROM variant v \
            JOIN stock_level s ON s.variant_id = v.id JOIN location l ON l.id = s.location_id \
            WHERE v.product_id = $1 ORDER BY l.position";
        let media = "SELECT id, url, alt, width, height FROM media WHERE product_id = $1 \
            ORDER BY position, id LIMIT 10";
        let reviews = "SELECT r.id, r.rating, r.title, r.body, r.created_at, r.reviewer_id, w.display_name \
            FROM review r JOIN reviewer w ON w.id = r.reviewer_id WHERE r.product_id = $1 AND r.status = 1 \
            ORDER BY r.created_at DESC, r.id DESC LIMIT 10";
        let related = "SELECT product_id, handle, title, available, price_min, price_max \
            FROM product_listing WHERE category_id = $4 AND product_id <> $1 \
              AND locale_id = $2 AND published_at <= $3 \
            ORDER BY available DESC, rating_key DESC, product_id DESC LIMIT 4";
        Ok(Self {
            product: prepare(client, product).await?,
            variants: prepare(client, variants).await?,
            levels: prepare(client, levels).await?,
            media: prepare(client, media).await?,
            reviews: prepare(client, reviews).await?,
            related: prepare(client, related).await?,
        })
    }
}

#[derive(Serialize)]
struct Data<'a> {
    product: Option<Product<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    id: Shown,
    handle: &'a str,
    title: &'a str,
    vendor: Option<&'a str>,
    available_for_sale: bool,
    price_range: Range<'a>,
    rating_summary: Rating,
    variants: Nodes<Variant<'a>>,
    media: Nodes<Image<'a>>,
    reviews: Nodes<Review<'a>>,
    related_products: Vec<Related<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Variant<'a> {
    id: Shown,
    title: &'a str,
    sku: Option<&'a str>,
    available_for_sale: bool,
    price: Option<Money<'a>>,
    compare_at_price: Option<Money<'a>>,
    stock_levels: Vec<Level<'a>>,
}

#[derive(Serialize)]
struct Level<'a> {
    location: Location<'a>,
    available: i64,
}

#[derive(Serialize)]
struct Location<'a> {
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Image<'a> {
    id: Shown,
    url: &'a str,
    alt: &'a str,
    width: Option<i32>,
    height: Option<i32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    id: Shown,
    rating: i16,
    title: &'a str,
    body: &'a str,
    created_at: Moment,
    author: Author<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Author<'a> {
    id: Shown,
    display_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Related<'a> {
    id: Shown,
    handle: &'a str,
    title: &'a str,
    available_for_sale: bool,
    price_range: Range<'a>,
}

/// The answer for a handle.
pub async fn answer(pool: &Pool, handle: &str) -> Result<Vec<u8>> {
    let (connection, market) = (pool.connection(), &pool.market);
    let (client, statements) = (&connection.client, &connection.product);
    let now = now()?;
    let found = client.query_opt(&statements.product, &[&handle, &market.locale, &now]).await?;
    let Some(row) = found else { return written(Data { product: None }) };
    let id: Uuid = row.get(0);
    let key: [&(dyn ToSql + Sync); 1] = [&id];
    let category: Option<Uuid> = row.get(9);
    let (priced, near): ([&(dyn ToSql + Sync); 2], [&(dyn ToSql + Sync); 4]) =
        ([&id, &market.id], [&id, &market.locale, &now, &category]);
    let (variants, levels, media, reviews, related) = try_join!(
        client.query(&statements.variants, &priced),
        client.query(&statements.levels, &key),
        client.query(&statements.media, &key),
        client.query(&statements.reviews, &key),
        client.query(&statements.related, &near),
    )?;
    let levels = grouped(&levels);
    let variants = variants.iter().map(|row| {
        let levels = levels.get(&row.get(0)).map(Vec::as_slice).unwrap_or_default();
        variant(row, levels, market)
    });
    let product = Product {
        id: Shown("prd", id),
        handle: row.get(1),
        title: row.get(2),
        vendor: row.get(3),
        available_for_sale: row.get(4),
        price_range: range(&row, 5, market),
        rating_summary: Rating::new(row.get(7), row.get(8)),
        variants: Nodes { nodes: variants.collect() },
        media: Nodes { nodes: media.iter().map(image).collect() },
        reviews: Nodes { nodes: reviews.iter().map(review).collect() },
        related_products: related.iter().map(|row| neighbour(row, market)).collect(),
    };
    written(Data { product: Some(product) })
}

fn range<'a>(row: &Row, first: usize, market: &'a Market) -> Range<'a> {
    let money = |column: usize| Money::new(row.get(column), &market.currency);
    Range { min: money(first), max: money(first + 1) }
}

fn variant<'a>(row: &'a Row, levels: &[&Row], market: &'a Market) -> Variant<'a> {
    let (tracked, policy): (bool, i16) = (row.get(3), row.get(4));
    let (price, before): (Option<i64>, Option<i64>) = (row.get(5), row.get(6));
    let in_stock: i64 = levels.iter().map(|row| row.get::<_, i64>(2)).sum();
    let level = |row: &&Row| Level {
        location: Location { name: market.locations.get(&row.get::<_, Uuid>(1)).map(String::as_str) },
        available: row.get::<_, i64>(2).clamp(0, CAP),
    };
    Variant {
        id: Shown("var", row.get(0)),
        title: row.get(1),
        sku: row.get(2),
        available_for_sale: price.is_some() && (!tracked || policy == 1 || in_stock > 0),
        price: price.map(|minor| Money::new(minor, &market.currency)),
        compare_at_price: before
            .filter(|before| Some(*before) > price)
            .map(|minor| Money::new(minor, &market.currency)),
        stock_levels: if tracked { levels.iter().map(level).collect() } else { Vec::new() },
    }
}

fn image(row: &Row) -> Image<'_> {
    Image {
        id: Shown("med", row.get(0)),
        url: row.get(1),
        alt: row.get(2),
        width: row.get(3),
        height: row.get(4),
    }
}

fn review(row: &Row) -> Review<'_> {
    Review {
        id: Shown("rev", row.get(0)),
        rating: row.get(1),
        title: row.get(2),
        body: row.get(3),
        created_at: Moment(row.get(4)),
        author: Author { id: Shown("rvr", row.get(5)), display_name: row.get(6) },
    }
}

fn neighbour<'a>(row: &'a Row, market: &'a Market) -> Related<'a> {
    Related {
        id: Shown("prd", row.get(0)),
        handle: row.get(1),
        title: row.get(2),
        available_for_sale: row.get(3),
        price_range: range(row, 4, market),
    }
}
