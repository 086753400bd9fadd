//! What reviews say until they are published, and what wishlists are called: sealed under the keys of those whose they are.

use serde_json::{Value, json};
use vitrine::services::Viewer;

use super::{change, made, moderates, shopper};
use crate::backoffice::product;
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: words_are_readable_while_they_are_published, another_name_seals_what_was_published,
        a_sealed_review_opens_in_its_row_and_for_its_author_only, reviews_without_an_account_stay_readable,
        names_of_wishlists_are_sealed, published_reviews_are_read_without_keys;
}

const REVIEW: &str = "review { id title body note status version }";

/// What the tables hold of reviews by customers: readable, and sealed.
async fn kept(shop: &TestShop) -> (Vec<String>, Vec<String>) {
    let of = "FROM review r JOIN reviewer_account a ON a.reviewer_id = r.reviewer_id ORDER BY r.id";
    let readable = shop.rows(&format!("SELECT r.title || r.body || r.note {of}")).await;
    (readable, shop.rows(&format!("SELECT coalesce(r.sealed, '') {of}")).await)
}

/// Nothing that was typed stands in the tables.
async fn is_sealed(shop: &TestShop) {
    let (readable, sealed) = kept(shop).await;
    assert_eq!(readable.concat(), "");
    assert!(!sealed.is_empty() && sealed.iter().all(|text| text.len() > 40), "{sealed:?}");
    for typed in ["It drips", "It is fine", "Please be"] {
        assert!(!sealed.concat().contains(typed), "{sealed:?}");
    }
}

async fn write(shop: &TestShop, viewer: Viewer, handle: &str) -> Value {
    let input = json!({ "productId": product(shop, handle).await, "rating": 2, "title": "Hm",
        "body": "It drips.", "displayName": "Ann L." });
    made(&change(shop, "reviewCreate", input, REVIEW).asked_by(viewer).await)["review"].clone()
}

async fn edit(shop: &TestShop, viewer: Viewer, review: &Value, body: &str) -> Value {
    let input = json!({ "id": review["id"], "body": body });
    made(&change(shop, "reviewUpdate", input, REVIEW).asked_by(viewer).await)["review"].clone()
}

async fn decide(shop: &TestShop, review: &Value, decision: &str) -> Value {
    let input = json!({ "id": review["id"], "version": review["version"], "decision": decision,
        "note": "Please be kind." });
    made(&moderates(change(shop, "reviewModerate", input, REVIEW)).await)["review"].clone()
}

/// A review says so to its author and to the staff, in lists and by its id.
async fn says(shop: &TestShop, author: Viewer, title: &str, body: &str, note: Option<&str>) {
    let own = shop.query("{ myReviews { nodes { id title body note status } } }").asked_by(author).await;
    let told = &own.list("/myReviews/nodes")[0];
    assert_eq!((&told["title"], &told["body"], &told["note"]), (&json!(title), &json!(body), &json!(note)));
    let list = "query ($status: ReviewStatus) { reviews(status: $status, last: 1) { nodes { id title body note status } } }";
    let list = moderates(shop.query(list).variable("status", told["status"].clone())).await;
    assert_eq!(&list.list("/reviews/nodes")[0], told);
    let node = "query ($id: ID!) { node(id: $id) { ... on Review { id title body note status } } }";
    for ask in [shop.query(node).asked_by(author), moderates(shop.query(node))] {
        assert_eq!(ask.variable("id", told["id"].clone()).await.at("/node"), told);
    }
}

