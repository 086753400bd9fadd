//! Registered documents: lists by id beside the same by text, and what 100,000 of them cost a server.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vitrine::infrastructure::database::Address;

use crate::Result;
use crate::client::{graphql, post};
use crate::operations::{OPERATIONS, Operation};
use crate::options::Options;
use crate::report::{Measured, head, ms, percentile, row};
use crate::rounds::ask;
use crate::server::{Server, vitrine};
use crate::shop::{Engine, Places, folder, remove, sqlite};
use crate::start::{megabytes, resident};

/// The client app that documents are registered for.
const CLIENT: &str = "bench";
/// The id of the operation in its manifest.
const ID: &str = "bench-list";
/// Client apps in the large shop, and documents of each.
const CLIENTS: usize = 5;
const EACH: usize = 20_000;
/// After this time a server counts as idle.
const IDLE: Duration = Duration::from_secs(2);

/// Measures and prints both tables.
pub async fn run(options: &Options) -> Result<()> {
    by_id(options).await?;
    hundred_thousand().await
}

/// The list by id, as a text that is known, and as one that was never seen.
async fn by_id(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(10_000);
    let database = Engine::Postgres.shop(products, true).await?;
    let list = OPERATIONS[0];
    let manifest = manifest([(ID.to_owned(), list.query.to_owned())]);
    register(&database, CLIENT, &manifest)?;
    let server = Server::service(&database).await?;
    let values = list.values(&Places::of(&server).await?);
    let request = |make: fn(Operation, Option<&str>) -> Vec<u8>| {
        values.iter().map(|value| make(list, value.as_deref())).collect::<Vec<_>>()
    };
    let known = request(Operation::of_service);
    let registered = request(|list, value| {
        let body = json!({ "documentId": ID, "variables": list.variables(value) });
        post(&body, &format!("vitrine-client: {CLIENT}\r\n"))
    });
    let mut seen = 0;
    let mut results = [Measured::default(), Measured::default(), Measured::default()];
    for number in 0..=options.rounds {
        let unknown = unknown(list, &values, &mut seen, options);
        let kinds = [&registered, &known, &unknown];
        for place in 0..kinds.len() {
            // Each is first as often as the others.
            let place = (place + number) % kinds.len();
            let one = ask(server.address, kinds[place], options.connections, options.round()).await?;
            // The first round warms up.
            if number > 0 {
                results[place].add(one);
            }
        }
    }
    println!(
        "\n{products} products on PostgreSQL, {} connections, {} rounds\n",
        options.connections, options.rounds
    );
    head(&["list page", ">requests/s", ">by id beside it", ">p50 ms", ">p99 ms", ">spread"]);
    let rate = results[0].rate();
    for (name, mut result) in ["by id", "known text", "text never seen"].into_iter().zip(results) {
        row(&[
            name.to_owned(),
            format!("{:.0}", result.rate()),
            format!("{:.2}", rate / result.rate()),
            ms(percentile(&mut result.latencies, 50)),
            ms(percentile(&mut result.latencies, 99)),
            format!("{:.0} %", result.spread() * 100.0),
        ]);
    }
    Ok(())
}

/// Texts that all differ, more than can be asked for in a round.
fn unknown(list: Operation, values: &[Option<String>], seen: &mut u64, options: &Options) -> Vec<Vec<u8>> {
    const MOST_A_SECOND: u128 = 10_000;
    let enough = MOST_A_SECOND * options.round().as_millis() / 1000;
    let texts = (0..enough).zip(values.iter().cycle()).map(|(_, value)| {
        *seen += 1;
        graphql(&format!("{} # {seen}", list.query), &list.variables(value.as_deref()))
    });
    texts.collect()
}

/// How long a server with 100,000 registered documents takes to start, and what it weighs.
async fn hundred_thousand() -> Result<()> {
    let file = folder()?.join("documents.db");
    remove(&file)?;
    let database = sqlite(&file);
    let began = Instant::now();
    for number in 0..CLIENTS {
        let texts = (0..EACH).map(|each| {
            let name = format!("Page{number}x{each}");
            (name.clone(), OPERATIONS[each % 3].query.replacen("query ", &format!("query {name}"), 1))
        });
        register(&database, &format!("app{number}"), &manifest(texts))?;
    }
    println!("\n{} documents registered in {:.1} s\n", CLIENTS * EACH, began.elapsed().as_secs_f64());
    head(&["documents", ">start ms (median)", ">idle MB"]);
    let mut times = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        drop(Server::service(&database).await?);
        times.push(began.elapsed());
    }
    let server = Server::service(&database).await?;
    tokio::time::sleep(IDLE).await;
    let memory = megabytes(resident(server.process())?);
    row(&[(CLIENTS * EACH).to_string(), ms(percentile(&mut times, 50)), format!("{memory:.1}")]);
    drop(server);
    remove(&file)
}

/// A manifest as Relay's compiler writes it: ids and texts.
fn manifest(documents: impl IntoIterator<Item = (String, String)>) -> Value {
    documents
        .into_iter()
        .map(|(id, text)| (id, Value::String(text)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Registers documents for a client app, which is made if there is none.
fn register(database: &Address, client: &str, manifest: &Value) -> Result<()> {
    let file = folder()?.join("manifest.json");
    std::fs::write(&file, manifest.to_string())?;
    let known = vitrine(database).args(["clients", "list"]).output()?;
    if !String::from_utf8_lossy(&known.stdout).contains(client) {
        told(database, &["clients", "add", client], None)?;
    }
    told(database, &["documents", "publish", "--client", client, "--version", "1"], Some(&file))
}

fn told(database: &Address, words: &[&str], file: Option<&Path>) -> Result<()> {
    let done = vitrine(database).args(words).args(file).output()?;
    if done.status.success() {
        return Ok(());
    }
    let mut text = words.join(" ");
    write!(text, ": {}", String::from_utf8_lossy(&done.stderr))?;
    Err(text.into())
}
