//! Wishlists of customers and visitors.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};
use vitrine::services::Viewer;
use vitrine::workers::sweep;

use super::{change, made, moderates, shopper, wrong};
use crate::backoffice::{product, unknown, variant};
use crate::harness::{Engine, Reply, TestShop, now, on_each_engine};

on_each_engine! {
    sample: a_visitor_keeps_a_wishlist_by_its_token, a_customer_has_several_wishlists,
        a_wishlist_of_ten_thousand_is_refused, what_is_no_longer_on_offer_is_told_and_not_lost,
        a_visitors_wishlist_is_taken_over_on_sign_in, what_does_not_fit_is_told_and_kept,
        taking_over_at_once_adds_each_item_once, wishlists_of_visitors_who_are_gone_are_forgotten,
        wishlists_take_as_many_statements_for_one_as_for_many, strangers_wishlists_are_not_found;
}

const LIST: &str = "wishlist { id name isDefault items(first: 100) { totalCount nodes { id title isOffered \
                    product { handle } variant { id } } } }";

async fn products(shop: &TestShop, count: usize) -> Vec<String> {
    let reply = shop.query(&format!("{{ products(first: {count}) {{ nodes {{ id }} }} }}")).await;
    let ids = reply.texts("/products/nodes", "/id");
    assert_eq!(ids.len(), count);
    ids
}

fn items(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({ "productId": id })).collect()
}

fn add(shop: &TestShop, viewer: Viewer, input: Value) -> crate::harness::Ask {
    change(shop, "wishlistItemsAdd", input, &format!("token added known {LIST}")).asked_by(viewer)
}

fn merge(shop: &TestShop, viewer: Viewer, token: &str) -> crate::harness::Ask {
    let read = format!("added known left {LIST}");
    change(shop, "wishlistMerge", json!({ "token": token }), &read).asked_by(viewer)
}

/// A visitor's wishlist with these on it: its token.
async fn visitors(shop: &TestShop, ids: &[String]) -> String {
    let reply = add(shop, Viewer::Anonymous, json!({ "items": items(ids) })).await;
    made(&reply)["token"].as_str().unwrap().to_owned()
}

#[track_caller]
fn handles(reply: &Reply) -> Vec<String> {
    reply.texts("/it/wishlist/items/nodes", "/product/handle")
}

