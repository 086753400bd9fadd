//! What customers tell of themselves and consent to.

use serde_json::json;
use vitrine::services::Permission;

use super::{ANN, BOB, change, made, me, one, refused, signed_in};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: a_customer_tells_and_takes_back, what_cannot_be_is_refused_at_its_field, consents_are_kept_with_their_time,
        a_consent_switched_often_is_kept_a_bounded_number_of_times, a_sealed_source_moved_to_another_row_does_not_open, staff_have_no_account_page,
        nothing_personal_stands_in_a_table;
}

async fn a_customer_tells_and_takes_back(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let before = me(&shop, ann).await;
    assert_eq!(before.at("/currentCustomer/phone"), &json!(null));
    assert_eq!(before.at("/currentCustomer/addresses"), &json!([]));
    let told = json!({ "name": "Ann Zweig", "phone": " +49 30 901820 ", "birthday": "1990-12-31", "language": "de" });
    let show = "customer { email name phone birthday language }";
    let payload = made(change(&shop, ann, "customerUpdate", show, told).await);
    let expected = json!({ "email": ANN, "name": "Ann Zweig", "phone": "+49 30 901820",
        "birthday": "1990-12-31", "language": "de" });
    assert_eq!(payload["customer"], expected);

    made(change(&shop, ann, "customerUpdate", show, json!({ "birthday": null })).await);
    let after = me(&shop, ann).await;
    assert_eq!(after.at("/currentCustomer/birthday"), &json!(null));
    assert_eq!(after.text("/currentCustomer/phone"), "+49 30 901820");
    made(change(&shop, ann, "customerUpdate", show, json!({ "name": null, "phone": null })).await);
    let after = me(&shop, ann).await;
    assert_eq!((after.text("/currentCustomer/name"), after.at("/currentCustomer/phone")), ("", &json!(null)));
}

async fn what_cannot_be_is_refused_at_its_field(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let long = "x".repeat(1_000_000 / 64);
    for (input, place) in [
        (json!({ "name": long }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "phone": "call me" }), "phone"),
        (json!({ "phone": "1".repeat(33) }), "phone"),
        (json!({ "birthday": "2023-02-29" }), "birthday"),
        (json!({ "birthday": "1850-01-01" }), "birthday"),
        (json!({ "language": "german please" }), "language"),
    ] {
        let payload = change(&shop, ann, "customerUpdate", "customer { id }", input.clone()).await;
        assert_eq!(refused(&payload), one("INVALID", place), "{input}");
    }
    let payload =
        change(&shop, ann, "customerUpdate", "customer { id }", json!({ "phone": "1", "birthday": "x" }))
            .await;
    assert_eq!(refused(&payload).len(), 2, "{payload}");
    let source = json!({ "purpose": "ANALYTICS", "isGiven": true, "source": "x".repeat(101) });
    let payload = change(&shop, ann, "customerConsentSet", "customer { id }", source).await;
    assert_eq!(refused(&payload), one("INVALID", "source"));
    assert_eq!(shop.number("SELECT count(*) FROM customer_profile").await, 0);
    assert_eq!(shop.number("SELECT count(*) FROM consent_change").await, 0);
}

async fn consents_are_kept_with_their_time(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let bob = signed_in(&shop, BOB).await;
    let asked = me(&shop, ann).await;
    let given: Vec<bool> =
        asked.list("/currentCustomer/consents").iter().map(|it| it["isGiven"].as_bool().unwrap()).collect();
    assert_eq!(given, [false, false, false], "nothing is consented to before it is asked");
    let show = "customer { consents { purpose isGiven source changedAt } }";
    for (is_given, seconds) in [(true, 10), (true, 20), (false, 30), (true, 40)] {
        crate::identity::at(&shop, seconds);
        let wish = json!({ "purpose": "EMAIL_MARKETING", "isGiven": is_given, "source": "checkout" });
        made(change(&shop, ann, "customerConsentSet", show, wish).await);
    }
    let told = me(&shop, ann).await;
    let email = &told.list("/currentCustomer/consents")[0];
    assert_eq!(
        (&email["isGiven"], &email["source"], &email["isByStaff"]),
        (&json!(true), &json!("checkout"), &json!(false))
    );
    let history: Vec<bool> = told
        .list("/currentCustomer/consentHistory")
        .iter()
        .map(|it| it["isGiven"].as_bool().unwrap())
        .collect();
    assert_eq!(history, [true, false, true], "what is so already is not written down twice");
    assert_eq!(me(&shop, bob).await.list("/currentCustomer/consentHistory").len(), 0);
}

