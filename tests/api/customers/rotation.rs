//! Replacing the operator's key: everything is sealed anew, whatever cuts it off and whoever works beside it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use entity::id::AccountId;
use serde_json::json;
use vitrine::infrastructure::database::{Address, Database};
use vitrine::infrastructure::secrets::sealed_by;
use vitrine::services::identity::{
    AccountKind, Key, KeyRing, Settings, SignIn, authenticate, of_accounts, refresh, request_reset, seals,
    sign_in,
};
use vitrine::services::{AppContext, customers};

use super::{ANN, BOB, account, change, made, signed_in};
use crate::harness::{Engine, TestShop, on_each_engine};
use crate::identity::{PASSWORD, customer, customer_signs_in};

on_each_engine! {
    empty: killed_with_minus_nine_it_goes_on_where_it_was, what_changes_meanwhile_is_kept,
        nothing_is_left_with_the_former_key,
        a_key_that_is_lost_is_told_and_nothing_is_broken_further;
}

/// People whose keys are sealed; each change seals 100, so it takes more than a second.
const PEOPLE: usize = 10_000;

/// The key that test shops have, and another.
fn keys() -> (Key, Key) {
    (Key::of([42; 32]), Key::of([7; 32]))
}

fn ring(keys: &[&Key]) -> KeyRing {
    KeyRing::new(keys.iter().map(|key| (*key).clone()).collect()).unwrap()
}

/// Adds people straight to the tables: only their keys matter here.
async fn add_people(shop: &TestShop, count: usize) {
    let (old, _) = keys();
    let ring = ring(&[&old]);
    let ids: Vec<AccountId> = (0..count).map(|_| AccountId::generate()).collect();
    for part in ids.chunks(500) {
        let (mut accounts, mut sealed) = (String::new(), String::new());
        for id in part {
            let comma = if accounts.is_empty() { "" } else { "," };
            let key = match shop.engine {
                Engine::Sqlite => format!("x'{}'", id.0.simple()),
                Engine::Postgres => format!("'{}'", id.0),
            };
            let wrapped =
                ring.wrap(&Key::generate().unwrap(), &format!("account.data_key:{}", id.0)).unwrap();
            let _ = write!(accounts, "{comma}({key}, 0, '', '{}', '', 'en', 0)", id.0);
            let _ = write!(sealed, "{comma}({key}, '{wrapped}')");
        }
        let into = "INSERT INTO account (id, kind, email, email_hash, name, language, created_at) VALUES";
        shop.sql(&format!("{into} {accounts}")).await;
        shop.sql(&format!("INSERT INTO data_key (account_id, sealed) VALUES {sealed}")).await;
    }
}

/// How many keys of people a key has sealed.
async fn sealed_with(shop: &TestShop, key: &Key) -> usize {
    let rows = shop.rows("SELECT sealed FROM data_key").await;
    rows.iter().filter(|text| sealed_by(text).as_deref() == Some(&key.name())).count()
}

fn program(shop: &TestShop, secrets: &[&Key], arguments: &[&str]) -> Command {
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let secrets = secrets.iter().map(|key| key.reveal()).collect::<Vec<_>>().join(",");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(&shop.folder).env_clear();
    command.env("DATABASE_URL", url).env("VITRINE_SECRETS", secrets);
    command
}

