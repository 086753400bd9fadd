//! What a thief of the disk reads of a customer, before they are forgotten and after.

use serde_json::json;
use vitrine::infrastructure::database::Address;
use vitrine::services::identity::AccountKind;
use vitrine::services::{Viewer, customers, identity};

use super::erasure::known;
use super::{ANN, account};
use crate::backoffice::product;
use crate::engagement::{change, made, moderates};
use crate::harness::{Engine, TestShop, draft, on_each_engine};
use crate::identity::registration;

on_each_engine! {
    empty: no_trace_is_left_in_the_file;
}

/// What the customer told, and was told, that nobody else reads.
const SEALED: [&str; 17] = [
    ANN,
    "ann.zweig",
    "Annegret",
    "Zweigle",
    "Ann Lee",
    "Invalidenstr",
    "901820",
    "555777",
    "1990-12-31",
    "newsletter box",
    "Test device",
    "Unread heading",
    "Unread opinion",
    "Rejected opinion",
    "Stern remark",
    "Withdrawn opinion",
    "Silver wedding",
];

/// What everybody reads as long as it is published.
const PUBLISHED: [&str; 3] = ["Public heading", "Public opinion", "Zweig of Berlin"];

/// A review in each of its states, and a wishlist.
async fn say(shop: &TestShop, ann: Viewer) {
    let handles = ["mug", "pot", "jug", "cup"];
    shop.save(&handles.map(|handle| draft(handle, handle, 100))).await;
    let mut ids = Vec::new();
    for (handle, word) in handles.into_iter().zip(["Unread", "Rejected", "Public", "Withdrawn"]) {
        let input = json!({ "productId": product(shop, handle).await, "rating": 3, "title": format!("{word} heading"),
            "body": format!("{word} opinion"), "displayName": "Zweig of Berlin" });
        let reply = change(shop, "reviewCreate", input, "review { id }").asked_by(ann).await;
        ids.push(made(&reply)["review"]["id"].clone());
    }
    for (id, decision) in [(&ids[1], "REJECT"), (&ids[2], "PUBLISH")] {
        let input = json!({ "id": id, "version": 1, "decision": decision, "note": "Stern remark" });
        made(&moderates(change(shop, "reviewModerate", input, "review { id }")).await);
    }
    made(&change(shop, "reviewDelete", json!({ "id": ids[3] }), "deletedId").asked_by(ann).await);
    let list = json!({ "name": "Silver wedding" });
    made(&change(shop, "wishlistCreate", list, "wishlist { id }").asked_by(ann).await);
}

async fn no_trace_is_left_in_the_file(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    say(&shop, ann).await;
    // Another try to register, a password that was forgotten, another address that was never confirmed.
    identity::register(&shop.app, registration(ANN)).await.unwrap();
    identity::request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let mut sealed = shop.rows("SELECT sealed FROM data_key").await;
    for column in ["account email_hash", "customer_address sealed", "one_time_code payload", "wishlist name"]
    {
        let (table, column) = column.split_once(' ').unwrap();
        sealed.extend(shop.rows(&format!("SELECT {column} FROM {table}")).await);
    }
    sealed.extend(shop.rows("SELECT source FROM consent_change").await);
    sealed.extend(shop.rows("SELECT sealed FROM review WHERE sealed IS NOT NULL").await);
    assert!(sealed.len() >= 9, "{sealed:?}");
    for (place, kept) in places(&shop).await {
        for text in sealed.iter().map(String::as_str).chain(PUBLISHED) {
            assert!(holds(&kept, text), "{text}: the search finds what is there, in {place}");
        }
        for text in SEALED {
            assert!(!holds(&kept, text), "{text} is readable in {place}");
        }
    }

    customers::erase(&shop.app, account(ann)).await.unwrap();

    for (place, kept) in places(&shop).await {
        assert!(holds(&kept, "account.changed"), "the search reads what tables hold");
        for text in SEALED.into_iter().chain(PUBLISHED).chain(sealed.iter().map(String::as_str)) {
            assert!(!holds(&kept, text), "{text} is left in {place}");
        }
    }
}

/// Everything in the tables, and on SQLite everything in the files.
async fn places(shop: &TestShop) -> Vec<(&'static str, Vec<u8>)> {
    let mut places = vec![("a table", dump(shop).await.into_bytes())];
    places.extend(disk(shop).await.map(|bytes| ("the file", bytes)));
    places
}

/// Everything in the database's files, as a thief of the disk would read it.
async fn disk(shop: &TestShop) -> Option<Vec<u8>> {
    let Address::Sqlite(path) = &shop.address else { return None };
    shop.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    shop.sql("VACUUM").await;
    shop.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut bytes = std::fs::read(path).unwrap();
    for beside in ["-wal", "-shm", "-journal"] {
        bytes.extend(std::fs::read(format!("{path}{beside}")).unwrap_or_default());
    }
    Some(bytes)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &utf16].iter().any(|part| bytes.windows(part.len()).any(|window| window == *part))
}

/// Every text in every table, on both engines.
async fn dump(shop: &TestShop) -> String {
    let tables = match shop.engine {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
        Engine::Postgres => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        }
    };
    let mut all = String::new();
    for table in shop.rows(tables).await {
        let columns = match shop.engine {
            Engine::Sqlite => {
                format!("SELECT name FROM pragma_table_info('{table}') WHERE lower(type) = 'text'")
            }
            Engine::Postgres => format!(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 AND atttypid = 'text'::regtype"
            ),
        };
        for column in shop.rows(&columns).await {
            let texts = shop
                .rows(&format!("SELECT \"{column}\" FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"))
                .await;
            all.push_str(&texts.join("\n"));
        }
    }
    all
}
