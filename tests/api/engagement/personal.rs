//! What reviews and wishlists tell of a person, and how they forget it.

use serde_json::{Value, json};
use vitrine::services::Viewer;

use super::{change, made, moderates, shopper};
use crate::backoffice::{check_projections, product};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_persons_reviews_and_wishlists_are_told, a_person_who_is_erased_leaves_stars_and_no_words;
}

const REVIEW: &str = "review { id version }";

async fn fill(shop: &TestShop, viewer: Viewer) -> (String, String) {
    let (mug, pot) = (product(shop, "cafe-mug").await, product(shop, "tarn-teapot").await);
    let mut ids = Vec::new();
    for product in [&mug, &pot] {
        let input = json!({ "productId": product, "rating": 1, "title": "Telltale heading",
            "body": "Telltale words", "displayName": "Telltale name" });
        let reply = change(shop, "reviewCreate", input, REVIEW).asked_by(viewer).await;
        ids.push(made(&reply)["review"]["id"].as_str().unwrap().to_owned());
    }
    let publish = json!({ "id": ids[0], "version": 1, "decision": "PUBLISH" });
    made(&moderates(change(shop, "reviewModerate", publish, REVIEW)).await);
    let list = change(shop, "wishlistCreate", json!({ "name": "Telltale list" }), "wishlist { id }");
    made(&list.asked_by(viewer).await);
    let visitor = json!({ "items": [{ "productId": mug }] });
    let visitor = change(shop, "wishlistItemsAdd", visitor, "token").await;
    let token = made(&visitor)["token"].clone();
    made(&change(shop, "wishlistMerge", json!({ "token": token }), "added").asked_by(viewer).await);
    (ids[0].clone(), ids[1].clone())
}

async fn told(shop: &TestShop, viewer: Viewer, name: &str) -> Value {
    let personal = shop.app.personal.iter().find(|personal| personal.name == name).unwrap();
    (personal.export)(&shop.app, viewer.account().unwrap()).await.unwrap()
}

async fn a_persons_reviews_and_wishlists_are_told(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    assert_eq!(told(&shop, ann, "reviews").await, json!([]));
    let (published, waiting) = fill(&shop, ann).await;
    let reviews = told(&shop, ann, "reviews").await;
    let of = |index: usize, name: &str| reviews[index][name].clone();
    assert_eq!(reviews.as_array().unwrap().len(), 2);
    assert_eq!((of(0, "product"), of(0, "status")), (json!("cafe-mug"), json!("published")));
    assert_eq!((of(1, "body"), of(1, "status")), (json!("Telltale words"), json!("pending")));
    assert_eq!((of(1, "displayName"), of(1, "rating")), (json!("Telltale name"), json!(1)));
    let lists = told(&shop, ann, "wishlists").await;
    assert!(
        lists.to_string().contains("Telltale list") && lists.to_string().contains("\"title\":\"Caf"),
        "{lists}"
    );
    assert_eq!(told(&shop, bob, "wishlists").await, json!([]), "nothing of anybody else");
    for id in [published, waiting] {
        made(&change(&shop, "reviewDelete", json!({ "id": id }), "").asked_by(ann).await);
    }
    let name = json!([{ "displayName": "Telltale name" }]);
    assert_eq!(told(&shop, ann, "reviews").await, name, "the name is kept, and told");
}

async fn a_person_who_is_erased_leaves_stars_and_no_words(shop: TestShop) {
    let rating =
        "SELECT CAST(rating_count * 1000 + rating_sum AS bigint) FROM product WHERE handle = 'cafe-mug'";
    let before = shop.number(rating).await;
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    let (published, waiting) = fill(&shop, ann).await;
    made(&change(&shop, "wishlistCreate", json!({ "name": "Kept" }), "wishlist { id }").asked_by(bob).await);
    for _ in 0..2 {
        let change = shop.app.begin().await.unwrap();
        for personal in shop.app.personal.iter().rev() {
            (personal.erase)(&change, ann.account().unwrap()).await.unwrap();
        }
        change.commit().await.unwrap();
    }
    let text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Review { rating title body author { displayName } } } }";
    let left = shop.query(text).variable("ids", json!([published, waiting])).await;
    let bare = json!({ "rating": 1, "title": "", "body": "", "author": { "displayName": "" } });
    assert_eq!(left.at("/nodes"), &json!([bare, null]));
    assert_eq!(shop.number(rating).await, before + 1001, "its stars still count");
    let mut kept = shop.rows("SELECT title || body || note FROM review").await.concat();
    kept.push_str(&shop.rows("SELECT display_name FROM reviewer").await.concat());
    assert!(kept.contains("Mara K.") && !kept.contains("Telltale"), "{kept}");
    let lists = shop.query("{ wishlists { name } }").asked_by(bob).await;
    assert_eq!(lists.texts("/wishlists", "/name"), ["Kept"], "nobody else's");
    assert_eq!(shop.number("SELECT count(*) FROM reviewer_account").await, 0);
    assert_eq!(shop.number("SELECT count(*) FROM wishlist").await, 1, "what was taken over goes, too");
    check_projections(&shop).await;
}
