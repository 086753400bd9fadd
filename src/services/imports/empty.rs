//! Whether a shop is still empty: what fills a shop must not mix with what is there.

use crate::infrastructure::database::RowSource;
use crate::services::sql::Sql;
use crate::services::{Error, Result};

/// Refuses a shop that has products.
///
/// # Errors
/// `BadRequest` where there is any product, also one that nobody sees.
pub async fn of_products(db: &impl RowSource) -> Result<()> {
    static PRODUCTS: Sql = Sql::new("SELECT id FROM product LIMIT 1");
    refuse(PRODUCTS.one(db, []).await?.is_some(), "products")
}

/// Refuses a shop in which anything has been set up.
///
/// # Errors
/// `BadRequest` where there is a product, a market, a location, a category or a collection.
pub async fn of_everything(db: &impl RowSource) -> Result<()> {
    static REST: [(Sql, &str); 4] = [
        (Sql::new("SELECT id FROM market LIMIT 1"), "markets"),
        (Sql::new("SELECT id FROM location LIMIT 1"), "locations"),
        (Sql::new("SELECT id FROM category LIMIT 1"), "categories"),
        (Sql::new("SELECT id FROM collection LIMIT 1"), "collections"),
    ];
    of_products(db).await?;
    for (any, what) in &REST {
        refuse(any.one(db, []).await?.is_some(), what)?;
    }
    Ok(())
}

fn refuse(is_filled: bool, with: &str) -> Result<()> {
    if is_filled {
        let problem = format!("this shop has {with} already; only an empty one can be filled");
        return Err(Error::BadRequest(problem));
    }
    Ok(())
}
