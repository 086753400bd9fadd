//! The deep list.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::Result;

use super::pool::{Pool, now, prepare};
use super::values::{Nodes, Place, Shown, grouped};
use super::written;

/// Its statements, each of which needs what the one before found.
pub struct Statements {
    page: Statement,
    reviews: Statement,
    by_authors: Statement,
}

impl Statements {
    /// Prepares them.
    pub async fn prepare(client: &Client) -> Result<Self> {
        let page = "SELECT product_id, handle, title FROM product_listing \
            WHERE locale_id = $1 AND published_at <= $2 AND (published_at, product_id) < ($3, $4) \
            ORDER BY published_at DESC, product_id DESC LIMIT 50";
        let reviews = "SELECT k.id, r.id, r.rating, r.title, r.reviewer_id, w.display_name \
            FROM unnest($1::uuid[]) k(id) CROSS JOIN LATERAL (SELECT * FROM review \
              WHERE product_id = k.id AND status = 1 ORDER BY created_at DESC, id DESC LIMIT 5) r \
            JOIN reviewer w ON w.id = r.reviewer_id ORDER BY k.id, r.created_at DESC, r.id DESC";
        let by_authors = "SELECT k.id, r.id, r.rating, r.title, r.product_id, r.handle, r.product \
            FROM unnest($1::uuid[]) k(id) CROSS JOIN LATERAL (\
              SELECT r.id, r.rating, r.title, r.created_at, l.product_id, l.handle, l.title AS product \
              FROM review r JOIN product_listing l ON l.product_id = r.product_id \
                AND l.locale_id = $2 AND l.published_at <= $3 \
              WHERE r.reviewer_id = k.id AND r.status = 1 ORDER BY r.created_at DESC, r.id DESC LIMIT 3) r \
            ORDER BY k.id, r.created_at DESC, r.id DESC";
        Ok(Self {
            page: prepare(client, page).await?,
            reviews: prepare(client, reviews).await?,
            by_authors: prepare(client, by_authors).await?,
        })
    }
}

#[derive(Serialize)]
struct Data<'a> {
    products: Nodes<Product<'a>>,
}

#[derive(Serialize)]
struct Product<'a> {
    id: Shown,
    handle: &'a str,
    title: &'a str,
    reviews: Nodes<Review<'a>>,
}

#[derive(Serialize)]
struct Review<'a> {
    id: Shown,
    rating: i16,
    title: &'a str,
    author: Author<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Author<'a> {
    id: Shown,
    display_name: &'a str,
    reviews: Nodes<Other<'a>>,
}

#[derive(Serialize)]
struct Other<'a> {
    id: Shown,
    rating: i16,
    title: &'a str,
    product: Option<Reviewed<'a>>,
}

#[derive(Serialize)]
struct Reviewed<'a> {
    id: Shown,
    handle: &'a str,
    title: &'a str,
}

/// The answer behind a cursor.
pub async fn answer(pool: &Pool, after: Option<&str>) -> Result<Vec<u8>> {
    let (connection, market) = (pool.connection(), &pool.market);
    let (client, statements) = (&connection.client, &connection.deep);
    let (place, now) = (Place::read(after)?, now()?);
    let page =
        client.query(&statements.page, &[&market.locale, &now, &place.published_at, &place.id]).await?;
    let ids: Vec<Uuid> = page.iter().map(|row| row.get(0)).collect();
    let reviews = client.query(&statements.reviews, &[&ids]).await?;
    let authors: HashSet<Uuid> = reviews.iter().map(|row| row.get(4)).collect();
    let authors: Vec<Uuid> = authors.into_iter().collect();
    let others = client.query(&statements.by_authors, &[&authors, &market.locale, &now]).await?;
    let (reviews, others) = (grouped(&reviews), grouped(&others));
    let nodes = page.iter().map(|row| {
        let id: Uuid = row.get(0);
        let rows = reviews.get(&id).map(Vec::as_slice).unwrap_or_default();
        Product {
            id: Shown("prd", id),
            handle: row.get(1),
            title: row.get(2),
            reviews: Nodes { nodes: rows.iter().map(|row| review(row, &others)).collect() },
        }
    });
    written(Data { products: Nodes { nodes: nodes.collect() } })
}

fn review<'a>(row: &'a Row, others: &HashMap<Uuid, Vec<&'a Row>>) -> Review<'a> {
    let author: Uuid = row.get(4);
    let rows = others.get(&author).map(Vec::as_slice).unwrap_or_default();
    Review {
        id: Shown("rev", row.get(1)),
        rating: row.get(2),
        title: row.get(3),
        author: Author {
            id: Shown("rvr", author),
            display_name: row.get(5),
            reviews: Nodes { nodes: rows.iter().map(|row| other(row)).collect() },
        },
    }
}

fn other(row: &Row) -> Other<'_> {
    let product: Option<Uuid> = row.get(4);
    let product = product.map(|id| Reviewed { id: Shown("prd", id), handle: row.get(5), title: row.get(6) });
    Other { id: Shown("rev", row.get(1)), rating: row.get(2), title: row.get(3), product }
}
