//! Throughput: closed loops of many connections, the servers taking turns in short rounds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use vitrine::infrastructure::database::Address;

use crate::Result;
use crate::agree;
use crate::client::Client;
use crate::operations::{OPERATIONS, Operation};
use crate::options::Options;
use crate::report::{Measured, head, ms, percentile, row};
use crate::server::Server;
use crate::shop::{Engine, Places};
use crate::statements;

/// What a run needs without being asked.
const PRODUCTS: u64 = 10_000;

/// Before the first round, each server is asked this long.
const WARM_UP: Duration = Duration::from_secs(2);

/// Requests whose statements are counted.
const COUNTED: usize = 5;

/// One of the servers.
struct Contender {
    name: &'static str,
    server: Server,
    places: Arc<Places>,
    /// The service's database; the floor has none of its own.
    database: Option<Address>,
}

/// Measures everything and prints the table.
pub async fn run(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(PRODUCTS);
    let contenders = contenders(products).await?;
    let operations: Vec<Operation> = OPERATIONS.into_iter().filter(|one| options.wants(one.name)).collect();
    let (service, floor) = (&contenders[0], &contenders[2]);
    for operation in &operations {
        agree::check(*operation, &service.server, &floor.server, &service.places).await?;
    }
    println!("service and floor tell the same; measuring ...");
    let mut results = Vec::new();
    for operation in &operations {
        results.push(measure(options, *operation, &contenders).await?);
    }
    print(options, products, &operations, &contenders, results).await
}

/// The service on both engines and the floor on PostgreSQL.
async fn contenders(products: u64) -> Result<Vec<Contender>> {
    let mut all = Vec::new();
    let mut floor = None;
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let database = engine.shop(products, true).await?;
        let server = Server::service(&database).await?;
        let places = Arc::new(Places::of(&server).await?);
        if let Address::Postgres(url) = &database {
            floor = Some((Server::floor(url, places.list()?).await?, Arc::clone(&places)));
        }
        all.push(Contender { name: engine.name(), server, places, database: Some(database) });
    }
    let (server, places) = floor.ok_or("no floor")?;
    all.push(Contender { name: "floor", server, places, database: None });
    Ok(all)
}

/// Measures one operation: all servers in turn, again and again.
async fn measure(options: &Options, operation: Operation, contenders: &[Contender]) -> Result<Vec<Measured>> {
    let requests: Vec<Vec<Vec<u8>>> =
        contenders.iter().map(|contender| contender.requests(operation)).collect();
    let mut results = vec![Measured::default(); contenders.len()];
    for (contender, requests) in contenders.iter().zip(&requests) {
        contender.ask(operation, requests, options.connections, WARM_UP).await?;
    }
    for _ in 0..options.rounds {
        for ((contender, requests), result) in contenders.iter().zip(&requests).zip(&mut results) {
            result.add(contender.ask(operation, requests, options.connections, options.round()).await?);
        }
    }
    Ok(results)
}

impl Contender {
    /// As [`ask`]; an error tells who was asked for what, and how far into the time.
    async fn ask(
        &self,
        operation: Operation,
        requests: &[Vec<u8>],
        connections: usize,
        time: Duration,
    ) -> Result<Measured> {
        let began = Instant::now();
        let asked = ask(self.server.address, requests, connections, time).await;
        asked.map_err(|error| {
            let after = began.elapsed().as_secs_f64();
            format!("{} was asked for {} and failed after {after:.2} s: {error}", self.name, operation.name)
                .into()
        })
    }

    fn requests(&self, operation: Operation) -> Vec<Vec<u8>> {
        let values = operation.values(&self.places);
        let request = |value: &Option<String>| match self.database {
            Some(_) => operation.of_service(value.as_deref()),
            None => operation.of_floor(value.as_deref()),
        };
        values.iter().map(request).collect()
    }
}

/// Asks one server for a while: each connection asks again as soon as it is answered.
pub async fn ask(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> Result<Measured> {
    let began = Instant::now();
    // Each connection begins elsewhere, so that no two ask for the same.
    let starts = (0..connections).map(|number| number * requests.len() / connections);
    let loops = starts.map(|start| ask_on(address, requests.iter().cycle().skip(start), began + time));
    let all = try_join_all(loops).await?;
    let took = began.elapsed();
    let mut measured = Measured::default();
    for (latencies, bytes) in all {
        measured.latencies.extend(latencies);
        measured.bytes += bytes;
    }
    #[expect(clippy::cast_precision_loss, reason = "nobody asks that often")]
    let count = measured.latencies.len() as f64;
    measured.rates.push(count / took.as_secs_f64());
    Ok(measured)
}

/// Asks on one connection until the time is over: how long each request took, and how many bytes came.
async fn ask_on<'a>(
    address: SocketAddr,
    requests: impl Iterator<Item = &'a Vec<u8>>,
    end: Instant,
) -> Result<(Vec<Duration>, usize)> {
    let mut client = Client::connect(address).await?;
    let (mut latencies, mut bytes) = (Vec::with_capacity(8192), 0);
    for request in requests {
        let asked = Instant::now();
        if asked >= end {
            break;
        }
        bytes += client.ask_for_data(request).await?;
        latencies.push(asked.elapsed());
    }
    Ok((latencies, bytes))
}

async fn print(
    options: &Options,
    products: u64,
    operations: &[Operation],
    contenders: &[Contender],
    results: Vec<Vec<Measured>>,
) -> Result<()> {
    let mut counts = Vec::new();
    for contender in contenders {
        let Some(database) = &contender.database else { continue };
        let sample =
            |operation: &Operation| operation.values(&contender.places).into_iter().take(COUNTED).collect();
        let requests: Vec<(Operation, Vec<Option<String>>)> =
            operations.iter().map(|operation| (*operation, sample(operation))).collect();
        counts.push(statements::count(database, &requests).await?);
    }
    println!("\n{products} products, {} connections, {} rounds\n", options.connections, options.rounds);
    head(&[
        "operation",
        "server",
        ">requests/s",
        ">ratio to floor",
        ">p50 ms",
        ">p95 ms",
        ">p99 ms",
        ">statements",
        ">bytes",
        ">spread",
    ]);
    for (place, (operation, results)) in operations.iter().zip(results).enumerate() {
        let floor = results.last().map(Measured::rate).unwrap_or_default();
        for (number, (contender, mut result)) in contenders.iter().zip(results).enumerate() {
            let statements =
                counts.get(number).map_or_else(|| "-".to_owned(), |counts| counts[place].to_string());
            row(&[
                operation.name.to_owned(),
                contender.name.to_owned(),
                format!("{:.0}", result.rate()),
                format!("{:.2}", result.rate() / floor),
                ms(percentile(&mut result.latencies, 50)),
                ms(percentile(&mut result.latencies, 95)),
                ms(percentile(&mut result.latencies, 99)),
                statements,
                result.length().to_string(),
                format!("{:.0} %", result.spread() * 100.0),
            ]);
        }
    }
    println!();
    for operation in operations {
        println!("- {}: {}", operation.name, operation.about);
    }
    Ok(())
}
