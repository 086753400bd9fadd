//! Reviews by customers: once a product, read by the staff first, counted in the same transaction.

use axum::body::Body;
use futures_util::future::join_all;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use vitrine::services::Viewer;
use vitrine::services::doctor::examine;

use super::{change, made, moderates, shopper, wrong};
use crate::backoffice::{self, product, unknown};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_review_is_shown_once_the_staff_has_read_it, scripts_in_a_review_are_text,
        bad_reviews_are_told_what_is_wrong, a_review_of_a_megabyte_is_refused,
        what_is_not_on_offer_is_not_reviewed, of_many_reviews_at_once_one_is_made,
        reviews_published_at_once_all_count, a_text_that_nobody_has_read_is_not_published,
        another_name_waits_to_be_read, strangers_reviews_are_not_found, a_review_and_the_end_of_its_product_at_once,
        lists_of_reviews_take_as_many_statements_for_one_as_for_many;
}

const REVIEW: &str = "review { id rating title body status note version author { id displayName } }";

fn input(product: &str) -> Value {
    json!({ "productId": product, "rating": 2, "title": "Hm", "body": "It drips.", "displayName": "Ann L." })
}

async fn review(shop: &TestShop, viewer: Viewer, product: &str) -> (String, i64) {
    let reply = change(shop, "reviewCreate", input(product), REVIEW).asked_by(viewer).await;
    let review = &made(&reply)["review"];
    assert_eq!(review["status"], "PENDING");
    (review["id"].as_str().unwrap().to_owned(), review["version"].as_i64().unwrap())
}

async fn decide(shop: &TestShop, id: &str, version: i64, decision: &str) -> Value {
    let input = json!({ "id": id, "version": version, "decision": decision, "note": "Please be kind." });
    let reply = moderates(change(shop, "reviewModerate", input, REVIEW)).await;
    made(&reply)["review"].clone()
}

/// How many reviews everybody sees, their sum, and whether all that is derived from them agrees.
async fn rating(shop: &TestShop, handle: &str) -> (i64, i64) {
    let text = "query ($handle: String!) { product(handle: $handle) { ratingSummary { average count } \
                reviews(first: 100) { totalCount nodes { rating status note } } } }";
    let reply = shop.query(text).variable("handle", handle).await;
    let shown = reply.list("/product/reviews/nodes");
    let sum: i64 = shown.iter().map(|review| review["rating"].as_i64().unwrap()).sum();
    let count = i64::try_from(shown.len()).unwrap();
    assert_eq!(reply.number("/product/reviews/totalCount"), count);
    assert_eq!(reply.number("/product/ratingSummary/count"), count);
    #[expect(clippy::cast_precision_loss, reason = "both are small")]
    let average = (count > 0).then(|| sum as f64 / count as f64);
    assert_eq!(reply.at("/product/ratingSummary/average").as_f64(), average);
    assert!(shown.iter().all(|review| review["status"] == "PUBLISHED" && review["note"] == Value::Null));
    let listed = "SELECT count(*) FROM product_listing l JOIN product p ON p.id = l.product_id \
                  WHERE l.rating_count <> p.rating_count OR l.rating_sum <> p.rating_sum";
    assert_eq!(shop.number(listed).await, 0);
    let findings = examine(&shop.app).await.unwrap();
    let broken: Vec<_> = findings.into_iter().filter(|finding| !finding.is_fine).collect();
    assert!(broken.iter().all(|finding| finding.text.contains("clock")), "{broken:?}");
    (count, sum)
}

