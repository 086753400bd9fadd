//! Uploads: an address that works once, and what may be sent there.

use std::path::Path;

use axum::body::{Body, Bytes, to_bytes};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use http::{Request, StatusCode};
use serde_json::json;
use vitrine::infrastructure::media::MediaFolder;
use vitrine::workers::sweep;

use super::{change, made, product, unknown, wrong};
use crate::harness::{TestShop, now, on_each_engine};

on_each_engine! {
    sample: an_image_is_sent_and_becomes_a_products, an_address_works_once, what_lies_is_refused,
        what_is_wrong_with_an_upload_is_told, an_address_stops_to_work, what_nobody_takes_is_removed;
}

fn png(width: u32, height: u32, size: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.resize(size, 7);
    bytes
}

fn open(mut shop: TestShop) -> TestShop {
    let media = shop.folder.join("media");
    shop.configure(|config| config.media = Some(media));
    shop.api = shop.api_with(|_| {});
    shop
}

async fn address(shop: &TestShop, mime_type: &str, size: usize) -> (String, String) {
    let input = json!({ "filename": "../../etc/lamp.png", "mimeType": mime_type, "size": size });
    let reply = change(shop, "uploadCreate", input, "upload { id url expiresAt }").await;
    let upload = &made(&reply)["upload"];
    let url = upload["url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    (upload["id"].as_str().unwrap().to_owned(), url.to_owned())
}

async fn send(shop: &TestShop, url: &str, bytes: impl Into<Body>) -> StatusCode {
    shop.http(Request::put(url).body(bytes.into()).unwrap()).await.status()
}

fn attach(shop: &TestShop, product: &str, upload: &str) -> crate::harness::Ask {
    let input = json!({ "productId": product, "uploadId": upload, "alt": "From above" });
    change(shop, "mediaCreateFromUpload", input, "media { id url alt width height mimeType }")
}

fn files(shop: &TestShop) -> usize {
    std::fs::read_dir(shop.folder.join("media")).map_or(0, Iterator::count)
}

async fn an_image_is_sent_and_becomes_a_products(shop: TestShop) {
    let shop = open(shop);
    let (id, url) = address(&shop, "image/png", 5_000).await;
    let lamp = product(&shop, "jorn-desk-lamp").await;
    assert_eq!(wrong(&attach(&shop, &lamp, &id).await), ["INVALID uploadId"], "it was not sent yet");

    assert_eq!(send(&shop, &url, png(640, 480, 5_000)).await, StatusCode::NO_CONTENT);

    let reply = attach(&shop, &lamp, &id).await;
    let media = &made(&reply)["media"];
    assert_eq!(
        (&media["width"], &media["height"], &media["mimeType"]),
        (&json!(640), &json!(480), &json!("image/png"))
    );
    assert_eq!(media["alt"], "From above");
    let path = media["url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap();
    assert!(
        path.starts_with("/media/")
            && Path::new(path).extension().is_some_and(|it| it == "png")
            && !path.contains("lamp")
    );
    let response = shop.http(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(
        (response.status(), response.headers()["content-type"].to_str().unwrap()),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(to_bytes(response.into_body(), 10_000).await.unwrap(), png(640, 480, 5_000));
    let last =
        shop.query("{ product(handle: \"jorn-desk-lamp\") { media(last: 1) { nodes { width } } } }").await;
    assert_eq!(last.number("/product/media/nodes/0/width"), 640);

    assert_eq!(wrong(&attach(&shop, &lamp, &id).await), ["IN_USE uploadId"]);
    for (product, upload, expected) in [
        (&lamp, &unknown("upl"), "NOT_FOUND uploadId"),
        (&lamp, &lamp, "NOT_FOUND uploadId"),
        (&unknown("prd"), &id, "NOT_FOUND productId"),
    ] {
        assert_eq!(wrong(&attach(&shop, product, upload).await), [expected]);
    }
}

async fn an_address_works_once(shop: TestShop) {
    let shop = open(shop);
    let (_, url) = address(&shop, "image/png", 100).await;
    let sends = (0..4).map(|_| send(&shop, &url, png(1, 1, 100)));
    let mut answers = futures_util::future::join_all(sends).await;
    answers.sort();
    assert_eq!(
        answers,
        [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND]
    );
    assert_eq!(send(&shop, &url, png(1, 1, 100)).await, StatusCode::NOT_FOUND);
    for url in ["/uploads/", "/uploads/x", "/uploads/..%2f", &url.replace("/uploads/", "/uploads/x")] {
        assert_eq!(send(&shop, url, png(1, 1, 100)).await, StatusCode::NOT_FOUND, "{url}");
    }
    let response = shop.http(Request::post(&url).body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        shop.number("SELECT count(*) FROM upload WHERE token_hash LIKE '%-%' OR length(token_hash) <> 64")
            .await,
        0
    );
    assert_eq!(files(&shop), 1);
}

async fn what_lies_is_refused(shop: TestShop) {
    let shop = open(shop);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let mut page = b"<html><script>alert(1)</script>".to_vec();
    page.resize(100, b' ');
    let piece = || Ok::<_, std::io::Error>(Bytes::from(vec![0; 65_536]));
    let endless = Body::from_stream(stream::repeat_with(piece).take(400));
    for (mime_type, declared, sent, expected) in [
        ("image/jpeg", 100, Body::from(png(1, 1, 100)), StatusCode::BAD_REQUEST),
        ("image/png", svg.len(), Body::from(svg), StatusCode::BAD_REQUEST),
        ("image/gif", 100, Body::from(page), StatusCode::BAD_REQUEST),
        ("image/png", 100, Body::from(png(1, 1, 99)), StatusCode::BAD_REQUEST),
        ("image/png", 100, Body::empty(), StatusCode::BAD_REQUEST),
        ("image/png", 100, Body::from(png(100_000, 100_000, 100)), StatusCode::BAD_REQUEST),
        ("image/png", 100, Body::from(png(1, 1, 101)), StatusCode::PAYLOAD_TOO_LARGE),
        ("image/png", 100, endless, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (id, url) = address(&shop, mime_type, declared).await;
        assert_eq!(send(&shop, &url, sent).await, expected);
        assert_eq!(send(&shop, &url, png(1, 1, 100)).await, StatusCode::NOT_FOUND, "the address is used up");
        let lamp = product(&shop, "jorn-desk-lamp").await;
        assert_eq!(wrong(&attach(&shop, &lamp, &id).await), ["INVALID uploadId"]);
    }
    assert_eq!(files(&shop), 0, "nothing stays on the disk");
}

async fn what_is_wrong_with_an_upload_is_told(shop: TestShop) {
    let closed =
        change(&shop, "uploadCreate", json!({ "filename": "a", "mimeType": "image/png", "size": 1 }), "")
            .await;
    assert_eq!(wrong(&closed), ["INVALID "], "there is no folder");
    let shop = open(shop);
    for (field, value, expected) in [
        ("filename", json!(""), "INVALID filename"),
        ("filename", json!("a\u{0}"), "INVALID filename"),
        ("filename", json!("x".repeat(256)), "INVALID filename"),
        ("mimeType", json!("image/svg+xml"), "INVALID mimeType"),
        ("mimeType", json!("text/html"), "INVALID mimeType"),
        ("size", json!(0), "INVALID size"),
        ("size", json!(-1), "INVALID size"),
        ("size", json!(20 * 1024 * 1024 + 1), "INVALID size"),
    ] {
        let mut input = json!({ "filename": "a.png", "mimeType": "image/png", "size": 1 });
        input[field] = value;
        assert_eq!(wrong(&change(&shop, "uploadCreate", input, "").await), [expected]);
    }
}

async fn an_address_stops_to_work(shop: TestShop) {
    let shop = open(shop);
    let (_, url) = address(&shop, "image/png", 100).await;
    shop.set_clock(now() + TimeDelta::minutes(15));
    assert_eq!(send(&shop, &url, png(1, 1, 100)).await, StatusCode::NOT_FOUND);
}

async fn what_nobody_takes_is_removed(shop: TestShop) {
    let shop = open(shop);
    let folder = MediaFolder::new(&shop.folder.join("media"));
    let (taken, url) = address(&shop, "image/png", 100).await;
    assert_eq!(send(&shop, &url, png(1, 1, 100)).await, StatusCode::NO_CONTENT);
    let lamp = product(&shop, "jorn-desk-lamp").await;
    made(&attach(&shop, &lamp, &taken).await);
    let (left, url) = address(&shop, "image/png", 100).await;
    assert_eq!(send(&shop, &url, png(1, 1, 100)).await, StatusCode::NO_CONTENT);
    address(&shop, "image/png", 100).await;

    sweep::once(&shop.app, Some(&folder), 90).await.unwrap();
    assert_eq!(
        (files(&shop), shop.number("SELECT count(*) FROM upload").await),
        (2, 3),
        "they are not old yet"
    );
    shop.set_clock(now() + TimeDelta::days(1) + TimeDelta::seconds(1));
    sweep::once(&shop.app, Some(&folder), 90).await.unwrap();
    assert_eq!((files(&shop), shop.number("SELECT count(*) FROM upload").await), (1, 0));
    assert_eq!(wrong(&attach(&shop, &lamp, &left).await), ["NOT_FOUND uploadId"]);
}
