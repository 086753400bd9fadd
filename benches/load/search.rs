//! Search with facets: a fixed mix of queries, one client, selective ones apart from unselective ones.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::Result;
use crate::client::{Client, graphql};
use crate::options::Options;
use crate::report::{head, ms, percentile, row};
use crate::server::Server;
use crate::shop::Engine;

/// About 100,000 variants.
const PRODUCTS: u64 = 28_600;

/// A query with more hits counts as unselective.
const MANY: u64 = 2000;

/// How often each query is asked.
const REPEATS: usize = 10;

/// Queries that take words from the shop itself.
const WORDS_OF_SHOP: usize = 12;

const QUERY: &str = "query Search($query: String!, $filter: ProductFilter) { \
    search(query: $query, filter: $filter, first: 20) { \
      totalCount correctedQuery \
      nodes { id handle title priceRange { min { amount currency } } featuredImage { url alt } } \
      facets { name values { value count } } } }";

/// Measures and prints the table.
pub async fn run(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(PRODUCTS);
    println!("{products} products, one client\n");
    head(&["engine", "queries", ">number", ">p50 ms", ">p95 ms", ">slowest ms", "slowest query"]);
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let server = Server::service(&engine.shop(products, true).await?).await?;
        let mut client = Client::connect(server.address).await?;
        let mut few = Times::default();
        let mut many = Times::default();
        for query in mix(&mut client).await? {
            let request = graphql(QUERY, &json!({ "query": query.words, "filter": query.filter }));
            let data = client.data(&request).await?;
            let hits = data["search"]["totalCount"].as_u64().unwrap_or_default();
            let times = if hits > MANY { &mut many } else { &mut few };
            times.queries += 1;
            for _ in 0..REPEATS {
                let asked = Instant::now();
                client.ask_for_data(&request).await?;
                times.add(asked.elapsed(), &format!("{} ({hits} hits)", query.words));
            }
        }
        few.print(engine, &format!("up to {MANY} hits"));
        many.print(engine, &format!("more than {MANY} hits"));
    }
    Ok(())
}

/// What is searched for.
struct Wanted {
    words: String,
    filter: serde_json::Value,
}

/// Words that the shop has, alone and together, begun and misspelt, with and without filters.
async fn mix(client: &mut Client) -> Result<Vec<Wanted>> {
    let query = "{ products(first: 100, sortKey: TITLE) { nodes { title vendor } } }";
    let data = client.data(&graphql(query, &json!({}))).await?;
    let nodes = data["products"]["nodes"].as_array().cloned().unwrap_or_default();
    let step = (nodes.len() / WORDS_OF_SHOP).max(1);
    let mut all = Vec::new();
    let mut add = |words: String, filter: serde_json::Value| all.push(Wanted { words, filter });
    for (number, node) in nodes.iter().step_by(step).enumerate() {
        let title = node["title"].as_str().unwrap_or_default();
        let words: Vec<&str> = title.split_whitespace().collect();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        add((*last).to_owned(), json!({}));
        add(title.to_owned(), json!({}));
        match number % 4 {
            0 => add(format!("{first} {last}"), json!({ "availableForSale": true })),
            1 => add(last.chars().take(3).collect(), json!({})),
            2 => add(misspelt(last), json!({ "price": { "max": "100" } })),
            _ => add(format!("\"{title}\""), json!({ "vendors": [node["vendor"]] })),
        }
    }
    for common in ["a", "the", "for", "s"] {
        add(common.to_owned(), json!({}));
    }
    Ok(all)
}

/// The word with two of its letters changed for each other.
fn misspelt(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() >= 5 {
        letters.swap(2, 3);
    }
    letters.into_iter().collect()
}

/// How long queries of one kind took.
#[derive(Default)]
struct Times {
    queries: usize,
    all: Vec<Duration>,
    slowest: (Duration, String),
}

impl Times {
    fn add(&mut self, time: Duration, query: &str) {
        self.all.push(time);
        if time > self.slowest.0 {
            self.slowest = (time, query.to_owned());
        }
    }

    fn print(&mut self, engine: Engine, about: &str) {
        row(&[
            engine.name().to_owned(),
            about.to_owned(),
            self.queries.to_string(),
            ms(percentile(&mut self.all, 50)),
            ms(percentile(&mut self.all, 95)),
            ms(self.slowest.0),
            self.slowest.1.clone(),
        ]);
    }
}
