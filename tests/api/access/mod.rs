//! Who may call what: every root field as every kind of viewer, kept as a table that is read at each change.
//!
//! `UPDATE=1 cargo nextest run access` writes `table.txt` anew; read the difference.

mod junk;
mod roots;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::FieldDefinition;
use entity::id::{AccountId, AppTokenId, SessionId};
use serde_json::Value;
use vitrine::services::search::project;
use vitrine::services::{Permission, Permissions, Viewer};

use self::roots::{fields, roots};
use crate::harness::{Ask, TestShop, on_each_engine, setting};

on_each_engine! {
    sample: every_root_field_lets_in_whom_its_declaration_names, what_is_hidden_answers_like_what_is_not_there,
        introspection_shows_each_viewer_its_own_schema, staff_see_what_is_not_published;
}

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/access/table.txt");

/// Every kind of viewer: for each right, somebody on the staff who has it alone, and an app with its scope.
fn viewers() -> Vec<(String, Viewer)> {
    let (account, session) = (AccountId::generate(), SessionId::generate());
    let staff = |permissions| Viewer::Staff { account, session, permissions };
    let app = |permissions| Viewer::App { token: AppTokenId::generate(), permissions };
    let mut all = vec![
        ("anonymous".to_owned(), Viewer::Anonymous),
        ("customer".to_owned(), Viewer::Customer { account, session }),
        ("staff without rights".to_owned(), staff(Permissions::NONE)),
        ("app without scopes".to_owned(), app(Permissions::NONE)),
    ];
    for permission in Permission::ALL {
        let only: Permissions = [*permission].into_iter().collect();
        all.push((format!("staff {permission}"), staff(only)));
        all.push((format!("app {permission}"), app(only)));
    }
    all
}

fn rule(field: &FieldDefinition) -> String {
    let declared = field.directives.iter().find(|directive| directive.node.name.node == "access");
    let to = declared.and_then(|directive| directive.node.get_argument("to")).map(|it| it.node.to_string());
    to.map_or("nobody".to_owned(), |word| word.trim_matches('"').to_owned())
}

async fn every_root_field_lets_in_whom_its_declaration_names(shop: TestShop) {
    let schema = parse_schema(vitrine::graphql::sdl()).unwrap();
    let viewers = viewers();
    let mut table = String::from(
        "# Who may call each root field. Written by the test beside it; read every difference.\n",
    );
    for root in roots(&schema, &roots::Plain) {
        let mut allowed = Vec::new();
        for (name, viewer) in &viewers {
            let reply = shop.query(&root.text).asked_by(*viewer).await;
            let unknown = format!("Unknown field \"{}\" on type", root.name);
            if !reply.json.to_string().contains(&unknown.replace('"', "\\\"")) {
                allowed.push(name.as_str());
            }
        }
        let who = summary(&allowed, viewers.len());
        let _ = writeln!(table, "{} {}: {who}", root.operation, root.name);
        let parent = if root.operation == "query" { "Query" } else { "Mutation" };
        let all = fields(&schema, parent);
        let declared = rule(all.iter().find(|field| field.name.node == root.name.as_str()).unwrap());
        let expected = match declared.as_str() {
            "anyone" => "everybody".to_owned(),
            "signed-in" => "customers and staff".to_owned(),
            permission => format!("staff {permission}, app {permission}"),
        };
        assert_eq!(who, expected, "{}", root.name);
    }
    if setting("UPDATE").is_some() {
        fs::write(TABLE, &table).unwrap();
    }
    assert_eq!(
        fs::read_to_string(TABLE).unwrap_or_default(),
        table,
        "UPDATE=1 writes it anew; read the difference"
    );
}

fn summary(allowed: &[&str], all: usize) -> String {
    let signed_in = |name: &&str| name.starts_with("staff") || **name == *"customer";
    match allowed {
        everybody if everybody.len() == all => "everybody".to_owned(),
        some if some.len() > 2 && some.iter().all(signed_in) => "customers and staff".to_owned(),
        some => some.join(", "),
    }
}