async fn a_visitor_keeps_a_wishlist_by_its_token(shop: TestShop) {
    let (mug, pot) = (product(&shop, "cafe-mug").await, product(&shop, "tarn-teapot").await);
    let mug_variant = variant(&shop, "cafe-mug").await;
    let first = add(&shop, Viewer::Anonymous, json!({ "items": items(std::slice::from_ref(&pot)) })).await;
    let token = made(&first)["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("vwl_") && token.len() > 40);
    let chosen = json!([{ "productId": mug, "variantId": mug_variant }, { "productId": mug }, { "productId": pot },
        { "productId": mug }]);
    let second = add(&shop, Viewer::Anonymous, json!({ "token": token, "items": chosen })).await;
    assert_eq!((second.number("/it/added"), second.number("/it/known")), (2, 2));
    assert_eq!(second.at("/it/token"), &Value::Null);
    assert_eq!(handles(&second), ["tarn-teapot", "cafe-mug", "cafe-mug"]);
    assert_eq!(second.text("/it/wishlist/items/nodes/1/variant/id"), mug_variant);
    assert_eq!(second.at("/it/wishlist/items/nodes/2/variant"), &Value::Null);

    let kept = shop.rows("SELECT coalesce(token_hash, '') || name FROM wishlist").await.concat();
    assert!(!kept.contains(&token) && !kept.contains(&token[4..]), "{kept}");
    let read = "query ($token: String) { wishlist(token: $token) { id items { totalCount } } }";
    let found = shop.query(read).variable("token", token.as_str()).await;
    assert_eq!(found.number("/wishlist/items/totalCount"), 3);
    for other in ["", "x", "vwl_", &token[..token.len() - 1], &token.to_uppercase(), &"x".repeat(100_000)] {
        let reply = shop.query(read).variable("token", other).await;
        assert_eq!(reply.at("/wishlist"), &Value::Null);
        let put = add(
            &shop,
            Viewer::Anonymous,
            json!({ "token": other, "items": items(std::slice::from_ref(&mug)) }),
        )
        .await;
        assert_eq!(wrong(&put), ["NOT_FOUND token"]);
    }
    let item = second.text("/it/wishlist/items/nodes/1/id");
    let off = json!({ "token": token, "itemIds": [item, unknown("wsi"), "x"] });
    let off = change(&shop, "wishlistItemsRemove", off, LIST).await;
    made(&off);
    assert_eq!(handles(&off), ["tarn-teapot", "cafe-mug"]);
    // What is put there again goes to the end.
    let again = json!({ "token": token, "items": [{ "productId": mug, "variantId": mug_variant }] });
    let again = add(&shop, Viewer::Anonymous, again).await;
    assert_eq!(again.text("/it/wishlist/items/nodes/2/variant/id"), mug_variant);
    let gone = change(&shop, "wishlistDelete", json!({ "token": token }), "deletedId").await;
    made(&gone);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist_item").await, 0);
}

async fn a_customer_has_several_wishlists(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    assert_eq!(
        shop.query("{ wishlist { id } wishlists { id } }").asked_by(ann).await.data(),
        &json!({ "wishlist": null, "wishlists": [] })
    );
    let own = add(&shop, ann, json!({ "items": items(&products(&shop, 3).await) })).await;
    made(&own);
    assert_eq!(own.at("/it/token"), &Value::Null);
    assert_eq!((own.at("/it/wishlist/name"), own.at("/it/wishlist/isDefault")), (&Value::Null, &json!(true)));
    let named = change(&shop, "wishlistCreate", json!({ "name": " Wedding " }), LIST).asked_by(ann).await;
    assert_eq!(
        (made(&named)["wishlist"]["name"].as_str(), named.at("/it/wishlist/isDefault")),
        (Some("Wedding"), &json!(false))
    );
    let id = named.text("/it/wishlist/id");
    let put = add(&shop, ann, json!({ "id": id, "items": items(&products(&shop, 2).await) })).await;
    assert_eq!(put.number("/it/added"), 2);
    let renamed =
        change(&shop, "wishlistRename", json!({ "id": id, "name": "Birthday" }), LIST).asked_by(ann).await;
    assert_eq!(made(&renamed)["wishlist"]["name"], "Birthday");
    for name in ["", " ", "a\nb", &"x".repeat(101)] {
        let refused = change(&shop, "wishlistCreate", json!({ "name": name }), LIST).asked_by(ann).await;
        assert_eq!(wrong(&refused), ["INVALID name"]);
    }
    let wrong_items = json!([{ "productId": unknown("prd") }, { "productId": product(&shop, "cafe-mug").await,
        "variantId": variant(&shop, "tarn-teapot").await }]);
    let refused = add(&shop, ann, json!({ "items": wrong_items })).await;
    assert_eq!(wrong(&refused), ["NOT_FOUND items.0.productId", "NOT_FOUND items.1.variantId"]);

    let gone = change(&shop, "wishlistDelete", json!({}), "deletedId").asked_by(ann).await;
    made(&gone);
    let left = shop.query("{ wishlist { name } wishlists { name isDefault } }").asked_by(ann).await;
    assert_eq!(
        left.data(),
        &json!({ "wishlist": { "name": "Birthday" },
        "wishlists": [{ "name": "Birthday", "isDefault": true }] })
    );
    for number in 2..=20 {
        let input = json!({ "name": format!("List {number}") });
        made(&change(&shop, "wishlistCreate", input, LIST).asked_by(ann).await);
    }
    let refused = change(&shop, "wishlistCreate", json!({ "name": "One more" }), LIST).asked_by(ann).await;
    assert_eq!(wrong(&refused), ["INVALID "]);
    let staff = moderates(change(&shop, "wishlistCreate", json!({ "name": "x" }), LIST)).await;
    assert_eq!(staff.code(), "FORBIDDEN");
}

/// Puts made-up things on the one list that there is, whose products are gone.
async fn fill(shop: &TestShop, count: usize) {
    let (list, key) = match shop.engine {
        Engine::Sqlite => ("(SELECT id FROM wishlist)", "randomblob(16)"),
        Engine::Postgres => ("(SELECT id FROM wishlist)", "gen_random_uuid()"),
    };
    shop.sql(&format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) \
         INSERT INTO wishlist_item (id, wishlist_id, position, product_id, title, added_at) \
         SELECT {key}, {list}, 1000 + n, {key}, 'Gone ' || n, 1 FROM n"
    ))
    .await;
}

