//! What leaves an entry, and what stands in it.

use serde_json::{Value, json};
use vitrine::services::acting::{Acting, within};
use vitrine::services::identity::AccountKind;

use super::{entries, rename, somebody};
use crate::backoffice::{change, location, made, variant};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{PASSWORD, enter, staff_member};

on_each_engine! {
    sample: a_change_tells_who_what_and_in_which_request, what_is_not_made_leaves_nothing,
        shoppers_leave_nothing, translations_and_documents_are_told_before_and_after, the_same_change_again_leaves_nothing, bulk_work_leaves_few_entries_that_name_all_products;
    empty: no_address_and_no_secret_is_told, who_signs_in_is_named, who_says_nothing_is_named_all_the_same;
}

/// The content of the newest entry.
async fn newest(shop: &TestShop) -> Value {
    let rows = shop.rows("SELECT content FROM audit_entry ORDER BY created_at DESC, id DESC LIMIT 1").await;
    serde_json::from_str(&rows[0]).unwrap()
}

async fn who_says_nothing_is_named_all_the_same(shop: TestShop) {
    let silent = async { shop.app.begin().await.unwrap().commit().await.unwrap() };
    within(Acting::at_command_line("silent"), silent).await;
    assert_eq!(shop.rows("SELECT action FROM audit_entry").await, ["silent"]);
}

async fn a_change_tells_who_what_and_in_which_request(shop: TestShop) {
    let product = shop.query("{ products(first: 1) { nodes { id title } } }").await;
    let (id, title) =
        (product.text("/products/nodes/0/id").to_owned(), product.text("/products/nodes/0/title").to_owned());
    let text =
        "mutation ($id: ID!) { productUpdate(input: {id: $id, title: \"New\"}) { userErrors { message } } }";
    let viewer = somebody();
    shop.query(text).variable("id", id.as_str()).asked_by(viewer).await.data();

    let told = shop
        .query(
            "query ($id: ID!) { auditEntries(filter: {subjectId: $id}) { totalCount nodes { kind action requestId \
             number actor { kind id } subjects { id name isNew isDeleted changes { field before after } } } } }",
        )
        .variable("id", id.as_str())
        .asked_by(viewer)
        .await;
    assert_eq!(told.number("/auditEntries/totalCount"), 1);
    let entry = told.at("/auditEntries/nodes/0");
    assert_eq!(entry["kind"], "CHANGE");
    assert_eq!(entry["action"], "productUpdate");
    assert_eq!(entry["requestId"], "test-request");
    assert_eq!(entry["actor"]["kind"], "STAFF");
    assert!(entry["actor"]["id"].as_str().unwrap().starts_with("acc_"));
    assert_eq!(entry["number"], Value::Null);
    assert_eq!(entry["subjects"].as_array().unwrap().len(), 1, "{entry}");
    assert_eq!(entry["subjects"][0]["id"], id.as_str());
    let changes = entry["subjects"][0]["changes"].as_array().unwrap();
    let expected = json!({"field": "title", "before": title, "after": "New"});
    assert!(changes.contains(&expected), "{entry}");
    assert!(changes.iter().all(|change| change["field"] != "handle"), "{entry}");
}

async fn what_is_not_made_leaves_nothing(shop: TestShop) {
    let refused = shop
        .query("mutation { shopUpdate(input: {name: \"\"}) { userErrors { code } } }")
        .asked_by(somebody())
        .await;
    assert_eq!(refused.text("/shopUpdate/userErrors/0/code"), "INVALID");
    assert_eq!(entries(&shop).await, 0);
    let change = within(Acting::at_command_line("dropped"), shop.app.begin()).await.unwrap();
    change.note("prd", [uuid::Uuid::now_v7()]);
    drop(change);
    rename(&shop, "One").await;
    assert_eq!(entries(&shop).await, 1);
}

