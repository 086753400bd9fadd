//! The address book and its defaults.

use serde_json::{Value, json};

use super::{ANN, BOB, add, address, change, made, me, one, refused, signed_in};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: addresses_come_and_go, bad_addresses_are_refused_at_their_fields, a_strangers_address_is_not_found,
        the_book_is_bounded, two_defaults_at_once_leave_one, a_default_that_is_deleted_while_it_is_chosen_is_none,
        a_sealed_address_moved_to_another_row_does_not_open;
}

const SHOW: &str = "address { id line1 line2 country isDefaultShipping isDefaultBilling } \
    customer { defaultShippingAddress { line1 } defaultBillingAddress { line1 } }";

fn with(mut input: Value, more: &Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn addresses_come_and_go(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let first = made(change(&shop, ann, "customerAddressCreate", SHOW, address("Invalidenstr. 43")).await);
    assert_eq!(first["address"]["isDefaultShipping"], true, "the first one is the default");
    assert_eq!(first["customer"]["defaultBillingAddress"]["line1"], "Invalidenstr. 43");
    let second =
        with(address("Am Kupfergraben 5"), &json!({ "isDefaultShipping": true, "line2": "c/o Pergamon" }));
    let second = made(change(&shop, ann, "customerAddressCreate", SHOW, second).await);
    assert_eq!(second["customer"]["defaultShippingAddress"]["line1"], "Am Kupfergraben 5");
    assert_eq!(second["customer"]["defaultBillingAddress"]["line1"], "Invalidenstr. 43");

    let id = second["address"]["id"].clone();
    let edit =
        json!({ "id": id, "line1": "Bodestr. 1", "line2": null, "country": "CH", "isDefaultBilling": true });
    let edited = made(change(&shop, ann, "customerAddressUpdate", SHOW, edit).await)["address"].clone();
    let expected = json!({ "id": id, "line1": "Bodestr. 1", "line2": "", "country": "CH",
        "isDefaultShipping": true, "isDefaultBilling": true });
    assert_eq!(edited, expected);
    let off = json!({ "id": id, "isDefaultBilling": false });
    let off = made(change(&shop, ann, "customerAddressUpdate", SHOW, off).await);
    assert_eq!(off["customer"]["defaultBillingAddress"], Value::Null);

    let show = "deletedId customer { addresses { line1 } defaultShippingAddress { id } }";
    let gone = made(change(&shop, ann, "customerAddressDelete", show, json!({ "id": id })).await);
    assert_eq!(gone["deletedId"], id);
    assert_eq!(
        gone["customer"],
        json!({ "addresses": [{ "line1": "Invalidenstr. 43" }], "defaultShippingAddress": null })
    );
    let again = change(&shop, ann, "customerAddressDelete", show, json!({ "id": id })).await;
    assert_eq!(refused(&again), one("NOT_FOUND", "id"));
    add(&shop, ann, address("Third Street 3")).await;
    assert_eq!(me(&shop, ann).await.text("/currentCustomer/defaultShippingAddress/line1"), "Third Street 3");
}

async fn bad_addresses_are_refused_at_their_fields(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    for (more, place) in [
        (json!({ "country": "de" }), "country"),
        (json!({ "country": "UK" }), "country"),
        (json!({ "country": "" }), "country"),
        (json!({ "line1": "" }), "line1"),
        (json!({ "line1": "x".repeat(201) }), "line1"),
        (json!({ "line2": "a\u{0}b" }), "line2"),
        (json!({ "city": "  " }), "city"),
        (json!({ "postalCode": "x".repeat(21) }), "postalCode"),
        (json!({ "phone": "x" }), "phone"),
    ] {
        let input = with(address("Invalidenstr. 43"), &more);
        let payload = change(&shop, ann, "customerAddressCreate", SHOW, input.clone()).await;
        assert_eq!(refused(&payload), one("INVALID", place), "{input}");
    }
    let id = add(&shop, ann, address("Invalidenstr. 43")).await;
    let edit = json!({ "id": id, "city": "", "country": "XX" });
    let payload = change(&shop, ann, "customerAddressUpdate", SHOW, edit).await;
    assert_eq!(refused(&payload).len(), 2, "{payload}");
    assert_eq!(shop.number("SELECT count(*) FROM customer_address").await, 1);
}

async fn a_strangers_address_is_not_found(shop: TestShop) {
    let (ann, bob) = (signed_in(&shop, ANN).await, signed_in(&shop, BOB).await);
    let id = add(&shop, ann, address("Invalidenstr. 43")).await;
    let edit = json!({ "id": id, "line1": "Mine now", "isDefaultShipping": true });
    let payload = change(&shop, bob, "customerAddressUpdate", SHOW, edit).await;
    assert_eq!(refused(&payload), one("NOT_FOUND", "id"));
    let payload = change(&shop, bob, "customerAddressDelete", "deletedId", json!({ "id": id })).await;
    assert_eq!(refused(&payload), one("NOT_FOUND", "id"));
    for none in ["adr_01h455vb4pex5vsknk084sn02q", "acc_01h455vb4pex5vsknk084sn02q", "", "1"] {
        let payload = change(&shop, bob, "customerAddressDelete", "deletedId", json!({ "id": none })).await;
        assert_eq!(refused(&payload), one("NOT_FOUND", "id"), "{none}");
    }
    assert_eq!(me(&shop, bob).await.at("/currentCustomer/addresses"), &json!([]));
    assert_eq!(me(&shop, ann).await.text("/currentCustomer/addresses/0/line1"), "Invalidenstr. 43");
}

async fn the_book_is_bounded(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    for number in 0..50 {
        add(&shop, ann, address(&format!("Street {number}"))).await;
    }
    let payload = change(&shop, ann, "customerAddressCreate", SHOW, address("One more")).await;
    assert_eq!(refused(&payload), one("INVALID", ""));
    assert_eq!(me(&shop, ann).await.list("/currentCustomer/addresses").len(), 50);
}

async fn two_defaults_at_once_leave_one(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        ids.push(add(&shop, ann, address(&format!("Street {number}"))).await);
    }
    for _ in 0..5 {
        let choose = |id: &Value| {
            let input = json!({ "id": id, "isDefaultShipping": true, "isDefaultBilling": true });
            change(&shop, ann, "customerAddressUpdate", "address { id }", input)
        };
        for payload in futures_util::future::join_all(ids.iter().map(choose)).await {
            made(payload);
        }
        let told = me(&shop, ann).await;
        let book = told.list("/currentCustomer/addresses");
        for flag in ["isDefaultShipping", "isDefaultBilling"] {
            assert_eq!(book.iter().filter(|it| it[flag] == true).count(), 1, "{book:?}");
        }
    }
}

