//! Writing reviews in bulk, as imports, the sample shop and seeds do.

use std::collections::HashSet;

use entity::engagement::review::{self, ReviewStatus};
use entity::engagement::reviewer;
use entity::id::ProductId;
use sea_orm::{ActiveEnum, DbErr};
use serde_json::json;

use crate::services::bulk::{Kind, Rows, key};
use crate::services::catalog::ratings::{self, Rating};
use crate::services::events::{self, Event};
use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

const REVIEWER: Rows = Rows {
    table: "reviewer",
    columns: &[("id", Kind::Uuid), ("display_name", Kind::Text), ("created_at", Kind::Int)],
    key: 1,
    keep: &["created_at"],
};

/// Adds people who write reviews.
pub async fn add_reviewers(change: &Change<'_>, people: &[reviewer::Model]) -> Result<()> {
    let row = |person: &reviewer::Model| json!([key(person.id.0), person.display_name, person.created_at.0]);
    REVIEWER.upsert(&change.tx, people.iter().map(row).collect()).await?;
    Ok(())
}

const REVIEW: Rows = Rows {
    table: "review",
    columns: &[
        ("id", Kind::Uuid),
        ("product_id", Kind::Uuid),
        ("reviewer_id", Kind::Uuid),
        ("rating", Kind::Int),
        ("title", Kind::Text),
        ("body", Kind::Text),
        ("status", Kind::Int),
        ("note", Kind::Text),
        ("sealed", Kind::Text),
        ("version", Kind::Int),
        ("created_at", Kind::Int),
        ("updated_at", Kind::Int),
    ],
    key: 1,
    keep: &["product_id", "reviewer_id", "created_at"],
};

/// Adds reviews, and brings the ratings of their products up to date.
pub async fn add_reviews(change: &Change<'_>, reviews: &[review::Model]) -> Result<()> {
    let row = |review: &review::Model| {
        let (product, reviewer) = (key(review.product_id.0), key(review.reviewer_id.0));
        let status: i16 = ReviewStatus::to_value(&review.status);
        json!([
            key(review.id.0),
            product,
            reviewer,
            review.rating,
            review.title,
            review.body,
            status,
            review.note,
            review.sealed,
            review.version,
            review.created_at.0,
            review.updated_at.0
        ])
    };
    REVIEW.upsert(&change.tx, reviews.iter().map(row).collect()).await?;
    let products: HashSet<ProductId> = reviews.iter().map(|review| review.product_id).collect();
    rate(change, &products).await?;
    events::publish(change, Event::ReviewChanged, reviews.iter().map(|review| review.id.0)).await
}

/// Counts the published reviews of products again, which the change holds.
pub(super) async fn rate(change: &Change<'_>, products: &HashSet<ProductId>) -> Result<()> {
    static COUNT: Sql = Sql::new(
        "SELECT k.id, count(r.id), coalesce(sum(r.rating), 0) FROM {uuids $1} k \
         LEFT JOIN review r ON r.product_id = k.id AND r.status = 1 GROUP BY k.id",
    );
    let ids = uuids(change.engine(), products.iter().map(|id| id.0));
    let mut counted = Vec::new();
    for row in COUNT.all(&change.tx, [ids]).await? {
        let (count, sum): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let rating = Rating {
            count: i32::try_from(count).map_err(too_many)?,
            sum: i32::try_from(sum).map_err(too_many)?,
        };
        counted.push((row.try_get_by_index(0)?, rating));
    }
    ratings::set(change, &counted).await
}

fn too_many(error: std::num::TryFromIntError) -> DbErr {
    DbErr::Type(error.to_string())
}