async fn a_review_is_shown_once_the_staff_has_read_it(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let before = rating(&shop, "cafe-mug").await;
    let (id, version) = review(&shop, ann, &mug).await;
    assert_eq!(rating(&shop, "cafe-mug").await, before);
    let node = "query ($id: ID!) { node(id: $id) { ... on Review { body status } } }";
    assert_eq!(shop.query(node).variable("id", id.as_str()).await.at("/node"), &Value::Null);
    assert_eq!(
        shop.query(node).variable("id", id.as_str()).asked_by(ann).await.text("/node/body"),
        "It drips."
    );
    let waiting =
        moderates(shop.query("{ reviews(last: 1) { totalCount nodes { id body product { handle } } } }"));
    let waiting = waiting.await;
    assert_eq!(waiting.text("/reviews/nodes/0/id"), id);
    assert_eq!(waiting.text("/reviews/nodes/0/product/handle"), "cafe-mug");

    let published = decide(&shop, &id, version, "PUBLISH").await;
    assert_eq!((&published["status"], &published["note"]), (&json!("PUBLISHED"), &Value::Null));
    assert_eq!(rating(&shop, "cafe-mug").await, (before.0 + 1, before.1 + 2));
    assert_eq!(shop.query(node).variable("id", id.as_str()).await.text("/node/status"), "PUBLISHED");

    let edit = json!({ "id": id, "rating": 5 });
    let edited = change(&shop, "reviewUpdate", edit.clone(), REVIEW).asked_by(ann).await;
    assert_eq!(
        (&made(&edited)["review"]["status"], edited.text("/it/review/body")),
        (&json!("PENDING"), "It drips.")
    );
    assert_eq!(rating(&shop, "cafe-mug").await, before);
    let version = edited.number("/it/review/version");
    decide(&shop, &id, version, "PUBLISH").await;
    assert_eq!(rating(&shop, "cafe-mug").await, (before.0 + 1, before.1 + 5));
    let same = change(&shop, "reviewUpdate", edit, REVIEW).asked_by(ann).await;
    assert_eq!(made(&same)["review"]["status"], "PUBLISHED", "what says nothing new need not be read again");

    let rejected = decide(&shop, &id, same.number("/it/review/version"), "REJECT").await;
    assert_eq!(rejected["note"], "Please be kind.");
    assert_eq!(rating(&shop, "cafe-mug").await, before);
    let own = shop.query("{ myReviews { totalCount nodes { id status note } } }").asked_by(ann).await;
    assert_eq!(
        own.at("/myReviews/nodes"),
        &json!([{ "id": id, "status": "REJECTED", "note": "Please be kind." }])
    );

    decide(&shop, &id, rejected["version"].as_i64().unwrap(), "PUBLISH").await;
    let gone = change(&shop, "reviewDelete", json!({ "id": id }), "deletedId").asked_by(ann).await;
    assert_eq!(made(&gone)["deletedId"], id.as_str());
    assert_eq!(rating(&shop, "cafe-mug").await, before);
    review(&shop, ann, &mug).await;
    backoffice::check_projections(&shop).await;
}

async fn scripts_in_a_review_are_text(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let script = "<script>alert(1)</script>'; DROP TABLE review; -- {{7*7}} &amp; \u{202e}\n<img src=x onerror=alert(1)>";
    let line = "<b onclick=\"x\">Fine</b>";
    let input =
        json!({ "productId": mug, "rating": 1, "title": line, "body": script, "displayName": "<i>Ann</i>" });
    let reply = change(&shop, "reviewCreate", input, REVIEW).asked_by(ann).await;
    let review = &made(&reply)["review"];
    assert_eq!((&review["title"], &review["body"]), (&json!(line), &json!(script)));
    assert_eq!(review["author"]["displayName"], "<i>Ann</i>");
    decide(&shop, review["id"].as_str().unwrap(), 1, "PUBLISH").await;
    let text =
        r#"{ "query": "{ product(handle: \"cafe-mug\") { reviews(first: 1) { nodes { title body } } } }" }"#;
    let request =
        Request::builder().method(Method::POST).uri("/graphql").header("content-type", "application/json");
    let response = shop.http(request.body(Body::from(text)).unwrap()).await;
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let told = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["data"]["product"]["reviews"]["nodes"][0], json!({ "title": line, "body": script }));
}

