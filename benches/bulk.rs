//! Setting 10,000 variants in one call, on both engines, while shoppers turn list pages.
//!
//! `cargo bench --bench bulk` tells how long it takes to make them, to leave them as they are, and to give all of them
//! another price, and how long a page takes meanwhile: 50 a second, whether or not the ones before have been answered.

mod common;
#[path = "common/pages.rs"]
mod pages;
#[path = "common/products.rs"]
mod products;

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;
use vitrine::app;
use vitrine::infrastructure::database::Address;
use vitrine::services::Viewer;
use vitrine::services::backoffice::bulk::{OnError, set};
use vitrine::services::backoffice::set::ProductSet;

use common::{Result, config, databases, engine, open};
use pages::turn_pages;
use products::{VARIANTS, product};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PRODUCTS: usize = 1000;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for address in databases("bulk").await? {
            measure(&address).await?;
        }
        Ok(())
    })
}

async fn measure(address: &Address) -> Result<()> {
    let config = config(address)?;
    let app = app::migrated(address, &config).await?;
    open(&app).await?;
    let api = Arc::new(app::api(Arc::clone(&app), &config)?);
    let name = engine(address);
    for (what, price) in [("made", 10), ("left", 10), ("priced", 11)] {
        let inputs: Vec<ProductSet> = (0..PRODUCTS).map(|number| product(number, price)).collect();
        let (stop, stopped) = oneshot::channel();
        let pages = tokio::spawn(turn_pages(Arc::clone(&api), stopped));
        let began = Instant::now();
        let rows = set(&app, &Viewer::Operator, &inputs, OnError::Abort).await?;
        let took = began.elapsed();
        let _ = stop.send(());
        let bad = rows.iter().filter(|row| row.outcome.product.is_none()).count();
        let (count, p99) = pages.await?;
        println!(
            "{name}: {} variants {what} in {:.2} s ({bad} bad); {count} pages meanwhile, 99 % within {:.1} ms",
            PRODUCTS * VARIANTS,
            took.as_secs_f64(),
            p99.as_secs_f64() * 1000.0
        );
    }
    Ok(())
}
