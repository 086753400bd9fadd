//! Setting 10,000 variants in one call, on both engines, while shoppers turn list pages.
//!
//! `cargo bench --bench bulk` tells how long it takes to make them, to leave them as they are, and to give all of them
//! another price, and how long a page takes meanwhile: 50 a second, whether or not the ones before have been answered.

mod common;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use vitrine::app;
use vitrine::config::Config;
use vitrine::graphql::{Api, Caller, Decoded};
use vitrine::infrastructure::database::Address;
use vitrine::services::Viewer;
use vitrine::services::backoffice::bulk::{OnError, set};
use vitrine::services::backoffice::set::{
    OptionSet, PriceSet, ProductSet, PublicationSet, StockSet, VariantSet,
};
use vitrine::services::catalog::write::{Fields, VariantFields};

use common::{Result, databases, engine, open};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PRODUCTS: usize = 1000;
const VARIANTS: usize = 10;
const PAGE: &str = "{ products(first: 20) { nodes { id handle title priceRange { min { amount } } } } }";

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
    let config = Config::read().map_err(|problems| problems.join("; "))?;
    let config = Config { database: address.clone(), ..config };
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

fn product(number: usize, price: usize) -> ProductSet {
    let handle = format!("product-{number}");
    let variant = |place: usize| VariantSet {
        option_values: vec![format!("size {place}")],
        fields: VariantFields {
            sku: Some(format!("{handle}-{place}")),
            tracked: Some(true),
            ..VariantFields::default()
        },
        image_url: None,
        prices: Some(vec![PriceSet {
            market: "us".to_owned(),
            amount: (price + place).to_string(),
            ..PriceSet::default()
        }]),
        stock: Some(vec![StockSet { location: "main".to_owned(), available: 5 }]),
        metafields: None,
    };
    ProductSet {
        fields: Fields {
            title: Some(format!("Thing number {number}")),
            description_html: Some(format!(
                "<p>What there is to say of the <b>thing</b> with number {number}.</p>"
            )),
            vendor: Some(format!("Maker {}", number % 20)),
            tags: Some(vec![format!("tag {}", number % 30), "all".to_owned()]),
            ..Fields::default()
        },
        options: Some(vec![OptionSet { name: "Size".to_owned(), values: None }]),
        variants: Some((0..VARIANTS).map(variant).collect()),
        publications: Some(vec![PublicationSet { market: "us".to_owned(), from: None }]),
        handle,
        ..ProductSet::default()
    }
}

/// Asks for a page every 20 ms until it is stopped; tells how many were answered and what 99 of 100 took at most.
async fn turn_pages(api: Arc<Api>, mut stopped: oneshot::Receiver<()>) -> (usize, Duration) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let mut pages = Vec::new();
    while stopped.try_recv().is_err() {
        ticks.tick().await;
        let api = Arc::clone(&api);
        let due = Instant::now();
        pages.push(tokio::spawn(async move {
            let decoded = Decoded { query: Some(PAGE.to_owned()), ..Decoded::default() };
            let _ = api.execute(decoded, false, &caller()).await;
            due.elapsed()
        }));
    }
    let mut times = Vec::with_capacity(pages.len());
    for page in pages {
        times.extend(page.await);
    }
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    (times.len(), p99)
}

fn caller() -> Caller {
    Caller {
        request_id: "bench".to_owned(),
        client_name: None,
        client_version: None,
        market: None,
        accept_language: None,
        language: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        viewer: Viewer::Anonymous,
        cookies: vitrine::graphql::Cookies::default(),
    }
}