async fn a_wishlist_of_ten_thousand_is_refused(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let ids = products(&shop, 3).await;
    let many: Vec<String> = ids.iter().cycle().take(10_000).cloned().collect();
    let large = json!({ "items": items(&many) });
    let refused = change(&shop, "wishlistItemsAdd", large.clone(), "added").asked_by(ann).await;
    assert_eq!(wrong(&refused), ["INVALID items"]);
    assert_eq!(
        add(&shop, ann, large).await.code(),
        "COST_EXCEEDED",
        "and before it is read, where more is asked for"
    );
    assert_eq!(wrong(&add(&shop, ann, json!({ "items": [] })).await), ["INVALID items"]);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist").await, 0);

    made(&add(&shop, ann, json!({ "items": items(&ids[..1]) })).await);
    fill(&shop, 498).await;
    let refused = add(&shop, ann, json!({ "items": items(&ids) })).await;
    assert_eq!(wrong(&refused), ["INVALID items"]);
    assert!(refused.text("/it/userErrors/0/message").contains("at most 500 items, and this one has 499"));
    let last = add(&shop, ann, json!({ "items": items(&ids[..2]) })).await;
    assert_eq!((last.number("/it/added"), last.number("/it/wishlist/items/totalCount")), (1, 500));
    let known = add(&shop, ann, json!({ "items": items(&ids[..2]) })).await;
    assert_eq!(
        (known.number("/it/added"), known.number("/it/known")),
        (0, 2),
        "a full list takes what it has"
    );
    assert_eq!(wrong(&add(&shop, ann, json!({ "items": items(&ids[2..]) })).await), ["INVALID items"]);
}

async fn what_is_no_longer_on_offer_is_told_and_not_lost(shop: TestShop) {
    let (mug, pot) = (product(&shop, "cafe-mug").await, product(&shop, "tarn-teapot").await);
    let chosen = variant(&shop, "tarn-teapot").await;
    let wished = json!([{ "productId": mug }, { "productId": pot, "variantId": chosen }]);
    let reply = add(&shop, Viewer::Anonymous, json!({ "items": wished })).await;
    let token = made(&reply)["token"].as_str().unwrap().to_owned();
    assert!(reply.list("/it/wishlist/items/nodes").iter().all(|item| item["isOffered"] == true));
    shop.sql("UPDATE product SET status = 1 WHERE handle = 'cafe-mug'").await;
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let delete = json!({ "id": chosen });
    let delete = crate::backoffice::change(&shop, "productVariantDelete", delete, "product { id }").await;
    crate::backoffice::made(&delete);

    let text = "query ($token: String) { wishlist(token: $token) { items { nodes { title isOffered product { handle } variant { id } } } } }";
    let told = shop.query(text).variable("token", token.as_str()).language("en").await;
    let titles = told.texts("/wishlist/items/nodes", "/title");
    assert_eq!(titles, ["Café mug".to_owned(), titles[1].clone()]);
    assert_eq!(told.at("/wishlist/items/nodes/0/product"), &Value::Null);
    assert_eq!(told.at("/wishlist/items/nodes/0/isOffered"), &json!(false));
    assert_eq!(told.text("/wishlist/items/nodes/1/product/handle"), "tarn-teapot");
    assert_eq!(told.at("/wishlist/items/nodes/1/variant"), &Value::Null);
    assert_eq!(told.at("/wishlist/items/nodes/1/isOffered"), &json!(false));
}

