//! What the audit log costs a change: the same changes without entries, with entries, and with entries that are sealed,
//! turn by turn in one run, on both engines.
//!
//! `cargo bench --bench audit` tells changes a second each way and what they lose. Several at a time change a price, a
//! stock level and a title of a product each, as a back office does. A sealed round ends when its last entry is sealed,
//! with the worker of `vitrine serve` beside it.

mod common;

use std::sync::Arc;
use std::time::Instant;

use vitrine::app;
use vitrine::infrastructure::database::Address;
use vitrine::infrastructure::secrets::{Key, KeyRing};
use vitrine::services::acting::{Acting, within};
use vitrine::services::audit::Keys;
use vitrine::services::backoffice::bulk::{OnError, set};
use vitrine::services::backoffice::set::{OptionSet, PriceSet, ProductSet, StockSet, VariantSet};
use vitrine::services::catalog::write::Fields;
use vitrine::services::{AppContext, Viewer};
use vitrine::workers;

use common::{Result, config, databases, engine, open};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Changes that are made side by side.
const WORKERS: usize = 4;
/// Changes of one worker in one round: enough for the sealer to come by.
const CHANGES: usize = 400;
/// Rounds of each kind.
const ROUNDS: usize = 11;

/// How changes are made in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// In nobody's name: no entries.
    Plain,
    /// With entries that nobody seals meanwhile.
    Told,
    /// With entries that are sealed when the round ends.
    Sealed,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for address in databases("audit").await? {
            measure(&address).await?;
        }
        Ok(())
    })
}

async fn measure(address: &Address) -> Result<()> {
    let app = app::migrated(address, &config(address)?).await?;
    open(&app).await?;
    let keys = Keys::of(&KeyRing::new(vec![Key::of([42; 32])])?)?;
    for kind in [Kind::Plain, Kind::Told, Kind::Sealed] {
        round(&app, &keys, 0, kind).await?;
    }
    let mut rates = [const { Vec::new() }; 3];
    for number in 1..=ROUNDS {
        for (place, kind) in [Kind::Plain, Kind::Told, Kind::Sealed].into_iter().enumerate() {
            rates[place].push(round(&app, &keys, 3 * number + place, kind).await?);
            workers::audit::seal_all(&app, &keys).await?;
        }
    }
    let lost = |with: &[f64]| {
        let shares = rates[0].iter().zip(with).map(|(without, with)| 100.0 * (1.0 - with / without));
        median(shares.collect())
    };
    println!(
        "{}: {:.0} changes a second without entries; {:.0} with entries, {:.1} % less; {:.0} with entries and sealing, \
         {:.1} % less",
        engine(address),
        median(rates[0].clone()),
        median(rates[1].clone()),
        lost(&rates[1]),
        median(rates[2].clone()),
        lost(&rates[2]),
    );
    Ok(())
}

/// Changes a second.
async fn round(app: &Arc<AppContext>, keys: &Keys, number: usize, kind: Kind) -> Result<f64> {
    let began = Instant::now();
    let sealer = (kind == Kind::Sealed)
        .then(|| tokio::spawn(workers::audit::seal(Arc::clone(app), keys.clone(), None)));
    let mut workers = Vec::new();
    for worker in 0..WORKERS {
        let app = Arc::clone(app);
        workers.push(tokio::spawn(async move {
            for turn in 0..CHANGES {
                let input = [product(worker, number * CHANGES + turn)];
                let change = set(&app, &Viewer::Operator, &input, OnError::Abort);
                let rows = if kind == Kind::Plain {
                    change.await
                } else {
                    within(Acting::at_command_line("bench"), change).await
                };
                assert!(rows.is_ok_and(|rows| rows[0].outcome.product.is_some()), "a change was not made");
            }
        }));
    }
    for worker in workers {
        worker.await?;
    }
    if let Some(sealer) = sealer {
        sealer.abort();
        let _ = sealer.await;
        workers::audit::seal_all(app, keys).await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let changes = (WORKERS * CHANGES) as f64;
    Ok(changes / began.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A product of a worker's, another one in each turn.
fn product(worker: usize, turn: usize) -> ProductSet {
    let amount = (10 + turn % 90).to_string();
    let price = PriceSet { market: "us".to_owned(), amount, ..PriceSet::default() };
    let available = i64::try_from(turn % 50).unwrap_or_default();
    ProductSet {
        handle: format!("product-{worker}-{}", turn % 20),
        fields: Fields { title: Some(format!("Thing {turn}")), ..Fields::default() },
        options: Some(vec![OptionSet { name: "Size".to_owned(), values: None }]),
        variants: Some(vec![VariantSet {
            option_values: vec!["One".to_owned()],
            prices: Some(vec![price]),
            stock: Some(vec![StockSet { location: "main".to_owned(), available }]),
            ..VariantSet::default()
        }]),
        ..ProductSet::default()
    }
}
