//! Registering documents: all of a manifest, or none.

use serde_json::json;

use super::{LIST, SHOP, apollo, change, client, map, publish};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: manifests_of_each_tool_are_taken_as_they_are, one_bad_document_keeps_all_out,
        an_id_stays_with_its_text, what_is_no_manifest_is_refused, client_apps_are_made_and_changed,
        documents_are_listed_page_by_page, two_publish_at_once;
}

async fn manifests_of_each_tool_are_taken_as_they_are(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    let first = publish(&shop, "web", "1", apollo(&[("a", LIST), ("b", SHOP)])).await;
    assert_eq!(first.at("/documentsPublish/added"), &json!(2), "{first:?}");
    let again = publish(&shop, "web", "1", map(&[("a", LIST), ("b", SHOP)])).await;
    assert_eq!(
        (again.at("/documentsPublish/added"), again.at("/documentsPublish/known")),
        (&json!(0), &json!(2))
    );
    let next = publish(&shop, "web", "2", map(&[("a", LIST), ("c", "{ shop { description } }")])).await;
    assert_eq!(next.at("/documentsPublish/clientApp/documentCount"), &json!(3));
    assert_eq!(shop.number("SELECT count(*) FROM version_document").await, 4);
}

async fn one_bad_document_keeps_all_out(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    let texts: Vec<(String, String)> =
        (0..2000).map(|n| (format!("d{n}"), format!("query Q{n} {{ shop {{ name }} }}"))).collect();
    let mut all: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    all.push(("bad", "query Wrong { shop { nope } }"));
    all.push(("worse", "mutation Broken { shop {"));
    let refused = publish(&shop, "web", "1", map(&all)).await;

    let errors = refused.list("/documentsPublish/userErrors");
    let messages: Vec<&str> = errors.iter().map(|error| error["message"].as_str().unwrap()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("bad (Wrong): Unknown field \"nope\""), "{}", messages[0]);
    assert!(messages[1].contains("worse (Broken): Syntax error"), "{}", messages[1]);
    assert_eq!(shop.number("SELECT count(*) FROM registered_document").await, 0);
    assert_eq!(shop.number("SELECT count(*) FROM client_version").await, 0);

    all.truncate(2000);
    let done = publish(&shop, "web", "1", map(&all)).await;
    assert_eq!(done.at("/documentsPublish/added"), &json!(2000));
    assert_eq!(done.at("/documentsPublish/clientApp/documentCount"), &json!(2000));
    for id in ["d0", "d999", "d1000", "d1999"] {
        shop.query("").client("web", "1").document(id).await.data();
    }
}

async fn an_id_stays_with_its_text(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    publish(&shop, "web", "1", map(&[("a", LIST)])).await.data();
    let refused = publish(&shop, "web", "2", map(&[("b", LIST), ("a", SHOP)])).await;
    assert_eq!(refused.at("/documentsPublish/userErrors/0/code"), &json!("TAKEN"));
    assert_eq!(shop.number("SELECT count(*) FROM registered_document").await, 1);
    shop.query("").client("web", "1").document("a").await.data();
}

async fn what_is_no_manifest_is_refused(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    for manifest in [
        "",
        "null",
        "[]",
        "{}",
        "{\"a\": 1}",
        "{\"format\": \"other\"}",
        "{\"a\": \"\"}",
        "{\"a\": \"{ a }\"",
    ] {
        let refused = publish(&shop, "web", "1", manifest.to_owned()).await;
        let errors = refused.list("/documentsPublish/userErrors");
        assert_eq!(errors[0]["code"], json!("INVALID"), "{manifest}: {errors:?}");
    }
    let unknown = publish(&shop, "nobody", "1", map(&[("a", LIST)])).await;
    assert_eq!(unknown.at("/documentsPublish/userErrors/0/field"), &json!(["client"]));
    for version in ["", "a b", &"x".repeat(65)] {
        let refused = publish(&shop, "web", version, map(&[("a", LIST)])).await;
        assert_eq!(refused.at("/documentsPublish/userErrors/0/field"), &json!(["version"]), "{version}");
    }
    assert_eq!(shop.number("SELECT count(*) FROM registered_document").await, 0);
}

