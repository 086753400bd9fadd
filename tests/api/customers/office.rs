//! What staff see and change of customers.

use entity::id::AccountId;
use serde_json::{Value, json};
use vitrine::services::{Permission, Viewer};

use super::{ANN, BOB, add, address, change, made, one, refused, signed_in};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{staff_member, staff_with};

on_each_engine! {
    empty: staff_find_customers, lists_of_customers_are_read_in_a_fixed_number_of_statements,
        staff_write_down_what_customers_tell, staff_are_no_customers;
}

async fn staff(shop: &TestShop, permissions: &[Permission]) -> Viewer {
    let (_, viewer) = staff_member(shop, "owner@example.com", "owner").await;
    staff_with(viewer, permissions.iter().copied().collect())
}

async fn staff_find_customers(shop: TestShop) {
    let (ann, bob) = (signed_in(&shop, ANN).await, signed_in(&shop, BOB).await);
    add(&shop, ann, address("Invalidenstr. 43")).await;
    let staff = staff(&shop, &[Permission::CustomersRead]).await;
    let all = "query ($email: String, $first: Int, $after: String) { customers(email: $email, first: $first, after: $after) \
               { nodes { id email name addresses { line1 } } pageInfo { hasNextPage endCursor } totalCount } }";
    let told = shop.query(all).asked_by(staff).await;
    assert_eq!(told.texts("/customers/nodes", "/email"), [BOB, ANN], "the newest first, and no staff");
    assert_eq!(told.number("/customers/totalCount"), 2);
    assert_eq!(told.text("/customers/nodes/1/addresses/0/line1"), "Invalidenstr. 43");

    let page = shop.query(all).variable("first", 1).asked_by(staff).await;
    assert_eq!(page.at("/customers/pageInfo/hasNextPage"), &json!(true));
    let next =
        shop.query(all).variable("after", page.text("/customers/pageInfo/endCursor")).asked_by(staff).await;
    assert_eq!(next.texts("/customers/nodes", "/email"), [ANN]);

    let found = shop.query(all).variable("email", " Ann.ZWEIG@example.com ").asked_by(staff).await;
    assert_eq!(
        (found.texts("/customers/nodes", "/email"), found.number("/customers/totalCount")),
        (vec![ANN.to_owned()], 1)
    );
    for part in ["ann", "zweig@example.com", "owner@example.com", "", "%", &"x".repeat(10_000)] {
        let none = shop.query(all).variable("email", part).asked_by(staff).await;
        assert_eq!(none.list("/customers/nodes").len(), 0, "{part}");
    }
    let text = "query ($id: ID!) { customer(id: $id) { email } }";
    let id = told.text("/customers/nodes/0/id").to_owned();
    assert_eq!(
        shop.query(text).variable("id", id.as_str()).asked_by(staff).await.text("/customer/email"),
        BOB
    );
    for other in ["acc_01h455vb4pex5vsknk084sn02q", "prd_01h455vb4pex5vsknk084sn02q", ""] {
        assert_eq!(
            shop.query(text).variable("id", other).asked_by(staff).await.at("/customer"),
            &Value::Null
        );
    }
    assert!(
        shop.query(text).variable("id", id.as_str()).asked_by(bob).await.is_refused,
        "customers see nobody else"
    );
}

async fn lists_of_customers_are_read_in_a_fixed_number_of_statements(shop: TestShop) {
    let staff = staff(&shop, &[Permission::CustomersRead]).await;
    let text = "{ customers(first: 50) { nodes { email phone birthday addresses { line1 } defaultShippingAddress { city } \
                consents { isGiven } } } }";
    let mut counts = Vec::new();
    for number in 0..6 {
        let somebody = signed_in(&shop, &format!("customer{number}@example.com")).await;
        for street in 0..=number {
            add(&shop, somebody, address(&format!("Street {street}"))).await;
        }
        if number >= 1 {
            counts.push(shop.query(text).asked_by(staff).await.statements());
        }
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
}

async fn staff_write_down_what_customers_tell(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let staff = staff(&shop, &[Permission::CustomersRead, Permission::CustomersWrite]).await;
    let told = shop.query("{ customers { nodes { id } } }").asked_by(staff).await;
    let id = told.text("/customers/nodes/0/id").to_owned();
    let show = "customer { name phone consents { purpose isGiven source isByStaff } }";
    let input = json!({ "id": id, "name": "Ann Lee", "phone": "112" });
    let payload = made(change(&shop, staff, "staffCustomerUpdate", show, input).await);
    assert_eq!(
        (&payload["customer"]["name"], &payload["customer"]["phone"]),
        (&json!("Ann Lee"), &json!("112"))
    );
    let input = json!({ "id": id, "purpose": "SMS_MARKETING", "isGiven": true, "source": "phone" });
    let payload = made(change(&shop, staff, "staffCustomerConsentSet", show, input).await);
    let sms = json!({ "purpose": "SMS_MARKETING", "isGiven": true, "source": "phone", "isByStaff": true });
    assert_eq!(payload["customer"]["consents"][1], sms);
    assert_eq!(super::me(&shop, ann).await.at("/currentCustomer/consents/1/isByStaff"), &json!(true));
}

async fn staff_are_no_customers(shop: TestShop) {
    let rights = [Permission::CustomersRead, Permission::CustomersWrite, Permission::CustomersPrivacy];
    let staff = staff(&shop, &rights).await;
    let own = vitrine_id(staff.account().unwrap());
    let text = "query ($id: ID!) { customer(id: $id) { email } staffCustomerDataExport(id: $id) { json } }";
    let asked = shop.query(text).variable("id", own.as_str()).asked_by(staff).await;
    assert_eq!(asked.data(), &json!({ "customer": null, "staffCustomerDataExport": null }));
    for (field, show, more) in [
        ("staffCustomerUpdate", "customer { id }", json!({ "name": "x" })),
        ("staffCustomerConsentSet", "customer { id }", json!({ "purpose": "ANALYTICS", "isGiven": true })),
        ("staffCustomerErase", "erasedAt", json!({})),
    ] {
        let mut input = json!({ "id": own });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = change(&shop, staff, field, show, input).await;
        assert_eq!(refused(&payload), one("NOT_FOUND", "id"), "{field}");
    }
    assert_eq!(shop.number("SELECT count(*) FROM account WHERE kind = 1").await, 1);
}

/// An account's id as clients see it.
pub fn vitrine_id(id: AccountId) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let bits = id.0.as_u128();
    let letters =
        (0..26).rev().map(|place| char::from(ALPHABET[usize::try_from((bits >> (5 * place)) & 31).unwrap()]));
    format!("acc_{}", letters.collect::<String>())
}
