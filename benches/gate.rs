//! What the gate costs: looking at a document, preparing it, and admitting a known and an unknown one.
//!
//! The last two go through the whole API with everything skipped, so that what is executed is next to nothing: they
//! tell a little more than the gate takes.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Data, Executor, Request, Response};
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use vitrine::app;
use vitrine::config::{Config, Documents};
use vitrine::graphql::gate::{Gate, Limits, Model, prepare, scan};
use vitrine::graphql::{Answer, Api, Caller, Decoded, sdl};
use vitrine::infrastructure::database::Address;
use vitrine::monitoring::metrics::{Answered, Executed, Metrics, Source};
use vitrine::services::clients::manage::ClientInput;
use vitrine::services::markets::write::{NewMarket, add_market};
use vitrine::services::{AppContext, Viewer, clients};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A product page of about 1 KB.
const DOCUMENT: &str = include_str!("gate.graphql");

/// The client app that documents are registered for.
const CLIENT: &str = "bench";

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
    let gate = Gate::new(Nothing, Nothing, model, limits);
    gate.trust("page", DOCUMENT, &Viewer::Anonymous).expect("a document");
    criterion.bench_function("gate of a registered document", |bencher| {
        bencher.iter(|| runtime.block_on(admit(&gate)));
    });
    criterion.bench_function("registered document", |bencher| {
        bencher.iter(|| runtime.block_on(shop.ask_by_id()));
    });
    criterion.bench_function("registered document of one field", |bencher| {
        bencher.iter(|| runtime.block_on(shop.ask_for_nothing()));
    });
}

/// What lies behind a gate that is measured alone.
#[derive(Clone, Debug)]
struct Nothing;

impl Executor for Nothing {
    async fn execute(&self, _: Request) -> Response {
        Response::default()
    }

    fn execute_stream(&self, _: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        futures_util::stream::empty().boxed()
    }
}

/// Finds a document that was registered, checks whether the caller may run it, reads the variables, prices it, and makes
/// it ready for execution.
async fn admit(gate: &Gate<Nothing>) {
    let Value::Object(variables) = json!({ "handle": "mug" }) else { return };
    let known = gate.registered("page", &Viewer::Anonymous).expect("it may be run").expect("it is there");
    let admitted = gate.admit_prepared(&known, None, variables).await;
    assert!(black_box(admitted).is_ok());
}

/// An empty shop in a folder of its own.
struct Shop {
    folder: PathBuf,
    api: Api,
    anybody: Caller,
    /// Somebody with the client app.
    app: Caller,
}

impl Shop {
    fn new(runtime: &Runtime) -> Self {
        let folder = std::env::temp_dir().join(format!("vitrine-gate-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let database = Address::Sqlite(folder.join("shop.db").display().to_string());
        let config = Config {
            database: database.clone(),
            documents: Documents::Open,
            ..Config::read().expect("settings")
        };
        let api = runtime.block_on(async {
            let context = app::migrated(&database, &config).await.expect("a database");
            let change = context.begin().await.expect("a change");
            add_market(&change, market()).await.expect("a market");
            change.commit().await.expect("the change is kept");
            context.refresh_markets().await.expect("markets");
            let api = app::api(Arc::clone(&context), &config).expect("an API");
            register(&context, &api).await;
            api
        });
        let app = Caller { client_name: Some(CLIENT.to_owned()), ..anybody() };
        Self { folder, api, anybody: anybody(), app }
    }

    /// Admits a document and executes none of it.
    async fn ask(&self, query: String) {
        let Value::Object(variables) = json!({ "handle": "mug", "nothing": true }) else { return };
        self.run(Decoded { query: Some(query), variables, ..Decoded::default() }, &self.anybody).await;
    }

    /// The same of a document that is registered for the caller's client app.
    async fn ask_by_id(&self) {
        let Value::Object(variables) = json!({ "handle": "mug", "nothing": true }) else { return };
        self.run(
            Decoded { document_id: Some("page".to_owned()), variables, ..Decoded::default() },
            &self.app,
        )
        .await;
    }

    /// The smallest document by id: what executing and answering takes at least.
    async fn ask_for_nothing(&self) {
        self.run(Decoded { document_id: Some("nothing".to_owned()), ..Decoded::default() }, &self.app).await;
    }

    async fn run(&self, asked: Decoded, caller: &Caller) {
        let answer = self.api.execute(asked, false, caller).await;
        assert!(matches!(answer, Answer::Executed { code: None, .. }), "{answer:?}");
    }
}

/// Registers documents for a client app.
async fn register(context: &AppContext, api: &Api) {
    let input = ClientInput { handle: Some(CLIENT.to_owned()), ..ClientInput::default() };
    let client = clients::manage::create(context, input).await.expect("a client app");
    let manifest = json!({ "page": DOCUMENT, "nothing": "{ __typename }" }).to_string();
    let manifest = api.examine("1", &manifest).await.expect("a manifest");
    clients::publish(context, client.id, &manifest).await.expect("documents");
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
        viewer: Viewer::Anonymous,
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
