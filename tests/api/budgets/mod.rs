//! What callers may spend, and what they are told when it is spent.

mod cost;
mod program;
mod proxies;
mod redis;
mod tries;

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use vitrine::config::{Budget, Budgets};
use vitrine::services::budgets::Throttle;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: the_answer_tells_how_the_budget_stands, whoever_has_spent_it_waits_and_others_do_not,
        what_no_budget_holds_is_never_paid, a_document_that_is_refused_costs_something,
        the_usual_budget_lasts_for_a_shopper, changes_are_charged_before_they_are_made;
}

pub fn budget(points: u32, per_second: u32) -> Budget {
    let number = |number| NonZeroU32::new(number).unwrap();
    Budget { points: number(points), per_second: number(per_second) }
}

/// Begins to charge: what is spent comes back at a point a second, so that no test sees much of it.
pub fn charge(shop: &TestShop, settings: Budgets) {
    shop.app.budgets.open(Throttle::alone(), settings);
}

pub fn anonymous(points: u32) -> Budgets {
    Budgets { anonymous: budget(points, 1), ..Budgets::default() }
}

pub fn post(text: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(json!({ "query": text }).to_string())).unwrap()
}

pub async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), 10_000_000).await.unwrap()).unwrap()
}

pub fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Points that `RateLimit` tells of.
pub fn remaining(response: &Response<Body>) -> u32 {
    let text = header(response, "ratelimit");
    let (_, rest) = text.split_once(";r=").unwrap_or_else(|| panic!("no points in {text:?}"));
    rest.split(';').next().unwrap().parse().unwrap()
}

/// Costs 10.
const TEN: &str = "{ products(first: 9) { nodes { id } } }";
/// Costs 1090: what comes back while a test runs is little beside it.
const BIG: &str = "{ products(first: 99) { nodes { variants(first: 9) { nodes { id } } } } }";

/// Compares points, of which one comes back a second: a minute is allowed for.
#[track_caller]
pub fn near(points: impl Into<u64>, expected: impl Into<u64>) {
    let (points, expected) = (points.into(), expected.into());
    assert!((expected..=expected + 60).contains(&points), "{points}, not {expected}");
}

async fn the_answer_tells_how_the_budget_stands(shop: TestShop) {
    charge(&shop, anonymous(1000));
    let response = shop.http(post(TEN, &[])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "ratelimit-policy"), "\"anonymous\";q=1000;w=1000");
    assert_eq!(header(&response, "ratelimit"), "\"anonymous\";r=990;t=10");
    assert_eq!(header(&response, "retry-after"), "");
    let cost = &json_of(response).await["extensions"]["cost"];
    assert_eq!(*cost, json!({ "requested": 10, "limit": 1000, "remaining": 990, "restoreRate": 1 }));

    let reply = shop.query(TEN).await;
    assert_eq!(reply.json["extensions"]["cost"]["remaining"].as_u64(), Some(990), "another address");

    shop.app.budgets.change(Budgets { are_on: false, ..Budgets::default() });
    let free = shop.http(post(TEN, &[])).await;
    assert_eq!((header(&free, "ratelimit"), header(&free, "ratelimit-policy")), ("", ""));
    assert_eq!(json_of(free).await["extensions"]["cost"], json!({ "requested": 10, "limit": 20_000 }));
}

async fn whoever_has_spent_it_waits_and_others_do_not(shop: TestShop) {
    charge(&shop, anonymous(2500));
    for left in [1410_u64, 320] {
        near(shop.query(BIG).await.json["extensions"]["cost"]["remaining"].as_u64().unwrap(), left);
    }
    let reply = shop.query(BIG).await;
    assert!(reply.is_refused && reply.json.get("data").is_none(), "{}", reply.json);
    assert_eq!((reply.code(), reply.statements()), ("THROTTLED", 0));
    let error = &reply.json["errors"][0]["extensions"];
    assert_eq!(error["requestId"], "test-request");
    near(error["retryAfter"].as_u64().unwrap(), 710_u64);
    assert_eq!(reply.json["extensions"]["cost"]["requested"], 1090);
    assert_eq!(shop.query("{ shop { name } }").await.text("/shop/name"), "Vitrine", "what fits is answered");

    // Over HTTP it is another address, with a budget of its own.
    for _ in 0..2 {
        assert_eq!(shop.http(post(BIG, &[])).await.status(), StatusCode::OK);
    }
    for accept in ["application/json", "application/graphql-response+json"] {
        let response = shop.http(post(BIG, &[("accept", accept)])).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS, "{accept}");
        near(header(&response, "retry-after").parse::<u64>().unwrap(), 710_u64);
        near(remaining(&response), 320_u32);
        let body = json_of(response).await;
        assert!(
            body.get("data").is_none() && body["errors"][0]["extensions"]["code"] == "THROTTLED",
            "{body}"
        );
    }
    let staff = shop.query(TEN).asked_by_staff(&[]).await;
    assert_eq!(staff.json["extensions"]["cost"]["limit"], 200_000);
}

