//! The list page.

use std::collections::HashSet;

use serde::Serialize;
use tokio::try_join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::Result;

use super::pool::{Market, Pool, now, prepare};
use super::values::{Money, Nodes, Place, Range, Rating, Shown, grouped};
use super::written;

const SIZE: usize = 20;

/// Its statements: the page first, then the rest at once.
pub struct Statements {
    page: Statement,
    variants: Statement,
    images: Statement,
    categories: Statement,
}

impl Statements {
    /// Prepares them.
    pub async fn prepare(client: &Client) -> Result<Self> {
        let page = "SELECT product_id, published_at, handle, title, price_min, price_max, \
            rating_count, rating_sum, category_id FROM product_listing \
            WHERE locale_id = $1 AND published_at <= $2 AND (published_at, product_id) < ($3, $4) \
            ORDER BY published_at DESC, product_id DESC LIMIT 21";
        let variants = "SELECT k.id, v.* FROM unnest($1::uuid[]) k(id) CROSS JOIN LATERAL ( \
              SELECT v.id, v.title, p.amount, p.compare_at FROM variant v \
              LEFT JOIN price p ON p.variant_id = v.id AND p.market_id = $2 \
              WHERE v.product_id = k.id ORDER BY v.position, v.id LIMIT 5) v";
        let images = "SELECT k.id, m.url, m.alt, m.width, m.height FROM unnest($1::uuid[]) k(id) \
            CROSS JOIN LATERAL (SELECT * FROM media WHERE product_id = k.id ORDER BY position, id LIMIT 1) m";
        let categories = "SELECT c.id, c.handle, c.title FROM category c WHERE c.id = ANY ($1)";
        Ok(Self {
            page: prepare(client, page).await?,
            variants: prepare(client, variants).await?,
            images: prepare(client, images).await?,
            categories: prepare(client, categories).await?,
        })
    }
}

#[derive(Serialize)]
struct Data<'a> {
    products: Page<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    nodes: Vec<Product<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    id: Shown,
    handle: &'a str,
    title: &'a str,
    price_range: Range<'a>,
    rating_summary: Rating,
    featured_image: Option<Image<'a>>,
    category: Option<Category<'a>>,
    variants: Nodes<Variant<'a>>,
}

#[derive(Serialize)]
struct Image<'a> {
    url: &'a str,
    alt: &'a str,
    width: Option<i32>,
    height: Option<i32>,
}

#[derive(Serialize)]
struct Category<'a> {
    handle: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Variant<'a> {
    id: Shown,
    title: &'a str,
    price: Option<Money<'a>>,
    compare_at_price: Option<Money<'a>>,
}

/// The answer behind a cursor.
pub async fn answer(pool: &Pool, after: Option<&str>) -> Result<Vec<u8>> {
    let (connection, market) = (pool.connection(), &pool.market);
    let (client, statements) = (&connection.client, &connection.list);
    let place = Place::read(after)?;
    let page =
        client.query(&statements.page, &[&market.locale, &now()?, &place.published_at, &place.id]).await?;
    let shown = &page[..page.len().min(SIZE)];
    let ids: Vec<Uuid> = shown.iter().map(|row| row.get(0)).collect();
    let main: HashSet<Uuid> = shown.iter().filter_map(|row| row.get(8)).collect();
    let main: Vec<Uuid> = main.into_iter().collect();
    let (key, priced): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 2]) = ([&ids], [&ids, &market.id]);
    let of_main: [&(dyn ToSql + Sync); 1] = [&main];
    let (variants, images, categories) = try_join!(
        client.query(&statements.variants, &priced),
        client.query(&statements.images, &key),
        client.query(&statements.categories, &of_main),
    )?;
    let (variants, images, categories) = (grouped(&variants), grouped(&images), grouped(&categories));
    let nodes = shown.iter().map(|row| {
        let id: Uuid = row.get(0);
        Product {
            id: Shown("prd", id),
            handle: row.get(2),
            title: row.get(3),
            price_range: Range {
                min: Money::new(row.get(4), &market.currency),
                max: Money::new(row.get(5), &market.currency),
            },
            rating_summary: Rating::new(row.get(6), row.get(7)),
            featured_image: images.get(&id).map(|rows| image(rows[0])),
            category: row
                .get::<_, Option<Uuid>>(8)
                .and_then(|id| categories.get(&id))
                .map(|rows| Category { handle: rows[0].get(1), title: rows[0].get(2) }),
            variants: Nodes { nodes: variants.get(&id).map(|rows| all(rows, market)).unwrap_or_default() },
        }
    });
    let end = shown.last().map(|row| Place { published_at: row.get(1), id: row.get(0) });
    written(Data {
        products: Page {
            nodes: nodes.collect(),
            page_info: PageInfo {
                has_next_page: page.len() > SIZE,
                end_cursor: end.map(|place| place.cursor(market.list)),
            },
        },
    })
}

fn image(row: &Row) -> Image<'_> {
    Image { url: row.get(1), alt: row.get(2), width: row.get(3), height: row.get(4) }
}

fn all<'a>(rows: &[&'a Row], market: &'a Market) -> Vec<Variant<'a>> {
    let variant = |row: &&'a Row| {
        let (price, before): (Option<i64>, Option<i64>) = (row.get(3), row.get(4));
        Variant {
            id: Shown("var", row.get(1)),
            title: row.get(2),
            price: price.map(|minor| Money::new(minor, &market.currency)),
            compare_at_price: before
                .filter(|before| Some(*before) > price)
                .map(|minor| Money::new(minor, &market.currency)),
        }
    };
    rows.iter().map(variant).collect()
}
