//! Looking for what should never be: invariants of the shop, checked by counting.

use entity::time::SECOND;
use sea_orm::{ConnectionTrait, DbBackend};

use super::sql::Sql;
use super::{AppContext, Result};

/// What was found about one invariant.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Whether all is well.
    pub is_fine: bool,
    /// What was looked at, and how often it was broken.
    pub text: String,
}

static STOCK: Sql = Sql::new(
    "SELECT count(*) FROM stock_level l WHERE l.available <> coalesce((SELECT sum(m.delta) FROM stock_movement m \
     WHERE m.variant_id = l.variant_id AND m.location_id = l.location_id), 0)",
);
static RATINGS: Sql = Sql::new(
    "SELECT count(*) FROM product p WHERE p.rating_count <> (SELECT count(*) FROM review r \
     WHERE r.product_id = p.id AND r.status = 1)",
);
static CLOSURE: Sql = Sql::new(
    "SELECT count(*) FROM category c WHERE c.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM category_closure cc \
     WHERE cc.descendant_id = c.id AND cc.ancestor_id = c.parent_id AND cc.depth = 1)",
);
static LISTINGS: Sql = Sql::new(
    "SELECT count(*) FROM product p CROSS JOIN market_language ml \
     WHERE NOT EXISTS (SELECT 1 FROM product_listing l WHERE l.product_id = p.id AND l.locale_id = ml.id)",
);
static LISTED: Sql = Sql::new(
    "SELECT count(*) FROM product_listing l JOIN product p ON p.id = l.product_id \
     WHERE l.handle <> p.handle OR l.updated_at <> p.updated_at OR l.rating_sum <> p.rating_sum",
);
static TITLES: Sql = Sql::new(
    "SELECT count(*) FROM variant v JOIN option_value o1 ON o1.id = v.option_value1_id \
     LEFT JOIN option_value o2 ON o2.id = v.option_value2_id \
     LEFT JOIN option_value o3 ON o3.id = v.option_value3_id \
     WHERE v.title <> o1.value || coalesce(' / ' || o2.value, '') || coalesce(' / ' || o3.value, '')",
);

/// Checks every invariant.
pub async fn examine(app: &AppContext) -> Result<Vec<Finding>> {
    let checks = [
        (&STOCK, "stock levels are the sum of their movements"),
        (&RATINGS, "ratings count the published reviews"),
        (&CLOSURE, "the category tree and its closure agree"),
        (&LISTINGS, "published products are listed"),
        (&LISTED, "listings tell what their products tell"),
        (&TITLES, "variants are named after their option values"),
    ];
    let mut findings = Vec::new();
    for (statement, promise) in checks {
        let row = statement.one(app.db.read()?, []).await?;
        let broken: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        let times = if broken == 0 { String::new() } else { format!(": not for {broken}") };
        findings.push(Finding { is_fine: broken == 0, text: format!("{promise}{times}") });
    }
    findings.push(clock(app).await?);
    if app.markets().markets.is_empty() {
        findings
            .push(Finding { is_fine: false, text: "the shop has no market: import something".to_owned() });
    }
    Ok(findings)
}

/// How far clocks may be apart, in seconds: as far as tokens allow for.
const APART: i64 = 5;

static NEWEST: Sql = Sql::new("SELECT max(created_at) FROM outbox_event");
static THEIRS: Sql = Sql::new("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)");

/// Whether this machine's clock agrees with that of the database's, and was not set back behind what was written.
async fn clock(app: &AppContext) -> Result<Finding> {
    let now = app.now().0;
    let db = app.db.read()?;
    let seconds = |row: Option<sea_orm::QueryResult>| -> Result<i64> {
        let micros: Option<i64> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
        Ok(micros.map_or(0, |micros| (micros - now) / SECOND))
    };
    let newest = seconds(NEWEST.one(db, []).await?)?;
    if newest > APART {
        let text = format!("the clock is {newest} seconds behind what was written last: was it set back?");
        return Ok(Finding { is_fine: false, text });
    }
    if db.get_database_backend() == DbBackend::Postgres {
        let ahead = seconds(THEIRS.one(db, []).await?)?;
        if ahead.abs() > APART {
            let text = format!("the clock and that of the database are {} seconds apart", ahead.abs());
            return Ok(Finding { is_fine: false, text });
        }
    }
    Ok(Finding { is_fine: true, text: "the clock is right, as far as the database can tell".to_owned() })
}
