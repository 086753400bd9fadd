//! What the gate costs: looking at a document, preparing it, and admitting a known and an unknown one.
//!
//! The last two go through the whole API with everything skipped, so that what is executed is next to nothing: they
//! tell a little more than the gate takes.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use vitrine::app;
use vitrine::config::Config;
use vitrine::graphql::gate::{Limits, Model, prepare, scan};
use vitrine::graphql::{Answer, Api, Caller, Decoded, sdl};
use vitrine::infrastructure::database::Address;
use vitrine::monitoring::metrics::{Answered, Executed, Metrics, Source};
use vitrine::services::markets::write::{NewMarket, add_market};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A product page of about 1 KB.
const DOCUMENT: &str = include_str!("gate.graphql");

fn gate(criterion: &mut Criterion) {
    let model = Model::parse(&sdl()).expect("the schema can be read");
    let limits = Limits::default();
    criterion.bench_function("scan", |bencher| bencher.iter(|| scan(black_box(DOCUMENT), &limits)));
    criterion
        .bench_function("prepare", |bencher| bencher.iter(|| prepare(black_box(DOCUMENT), &model, &limits)));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shop = Shop::new(&runtime);
    criterion.bench_function("known document", |bencher| {
        bencher.iter(|| runtime.block_on(shop.ask(DOCUMENT.to_owned())));
    });
    let mut number = 0_u64;
    criterion.bench_function("unknown document", |bencher| {
        bencher.iter(|| {
            number += 1;
            runtime.block_on(shop.ask(format!("{DOCUMENT}# {number}")));
        });
    });
}

/// An empty shop in a folder of its own.
struct Shop {
    folder: PathBuf,
    api: Api,
    caller: Caller,
}

impl Shop {
    fn new(runtime: &Runtime) -> Self {
        let folder = std::env::temp_dir().join(format!("vitrine-gate-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let database = Address::Sqlite(folder.join("shop.db").display().to_string());
        let config = Config { database: database.clone(), ..Config::read().expect("settings") };
        let api = runtime.block_on(async {
            let context = app::migrated(&database, &config).await.expect("a database");
            let change = context.begin().await.expect("a change");
            add_market(&change, market()).await.expect("a market");
            change.commit().await.expect("the change is kept");
            context.refresh_markets().await.expect("markets");
            app::api(Arc::clone(&context), &config).expect("an API")
        });
        Self { folder, api, caller: anybody() }
    }

    /// Admits a document and executes none of it.
    async fn ask(&self, query: String) {
        let Value::Object(variables) = json!({ "handle": "mug", "nothing": true }) else { return };
        let asked = Decoded { query: Some(query), variables, ..Decoded::default() };
        let answer = self.api.execute(asked, false, &self.caller).await;
        assert!(matches!(answer, Answer::Executed { code: None, .. }), "{answer:?}");
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

fn anybody() -> Caller {
    Caller {
        request_id: String::new(),
        client_name: None,
        client_version: None,
        market: None,
        accept_language: None,
        language: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        viewer: vitrine::services::Viewer::Anonymous,
        cookies: vitrine::graphql::Cookies::default(),
    }
}

/// What counting one operation for `/metrics` takes: under a name that is known, and under none.
fn metrics(criterion: &mut Criterion) {
    let metrics = Metrics::new();
    let answered = |name: Option<&'static str>| Answered {
        route: "/graphql",
        status: 200,
        code: None,
        took: Duration::from_millis(3),
        operation: Some(Executed {
            name,
            client: name,
            is_executed: true,
            source: Some(Source::Text),
            cost: 25,
            statements: 4,
            database: Duration::from_millis(1),
        }),
    };
    for name in [None, Some("ProductPage")] {
        let answered = answered(name);
        let what = if name.is_some() { "count a known operation" } else { "count an operation" };
        criterion.bench_function(what, |bencher| bencher.iter(|| metrics.answered(black_box(&answered))));
    }
}

criterion_group!(benches, metrics, gate);
criterion_main!(benches);
