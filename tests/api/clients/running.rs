//! Running documents by their ids, and what is not run.

use serde_json::json;
use vitrine::services::clients::Follower;

use super::{LIST, SHOP, change, client, map, publish, sha256};
use crate::harness::{TestShop, now, on_each_engine};

on_each_engine! {
    sample: a_trusted_client_runs_what_is_registered_and_nothing_else, ids_are_exact,
        documents_retire_with_a_date_and_die_at_once, automatic_persisted_queries_are_learned_once_they_are_valid,
        an_observed_client_runs_everything, rights_are_looked_at_when_a_document_is_run,
        a_document_is_found_again_after_the_schema_has_changed, without_a_client_the_setting_holds,
        a_switch_is_seen_by_other_processes, uses_are_written_down;
}

async fn a_trusted_client_runs_what_is_registered_and_nothing_else(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1.0", map(&[("list", LIST)])).await.data();

    let reply = shop.query("").client("ios", "1.0").document("list").variable("first", 2).await;
    assert_eq!(reply.list("/products/nodes").len(), 2);
    assert_eq!(reply.cost(), shop.query(LIST).variable("first", 2).await.cost());
    let by_text = shop.query(LIST).client("ios", "1.0").variable("first", 1).await;
    assert_eq!(by_text.list("/products/nodes").len(), 1);

    let spaced = LIST.replace(' ', "  ");
    for text in [SHOP, spaced.as_str(), "{"] {
        let refused = shop.query(text).client("ios", "1.0").await;
        assert_eq!(refused.code(), "FORBIDDEN", "{text}");
        assert!(refused.is_refused && refused.message().contains("registered"), "{}", refused.message());
    }
}

async fn ids_are_exact(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    client(&shop, "web", "TRUSTED").await.data();
    publish(&shop, "ios", "1.0", map(&[("List", LIST)])).await.data();
    let hash = sha256(LIST);

    for id in ["list", "List ", "LIST", "nothing", &hash, &format!("sha256:{}", hash.to_uppercase())] {
        let reply = shop.query("").client("ios", "1.0").document(id).await;
        assert_eq!(
            (reply.code(), reply.message()),
            ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
            "{id}"
        );
    }
    let theirs = shop.query("").client("web", "1.0").document("List").await;
    assert_eq!(theirs.code(), "PERSISTED_QUERY_NOT_FOUND");
    shop.query("").client("ios", "1.0").document(&format!("sha256:{hash}")).await.data();
    let long = shop.query("").client("ios", "1.0").document(&"x".repeat(10_000)).await;
    assert_eq!(long.code(), "BAD_REQUEST");
}