async fn shoppers_leave_nothing(shop: TestShop) {
    crate::identity::customer(&shop, "ann@example.com").await;
    enter(&shop, AccountKind::Customer, "ann@example.com", PASSWORD).await.unwrap();
    let text = "mutation { signIn(input: {email: \"ann@example.com\", password: \"correct horse\"}) { userErrors { code } } }";
    shop.query(text).await;
    assert_eq!(entries(&shop).await, 0);
}

async fn the_same_change_again_leaves_nothing(shop: TestShop) {
    let lamp = variant(&shop, "jorn-desk-lamp").await;
    let adjustments = json!([{ "variantId": lamp, "locationId": location(&shop), "delta": 3 }]);
    let input = json!({ "adjustments": adjustments, "reason": "RECEIVED", "idempotencyKey": "a" });
    let viewer = somebody();
    for _ in 0..2 {
        let reply = change(&shop, "stockAdjust", input.clone(), "").asked_by(viewer).await;
        made(&reply);
    }
    assert_eq!(entries(&shop).await, 1);
}

async fn translations_and_documents_are_told_before_and_after(shop: TestShop) {
    let ids = "{ products(first: 1) { nodes { id } } category: categories(first: 1) { nodes { id } } }";
    let ids = shop.query(ids).await;
    let (product, category) = (ids.text("/products/nodes/0/id"), ids.text("/category/nodes/0/id"));
    let said = |owner: &str, id: &str, title: &str| json!({ owner: id, "language": "de", "title": title });
    for (field, owner, id) in
        [("productTranslationSet", "productId", product), ("categoryTranslationSet", "id", category)]
    {
        for title in ["Erstens", "Zweitens"] {
            made(&change(&shop, field, said(owner, id, title), "").asked_by(somebody()).await);
        }
        let newest = newest(&shop).await;
        let told = newest["subjects"].as_array().unwrap().iter().find(|told| told["before"].is_object());
        let told = told.unwrap_or_else(|| panic!("{field}: {newest}"));
        assert_eq!(
            (&told["before"], &told["after"]),
            (&json!({"title": "Erstens"}), &json!({"title": "Zweitens"}))
        );
    }
    let gone = json!({ "id": product, "language": "de" });
    made(&change(&shop, "productTranslationDelete", gone, "").asked_by(somebody()).await);
    let told = &newest(&shop).await["subjects"][0];
    assert_eq!((&told["before"], &told["after"]), (&json!({"title": "Zweitens"}), &Value::Null));

    made(&change(&shop, "clientAppCreate", json!({ "handle": "ios" }), "").asked_by(somebody()).await);
    let manifest = json!({ "a": "query A { shop { name } }" }).to_string();
    let input = json!({ "client": "ios", "version": "1", "manifest": manifest });
    made(&change(&shop, "documentsPublish", input, "").asked_by(somebody()).await);
    let input = json!({ "client": "ios", "documents": ["a"] });
    let text = "mutation ($input: DocumentsSwitchInput!) { it: documentsKill(input: $input) { userErrors { message } } }";
    made(&shop.query(text).variable("input", input).asked_by(somebody()).await);
    let told = newest(&shop).await;
    let told = &told["subjects"][0];
    assert_eq!((&told["kind"], &told["before"]), (&json!("doc"), &json!({"killedAt": null})));
    assert!(told["after"]["killedAt"].as_str().is_some_and(|at| at.ends_with('Z')), "{told}");
}