async fn a_visitors_wishlist_is_taken_over_on_sign_in(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    let ids = products(&shop, 5).await;
    made(&add(&shop, ann, json!({ "items": items(&ids[2..4]) })).await);
    let token = visitors(&shop, &ids[..3]).await;
    let merged = merge(&shop, ann, &token).await;
    made(&merged);
    assert_eq!((merged.number("/it/added"), merged.number("/it/known")), (2, 1));
    assert_eq!(merged.at("/it/left"), &json!([]));
    let order: Vec<String> = join_all([2, 3, 0, 1].map(|at| handle(&shop, &ids[at]))).await;
    assert_eq!(handles(&merged), order);

    let again = merge(&shop, ann, &token).await;
    assert_eq!((made(&again)["added"].as_i64(), again.number("/it/known")), (Some(0), 0));
    assert_eq!(handles(&again), order);
    assert_eq!(wrong(&merge(&shop, bob, &token).await), ["NOT_FOUND token"]);
    let put = add(&shop, Viewer::Anonymous, json!({ "token": token, "items": items(&ids[4..]) })).await;
    assert_eq!(wrong(&put), ["NOT_FOUND token"]);
    let read =
        shop.query("query ($t: String) { wishlist(token: $t) { id } }").variable("t", token.as_str()).await;
    assert_eq!(read.at("/wishlist"), &Value::Null);
    assert_eq!(wrong(&merge(&shop, ann, "vwl_nonsense").await), ["NOT_FOUND token"]);

    // Into one that is named, and where there is none yet.
    let named = change(&shop, "wishlistCreate", json!({ "name": "Later" }), LIST).asked_by(ann).await;
    let input = json!({ "token": visitors(&shop, &ids[..2]).await, "id": named.text("/it/wishlist/id") });
    let into = change(&shop, "wishlistMerge", input, LIST).asked_by(ann).await;
    assert_eq!((made(&into)["wishlist"]["name"].as_str(), handles(&into).len()), (Some("Later"), 2));
    let first = merge(&shop, bob, &visitors(&shop, &ids[..2]).await).await;
    assert_eq!(made(&first)["wishlist"]["isDefault"], true);
}

async fn handle(shop: &TestShop, id: &str) -> String {
    let reply = shop
        .query("query ($id: ID!) { node(id: $id) { ... on Product { handle } } }")
        .variable("id", id)
        .await;
    reply.text("/node/handle").to_owned()
}

async fn what_does_not_fit_is_told_and_kept(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let ids = products(&shop, 5).await;
    let full = add(&shop, ann, json!({ "items": items(&ids[..1]) })).await;
    made(&full);
    fill(&shop, 497).await;
    let token = visitors(&shop, &ids).await;
    let merged = merge(&shop, ann, &token).await;
    made(&merged);
    assert_eq!((merged.number("/it/added"), merged.number("/it/known")), (2, 1));
    assert_eq!(merged.list("/it/left").len(), 2);
    assert_eq!(merged.number("/it/wishlist/items/totalCount"), 500);
    let same = merge(&shop, ann, &token).await;
    assert_eq!((same.number("/it/added"), same.at("/it/left")), (0, merged.at("/it/left")));

    let off = full.text("/it/wishlist/items/nodes/0/id");
    let gone = merged.text("/it/wishlist/items/nodes/1/id");
    made(&change(&shop, "wishlistItemsRemove", json!({ "itemIds": [off, gone] }), LIST).asked_by(ann).await);
    let rest = merge(&shop, ann, &token).await;
    assert_eq!((rest.number("/it/added"), rest.at("/it/left")), (2, &json!([])));
}

async fn taking_over_at_once_adds_each_item_once(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let ids = products(&shop, 8).await;
    let tokens = [visitors(&shop, &ids[..5]).await, visitors(&shop, &ids[3..]).await];
    let tries = (0..8).map(|number| merge(&shop, ann, &tokens[number % 2]).into_future());
    let replies = join_all(tries).await;
    let added: i64 = replies.iter().map(|reply| made(reply)["added"].as_i64().unwrap()).sum();
    assert_eq!(added, 8);
    let list =
        shop.query("{ wishlists { items(first: 100) { nodes { product { id } } } } }").asked_by(ann).await;
    assert_eq!(list.list("/wishlists").len(), 1, "one default list, however many asked for it at once");
    let mut there = list.texts("/wishlists/0/items/nodes", "/product/id");
    there.sort();
    let mut wanted = ids.clone();
    wanted.sort();
    assert_eq!(there, wanted);

    let bob = shopper(&shop, "bob").await;
    let puts = ids
        .iter()
        .map(|id| add(&shop, bob, json!({ "items": items(std::slice::from_ref(id)) })).into_future());
    for reply in join_all(puts).await {
        made(&reply);
    }
    let list = shop.query("{ wishlist { items { totalCount } } }").asked_by(bob).await;
    assert_eq!(list.number("/wishlist/items/totalCount"), 8);
}

