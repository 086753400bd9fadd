//! What others get beside a client that is refused thousands of times a second: refused by the service for want of
//! budget, and, for comparison, by a handler that does nothing but answer 429.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::json;

use crate::Result;
use crate::client::{Client, graphql};
use crate::operations::OPERATIONS;
use crate::options::{BareArguments, Options};
use crate::report::{Measured, head, ms, percentile, row};
use crate::rounds::ask;
use crate::server::Server;
use crate::shop::{Engine, Places};

/// Refusals a second, and the connections that they come by.
const A_SECOND: u64 = 2000;
const CONNECTIONS: u64 = 8;

/// The budgets: one point for whoever floods, plenty for the others.
const BUDGETS: [(&str, &str); 3] = [
    ("VITRINE_BUDGETS", "on"),
    ("VITRINE_BUDGET_ANONYMOUS", "1/1"),
    ("VITRINE_BUDGET_CLIENTS", "others=1000000000/1000000"),
];

/// Answers 429 to everything, until the process is ended.
pub fn serve(arguments: &BareArguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let refuse = || async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "{\"errors\":[]}") };
        let router = Router::new().route("/ready", get(|| async {})).route("/graphql", post(refuse));
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        Ok(axum::serve(listener, router).await?)
    })
}

/// Measures and prints the table.
pub async fn run(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(1000);
    let database = Engine::Sqlite.shop(products, true).await?;
    let places = Places::of(&Server::service(&database).await?).await?;
    let (service, bare) = (Server::service_with(&database, &BUDGETS).await?, Server::bare().await?);
    let list = OPERATIONS[0];
    let requests: Vec<Vec<u8>> =
        list.values(&places).iter().map(|value| by_others(&list.of_service(value.as_deref()))).collect();
    let mut results = [Measured::default(), Measured::default(), Measured::default()];
    let mut refused = [0, 0, 0];
    for number in 0..=options.rounds {
        for (place, target) in [None, Some(bare.address), Some(service.address)].into_iter().enumerate() {
            let (one, count) = round(options, service.address, &requests, target).await?;
            // The first round warms up.
            if number > 0 {
                results[place].add(one);
                refused[place] += count;
            }
        }
    }
    println!(
        "{products} products on SQLite, {} connections, {} rounds\n",
        options.connections, options.rounds
    );
    head(&[
        "beside",
        ">refused/s",
        ">lists/s of the others",
        ">ratio to the bare handler",
        ">p50 ms",
        ">p95 ms",
    ]);
    let floor = results[1].rate();
    let time = options.round().as_secs_f64() * f64::from(u32::try_from(options.rounds)?);
    let names = ["nobody", "a client refused by a bare handler", "a client refused by the service"];
    for ((name, mut result), refused) in names.into_iter().zip(results).zip(refused) {
        row(&[
            name.to_owned(),
            format!("{:.0}", f64::from(u32::try_from(refused)?) / time),
            format!("{:.0}", result.rate()),
            format!("{:.2}", result.rate() / floor),
            ms(percentile(&mut result.latencies, 50)),
            ms(percentile(&mut result.latencies, 95)),
        ]);
    }
    Ok(())
}

/// The same request, from the client app that has a budget.
fn by_others(request: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    text.replacen("\r\naccept: ", "\r\nvitrine-client: others\r\naccept: ", 1).into_bytes()
}

/// Others ask for lists while somebody floods a server.
async fn round(
    options: &Options,
    service: SocketAddr,
    requests: &[Vec<u8>],
    target: Option<SocketAddr>,
) -> Result<(Measured, u64)> {
    let (refused, end) = (Arc::new(AtomicU64::new(0)), Instant::now() + options.round());
    let floods: Vec<_> = target
        .into_iter()
        .flat_map(|target| (0..CONNECTIONS).map(move |_| target))
        .map(|target| tokio::spawn(flood(target, end, Arc::clone(&refused))))
        .collect();
    let measured = ask(service, requests, options.connections, options.round()).await?;
    for flood in floods {
        flood.await??;
    }
    Ok((measured, refused.load(Ordering::Relaxed)))
}

/// Asks at an even pace, whatever the answers are, until the time is over.
async fn flood(target: SocketAddr, end: Instant, refused: Arc<AtomicU64>) -> Result<()> {
    let request = graphql("{ shop { name } }", &json!({}));
    let mut client = Client::connect(target).await?;
    let mut ticks = tokio::time::interval(Duration::from_millis(1000 * CONNECTIONS / A_SECOND));
    while Instant::now() < end {
        ticks.tick().await;
        let is_refused = client.status(&request).await? == 429;
        refused.fetch_add(u64::from(is_refused), Ordering::Relaxed);
    }
    Ok(())
}
