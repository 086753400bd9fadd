//! Telling a person all that is known about them, and forgetting them.

use serde_json::{Value, json};
use vitrine::infrastructure::database::Database;
use vitrine::services::identity::{AccountKind, Settings, authenticate, customer_by_email, refresh};
use vitrine::services::personal::Personal;
use vitrine::services::{AppContext, Error, Permission, Reason, customers, identity};

use super::office::vitrine_id;
use super::{ANN, BOB, account, add, address, change, made, me, one, refused, signed_in};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{PASSWORD, at, customer_signs_in, enter, is_signed_in, mails, problem, staff_member};

on_each_engine! {
    empty: an_export_tells_everything_of_one_person, erasing_oneself_needs_the_password, erased_twice_the_answer_is_the_same,
        staff_erase_and_are_told_the_same_again, no_session_survives_an_erasure, erasing_at_once_and_signing_in_at_once,
        the_address_is_free_again, what_has_to_be_finished_first_is_told_and_nothing_is_lost, what_is_over_goes_after_its_days;
}

/// A customer who told all there is to tell.
pub async fn known(shop: &TestShop, email: &str) -> vitrine::services::Viewer {
    let viewer = signed_in(shop, email).await;
    let told = json!({ "name": "Annegret Zweigle", "phone": "+49 30 901820", "birthday": "1990-12-31" });
    made(change(shop, viewer, "customerUpdate", "customer { id }", told).await);
    let mut home = address("Invalidenstr. 43");
    home["phone"] = json!("+49 171 555777");
    add(shop, viewer, home).await;
    let wish = json!({ "purpose": "EMAIL_MARKETING", "isGiven": true, "source": "newsletter box" });
    made(change(shop, viewer, "customerConsentSet", "customer { id }", wish).await);
    viewer
}

async fn an_export_tells_everything_of_one_person(shop: TestShop) {
    let (ann, bob) = (known(&shop, ANN).await, signed_in(&shop, BOB).await);
    let text = "{ customerDataExport { filename json writtenAt } }";
    let reply = shop.query(text).asked_by(ann).await;
    assert_eq!(reply.text("/customerDataExport/filename"), "personal-data-2027-01-15.json");
    let json = reply.text("/customerDataExport/json");
    let file: Value = serde_json::from_str(json).unwrap();
    let person = &file["person"];
    assert_eq!(
        (&person["account"]["email"], &person["account"]["name"]),
        (&json!(ANN), &json!("Annegret Zweigle"))
    );
    assert_eq!(person["account"]["devices"][0]["name"], "Test device");
    assert_eq!(
        (&person["customer"]["phone"], &person["customer"]["birthday"]),
        (&json!("+49 30 901820"), &json!("1990-12-31"))
    );
    assert_eq!(person["customer"]["addresses"][0]["line1"], "Invalidenstr. 43");
    assert_eq!(person["customer"]["consents"][0]["source"], "newsletter box");
    let parts: Vec<&str> = person.as_object().unwrap().keys().map(String::as_str).collect();
    let registered: std::collections::BTreeSet<&str> =
        vitrine::app::PERSONAL.iter().map(|part| part.name).collect();
    assert_eq!(
        parts,
        registered.into_iter().collect::<Vec<_>>(),
        "every module that is listed tells what it knows"
    );
    for secret in [BOB, PASSWORD, "$argon2", "hash"] {
        assert!(!json.contains(secret), "{secret}: {json}");
    }

    let id = vitrine_id(account(bob));
    let of = "query ($id: ID!) { staffCustomerDataExport(id: $id) { json } }";
    let staff =
        shop.query(of).variable("id", id.as_str()).asked_by_staff(&[Permission::CustomersPrivacy]).await;
    assert!(staff.text("/staffCustomerDataExport/json").contains(BOB));
    let reader =
        shop.query(of).variable("id", id.as_str()).asked_by_staff(&[Permission::CustomersRead]).await;
    assert!(reader.is_refused, "reading is not exporting");
    let none = shop.query(text).asked_by_staff(&[Permission::CustomersPrivacy]).await;
    assert_eq!(none.at("/customerDataExport"), &Value::Null);
}