async fn words_are_readable_while_they_are_published(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let review = write(&shop, ann, "cafe-mug").await;
    is_sealed(&shop).await;
    says(&shop, ann, "Hm", "It drips.", None).await;

    let published = decide(&shop, &review, "PUBLISH").await;
    assert_eq!(kept(&shop).await, (vec!["HmIt drips.".to_owned()], vec![String::new()]));
    says(&shop, ann, "Hm", "It drips.", None).await;
    let shown = "{ product(handle: \"cafe-mug\") { reviews(first: 1) { nodes { title body } } } }";
    let public = shop.query(shown).await;
    assert_eq!(public.at("/product/reviews/nodes/0"), &json!({ "title": "Hm", "body": "It drips." }));

    let edited = edit(&shop, ann, &published, "It is fine now.").await;
    is_sealed(&shop).await;
    says(&shop, ann, "Hm", "It is fine now.", None).await;
    let again = edit(&shop, ann, &edited, "It is fine.").await;
    is_sealed(&shop).await;
    let rejected = decide(&shop, &again, "REJECT").await;
    is_sealed(&shop).await;
    says(&shop, ann, "Hm", "It is fine.", Some("Please be kind.")).await;

    let published = decide(&shop, &rejected, "PUBLISH").await;
    assert_eq!((&published["body"], &published["note"]), (&json!("It is fine."), &Value::Null));
    assert_eq!(kept(&shop).await, (vec!["HmIt is fine.".to_owned()], vec![String::new()]));
    decide(&shop, &published, "REJECT").await;
    is_sealed(&shop).await;
    says(&shop, ann, "Hm", "It is fine.", Some("Please be kind.")).await;
}

async fn another_name_seals_what_was_published(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    for handle in ["cafe-mug", "tarn-teapot"] {
        decide(&shop, &write(&shop, ann, handle).await, "PUBLISH").await;
    }
    assert_eq!(kept(&shop).await.0, ["HmIt drips.", "HmIt drips."]);
    let last = shop.query("{ myReviews { nodes { id } } }").asked_by(ann).await;
    let input = json!({ "id": last.text("/myReviews/nodes/0/id"), "displayName": "Another" });
    made(&change(&shop, "reviewUpdate", input, REVIEW).asked_by(ann).await);
    is_sealed(&shop).await;
    says(&shop, ann, "Hm", "It drips.", None).await;
    let own = shop.query("{ myReviews { nodes { body status } } }").asked_by(ann).await;
    let waits = json!({ "body": "It drips.", "status": "PENDING" });
    assert_eq!(own.at("/myReviews/nodes"), &json!([waits, waits]));
}

async fn a_sealed_review_opens_in_its_row_and_for_its_author_only(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    write(&shop, ann, "cafe-mug").await;
    write(&shop, bob, "tarn-teapot").await;
    let read = "{ myReviews { nodes { body } } }";
    assert_eq!(shop.query(read).asked_by(bob).await.text("/myReviews/nodes/0/body"), "It drips.");
    let swapped = "UPDATE review SET reviewer_id = (SELECT a.reviewer_id FROM reviewer_account a \
                   WHERE a.reviewer_id <> review.reviewer_id) WHERE sealed IS NOT NULL";
    shop.sql(swapped).await;
    for viewer in [ann, bob] {
        assert_eq!(shop.query(read).asked_by(viewer).await.code(), "INTERNAL", "it is somebody else's");
    }
    assert_eq!(moderates(shop.query("{ reviews { nodes { body } } }")).await.code(), "INTERNAL");
    shop.sql(swapped).await;
    assert_eq!(shop.query(read).asked_by(ann).await.text("/myReviews/nodes/0/body"), "It drips.");

    write(&shop, ann, "tarn-teapot").await;
    shop.sql(
        "UPDATE review SET sealed = (SELECT sealed FROM review WHERE sealed IS NOT NULL ORDER BY id LIMIT 1) \
              WHERE sealed IS NOT NULL",
    )
    .await;
    assert_eq!(shop.query(read).asked_by(ann).await.code(), "INTERNAL", "it is another review's");
}