async fn a_consent_switched_often_is_kept_a_bounded_number_of_times(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    for turn in 0..104 {
        let wish = json!({ "purpose": "ANALYTICS", "isGiven": turn % 2 == 0 });
        made(change(&shop, ann, "customerConsentSet", "customer { id }", wish).await);
    }
    assert_eq!(shop.number("SELECT count(*) FROM consent_change").await, 100);
    let told = me(&shop, ann).await;
    assert_eq!(told.list("/currentCustomer/consents")[2]["isGiven"], json!(false), "the newest counts");
}

async fn staff_have_no_account_page(shop: TestShop) {
    let asked = shop.query("{ currentCustomer { id } }").asked_by_staff(&[Permission::CustomersRead]).await;
    assert_eq!(asked.at("/currentCustomer"), &json!(null));
    let text = "mutation { customerUpdate(input: { name: \"x\" }) { customer { id } } }";
    let refused = shop.query(text).asked_by_staff(&[Permission::CustomersWrite]).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert!(shop.query("{ currentCustomer { id } }").await.is_refused, "nobody is signed in");
}

/// All that a customer told is sealed: no table holds it as it was typed.
async fn nothing_personal_stands_in_a_table(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let told = json!({ "name": "Annegret Zweig", "phone": "+49 30 901820", "birthday": "1990-12-31" });
    made(change(&shop, ann, "customerUpdate", "customer { id }", told).await);
    super::add(&shop, ann, super::address("Invalidenstr. 43")).await;
    let wish = json!({ "purpose": "ANALYTICS", "isGiven": true, "source": "Ann's page" });
    made(change(&shop, ann, "customerConsentSet", "customer { id }", wish).await);
    let mut kept = shop.rows("SELECT phone FROM customer_profile").await;
    kept.extend(shop.rows("SELECT birthday FROM customer_profile").await);
    kept.extend(shop.rows("SELECT sealed FROM customer_address").await);
    kept.extend(shop.rows("SELECT source FROM consent_change").await);
    kept.extend(shop.rows("SELECT name FROM account").await);
    kept.extend(shop.rows("SELECT email FROM account").await);
    assert_eq!(kept.len(), 6);
    for text in kept {
        for typed in ["Annegret", "Zweig", "901820", "1990", "Invaliden", "example.com"] {
            assert!(!text.contains(typed), "{text}");
        }
    }
}

async fn a_sealed_source_moved_to_another_row_does_not_open(shop: TestShop) {
    for (email, source) in [(ANN, "newsletter box"), (BOB, "on the phone")] {
        let somebody = signed_in(&shop, email).await;
        let wish = json!({ "purpose": "ANALYTICS", "isGiven": true, "source": source });
        made(change(&shop, somebody, "customerConsentSet", "customer { id }", wish).await);
    }
    let read = "{ customers { nodes { consents { source } } } }";
    let told = shop.query(read).asked_by_staff(&[Permission::CustomersRead]).await;
    let told = told.json.to_string();
    assert!(told.contains("newsletter box") && told.contains("on the phone"), "{told}");
    shop.sql("UPDATE consent_change SET source = (SELECT source FROM consent_change ORDER BY id LIMIT 1)")
        .await;
    let told = shop.query(read).asked_by_staff(&[Permission::CustomersRead]).await;
    assert_eq!(told.code(), "INTERNAL");
}
