//! Every other route, and what all of them have in common.

use std::fs;
use std::path::PathBuf;

use axum::body::HttpBody;

use super::*;
use crate::http::Question;

/// A folder for one test, gone after it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vitrine-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("media/dir")).expect("made");
        fs::write(path.join("secret.txt"), "secret").expect("written");
        fs::write(path.join("media/.hidden"), "secret").expect("written");
        fs::write(path.join("media/a.svg"), "<svg/>").expect("written");
        fs::write(path.join("media/dir/b.png"), "png").expect("written");
        fs::write(path.join("media/dir/index.html"), "<p>").expect("written");
        Self(path)
    }

    fn options(&self) -> Options {
        Options { media: Some(self.0.join("media")), ..Options::default() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn an_unknown_route_is_404_with_an_error_in_json() {
    for uri in ["/", "/nothing", "/graphql/", "/graphiql", "/schema.graphql", "/media/a.svg"] {
        let reply = send(Options::default(), get(uri)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{uri}");
        assert_eq!(reply.code(), "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_with_allow_and_an_error_in_json() {
    for (method, uri, allow) in [
        ("DELETE", "/graphql", "GET,HEAD,POST,OPTIONS"),
        ("PUT", "/graphql", "GET,HEAD,POST,OPTIONS"),
        ("POST", "/health/live", "GET,HEAD"),
        ("POST", "/schema.graphql", "GET,HEAD"),
    ] {
        let request = Request::builder().method(method).uri(uri).body(Body::empty());
        let options = Options { introspection: true, ..Options::default() };
        let reply = send(options, request.expect("valid")).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {uri}");
        assert_eq!(reply.code(), "BAD_REQUEST");
        let sorted = |list: &str| {
            let mut methods: Vec<_> = list.split(',').map(|it| it.trim().to_owned()).collect();
            methods.sort();
            methods
        };
        assert_eq!(sorted(reply.header("allow")), sorted(allow), "{method} {uri}");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_an_id() {
    for uri in ["/nothing", "/health/live", "/graphql?query=%7Ba%7D", "/graphiql", "/schema.graphql"] {
        let reply = send(development(), get(uri)).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{uri}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{uri}");
        assert!(policy.contains("frame-ancestors 'none'"), "{uri}");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{uri}");
        assert_eq!(reply.header("x-request-id").len(), 36, "{uri}");
        assert_eq!(reply.header("strict-transport-security"), "", "{uri}");
    }
}

#[tokio::test]
async fn health_answers_and_is_never_cached() {
    for uri in ["/health/live", "/health/ready"] {
        let reply = send(Options::default(), get(uri)).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_schema_is_served_where_introspection_is_on() {
    let reply = send(development(), get("/schema.graphql")).await;
    assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, &b"type Query"[..]));
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn the_front_door_leads_to_graphiql_in_development() {
    let reply = send(development(), get("/")).await;
    assert_eq!(reply.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(reply.header("location"), "/graphiql");
}

#[tokio::test]
async fn graphiql_is_the_bundle_or_the_way_to_build_it() {
    for uri in ["/graphiql", "/graphiql/"] {
        let reply = send(development(), get(uri)).await;
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&reply.status));
    }
    for uri in ["/graphiql/nothing.js", "/graphiql/../Cargo.toml", "/graphiql/%2e%2e/Cargo.toml"] {
        assert_eq!(send(development(), get(uri)).await.status, StatusCode::NOT_FOUND, "{uri}");
    }
}

#[tokio::test]
async fn media_are_served_with_caching_and_a_sandbox() {
    let folder = Folder::new("served");
    let reply = send(folder.options(), get("/media/a.svg")).await;
    assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, &b"<svg/>"[..]));
    assert_eq!(reply.header("content-type"), "image/svg+xml");
    assert_eq!(reply.header("cache-control"), "public, max-age=86400");
    assert!(reply.header("content-security-policy").contains("sandbox"));
    assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin");
    let reply = send(folder.options(), get("/media/dir/b.png")).await;
    assert_eq!(reply.header("content-type"), "image/png");
    let head = Request::head("/media/a.svg").body(Body::empty()).expect("valid");
    assert_eq!(send(folder.options(), head).await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_range_of_media_is_served_and_other_wishes_get_all_of_it() {
    let folder = Folder::new("ranges");
    let ask = |range: &str| {
        let mut request = get("/media/a.svg");
        request.headers_mut().insert("range", range.parse().expect("valid"));
        send(folder.options(), request)
    };
    let part = ask("bytes=1-3").await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &b"svg"[..]));
    for range in ["lines=1-3", "bytes=0-1,3-4", "bytes", "x"] {
        let whole = ask(range).await;
        assert_eq!((whole.status, &whole.body[..]), (StatusCode::OK, &b"<svg/>"[..]), "{range}");
    }
    assert_eq!(ask("bytes=90-").await.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn media_show_nothing_but_files_of_their_folder() {
    let folder = Folder::new("hidden");
    for uri in [
        "/media/",
        "/media/dir",
        "/media/dir/",
        "/media/none.svg",
        "/media/a.svg/",
        "/media/.hidden",
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/dir/../../secret.txt",
        "/media//secret.txt",
        "/media/%00",
        "/media/a.svg%00",
        "/media/%ff",
    ] {
        let reply = send(folder.options(), get(uri)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{uri}");
        assert_eq!(reply.code(), "BAD_REQUEST", "{uri}");
    }
    let write = Request::put("/media/a.svg").body(Body::empty()).expect("valid");
    assert_eq!(send(folder.options(), write).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn long_answers_are_compressed_and_short_ones_are_not() {
    let ask = |length: usize, accepted: &str| {
        let mut request = post(json!({ "query": "x".repeat(length) }).to_string());
        request.headers_mut().insert("accept-encoding", accepted.parse().expect("valid"));
        send(Options::default(), request)
    };
    assert_eq!(ask(5_000, "gzip, br").await.header("content-encoding"), "br");
    let zipped = ask(5_000, "gzip").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.header("vary").contains("accept"), "{:?}", zipped.headers);
    assert!(zipped.body.len() < 1_000);
    assert_eq!(ask(5_000, "identity").await.header("content-encoding"), "");
    assert_eq!(ask(500, "gzip, br").await.header("content-encoding"), "");
    for (length, accepted, coding) in [
        (500, "identity;q=0", ""),
        (500, "gzip, *;q=0", ""),
        (5_000, "br, identity; q=0.0", "br"),
        (5_000, "*;q=0", ""),
    ] {
        let reply = ask(length, accepted).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (StatusCode::OK, coding), "{accepted}");
    }
}

#[tokio::test]
async fn a_compressed_answer_is_whole_before_it_is_sent() {
    for coding in ["br", "gzip"] {
        let mut request = post(json!({ "query": "{ large }" }).to_string());
        request.headers_mut().insert("accept-encoding", coding.parse().expect("valid"));
        let Ok(response) = app(&Options::default()).oneshot(request).await;
        assert_eq!(response.headers()["content-encoding"], coding);
        let length = HttpBody::size_hint(response.body()).exact();
        assert!(length.is_some_and(|length| length < 10_000), "{length:?}");
    }
}

#[tokio::test]
async fn pictures_are_sent_as_they_are_and_drawings_compressed() {
    let folder = Folder::new("compressed");
    let huge = 9 * 1024 * 1024;
    for (name, length, encoding) in
        [("large.png", 5_000, ""), ("large.svg", 5_000, "br"), ("huge.svg", huge, "")]
    {
        fs::write(folder.0.join("media").join(name), "x".repeat(length)).expect("written");
        let mut request = get(&format!("/media/{name}"));
        request.headers_mut().insert("accept-encoding", "br".parse().expect("valid"));
        let reply = send(folder.options(), request).await;
        assert_eq!(reply.header("content-encoding"), encoding, "{name}");
    }
}

#[tokio::test]
async fn cors_lets_loopback_in_during_development_and_nobody_else() {
    let preflight = |options: Options, origin: &str| {
        let request = Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,vitrine-market");
        send(options, request.body(Body::empty()).expect("valid"))
    };
    let reply = preflight(development(), "http://localhost:3000").await;
    assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:3000");
    assert!(reply.header("access-control-allow-headers").contains("vitrine-market"));
    assert!(reply.header("access-control-allow-methods").contains("POST"));
    assert_eq!(reply.header("access-control-max-age"), "7200");
    let reply = preflight(development(), "https://evil.example").await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let reply = preflight(Options::default(), "http://localhost:3000").await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn cors_lets_the_origins_of_client_apps_in_with_their_cookies() {
    let production = || Options {
        origins: Question::new(|origin| origin == "https://shop.example" || origin == "null"),
        ..Options::default()
    };
    let ask = |origin: &str| {
        let mut request = post(r#"{"query":"{ a }"}"#);
        request.headers_mut().insert("origin", origin.parse().expect("valid"));
        send(production(), request)
    };
    let reply = ask("https://shop.example").await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    for origin in
        ["https://shop.example.com", "http://shop.example", "https://SHOP.example", "null", "\u{fc}"]
    {
        let reply = ask(origin).await;
        assert_eq!(reply.status, StatusCode::OK, "{origin}");
        assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{origin}");
    }
    let preflight = Request::options("/graphql")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .body(Body::empty());
    let reply = send(production(), preflight.expect("valid")).await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let plain = send(production(), Request::options("/graphql").body(Body::empty()).expect("valid")).await;
    assert_eq!((plain.status, plain.header("allow")), (StatusCode::NO_CONTENT, "GET, HEAD, POST, OPTIONS"));
}

#[tokio::test]
async fn without_an_origin_only_what_answers_depend_on_is_told() {
    for options in [development(), Options::default()] {
        for request in [get("/health/live"), get("/nothing"), post(r#"{"query":"{ a }"}"#)] {
            let reply = send(options.clone(), request).await;
            let told: Vec<_> = reply.headers.get_all("vary").iter().collect();
            assert!(
                told.iter().any(|vary| vary.to_str().is_ok_and(|vary| vary.contains("origin"))),
                "{told:?}"
            );
            let of_cors = |name: &str| name.starts_with("access-control-");
            assert!(!reply.headers.keys().any(|name| of_cors(name.as_str())), "{:?}", reply.headers);
        }
    }
    let mut with_origin = post(r#"{"query":"{ a }"}"#);
    let without = send(development(), post(r#"{"query":"{ a }"}"#)).await;
    with_origin.headers_mut().insert("origin", "http://localhost:3000".parse().expect("valid"));
    let with_origin = send(development(), with_origin).await;
    assert_eq!(with_origin.headers.get("vary"), without.headers.get("vary"));
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let options = Options { hsts: true, ..Options::default() };
    for request in [get("/health/live"), get("/nothing"), post(r#"{"query":"{ panic }"}"#)] {
        let reply = send(options.clone(), request).await;
        assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn errors_can_be_read_across_origins_too() {
    let mut request = get("/graphql");
    request.headers_mut().insert("origin", "http://127.0.0.1:5173".parse().expect("valid"));
    let reply = send(development(), request).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.header("access-control-allow-origin"), "http://127.0.0.1:5173");
    assert!(reply.header("access-control-expose-headers").contains("x-request-id"));
}