async fn bad_reviews_are_told_what_is_wrong(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let with = |name: &str, value: Value| {
        let mut input = input(&mug);
        input[name] = value;
        change(&shop, "reviewCreate", input, REVIEW).asked_by(ann)
    };
    for (name, value) in [
        ("rating", json!(0)),
        ("rating", json!(6)),
        ("rating", json!(-5)),
        ("title", json!("x".repeat(201))),
        ("title", json!("a\nb")),
        ("title", json!("a\u{0}b")),
        ("body", json!("x".repeat(5001))),
        ("body", json!("a\u{0}b")),
        ("displayName", json!("")),
        ("displayName", json!("  ")),
        ("displayName", json!("x".repeat(51))),
        ("displayName", Value::Null),
    ] {
        let reply = with(name, value).await;
        assert_eq!(wrong(&reply), [format!("INVALID {name}")]);
        assert_eq!(reply.at("/it/review"), &Value::Null);
    }
    assert_eq!(shop.number("SELECT count(*) FROM reviewer_account").await, 0, "nothing is left behind");
    review(&shop, ann, &mug).await;
    assert_eq!(wrong(&with("rating", json!(3)).await), ["TAKEN productId"]);
    let staff = moderates(change(&shop, "reviewCreate", input(&mug), REVIEW)).await;
    assert_eq!(staff.code(), "FORBIDDEN");
    let nobody = change(&shop, "reviewCreate", input(&mug), REVIEW).await;
    assert!(nobody.is_refused);
    let other = json!({ "id": unknown("rev"), "version": 1, "decision": "PUBLISH" });
    assert_eq!(wrong(&moderates(change(&shop, "reviewModerate", other, REVIEW)).await), ["NOT_FOUND id"]);
}