async fn wishlists_of_visitors_who_are_gone_are_forgotten(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let ids = products(&shop, 2).await;
    made(&add(&shop, ann, json!({ "items": items(&ids) })).await);
    let (old, used) = (visitors(&shop, &ids).await, visitors(&shop, &ids[..1]).await);
    shop.set_clock(now() + Duration::days(89));
    made(&add(&shop, Viewer::Anonymous, json!({ "token": used, "items": items(&ids) })).await);
    sweep::once(&shop.app, None, 90).await.unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM wishlist").await, 3);
    shop.set_clock(now() + Duration::days(91));
    sweep::once(&shop.app, None, 90).await.unwrap();
    let read = "query ($t: String) { wishlist(token: $t) { items { totalCount } } }";
    assert_eq!(shop.query(read).variable("t", old).await.at("/wishlist"), &Value::Null);
    assert_eq!(shop.query(read).variable("t", used).await.number("/wishlist/items/totalCount"), 2);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist WHERE account_id IS NOT NULL").await, 1);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist_item").await, 4);
}

async fn wishlists_take_as_many_statements_for_one_as_for_many(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let ids = products(&shop, 9).await;
    let text = "query ($n: Int!) { wishlists { name items(first: $n) { totalCount nodes { title isOffered product { title } variant { title } } } } }";
    let mut counted = Vec::new();
    for number in 0..4 {
        let named = change(&shop, "wishlistCreate", json!({ "name": format!("List {number}") }), LIST)
            .asked_by(ann)
            .await;
        let chosen = json!({ "productId": product(&shop, "cafe-mug").await, "variantId": variant(&shop, "cafe-mug").await });
        let mut wished = items(&ids[number..]);
        wished.as_array_mut().unwrap().push(chosen);
        made(&add(&shop, ann, json!({ "id": named.text("/it/wishlist/id"), "items": wished })).await);
        for size in [3, 50] {
            let reply = shop.query(text).variable("n", size).asked_by(ann).await;
            assert_eq!(reply.list("/wishlists").len(), number + 1);
            counted.push(reply.statements());
        }
    }
    // One of them is for the key that opens the names.
    assert!(counted.iter().all(|count| *count <= 6), "{counted:?}");
    assert_eq!(counted[1], counted[7], "{counted:?}");
}

async fn strangers_wishlists_are_not_found(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    let ids = products(&shop, 1).await;
    let own = add(&shop, ann, json!({ "items": items(&ids) })).await;
    let id = own.text("/it/wishlist/id");
    let item = own.text("/it/wishlist/items/nodes/0/id");
    let read =
        shop.query("query ($id: ID) { wishlist(id: $id) { id } }").variable("id", id).asked_by(bob).await;
    assert_eq!(read.at("/wishlist"), &Value::Null);
    let anonymous = shop.query("query ($id: ID) { wishlist(id: $id) { id } }").variable("id", id).await;
    assert_eq!(anonymous.at("/wishlist"), &Value::Null);
    for (field, input, read) in [
        ("wishlistItemsAdd", json!({ "id": id, "items": items(&ids) }), "added"),
        ("wishlistItemsRemove", json!({ "id": id, "itemIds": [item] }), LIST),
        ("wishlistRename", json!({ "id": id, "name": "Mine" }), LIST),
        ("wishlistDelete", json!({ "id": id }), "deletedId"),
    ] {
        let reply = change(&shop, field, input, read).asked_by(bob).await;
        assert_eq!(wrong(&reply), ["NOT_FOUND id"], "{field}");
    }
    let visitor = change(&shop, "wishlistDelete", json!({ "id": id }), "deletedId").await;
    assert_eq!(visitor.code(), "UNAUTHENTICATED");
    // An item of another list is not taken off by way of one's own.
    let other = visitors(&shop, &ids).await;
    made(&change(&shop, "wishlistItemsRemove", json!({ "token": other, "itemIds": [item] }), LIST).await);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist_item").await, 2);
}