async fn no_address_and_no_secret_is_told(shop: TestShop) {
    let acting = Acting::at_command_line("staff add");
    let (tokens, owner) = within(acting, staff_member(&shop, "owner@example.com", "owner")).await;
    let text = "mutation { staffInvite(input: {email: \"Evelyn@Example.com\", name: \"Evelyn Adams\", roles: []}) \
                { userErrors { message } } \
                appTokenCreate(input: {name: \"CI\", scopes: [\"products.read\"]}) { token userErrors { message } } \
                clientAppCreate(input: {handle: \"ios\"}) { userErrors { message } } \
                passwordChange(input: {currentPassword: \"correct horse\", newPassword: \"battery staple\"}) \
                { userErrors { message } } }";
    let reply = shop.query(text).asked_by(owner).await;
    let token = reply.text("/appTokenCreate/token").to_owned();
    for change in ["staffInvite", "appTokenCreate", "clientAppCreate", "passwordChange"] {
        assert_eq!(reply.at(&format!("/{change}/userErrors")), &json!([]), "{change}");
    }
    let told = shop.rows("SELECT action || ' ' || content FROM audit_entry").await.join("\n");
    for change in ["staff add", "staffInvite", "appTokenCreate", "clientAppCreate", "passwordChange"] {
        assert!(told.contains(change), "{told}");
    }
    let hidden = ["example.com", "Evelyn", "Adams", "correct horse", "argon2", &token, &tokens.access_token];
    for secret in hidden {
        assert!(!told.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {told}");
    }
    let hashes = shop.rows("SELECT hash FROM app_token").await;
    let hashes = hashes.into_iter().chain(shop.rows("SELECT email_hash FROM account").await);
    let sealed = shop.rows("SELECT email FROM account").await;
    for hash in hashes.chain(sealed).chain(shop.rows("SELECT name FROM account").await) {
        assert!(!told.contains(&hash), "{hash} in {told}");
    }
}

async fn who_signs_in_is_named(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    assert_eq!(entries(&shop).await, 0);
    let text = "mutation { staffSignIn(input: {email: \"owner@example.com\", password: \"correct horse\"}) \
                { userErrors { code } } }";
    assert_eq!(shop.query(text).await.at("/staffSignIn/userErrors"), &json!([]));
    assert_eq!(entries(&shop).await, 1);
    assert_eq!(newest(&shop).await["subjects"][0]["kind"], "ses");
    let reply = shop
        .query("query ($who: ID!) { auditEntries(filter: {actorId: $who, action: \"staffSignIn\"}) { totalCount } me { id } }")
        .variable("who", {
            let me = shop.query("{ me { id } }").asked_by(owner).await;
            me.text("/me/id").to_owned()
        })
        .asked_by(owner)
        .await;
    assert_eq!(reply.number("/auditEntries/totalCount"), 1);
    assert_eq!(entries(&shop).await, 1, "reading one's own account and the log leaves nothing");
}

async fn bulk_work_leaves_few_entries_that_name_all_products(shop: TestShop) {
    const PRODUCTS: usize = 60;
    let variant = |number: usize| {
        json!({ "optionValues": [format!("size {number}")], "prices": [{ "market": "us", "amount": "9.50" }],
            "stock": [{ "location": "portland", "available": 5 }] })
    };
    let product = |number: usize| {
        let variants: Vec<Value> = (0..40).map(variant).collect();
        json!({ "handle": format!("bulk-{number}"), "title": "Bulk", "options": [{ "name": "Size" }], "variants": variants })
    };
    let text = "mutation ($inputs: [ProductSetInput!]!) { productsSet(inputs: $inputs) { results { createdCount } } }";
    let inputs: Vec<Value> = (0..PRODUCTS).map(product).collect();
    let reply = shop.query(text).variable("inputs", inputs).asked_by(somebody()).await;
    assert_eq!(reply.number("/productsSet/results/createdCount"), 60);
    assert_eq!(shop.number("SELECT count(*) FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle LIKE 'bulk-%'").await, 2_400);

    assert!(entries(&shop).await <= 60, "one a transaction");
    let named = "SELECT count(DISTINCT subject_id) FROM audit_subject";
    assert_eq!(shop.number(named).await, 60, "every product, and no variant one by one");
    assert_eq!(shop.number("SELECT count(*) FROM audit_subject").await, 60);
    let told = shop.rows("SELECT content FROM audit_entry").await;
    assert!(told.iter().all(|content| content.len() < 20_000), "entries stay short");
}