async fn a_review_of_a_megabyte_is_refused(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let mut large = input(&mug);
    large["body"] = json!("x".repeat(1_000_000));
    let reply = change(&shop, "reviewCreate", large.clone(), REVIEW).asked_by(ann).await;
    assert_eq!(wrong(&reply), ["INVALID body"]);
    assert!(reply.json.to_string().len() < 1000);

    let text =
        "mutation ($input: ReviewCreateInput!) { reviewCreate(input: $input) { userErrors { code } } }";
    let body = json!({ "query": text, "variables": { "input": large } }).to_string();
    let request =
        Request::builder().method(Method::POST).uri("/graphql").header("content-type", "application/json");
    let response = shop.http(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(
        response.status(),
        StatusCode::PAYLOAD_TOO_LARGE,
        "on the wire it is refused before it is read"
    );
    assert_eq!(shop.number("SELECT count(*) FROM reviewer_account").await, 0);
}

async fn what_is_not_on_offer_is_not_reviewed(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    for id in [unknown("prd"), unknown("var"), "nonsense".to_owned(), String::new()] {
        let reply = change(&shop, "reviewCreate", input(&id), REVIEW).asked_by(ann).await;
        assert_eq!(wrong(&reply), ["NOT_FOUND productId"], "{id}");
    }
    let market = "DELETE FROM publication WHERE product_id = (SELECT id FROM product WHERE handle = 'cafe-mug') \
                  AND market_id = (SELECT id FROM market WHERE handle = 'de')";
    shop.sql(market).await;
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let there = change(&shop, "reviewCreate", input(&mug), REVIEW).asked_by(ann).market("de").await;
    assert_eq!(wrong(&there), ["NOT_FOUND productId"]);
    let (id, _) = review(&shop, ann, &mug).await;
    shop.sql("UPDATE product SET status = 1 WHERE handle = 'cafe-mug'").await;
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let edit = json!({ "id": id, "body": "It was fine." });
    let edited =
        change(&shop, "reviewUpdate", edit, "review { body product { handle } }").asked_by(ann).await;
    assert_eq!(made(&edited)["review"], json!({ "body": "It was fine.", "product": null }));
}

async fn of_many_reviews_at_once_one_is_made(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let replies = join_all(
        (0..8).map(|_| change(&shop, "reviewCreate", input(&mug), REVIEW).asked_by(ann).into_future()),
    )
    .await;
    let taken = replies.iter().filter(|reply| wrong(reply) == ["TAKEN productId"]).count();
    let done = replies.iter().filter(|reply| wrong(reply).is_empty()).count();
    assert_eq!((done, taken), (1, 7));
    assert_eq!(shop.number("SELECT count(*) FROM reviewer_account").await, 1);
    // First reviews of several products at once are all by one face.
    let bob = shopper(&shop, "bob").await;
    let handles = shop.query("{ products(first: 6) { nodes { id } } }").await.texts("/products/nodes", "/id");
    let replies =
        handles.iter().map(|id| change(&shop, "reviewCreate", input(id), REVIEW).asked_by(bob).into_future());
    let faces: std::collections::BTreeSet<String> = join_all(replies)
        .await
        .iter()
        .map(|reply| made(reply)["review"]["author"]["id"].to_string())
        .collect();
    assert_eq!(faces.len(), 1);
}

async fn reviews_published_at_once_all_count(shop: TestShop) {
    let mug = product(&shop, "cafe-mug").await;
    let before = rating(&shop, "cafe-mug").await;
    let mut reviews = Vec::new();
    for name in ["ann", "bob", "cem", "dan", "eve"] {
        let viewer = shopper(&shop, name).await;
        reviews.push(review(&shop, viewer, &mug).await);
    }
    join_all(reviews.iter().map(|(id, version)| decide(&shop, id, *version, "PUBLISH"))).await;
    assert_eq!(rating(&shop, "cafe-mug").await, (before.0 + 5, before.1 + 10));
    backoffice::check_projections(&shop).await;
}

async fn a_text_that_nobody_has_read_is_not_published(shop: TestShop) {
    let (ann, mug) = (shopper(&shop, "ann").await, product(&shop, "cafe-mug").await);
    let (id, version) = review(&shop, ann, &mug).await;
    let edit = json!({ "id": id, "body": "Something else" });
    made(&change(&shop, "reviewUpdate", edit, REVIEW).asked_by(ann).await);
    let input = json!({ "id": id, "version": version, "decision": "PUBLISH" });
    let reply = moderates(change(&shop, "reviewModerate", input, REVIEW)).await;
    assert_eq!(wrong(&reply), ["CONFLICT version"]);
    assert_eq!(reply.text("/it/review/body"), "Something else");
    assert_eq!(reply.text("/it/review/status"), "PENDING");

    // At the same moment: what is published is what was read, or nothing.
    for round in 0..5 {
        let now = shop.query("{ myReviews { nodes { version } } }").asked_by(ann).await;
        let version = now.number("/myReviews/nodes/0/version");
        let edit = json!({ "id": id, "body": format!("Unread {round}") });
        let decision = json!({ "id": id, "version": version, "decision": "PUBLISH" });
        let (_, _) = tokio::join!(
            change(&shop, "reviewUpdate", edit, REVIEW).asked_by(ann).into_future(),
            moderates(change(&shop, "reviewModerate", decision, REVIEW)).into_future(),
        );
        let after = shop.query("{ myReviews { nodes { status body } } }").asked_by(ann).await;
        let expected = json!([{ "status": "PENDING", "body": format!("Unread {round}") }]);
        assert_eq!(after.at("/myReviews/nodes"), &expected);
    }
}

async fn another_name_waits_to_be_read(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let (mug, pot) = (product(&shop, "cafe-mug").await, product(&shop, "tarn-teapot").await);
    let before = rating(&shop, "cafe-mug").await;
    let (id, version) = review(&shop, ann, &mug).await;
    decide(&shop, &id, version, "PUBLISH").await;
    let vase = product(&shop, "armful-vase").await;
    let (waiting, read) = review(&shop, ann, &vase).await;
    let mut second = input(&pot);
    second["displayName"] = json!("Rude word");
    made(&change(&shop, "reviewCreate", second, REVIEW).asked_by(ann).await);
    assert_eq!(rating(&shop, "cafe-mug").await, before, "nobody has read that name yet");
    let own = shop.query("{ myReviews { nodes { status author { displayName } } } }").asked_by(ann).await;
    assert!(
        own.list("/myReviews/nodes").iter().all(|review| {
            review["status"] == "PENDING" && review["author"]["displayName"] == "Rude word"
        })
    );

    // Who has read a review under the former name does not publish it under this one.
    let input = json!({ "id": waiting, "version": read, "decision": "PUBLISH" });
    let reply = moderates(change(&shop, "reviewModerate", input, REVIEW)).await;
    assert_eq!(wrong(&reply), ["CONFLICT version"]);
}

async fn strangers_reviews_are_not_found(shop: TestShop) {
    let (ann, bob) = (shopper(&shop, "ann").await, shopper(&shop, "bob").await);
    let mug = product(&shop, "cafe-mug").await;
    let (id, _) = review(&shop, ann, &mug).await;
    let seeded = shop.query("{ product(handle: \"cafe-mug\") { reviews(first: 1) { nodes { id } } } }").await;
    for id in [id.as_str(), seeded.text("/product/reviews/nodes/0/id"), &unknown("rev"), "x"] {
        let edit =
            change(&shop, "reviewUpdate", json!({ "id": id, "rating": 1 }), REVIEW).asked_by(bob).await;
        assert_eq!(wrong(&edit), ["NOT_FOUND id"]);
        let gone = change(&shop, "reviewDelete", json!({ "id": id }), "deletedId").asked_by(bob).await;
        assert_eq!(wrong(&gone), ["NOT_FOUND id"]);
    }
    assert_eq!(
        shop.query("{ myReviews { totalCount } }").asked_by(bob).await.number("/myReviews/totalCount"),
        0
    );
}

async fn a_review_and_the_end_of_its_product_at_once(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    for round in 0..6 {
        let handle = format!("short-lived-{round}");
        shop.save(&[crate::harness::draft(&handle, "Short-lived", 100)]).await;
        let id = product(&shop, &handle).await;
        let (review, deletion) = tokio::join!(
            change(&shop, "reviewCreate", input(&id), REVIEW).asked_by(ann).into_future(),
            backoffice::change(&shop, "productDelete", json!({ "id": id }), "deletedId").into_future(),
        );
        match (wrong(&review).as_slice(), wrong(&deletion).as_slice()) {
            ([], [refused]) => assert_eq!(refused, "IN_USE id"),
            ([missing], []) => assert_eq!(missing, "NOT_FOUND productId"),
            other => panic!("{other:?}"),
        }
    }
}

async fn lists_of_reviews_take_as_many_statements_for_one_as_for_many(shop: TestShop) {
    let ann = shopper(&shop, "ann").await;
    let products =
        shop.query("{ products(first: 9) { nodes { id } } }").await.texts("/products/nodes", "/id");
    for id in &products {
        review(&shop, ann, id).await;
    }
    let own = "query ($n: Int!) { myReviews(first: $n) { totalCount nodes { title author { displayName } product { title } } } }";
    let all = own.replace("myReviews(", "reviews(");
    let mut counted = Vec::new();
    for size in [1, 9] {
        let own = shop.query(own).variable("n", size).asked_by(ann).await;
        let all = moderates(shop.query(&all).variable("n", size)).await;
        assert_eq!(own.list("/myReviews/nodes").len(), usize::try_from(size).unwrap());
        counted.push((own.statements(), all.statements()));
    }
    assert_eq!(counted[0], counted[1]);
    // What is not published is sealed: one statement for the keys of its authors. That staff read it is written down: one
    // more, and one entry, for each list.
    assert!(counted[0].0 <= 4 && counted[0].1 <= 5, "{counted:?}");
    assert_eq!(shop.number("SELECT count(*) FROM audit_entry WHERE action = 'reviews'").await, 2);

    let text = "query ($after: String) { myReviews(first: 4, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut seen, mut after) = (std::collections::BTreeSet::new(), Value::Null);
    loop {
        let page = shop.query(text).variable("after", after).asked_by(ann).await;
        seen.extend(page.texts("/myReviews/nodes", "/id"));
        if page.at("/myReviews/pageInfo/hasNextPage") == &json!(false) {
            break;
        }
        after = page.at("/myReviews/pageInfo/endCursor").clone();
    }
    assert_eq!(seen.len(), 9);
}