async fn client_apps_are_made_and_changed(shop: TestShop) {
    let made = client(&shop, "web", "OBSERVE").await;
    let key = made.text("/clientAppCreate/clientApp/key");
    assert!(key.starts_with("vitrine_client_"), "{key}");
    shop.query(SHOP).client(key, "1").await.data();
    let taken = client(&shop, "web", "OPEN").await;
    assert_eq!(taken.at("/clientAppCreate/userErrors/0/code"), &json!("TAKEN"));
    let wrong = client(&shop, "Web app", "OPEN").await;
    assert_eq!(wrong.at("/clientAppCreate/userErrors/0/field"), &json!(["handle"]));

    let id = made.text("/clientAppCreate/clientApp/id");
    let update = "mutation ($input: ClientAppUpdateInput!) { clientAppUpdate(input: $input) { \
                  clientApp { mode origins budget { points perSecond } } userErrors { code field } } }";
    let input = json!({ "id": id, "mode": "TRUSTED", "origins": ["https://shop.example"], "budget": { "points": 50, "perSecond": 5 } });
    let changed = shop.query(update).variable("input", input).asked_by_staff(&super::STAFF).await;
    assert_eq!(
        changed.at("/clientAppUpdate/clientApp"),
        &json!({ "mode": "TRUSTED", "origins": ["https://shop.example"], "budget": { "points": 50, "perSecond": 5 } })
    );
    assert!(shop.app.clients().allow("https://shop.example"));
    let input = json!({ "id": id, "origins": ["https://shop.example/", "*"], "budget": { "points": 0, "perSecond": 5 } });
    let wrong = shop.query(update).variable("input", input).asked_by_staff(&super::STAFF).await;
    assert!(wrong.at("/clientAppUpdate/clientApp").is_null());
    let input = json!({ "id": id, "budget": null });
    let changed = shop.query(update).variable("input", input).asked_by_staff(&super::STAFF).await;
    assert!(changed.at("/clientAppUpdate/clientApp/budget").is_null());
}

async fn documents_are_listed_page_by_page(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    let texts: Vec<(String, String)> =
        (0..5).map(|n| (format!("d{n}"), format!("query Q{n} {{ shop {{ name }} }}"))).collect();
    let all: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    publish(&shop, "web", "1", map(&all)).await.data();
    let page = |arguments: &str| {
        let text = format!(
            "{{ registeredDocuments(client: \"web\", {arguments}) {{ nodes {{ documentId }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        shop.query(&text).asked_by_staff(&super::STAFF)
    };
    let first = page("first: 2").await;
    assert_eq!(first.texts("/registeredDocuments/nodes", "/documentId"), ["d0", "d1"]);
    let cursor = first.text("/registeredDocuments/pageInfo/endCursor").to_owned();
    let second = page(&format!("first: 2, after: \"{cursor}\"")).await;
    assert_eq!(second.texts("/registeredDocuments/nodes", "/documentId"), ["d2", "d3"]);
    assert_eq!(page("last: 2").await.texts("/registeredDocuments/nodes", "/documentId"), ["d3", "d4"]);
    let nobody = shop
        .query("{ registeredDocuments(client: \"x\") { totalCount } }")
        .asked_by_staff(&super::STAFF)
        .await;
    assert!(nobody.at("/registeredDocuments").is_null());
}

async fn two_publish_at_once(shop: TestShop) {
    client(&shop, "web", "TRUSTED").await.data();
    let (one, other) = tokio::join!(
        publish(&shop, "web", "1", map(&[("a", LIST), ("b", SHOP)])),
        publish(&shop, "web", "2", map(&[("a", LIST), ("c", "{ shop { description } }")])),
    );
    let added = |reply: &crate::harness::Reply| reply.number("/documentsPublish/added");
    assert_eq!(added(&one) + added(&other), 3, "{one:?} {other:?}");
    assert_eq!(shop.number("SELECT count(*) FROM registered_document").await, 3);
    assert_eq!(shop.app.clients().with_handle("web").unwrap().documents.len(), 3);
    change(&shop, "documentsKill", r#"{ client: "web", documents: ["a", "b", "c"] }"#).await.data();
}
