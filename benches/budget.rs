//! What budgets cost: a charge in process and by Redis, and an operation that is refused.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use criterion::{Criterion, criterion_group, criterion_main};
use http::{Request, StatusCode};
use serde_json::json;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use vitrine::app;
use vitrine::config::{Budget, Budgets, Config};
use vitrine::infrastructure::database::Address;
use vitrine::services::Viewer;
use vitrine::services::budgets::{Budgets as Accounts, Payer, Throttle};
use vitrine::services::markets::write::{NewMarket, add_market};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn budget(points: u32, per_second: u32) -> Budget {
    let number = |number| NonZeroU32::new(number).expect("more than nothing");
    Budget { points: number(points), per_second: number(per_second) }
}

fn settings(points: u32, per_second: u32) -> Budgets {
    Budgets { anonymous: budget(points, per_second), ..Budgets::default() }
}

fn payer(number: u32) -> Payer<'static> {
    Payer { viewer: &Viewer::Anonymous, address: IpAddr::V4(Ipv4Addr::from(number)), client: None }
}

fn budgets(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let accounts = Accounts::default();
    accounts.open(Throttle::alone(), settings(1_000_000_000, 1_000_000));
    criterion.bench_function("charge in process", |bencher| {
        bencher.iter(|| runtime.block_on(accounts.charge(payer(7), 1)));
    });
    let mut number = 0_u32;
    criterion.bench_function("charge in process, a million addresses", |bencher| {
        bencher.iter(|| {
            number = (number + 1) % 1_000_000;
            runtime.block_on(accounts.charge(payer(number), 100))
        });
    });
    by_redis(criterion, &runtime);
    refused(criterion, &runtime);
}

/// Where there is one: what a charge takes beside a PING.
fn by_redis(criterion: &mut Criterion, runtime: &Runtime) {
    let Some(url) = Config::read().expect("settings").redis_url else {
        println!("REDIS_URL is not set: charges by Redis are not measured");
        return;
    };
    let throttle = Throttle::with_redis(url.reveal(), 1).expect("the URL of a Redis");
    let (key, quota) = (format!("bench:{}", std::process::id()), budget(1_000_000_000, 1_000_000).into());
    let charge = async || throttle.charge(&key, quota, NonZeroU32::MIN).await;
    runtime.block_on(async {
        for _ in 0..100 {
            charge().await;
            if throttle.is_shared() == Some(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Redis does not answer");
    });
    criterion.bench_function("charge by Redis", |bencher| bencher.iter(|| runtime.block_on(charge())));
    assert_eq!(throttle.is_shared(), Some(true), "Redis went away meanwhile");
    let client = redis::Client::open(url.reveal()).expect("the URL of a Redis");
    let connection = runtime.block_on(client.get_multiplexed_async_connection()).expect("a connection");
    criterion.bench_function("PING of Redis", |bencher| {
        bencher.iter(|| {
            let mut connection = connection.clone();
            runtime.block_on(async move {
                redis::cmd("PING").query_async::<String>(&mut connection).await.expect("an answer")
            })
        });
    });
}

/// The whole HTTP side, from the request's head and body to those of the answer, without the socket. A known document is
/// priced before it is refused; with an empty budget none is looked at.
fn refused(criterion: &mut Criterion, runtime: &Runtime) {
    let shop = Shop::new(runtime);
    let known =
        "query List { products(first: 20) { nodes { id handle title priceRange { min { amount } } } } }";
    for (name, text) in [("refusal of a known document", known), ("refusal with an empty budget", "{ nope }")]
    {
        let body = json!({ "query": text }).to_string();
        criterion
            .bench_function(name, |bencher| bencher.iter(|| runtime.block_on(shop.refused(body.clone()))));
    }
}

/// An empty shop in a folder of its own, with an anonymous budget that is spent.
struct Shop {
    folder: PathBuf,
    router: Router,
}

impl Shop {
    fn new(runtime: &Runtime) -> Self {
        let folder = std::env::temp_dir().join(format!("vitrine-budget-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let database = Address::Sqlite(folder.join("shop.db").display().to_string());
        let mut config = Config { database: database.clone(), ..Config::read().expect("settings") };
        // As much as the list costs: it is answered once, and not again for a minute.
        config.budgets = settings(61, 1);
        let router = runtime.block_on(async {
            let context = app::migrated(&database, &config).await.expect("a database");
            let change = context.begin().await.expect("a change");
            add_market(&change, market()).await.expect("a market");
            change.commit().await.expect("the change is kept");
            context.refresh_markets().await.expect("markets");
            app::open_budgets(&context, &config).expect("budgets");
            app::router(&context, &config).expect("a router").0
        });
        Self { folder, router }
    }

    async fn refused(&self, body: String) {
        let request =
            Request::post("/graphql").header("content-type", "application/json").body(Body::from(body));
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        // One point comes back a second: whoever takes it is not refused.
        let is_refused = answer.status() == StatusCode::TOO_MANY_REQUESTS;
        let body = to_bytes(answer.into_body(), 10_000).await.expect("a body");
        assert!(is_refused || body.len() > 10);
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn market() -> NewMarket {
    NewMarket {
        handle: "us".to_owned(),
        name: "United States".to_owned(),
        currency: "USD".to_owned(),
        countries: vec!["US".to_owned()],
        languages: vec!["en".to_owned()],
        tax_inclusive: false,
    }
}

criterion_group!(benches, budgets);
criterion_main!(benches);