async fn erasing_oneself_needs_the_password(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    for input in [json!({}), json!({ "password": null }), json!({ "password": "wrong horse" })] {
        let payload = change(&shop, ann, "customerErase", "erasedAt", input).await;
        assert_eq!(refused(&payload), one("WRONG_CREDENTIALS", "password"));
    }
    assert_eq!(me(&shop, ann).await.text("/currentCustomer/name"), "Annegret Zweigle");
    let text = "mutation { customerErase(input: { password: \"x\" }) { erasedAt } }";
    assert_eq!(shop.query(text).asked_by_staff(&[Permission::CustomersPrivacy]).await.code(), "FORBIDDEN");
}

async fn erased_twice_the_answer_is_the_same(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    let bob = known(&shop, BOB).await;
    let id = account(ann);
    let first = customers::erase(&shop.app, id).await.unwrap();
    at(&shop, 60);
    assert_eq!(customers::erase(&shop.app, id).await.unwrap(), first);
    let (one, other) =
        tokio::join!(customers::erase(&shop.app, account(bob)), customers::erase(&shop.app, account(bob)));
    assert_eq!(one.unwrap(), other.unwrap());
    for table in [
        "account",
        "data_key",
        "session",
        "one_time_code",
        "customer_profile",
        "customer_address",
        "consent_change",
    ] {
        assert_eq!(shop.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(shop.number("SELECT count(*) FROM erased_account").await, 2);
    let never = entity::id::AccountId::generate();
    assert_eq!(problem(customers::erase(&shop.app, never).await), (Reason::NotFound, "id".to_owned()));
}

async fn staff_erase_and_are_told_the_same_again(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let input = json!({ "id": vitrine_id(account(ann)) });
    let first = made(change(&shop, owner, "staffCustomerErase", "erasedAt", input.clone()).await);
    at(&shop, 3_600);
    let again = made(change(&shop, owner, "staffCustomerErase", "erasedAt", input.clone()).await);
    assert_eq!(first["erasedAt"], again["erasedAt"]);
    let text = "query ($id: ID!) { customer(id: $id) { email } staffCustomerDataExport(id: $id) { json } }";
    let gone = shop.query(text).variable("id", input["id"].clone()).asked_by(owner).await;
    assert_eq!(gone.data()["customer"], Value::Null);
    let named = change(
        &shop,
        owner,
        "staffCustomerUpdate",
        "customer { id }",
        json!({ "id": input["id"], "name": "x" }),
    )
    .await;
    assert_eq!(refused(&named), one("NOT_FOUND", "id"));
    assert!(
        authenticate(
            &shop.app,
            &enter(&shop, AccountKind::Staff, "owner@example.com", PASSWORD).await.unwrap().access_token
        )
        .await
        .is_ok()
    );
}

async fn no_session_survives_an_erasure(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    assert!(is_signed_in(&shop, &tokens).await);
    let payload =
        made(change(&shop, ann, "customerErase", "erasedAt", json!({ "password": PASSWORD })).await);
    assert!(payload["erasedAt"].is_string());
    assert!(!is_signed_in(&shop, &tokens).await, "not even a token that was believed a moment ago");
    assert!(matches!(refresh(&shop.app, &tokens.refresh_token).await, Err(Error::Problems(_))));
    assert!(enter(&shop, AccountKind::Customer, ANN, PASSWORD).await.is_err());
    assert_eq!(me(&shop, ann).await.at("/currentCustomer"), &Value::Null);
    let late = change_code(&shop, ann).await;
    assert_eq!(late, "UNAUTHENTICATED", "what was admitted before the erasure changes nothing after it");
    assert!(customer_by_email(&shop.app, ANN).await.unwrap().is_none());
    assert!(mails(&shop).iter().all(|mail| mail.to != ANN), "mails that were kept are forgotten");
}

async fn change_code(shop: &TestShop, viewer: vitrine::services::Viewer) -> String {
    let text = "mutation { customerUpdate(input: { phone: \"112\" }) { customer { id } } }";
    shop.query(text).asked_by(viewer).await.code().to_owned()
}

async fn erasing_at_once_and_signing_in_at_once(shop: TestShop) {
    for round in 0..4 {
        let email = format!("racer{round}@example.com");
        let ann = known(&shop, &email).await;
        let signing_in = futures_util::future::join_all(
            (0..4).map(|_| enter(&shop, AccountKind::Customer, &email, PASSWORD)),
        );
        let (erased, tokens) = tokio::join!(customers::erase(&shop.app, account(ann)), signing_in);
        erased.unwrap();
        for tokens in tokens.into_iter().flatten() {
            assert!(!is_signed_in(&shop, &tokens).await, "a session survived");
        }
        assert_eq!(shop.number("SELECT count(*) FROM session").await, 0);
    }
}

async fn the_address_is_free_again(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    customers::erase(&shop.app, account(ann)).await.unwrap();
    let again = signed_in(&shop, ANN).await;
    assert_ne!(account(again), account(ann));
    let fresh = me(&shop, again).await;
    assert_eq!(fresh.at("/currentCustomer/addresses"), &json!([]));
    assert_eq!(fresh.at("/currentCustomer/consentHistory"), &json!([]));
}

/// Somebody with an order on its way, as a module to come will say it.
const ORDERS: Personal = Personal {
    name: "orders",
    export: |_, _| Box::pin(async { Ok(json!([])) }),
    keep: Some(|_, _| Box::pin(async { Ok(Some("an order is on its way".to_owned())) })),
    erase: |_, _| Box::pin(async { Err(Error::internal("nobody may come here")) }),
};

/// A module that fails when all others have forgotten the person: it stands first, so it comes last.
const BROKEN: Personal = Personal { name: "broken", keep: None, ..ORDERS };

static WITH_ORDERS: [Personal; 3] = [identity::PERSONAL, customers::PERSONAL, ORDERS];
static WITH_BROKEN: [Personal; 3] = [BROKEN, identity::PERSONAL, customers::PERSONAL];

async fn what_has_to_be_finished_first_is_told_and_nothing_is_lost(shop: TestShop) {
    let ann = known(&shop, ANN).await;
    let before = me(&shop, ann).await.json["data"].clone();
    for (personal, is_told) in [(&WITH_ORDERS, true), (&WITH_BROKEN, false)] {
        let database = Database::connect(&shop.address, 2).await.unwrap();
        let app = AppContext::new(database, shop.clock.clone(), &[], personal, 100).await.unwrap();
        app.open_identity(Settings::quick().unwrap()).await.unwrap();
        match customers::erase(&app, account(ann)).await {
            Err(Error::Problems(told)) if is_told => {
                assert_eq!(
                    (told[0].reason, told[0].message.as_str()),
                    (Reason::InUse, "an order is on its way")
                );
            }
            Err(Error::Internal(_)) if !is_told => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(me(&shop, ann).await.json["data"], before, "all of it or nothing");
        assert_eq!(shop.number("SELECT count(*) FROM erased_account").await, 0);
    }
    customers::erase(&shop.app, account(ann)).await.unwrap();
}

/// What is over goes after the days that the operator set, and not before; what counts stays.
async fn what_is_over_goes_after_its_days(shop: TestShop) {
    const DAY: i64 = 86_400;
    let ann = signed_in(&shop, ANN).await;
    let other = customer_signs_in(&shop, ANN).await;
    let gone = authenticate(&shop.app, &other.access_token).await.unwrap();
    identity::sign_out(&shop.app, &gone, None).await.unwrap();
    let rows = async |table: &str| shop.number(&format!("SELECT count(*) FROM {table}")).await;
    let codes = rows("one_time_code").await;
    assert!(codes > 0);
    at(&shop, 29 * DAY);
    identity::tidy(&shop.app).await.unwrap();
    assert_eq!((rows("session").await, rows("one_time_code").await), (2, codes));
    at(&shop, 30 * DAY + 60);
    identity::tidy(&shop.app).await.unwrap();
    assert_eq!(rows("session").await, 1, "the device that is signed in stays");
    at(&shop, 32 * DAY);
    identity::tidy(&shop.app).await.unwrap();
    assert_eq!(rows("one_time_code").await, 0);
    assert_eq!(me(&shop, ann).await.text("/currentCustomer/email"), ANN);
}