async fn a_default_that_is_deleted_while_it_is_chosen_is_none(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    add(&shop, ann, address("Stays 1")).await;
    for number in 0..6 {
        let id = add(&shop, ann, address(&format!("Street {number}"))).await;
        let choose = json!({ "id": id, "isDefaultShipping": true });
        let (chosen, gone) = tokio::join!(
            change(&shop, ann, "customerAddressUpdate", "address { id }", choose),
            change(&shop, ann, "customerAddressDelete", "deletedId", json!({ "id": id })),
        );
        made(gone);
        assert!(refused(&chosen).is_empty() || refused(&chosen) == one("NOT_FOUND", "id"), "{chosen}");
        let dangling = "SELECT count(*) FROM customer_profile p WHERE p.default_shipping IS NOT NULL AND NOT EXISTS \
                        (SELECT 1 FROM customer_address a WHERE a.id = p.default_shipping)";
        assert_eq!(shop.number(dangling).await, 0);
    }
    assert_eq!(me(&shop, ann).await.list("/currentCustomer/addresses").len(), 1);
}

/// What is sealed is bound to its row: whoever can write to the database cannot pass one address off as another.
async fn a_sealed_address_moved_to_another_row_does_not_open(shop: TestShop) {
    let ann = signed_in(&shop, ANN).await;
    add(&shop, ann, address("Invalidenstr. 43")).await;
    add(&shop, ann, address("Bodestr. 1")).await;
    shop.sql(
        "UPDATE customer_address SET sealed = (SELECT sealed FROM customer_address ORDER BY id LIMIT 1)",
    )
    .await;
    let told = me(&shop, ann).await;
    assert_eq!(told.code(), "INTERNAL");
    assert!(!told.json.to_string().contains("Invalidenstr"), "{}", told.json);
}