async fn reviews_without_an_account_stay_readable(shop: TestShop) {
    let list = "query ($status: ReviewStatus) { reviews(status: $status, first: 1) { nodes { id title body note status version } } }";
    let waiting = moderates(shop.query(list).variable("status", "PENDING")).await;
    let review = waiting.at("/reviews/nodes/0").clone();
    let words = review["body"].as_str().unwrap();
    assert!(!words.is_empty(), "{review}");
    let rejected = decide(&shop, &review, "REJECT").await;
    assert_eq!((&rejected["body"], &rejected["note"]), (&json!(words), &json!("Please be kind.")));
    assert_eq!(shop.number("SELECT count(*) FROM review WHERE sealed IS NOT NULL").await, 0);
    assert_eq!(shop.rows("SELECT note FROM review WHERE status = 2").await, ["Please be kind."]);
    let published = decide(&shop, &rejected, "PUBLISH").await;
    assert_eq!((&published["body"], &published["note"]), (&json!(words), &Value::Null));
}

async fn names_of_wishlists_are_sealed(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    let read = "{ wishlists { id name } wishlist { name } }";
    let create = async |viewer, name: &str| {
        let list = change(&shop, "wishlistCreate", json!({ "name": name }), "wishlist { id name }");
        made(&list.asked_by(viewer).await)["wishlist"].clone()
    };
    let first = create(ann, "Wedding").await;
    assert_eq!(first["name"], "Wedding");
    create(ann, "Birthday").await;
    create(bob, "Garden").await;
    let rename = json!({ "id": first["id"], "name": "Silver wedding" });
    let renamed = change(&shop, "wishlistRename", rename, "wishlist { name }").asked_by(ann).await;
    assert_eq!(made(&renamed)["wishlist"]["name"], "Silver wedding");
    let told = shop.query(read).asked_by(ann).await;
    assert_eq!(told.texts("/wishlists", "/name"), ["Silver wedding", "Birthday"]);
    assert_eq!(told.text("/wishlist/name"), "Silver wedding");
    let named = "query ($id: ID) { wishlist(id: $id) { name } }";
    let named = shop.query(named).variable("id", first["id"].clone()).asked_by(ann).await;
    assert_eq!(named.text("/wishlist/name"), "Silver wedding");

    let kept = shop.rows("SELECT name FROM wishlist").await;
    assert_eq!(kept.len(), 3);
    for name in ["edding", "Birthday", "Garden"] {
        assert!(kept.iter().all(|kept| kept.len() > 40 && !kept.contains(name)), "{kept:?}");
    }
    shop.sql("UPDATE wishlist SET name = (SELECT name FROM wishlist ORDER BY id LIMIT 1)").await;
    for viewer in [ann, bob] {
        assert_eq!(shop.query(read).asked_by(viewer).await.code(), "INTERNAL", "it opens in its row only");
    }
}

/// Who reads what everybody reads needs no key: the statements are those of a shop without customers.
async fn published_reviews_are_read_without_keys(shop: TestShop) {
    let shown = "{ product(handle: \"cafe-mug\") { reviews(first: 50) { nodes { title body author { displayName } } } } }";
    let moderated = "{ reviews(status: PUBLISHED, last: 50) { nodes { title body } } }";
    let node = "query ($id: ID!) { node(id: $id) { ... on Review { title } } }";
    let ann = shopper(&shop, "ann").await;
    let review = write(&shop, ann, "cafe-mug").await;
    let count = async || {
        let (shown, moderated) = (shop.query(shown).await, moderates(shop.query(moderated)).await);
        assert!(shown.list("/product/reviews/nodes").len() > 1);
        (shown.statements(), moderated.statements())
    };
    let before = count().await;
    let hidden = shop.query(node).variable("id", review["id"].clone()).asked_by(ann).await.statements();
    decide(&shop, &review, "PUBLISH").await;
    assert_eq!(count().await, before);
    assert_eq!(before.1, 1);
    let seen = shop.query(node).variable("id", review["id"].clone()).asked_by(ann).await;
    // The product is looked up, since a review of what is not on offer is not there; the key is not.
    assert_eq!((seen.text("/node/title"), seen.statements(), hidden), ("Hm", 2, 2));
}
