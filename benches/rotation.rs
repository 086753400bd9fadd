//! Replacing the operator's key where 100,000 people have a key of their own, on both engines, while shoppers turn list
//! pages.
//!
//! `cargo bench --bench rotation` tells how long `vitrine keys rotate data` takes, and how long a page takes before and
//! meanwhile: 50 a second, whether or not the ones before have been answered. The command runs in a process of its own, as
//! an operator runs it.

mod common;
#[path = "common/pages.rs"]
mod pages;
#[path = "common/products.rs"]
mod products;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::id::{AccountId, Id as _};
use entity::identity::account::{self, AccountKind};
use entity::identity::data_key;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use tokio::sync::oneshot;
use vitrine::app;
use vitrine::infrastructure::database::Address;
use vitrine::infrastructure::secrets::{Key, KeyRing, sealed_by};
use vitrine::services::backoffice::bulk::{OnError, set};
use vitrine::services::backoffice::set::ProductSet;
use vitrine::services::{AppContext, Error, Viewer};

use common::{Result, config, databases, engine, open};
use pages::turn_pages;
use products::product;

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PRODUCTS: usize = 1_000;
const PEOPLE: usize = 100_000;
/// People who are made in one statement.
const AT_ONCE: usize = 500;
/// How long pages are turned before the key is replaced.
const BEFORE: Duration = Duration::from_secs(10);

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for address in databases("rotation").await? {
            measure(&address).await?;
        }
        Ok(())
    })
}

async fn measure(address: &Address) -> Result<()> {
    let config = config(address)?;
    let app = app::migrated(address, &config).await?;
    open(&app).await?;
    let inputs: Vec<ProductSet> = (0..PRODUCTS).map(|number| product(number, 10)).collect();
    set(&app, &Viewer::Operator, &inputs, OnError::Abort).await?;
    let (old, new) = (Key::of([42; 32]), Key::of([7; 32]));
    add_people(&app, &old).await?;

    let api = Arc::new(app::api(Arc::clone(&app), &config)?);
    let (stop, stopped) = oneshot::channel();
    let pages = tokio::spawn(turn_pages(Arc::clone(&api), stopped));
    tokio::time::sleep(BEFORE).await;
    let _ = stop.send(());
    let (_, before) = pages.await?;

    let (stop, stopped) = oneshot::channel();
    let pages = tokio::spawn(turn_pages(api, stopped));
    let began = Instant::now();
    rotate(address, &[&new, &old]).await?;
    let took = began.elapsed();
    let _ = stop.send(());
    let (count, meanwhile) = pages.await?;
    let left = left(&app, &old).await?;
    assert_eq!(left, 0, "keys of people that the former key has sealed");
    println!(
        "{}: {PEOPLE} people in {:.1} s; 99 % of pages within {:.1} ms before, {:.1} ms meanwhile ({count} pages)",
        engine(address),
        took.as_secs_f64(),
        before.as_secs_f64() * 1000.0,
        meanwhile.as_secs_f64() * 1000.0
    );
    Ok(())
}

/// People of whom nothing matters but their keys.
async fn add_people(app: &AppContext, key: &Key) -> Result<()> {
    let ring = KeyRing::new(vec![key.clone()])?;
    let mut added = 0;
    while added < PEOPLE {
        let change = app.begin().await?;
        let (mut accounts, mut keys) = (Vec::new(), Vec::new());
        for _ in 0..AT_ONCE {
            let id = AccountId::generate();
            let sealed = ring.wrap(&Key::generate()?, &format!("account.data_key:{}", id.uuid()))?;
            accounts.push(person(id, change.now).into_active_model());
            keys.push(data_key::Model { account_id: id, sealed }.into_active_model());
        }
        account::Entity::insert_many(accounts).exec_without_returning(&change.tx).await?;
        data_key::Entity::insert_many(keys).exec_without_returning(&change.tx).await?;
        change.commit().await?;
        added += AT_ONCE;
    }
    Ok(())
}

fn person(id: AccountId, now: entity::time::Timestamp) -> account::Model {
    account::Model {
        id,
        kind: AccountKind::Customer,
        email: String::new(),
        email_hash: id.uuid().to_string(),
        name: String::new(),
        language: "en".to_owned(),
        password_hash: None,
        verified_at: None,
        deactivated_at: None,
        created_at: now,
    }
}

/// Runs the command of an operator to its end.
async fn rotate(address: &Address, keys: &[&Key]) -> Result<()> {
    let url = match address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let secrets = keys.iter().map(|key| key.reveal()).collect::<Vec<_>>().join(",");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(["keys", "rotate", "data"]).stdout(Stdio::null());
    command.env("DATABASE_URL", url).env("VITRINE_SECRETS", secrets);
    let status = tokio::task::spawn_blocking(move || command.status()).await??;
    if status.success() { Ok(()) } else { Err(format!("vitrine keys rotate data: {status}").into()) }
}

/// How many keys of people a key has still sealed.
async fn left(app: &AppContext, key: &Key) -> Result<usize> {
    let rows = data_key::Entity::find().all(app.db.read().map_err(Error::from)?).await?;
    Ok(rows.iter().filter(|row| sealed_by(&row.sealed).as_deref() == Some(&*key.name())).count())
}
