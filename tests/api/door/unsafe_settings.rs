//! What the program refuses to start with, and what it never prints.

use std::process::Output;

use super::program::{KEY, OTHER_KEY, Program, command};
use crate::harness::{Engine, TestShop, on_each_engine};

on_each_engine! {
    sample: unsafe_settings_are_refused_all_at_once_and_accepted_by_name, secrets_are_never_printed,
        doctor_tries_the_keys_on_what_is_sealed, doctor_sees_a_clock_that_was_set_back, doctor_tells_a_public_address_that_shows_no_certificate;
}

fn run(shop: &TestShop, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command(shop, settings, arguments).output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

async fn unsafe_settings_are_refused_all_at_once_and_accepted_by_name(shop: TestShop) {
    let wrong = [
        ("VITRINE_GRAPHIQL", "true"),
        ("VITRINE_INTROSPECTION", "true"),
        ("VITRINE_PUBLIC_URL", "http://shop.test"),
        ("VITRINE_SMTP_URL", ""),
        ("VITRINE_METRICS_LISTEN", "0.0.0.0:0"),
    ];
    let (code, told) = run(&shop, &wrong, &["serve"]);
    assert_eq!(code, Some(2), "{told}");
    for name in ["graphiql: ", "introspection: ", "public_url: ", "mail: ", "metrics: "] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(told.contains("VITRINE_ACCEPT_UNSAFE=graphiql,introspection,public_url,mail,metrics"), "{told}");

    let (code, told) =
        run(&shop, &[("VITRINE_SECRETS", ""), ("VITRINE_ACCEPT_UNSAFE", "secrets")], &["serve"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("accept_unsafe: there is no secrets"), "{told}");

    let accepted = [("VITRINE_GRAPHIQL", "true"), ("VITRINE_ACCEPT_UNSAFE", "graphiql")];
    let (_program, _) = Program::start(&shop, &accepted, &["an unsafe setting was accepted", "serving"][1..]);
}

async fn secrets_are_never_printed(shop: TestShop) {
    let settings = [
        ("DATABASE_URL", "postgres://shop:hunter2@127.0.0.1:1/shop"),
        ("VITRINE_SMTP_URL", "smtps://shop:hunter2@mail.test"),
        ("VITRINE_SECRETS", OTHER_KEY),
        ("RUST_LOG", "trace"),
    ];
    for arguments in [&["doctor"][..], &["serve"], &["migrate", "status"], &["export", "shopify"]] {
        let (code, told) = run(&shop, &settings, arguments);
        assert_eq!(code, Some(1), "{told}");
        assert!(!told.contains("hunter2") && !told.contains(OTHER_KEY), "{arguments:?}: {told}");
    }
    let wrong = [("VITRINE_SMTP_URL", "gopher://shop:hunter2@mail.test"), ("VITRINE_SECRETS", "hunter2")];
    let (code, told) = run(&shop, &wrong, &["serve"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    // With the keys that the shop was not sealed with it does not start, and shows neither.
    let (_, told) = run(&shop, &[("VITRINE_SECRETS", OTHER_KEY), ("RUST_LOG", "trace")], &["serve"]);
    assert!(!told.contains(OTHER_KEY), "{told}");
}

async fn doctor_tries_the_keys_on_what_is_sealed(shop: TestShop) {
    shop.sql("UPDATE outbox_event SET created_at = 0").await;
    let (code, told) = run(&shop, &[("VITRINE_PUBLIC_URL", "")], &["doctor"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("ok     the keys that are set open all that is sealed"), "{told}");
    let other = [("VITRINE_SECRETS", OTHER_KEY), ("VITRINE_PUBLIC_URL", "")];
    let (code, told) = run(&shop, &other, &["doctor"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("WRONG  the keys that are set do not open"), "{told}");
    let both = format!("{OTHER_KEY},{KEY}");
    let (code, told) = run(&shop, &[("VITRINE_SECRETS", &both), ("VITRINE_PUBLIC_URL", "")], &["doctor"]);
    assert_eq!(code, Some(0), "{told}");
    // Nobody listens there: the certificate is not looked at, which is told and is no fault.
    let unreachable = [("VITRINE_PUBLIC_URL", "https://127.0.0.1:1")];
    let (code, told) = run(&shop, &unreachable, &["doctor"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("127.0.0.1:1 cannot be reached from here"), "{told}");
}

async fn doctor_sees_a_clock_that_was_set_back(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        shop.sql(
            "UPDATE outbox_event SET created_at = (CAST(strftime('%s','now') AS INTEGER) + 3600) * 1000000",
        )
        .await;
    } else {
        shop.sql(
            "UPDATE outbox_event SET created_at = CAST(extract(epoch FROM now()) + 3600 AS bigint) * 1000000",
        )
        .await;
    }
    let (code, told) = run(&shop, &[("VITRINE_SECRETS", ""), ("VITRINE_PUBLIC_URL", "")], &["doctor"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("seconds behind what was written last"), "{told}");
    shop.sql("DELETE FROM outbox_event").await;
    let (code, told) = run(&shop, &[("VITRINE_SECRETS", ""), ("VITRINE_PUBLIC_URL", "")], &["doctor"]);
    assert_eq!(code, Some(0), "{told}");
}

async fn doctor_tells_a_public_address_that_shows_no_certificate(shop: TestShop) {
    shop.sql("DELETE FROM outbox_event").await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("localhost:{}", listener.local_addr().unwrap().port());
    let plain = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let url = format!("https://{place}/shop");
    let settings = [("VITRINE_SECRETS", ""), ("VITRINE_PUBLIC_URL", url.as_str())];
    let (code, told) = run(&shop, &settings, &["doctor"]);
    plain.join().unwrap();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("WRONG  {place} shows no certificate that browsers believe")), "{told}");
    let (code, told) = run(&shop, &settings, &["doctor"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(&format!("note   {place} cannot be reached from here")), "{told}");
}
