//! What it costs to know who asks: a token that was verified a moment ago, and one that was not.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use vitrine::app;
use vitrine::config::Config;
use vitrine::infrastructure::database::Address;
use vitrine::infrastructure::tokens::{SigningKey, TimedKey, Tokens};
use vitrine::services::AppContext;
use vitrine::services::identity::{AccountKind, Settings, SignIn, authenticate, sign_in, staff};

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "correct horse";

fn identity(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = std::env::temp_dir().join(format!("vitrine-identity-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (shop, token) = runtime.block_on(async {
        let database = Address::Sqlite(folder.join("shop.db").display().to_string());
        let config = Config { database: database.clone(), ..Config::read().expect("settings") };
        let shop = app::migrated(&database, &config).await.expect("a database");
        let token = customer(&shop).await;
        (shop, token)
    });
    criterion.bench_function("verified token", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async { authenticate(&shop, black_box(&token)).await.expect("a viewer") })
        });
    });
    signature(criterion);
    let _ = std::fs::remove_dir_all(&folder);
}

/// What a verified token is spared, without its one statement.
fn signature(criterion: &mut Criterion) {
    let tokens = Tokens::new("vitrine", "vitrine");
    let (key, _) = SigningKey::generate().expect("a key");
    tokens.set_keys(vec![TimedKey { key: Arc::new(key), signs_from: 0 }]);
    let whose = ("account".to_owned(), "session".to_owned(), "customer");
    let token = tokens.sign(whose, 0, 600).expect("a token");
    criterion.bench_function("signature", |bencher| bencher.iter(|| tokens.verify(black_box(&token), 1)));
}

async fn customer(shop: &AppContext) -> String {
    shop.open_identity(Settings::quick().expect("settings")).await.expect("identity");
    staff::add_customer(shop, EMAIL, "Ann", PASSWORD).await.expect("a customer");
    let (email, password) = (EMAIL.to_owned(), PASSWORD.to_owned());
    let input = SignIn { email, password, device: None };
    sign_in(shop, AccountKind::Customer, input).await.expect("signed in").access_token
}

criterion_group!(benches, identity);
criterion_main!(benches);