async fn documents_retire_with_a_date_and_die_at_once(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1.0", map(&[("list", LIST), ("shop", SHOP)])).await.data();
    let ask = |id: &'static str| shop.query("").client("ios", "1.0").document(id);

    let at = (now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    change(&shop, "documentsRetire", &format!(r#"{{ client: "ios", documents: ["list"], at: "{at}" }}"#))
        .await
        .data();
    ask("list").await.data();
    shop.set_clock(now() + chrono::TimeDelta::hours(1));
    let retired = ask("list").await;
    assert_eq!(retired.code(), "FORBIDDEN");
    assert!(retired.message().contains("retired"), "{}", retired.message());
    change(&shop, "documentsRetire", r#"{ client: "ios", documents: ["list"] }"#).await.data();
    ask("list").await.data();

    change(&shop, "documentsKill", r#"{ client: "ios", documents: ["shop"] }"#).await.data();
    let killed = ask("shop").await;
    assert_eq!(killed.code(), "FORBIDDEN");
    assert!(killed.message().contains("switched off"), "{}", killed.message());
    let by_text = shop.query(SHOP).client("ios", "1.0").await;
    assert_eq!(by_text.code(), "FORBIDDEN", "its text is no way around");
    change(&shop, "documentsRevive", r#"{ client: "ios", documents: ["shop"] }"#).await.data();
    ask("shop").await.data();

    let wrong = change(&shop, "documentsKill", r#"{ client: "ios", documents: ["shop", "nope"] }"#).await;
    assert_eq!(wrong.at("/it/userErrors/0/field"), &json!(["documents", "1"]));
    ask("shop").await.data();
}

async fn automatic_persisted_queries_are_learned_once_they_are_valid(shop: TestShop) {
    client(&shop, "web", "OPEN").await.data();
    let hash = sha256(SHOP);
    let ask =
        |text: &str, hash: &str, with_text| shop.query(text).client("web", "1").persisted(hash, with_text);

    assert_eq!(ask(SHOP, &hash, false).await.message(), "PersistedQueryNotFound");
    ask(SHOP, &hash, true).await.data();
    ask(SHOP, &hash, false).await.data();
    // What one client sent is a text like any other: another may know its hash.
    shop.query("").persisted(&hash, false).await.data();

    let other = ask(LIST, &hash, true).await;
    assert_eq!(other.code(), "BAD_REQUEST");
    assert!(other.message().contains("SHA-256"), "{}", other.message());
    let invalid = "{ nope }";
    assert_eq!(ask(invalid, &sha256(invalid), true).await.code(), "BAD_REQUEST");
    assert_eq!(ask(invalid, &sha256(invalid), false).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    client(&shop, "ios", "TRUSTED").await.data();
    let trusted = |with_text| shop.query(SHOP).client("ios", "1").persisted(&hash, with_text);
    assert_eq!(trusted(false).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(trusted(true).await.code(), "FORBIDDEN");
}

async fn an_observed_client_runs_everything(shop: TestShop) {
    client(&shop, "web", "OBSERVE").await.data();
    publish(&shop, "web", "1.0", map(&[("shop", SHOP)])).await.data();
    shop.query(LIST).client("web", "1.0").await.data();
    shop.query(SHOP).client("web", "1.0").await.data();
    shop.query("").client("web", "1.0").document("shop").await.data();
}

async fn rights_are_looked_at_when_a_document_is_run(shop: TestShop) {
    let staff = "query Apps { clientApps { handle } }";
    client(&shop, "office", "TRUSTED").await.data();
    publish(&shop, "office", "1", map(&[("apps", staff), ("shop", SHOP)])).await.data();

    let ask = || shop.query("").client("office", "1").document("apps");
    let refused = ask().await;
    assert_eq!(refused.code(), "BAD_REQUEST");
    assert_eq!(refused.message(), "Unknown field \"clientApps\" on type \"Query\".");
    ask().asked_by_staff(&super::STAFF).await.data();
    assert_eq!(ask().await.code(), "BAD_REQUEST", "what is at hand is looked at for each");
    shop.query("").client("office", "1").document("shop").await.data();
}

async fn a_document_is_found_again_after_the_schema_has_changed(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1", map(&[("list", LIST), ("gone", SHOP)])).await.data();
    shop.sql("UPDATE document_text SET schema_hash = 'another'").await;
    shop.sql(&format!("UPDATE document_text SET body = '{{ isGone }}' WHERE hash = '{}'", sha256(SHOP)))
        .await;
    Follower::new(&shop.app).await.unwrap();
    let api = shop.api_with(|_| {});

    let ask = |id: &str| crate::harness::Ask::new(api.clone(), "").client("ios", "1").document(id);
    ask("list").await.data();
    let gone = ask("gone").await;
    assert_eq!(gone.code(), "BAD_REQUEST");
    assert!(gone.message().contains("isGone"), "{}", gone.message());
}

async fn without_a_client_the_setting_holds(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1", map(&[("shop", SHOP)])).await.data();
    let api = shop.api_with(|config| config.documents = vitrine::config::Documents::Trusted);
    let ask = |text: &str| crate::harness::Ask::new(api.clone(), text);

    let refused = ask(SHOP).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert!(refused.message().contains("Vitrine-Client"), "{}", refused.message());
    assert_eq!(ask(SHOP).client("nobody", "1").await.code(), "FORBIDDEN");
    ask("").client("ios", "1").document("shop").await.data();
    let token = vitrine::services::Viewer::App {
        token: entity::id::AppTokenId::generate(),
        permissions: vitrine::services::Permissions::NONE,
    };
    ask(LIST).asked_by(token).await.data();

    let update = "mutation ($id: ID!) { clientAppUpdate(input: { id: $id, isActive: false }) { clientApp { isActive } } }";
    let apps = shop.query("{ clientApps { id } }").asked_by_staff(&super::STAFF).await;
    shop.query(update)
        .variable("id", apps.text("/clientApps/0/id"))
        .asked_by_staff(&super::STAFF)
        .await
        .data();
    let out = ask("").client("ios", "1").document("shop").await;
    assert_eq!(out.code(), "PERSISTED_QUERY_NOT_FOUND", "who is shut out has no documents");
}

async fn a_switch_is_seen_by_other_processes(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1", map(&[("shop", SHOP)])).await.data();
    let database = vitrine::infrastructure::database::Database::connect(&shop.address, 2).await.unwrap();
    let other = vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap();
    let mut follower = Follower::new(&other).await.unwrap();
    let api = std::sync::Arc::new(vitrine::app::api(other.clone(), shop.config()).unwrap());
    let ask = || crate::harness::Ask::new(api.clone(), "").client("ios", "1").document("shop");
    ask().await.data();

    change(&shop, "documentsKill", r#"{ client: "ios", documents: ["shop"] }"#).await.data();
    follower.catch_up(&other).await.unwrap();
    assert_eq!(ask().await.code(), "FORBIDDEN");
    change(&shop, "documentsRevive", r#"{ client: "ios", documents: ["shop"] }"#).await.data();
    publish(&shop, "ios", "2", map(&[("list", LIST)])).await.data();
    client(&shop, "web", "OPEN").await.data();
    follower.catch_up(&other).await.unwrap();
    ask().await.data();
    crate::harness::Ask::new(api.clone(), "").client("ios", "2").document("list").await.data();
    assert_eq!(other.clients().all().len(), 2);
}

async fn uses_are_written_down(shop: TestShop) {
    client(&shop, "ios", "TRUSTED").await.data();
    publish(&shop, "ios", "1.0", map(&[("shop", SHOP), ("list", LIST)])).await.data();
    let mut follower = Follower::new(&shop.app).await.unwrap();
    for version in ["1.0", "made up", "1.0"] {
        shop.query("").client("ios", version).document("shop").await.data();
    }
    follower.catch_up(&shop.app).await.unwrap();
    shop.set_clock(now() + chrono::TimeDelta::seconds(90));
    shop.query("").client("ios", "1.0").document("shop").await.data();
    follower.catch_up(&shop.app).await.unwrap();

    let text = r#"{ registeredDocuments(client: "ios") { totalCount nodes { documentId versions needs uses { version usedAt } operations { name kind cost most } } } }"#;
    let reply = shop.query(text).asked_by_staff(&super::STAFF).await;
    assert_eq!(reply.number("/registeredDocuments/totalCount"), 2);
    let nodes = reply.list("/registeredDocuments/nodes");
    assert_eq!((&nodes[0]["documentId"], &nodes[0]["uses"]), (&json!("list"), &json!([])));
    assert_eq!(nodes[0]["operations"][0]["most"], json!(101));
    let uses = nodes[1]["uses"].as_array().unwrap();
    assert_eq!(uses.len(), 2, "{uses:?}");
    assert_eq!((&uses[0]["version"], &uses[1]["version"]), (&json!("1.0"), &json!(null)));
}
