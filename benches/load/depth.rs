//! The first page of the list beside one behind a deep cursor: both must read only what they show.

use std::time::Instant;

use serde_json::json;

use crate::Result;
use crate::client::{Client, graphql};
use crate::operations::OPERATIONS;
use crate::options::Options;
use crate::report::{head, ms, percentile, row};
use crate::server::Server;
use crate::shop::Engine;

/// Requests for each page.
const REQUESTS: usize = 300;

/// Measures and prints the table.
pub async fn run(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(10_000);
    // A million is seeded without reviews: they change nothing here, and take their time.
    let reviews = products <= 100_000;
    let list = OPERATIONS[0];
    println!("{products} products, one client\n");
    head(&["engine", "page", ">p50 ms", ">p95 ms"]);
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let server = Server::service(&engine.shop(products, reviews).await?).await?;
        let mut client = Client::connect(server.address).await?;
        let deep = near_the_end(&mut client).await?;
        for (name, after) in [("first", None), ("deep", Some(deep.as_str()))] {
            let request = list.of_service(after);
            client.ask_for_data(&request).await?;
            let mut times = Vec::with_capacity(REQUESTS);
            for _ in 0..REQUESTS {
                let asked = Instant::now();
                client.ask_for_data(&request).await?;
                times.push(asked.elapsed());
            }
            row(&[
                engine.name().to_owned(),
                name.to_owned(),
                ms(percentile(&mut times, 50)),
                ms(percentile(&mut times, 95)),
            ]);
        }
    }
    Ok(())
}

/// A cursor a hundred products before the end of the list.
async fn near_the_end(client: &mut Client) -> Result<String> {
    let query = "{ products(last: 100) { pageInfo { startCursor } } }";
    let data = client.data(&graphql(query, &json!({}))).await?;
    let cursor = data["products"]["pageInfo"]["startCursor"].as_str();
    Ok(cursor.ok_or("the shop is empty")?.to_owned())
}