/// A hidden field, a hidden type and a hidden argument's type answer word for word like ones that are not there.
async fn what_is_hidden_answers_like_what_is_not_there(shop: TestShop) {
    for (hidden, absent) in [
        (
            "mutation { shopUpdate(input: {name: \"x\"}) { shop { name } } }",
            "mutation { shopUpdata(input: {name: \"x\"}) { shop { name } } }",
        ),
        ("mutation { shopUpdate { nope } }", "mutation { shopUpdata { nope } }"),
        ("mutation { shopUpdate(nope: 1) }", "mutation { shopUpdata(nope: 1) }"),
        (
            "query A { shop { name } } mutation B { shopUpdate }",
            "query A { shop { name } } mutation B { shopUpdata }",
        ),
        ("query ($a: ShopUpdateInput) { shop { name } }", "query ($a: ShopUpdataInput) { shop { name } }"),
        (
            "{ shop { ... on ShopUpdatePayload { shop { name } } } }",
            "{ shop { ... on ShopUpdataPayload { shop { name } } } }",
        ),
        (
            "{ shop { ...F } } fragment F on ShopUpdatePayload { shop { name } }",
            "{ shop { ...F } } fragment F on ShopUpdataPayload { shop { name } }",
        ),
    ] {
        let told = |reply: Value| reply["errors"].to_string();
        let hidden = told(ask(&shop, hidden).await.json);
        let absent = told(ask(&shop, absent).await.json);
        assert_eq!(hidden.replace("Update", "Updata"), absent);
        assert!(absent.contains("nknown"), "{absent}");
    }
}

/// Asks for the operation A where there are several.
fn ask(shop: &TestShop, text: &str) -> Ask {
    let asked = shop.query(text);
    if text.starts_with("query A") { asked.operation("A") } else { asked }
}

async fn introspection_shows_each_viewer_its_own_schema(shop: TestShop) {
    const TYPES: &str = "{ __schema { types { name } mutationType { fields { name } } } __type(name: \"ShopUpdateInput\") { name } }";
    let names = |reply: &Value, pointer: &str| -> BTreeSet<String> {
        let list = reply.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    let anonymous = shop.query(TYPES).await.json;
    assert!(!names(&anonymous, "/data/__schema/types").contains("ShopUpdateInput"));
    assert!(!names(&anonymous, "/data/__schema/mutationType/fields").contains("shopUpdate"));
    assert_eq!(anonymous["data"]["__type"], Value::Null);
    let staff = shop.query(TYPES).asked_by_staff(&[Permission::MarketsWrite]).await.json;
    assert!(names(&staff, "/data/__schema/types").contains("ShopUpdateInput"));
    assert!(names(&staff, "/data/__schema/mutationType/fields").contains("shopUpdate"));
    assert_eq!(staff["data"]["__type"]["name"], "ShopUpdateInput");
}

async fn staff_see_what_is_not_published(shop: TestShop) {
    let handle =
        shop.query("{ products(first: 1) { nodes { handle } } }").await.handles("/products")[0].clone();
    shop.sql(&format!("UPDATE product SET status = 1 WHERE handle = '{handle}'")).await;
    project::rebuild(&shop.app).await.unwrap();
    let text = "query ($handle: String!) { product(handle: $handle) { handle publishedAt } products(first: 100) { totalCount } }";
    let anonymous = shop.query(text).variable("handle", handle.as_str()).await;
    let staff = shop
        .query(text)
        .variable("handle", handle.as_str())
        .asked_by_staff(&[Permission::ProductsRead])
        .await;
    let other =
        shop.query(text).variable("handle", handle.as_str()).asked_by_staff(&[Permission::StockWrite]).await;

    assert_eq!(anonymous.at("/product"), &Value::Null);
    assert_eq!(other.data(), anonymous.data(), "a right of another kind shows nothing more");
    assert_eq!(staff.text("/product/handle"), handle);
    assert_eq!(staff.at("/product/publishedAt"), &Value::Null);
    assert!(staff.number("/products/totalCount") > anonymous.number("/products/totalCount"));
}