fn output(shop: &TestShop, secrets: &[&Key], arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = program(shop, secrets, arguments).output().unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

fn rotate(shop: &TestShop, secrets: &[&Key]) -> Child {
    let mut command = program(shop, secrets, &["keys", "rotate", "data"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The shop as a process with other keys sees it.
async fn reopened(shop: &TestShop, keys: &[&Key]) -> Arc<AppContext> {
    let database = Database::connect(&shop.address, 2).await.unwrap();
    let app = vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap();
    app.open_identity(Settings { ring: ring(keys), ..Settings::quick().unwrap() }).await.unwrap();
    app
}

async fn phone(app: &AppContext, person: AccountId) -> Option<String> {
    customers::profiles(app, [person]).await.unwrap().remove(&person).and_then(|profile| profile.phone)
}

async fn killed_with_minus_nine_it_goes_on_where_it_was(shop: TestShop) {
    let (old, new) = keys();
    let ann = signed_in(&shop, ANN).await;
    made(change(&shop, ann, "customerUpdate", "customer { id }", json!({ "phone": "+49 30 901820" })).await);
    add_people(&shop, PEOPLE).await;

    let mut child = rotate(&shop, &[&new, &old]);
    let mut done = 0;
    for _ in 0..2_000 {
        done = sealed_with(&shop, &new).await;
        if done > 300 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let half = sealed_with(&shop, &new).await;
    assert!(half >= done && half > 300 && half < PEOPLE, "{half}: it was not cut off in the middle");
    assert_eq!(half + sealed_with(&shop, &old).await, PEOPLE + 1, "each is as it was or as it should be");
    let both = reopened(&shop, &[&new, &old]).await;
    assert_eq!(phone(&both, account(ann)).await.as_deref(), Some("+49 30 901820"));
    let (_, told) = output(&shop, &[&new, &old], &["doctor"]);
    assert!(told.contains(&format!("the former key {} is needed for", old.name())), "{told}");

    let (is_fine, told) = output(&shop, &[&new, &old], &["keys", "rotate", "data"]);
    assert!(is_fine, "{told}");
    assert_eq!(sealed_with(&shop, &new).await, PEOPLE + 1);
    let (_, listed) = output(&shop, &[&new, &old], &["keys", "list"]);
    assert!(listed.contains(&format!("data key {}: opens, has sealed 0 rows", old.name())), "{listed}");
    let (_, told) = output(&shop, &[&new, &old], &["doctor"]);
    assert!(
        told.contains(&format!("nothing is sealed with the former key {} any more", old.name())),
        "{told}"
    );

    let (_, told) = output(&shop, &[&new], &["doctor"]);
    assert!(told.contains("ok     the keys that are set open all that is sealed"), "{told}");
    let after = reopened(&shop, &[&new]).await;
    let wish = SignIn { email: ANN.to_owned(), password: PASSWORD.to_owned(), device: None };
    let tokens = sign_in(&after, AccountKind::Customer, wish).await.unwrap();
    assert_eq!(authenticate(&after, &tokens.access_token).await.unwrap().account(), ann.account());
    assert_eq!(phone(&after, account(ann)).await.as_deref(), Some("+49 30 901820"));
    let (_, told) = output(&shop, &[&old], &["doctor"]);
    assert!(
        told.contains("WRONG  the keys that are set do not open"),
        "the former key opens nothing: {told}"
    );
}

/// Customers go on being changed, made and erased while everything is sealed anew.
async fn what_changes_meanwhile_is_kept(shop: TestShop) {
    let (old, new) = keys();
    let (ann, bob) = (signed_in(&shop, ANN).await, signed_in(&shop, BOB).await);
    add_people(&shop, 2_000).await;
    let both = reopened(&shop, &[&new, &old]).await;
    let other = reopened(&shop, &[&new, &old]).await;
    let seals_with = ring(&[&new, &old]);
    let sealing = seals::reseal(&other, &seals_with, |_| {});
    let working = async {
        for number in 100..160 {
            let wish =
                customers::ProfileInput { phone: Some(Some(number.to_string())), ..Default::default() };
            customers::update_profile(&both, &ann, customers::Whose::Own, wish).await.unwrap();
            if number == 110 {
                customers::erase(&both, account(bob)).await.unwrap();
            }
        }
    };
    let (done, ()) = tokio::join!(sealing, working);
    assert!(done.unwrap().resealed >= 2_000);
    let after = reopened(&shop, &[&new]).await;
    assert_eq!(phone(&after, account(ann)).await.as_deref(), Some("159"));
    assert!(
        of_accounts(&after, [account(bob)]).await.unwrap().is_empty(),
        "who was erased does not come back"
    );
    assert_eq!(sealed_with(&shop, &old).await, 0);
    let again = seals::reseal(&after, &ring(&[&new]), |_| {}).await.unwrap();
    assert_eq!(again.resealed, 0, "there is nothing left to do");
}

/// The columns of all tables in which anything is sealed with a key, as `table column`.
async fn columns_with(shop: &TestShop, key: &Key) -> BTreeSet<String> {
    let all = match shop.engine {
        Engine::Sqlite => {
            "SELECT m.name || ' ' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND upper(c.type) = 'TEXT'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name || ' ' || column_name AS text) FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let mut found = BTreeSet::new();
    for place in shop.rows(all).await {
        let (table, column) = place.split_once(' ').unwrap();
        let texts = shop.rows(&format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL")).await;
        if texts.iter().any(|text| sealed_by(text).as_deref() == Some(&key.name())) {
            found.insert(place);
        }
    }
    found
}

async fn nothing_is_left_with_the_former_key(shop: TestShop) {
    let (old, new) = keys();
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    refresh(&shop.app, &tokens.refresh_token).await.unwrap();
    request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let places = [
        "data_key sealed",
        "lookup_key sealed",
        "one_time_code payload",
        "session successor",
        "signing_key private_key",
    ];
    assert_eq!(columns_with(&shop, &old).await.into_iter().collect::<Vec<_>>(), places);

    let both = reopened(&shop, &[&new, &old]).await;
    seals::reseal(&both, &ring(&[&new, &old]), |_| {}).await.unwrap();

    assert_eq!(columns_with(&shop, &old).await, BTreeSet::new());
    assert_eq!(columns_with(&shop, &new).await.into_iter().collect::<Vec<_>>(), places);
    let after = reopened(&shop, &[&new]).await;
    let again = refresh(&after, &tokens.refresh_token).await.unwrap();
    authenticate(&after, &again.access_token).await.unwrap();
}

async fn a_key_that_is_lost_is_told_and_nothing_is_broken_further(shop: TestShop) {
    let (old, new) = keys();
    customer(&shop, ANN).await;
    let before = shop.rows("SELECT sealed FROM data_key").await;
    let (is_fine, told) = output(&shop, &[&new], &["keys", "rotate", "data"]);
    assert!(!is_fine && told.contains("does not open with the keys that are set"), "{told}");
    assert_eq!(shop.rows("SELECT sealed FROM data_key").await, before);
    let (_, listed) = output(&shop, &[&new], &["keys", "list"]);
    assert!(listed.contains(&format!("data key {}: is not set", old.name())), "{listed}");
    let (is_fine, told) = output(&shop, &[&new, &old], &["keys", "rotate", "data"]);
    assert!(is_fine, "{told}");
}