async fn what_no_budget_holds_is_never_paid(shop: TestShop) {
    charge(&shop, anonymous(9));
    let eight = shop.query("{ products(first: 8) { nodes { id } } }").await;
    assert_eq!(eight.json["extensions"]["cost"]["remaining"], 0);
    let response = shop.http(post(TEN, &[("accept", "application/graphql-response+json")])).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "waiting does not help");
    assert_eq!(header(&response, "retry-after"), "");
    let body = json_of(response).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "COST_EXCEEDED");
    assert!(body.get("data").is_none());
}

async fn a_document_that_is_refused_costs_something(shop: TestShop) {
    charge(&shop, anonymous(2000));
    for left in [1990_u32, 1980, 1970] {
        let response = shop.http(post("{ nope }", &[])).await;
        near(remaining(&response), left);
        assert_eq!(json_of(response).await["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    assert_eq!(shop.http(post(BIG, &[])).await.status(), StatusCode::OK);
    // It can be spent to the last point. Then nothing is looked at: the worst document is refused like the best.
    for text in ["{ nope }", "{", &"[".repeat(60_000)] {
        let mut tries = 0;
        while shop.query(text).await.code() != "THROTTLED" {
            tries += 1;
            assert!(tries < 1000, "{text:.20}");
        }
    }
}

async fn the_usual_budget_lasts_for_a_shopper(shop: TestShop) {
    charge(&shop, Budgets::default());
    let page = "query($handle: String!) { shop { name } categories { nodes { handle title } } product(handle: $handle) {
        title description media { nodes { url alt } } options { name values { value } }
        variants(first: 20) { nodes { sku price { amount currency } } } reviews(first: 10) { nodes { title body rating } }
        relatedProducts(first: 8) { title handle priceRange { min { amount } } featuredImage { url } } } }";
    let list = "{ products(first: 24) { totalCount nodes { title handle priceRange { min { amount currency } }
        featuredImage { url alt } ratingSummary { average count } } pageInfo { endCursor } facets { label values { label count } } } }";
    for _ in 0..20 {
        shop.query(list).await.data();
        shop.query(page).variable("handle", "cafe-mug").await.data();
    }
    let reply = shop.query(list).await;
    let remaining = reply.json["extensions"]["cost"]["remaining"].as_u64().unwrap();
    assert!(remaining > 0, "{remaining}");
}

async fn changes_are_charged_before_they_are_made(shop: TestShop) {
    let tries = "1000/1".parse().unwrap();
    charge(&shop, Budgets { tries_account: tries, tries_address: tries, ..anonymous(300) });
    let change = |number| {
        format!(
            "m{number}: passwordResetRequest(input: {{ email: \"c{number}@example.com\" }}) {{ isDone }} "
        )
    };
    let changes = format!("mutation {{ {} }}", (0..20).map(change).collect::<String>());
    let reply = shop.query(&changes).await;
    assert_eq!((reply.at("/m19/isDone"), reply.cost()), (&json!(true), 200));
    let codes = shop.number("SELECT count(*) FROM one_time_code").await;
    assert_eq!(codes, 20);
    assert_eq!(shop.query(&changes).await.code(), "THROTTLED");
    assert_eq!(shop.number("SELECT count(*) FROM one_time_code").await, codes);
}

/// Waits until something holds, at most ten seconds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("ten seconds have passed without {what}");
}
