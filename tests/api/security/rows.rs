//! The rows: bounded, filtered, paged, forgotten in time.

use entity::time::DAY;
use serde_json::json;
use vitrine::services::security::{self, Severity, Sighting, ThreatKind};
use vitrine::services::{Permission, Viewer};
use vitrine::workers::sweep;

use super::{OWNER, events};
use crate::harness::{TestShop, now, on_each_engine};
use crate::identity::{at, staff_member};

on_each_engine! {
    empty: an_attack_does_not_fill_the_table, events_are_filtered_and_paged, events_are_forgotten_in_time,
        two_processes_count_into_one_row, what_was_seen_of_an_account_goes_with_it;
}

fn seen(kind: ThreatKind, severity: Severity, subject: &str) -> Sighting {
    let from = Some("203.0.113.77".parse().unwrap());
    Sighting { kind, severity, subject: subject.to_owned(), account: None, from }
}

async fn an_attack_does_not_fill_the_table(shop: TestShop) {
    for number in 0..20_000 {
        let subject = format!("account {number}");
        security::note(&shop.app, &seen(ThreatKind::SignInsFailed, Severity::Notice, &subject));
        if number % 3_000 == 0 {
            events(&shop).await;
        }
    }
    events(&shop).await;
    assert_eq!(shop.number("SELECT count(*) FROM security_event").await, 51);
    assert_eq!(shop.number("SELECT CAST(sum(occurrences) AS bigint) FROM security_event").await, 20_000);
}

async fn two_processes_count_into_one_row(shop: TestShop) {
    let sighting = seen(ThreatKind::RefreshTokenReused, Severity::Warning, "one");
    let write = || security::record(&shop.app, &sighting);
    tokio::join!(write(), write(), write());
    let rows = events(&shop).await;
    assert_eq!((rows.len(), &rows[0]["occurrences"]), (1, &json!(3)));
}

async fn events_are_filtered_and_paged(shop: TestShop) {
    for hour in 0..7 {
        at(&shop, hour * 3600);
        let kind = if hour % 2 == 0 { ThreatKind::SignInsFailed } else { ThreatKind::PasswordSprayed };
        let severity = if hour % 2 == 0 { Severity::Notice } else { Severity::Grave };
        security::note(&shop.app, &seen(kind, severity, "x"));
    }
    assert_eq!(events(&shop).await.len(), 7);
    let text = "query($f: SecurityEventFilter, $after: String) { securityEvents(filter: $f, first: 2, after: $after) \
        { totalCount nodes { kind } pageInfo { endCursor hasNextPage } } }";
    let page = async |filter: serde_json::Value, after: Option<String>| {
        let asked = shop.query(text).asked_by_staff(&[Permission::SecurityRead]).variable("f", filter);
        asked.variable("after", after).await
    };
    for (filter, count) in [
        (json!({}), 7),
        (json!({ "kinds": ["SIGN_INS_FAILED"] }), 4),
        (json!({ "kinds": ["SIGN_INS_FAILED", "PASSWORD_SPRAYED"] }), 7),
        (json!({ "severity": "WARNING" }), 3),
        (json!({ "since": (now() + chrono::Duration::hours(5)).to_rfc3339() }), 2),
        (json!({ "until": (now() + chrono::Duration::hours(5)).to_rfc3339() }), 5),
        (json!({ "kinds": ["PASSWORD_SPRAYED"], "severity": "GRAVE", "until": now().to_rfc3339() }), 0),
    ] {
        let reply = page(filter.clone(), None).await;
        assert_eq!(reply.number("/securityEvents/totalCount"), count, "{filter}");
    }
    let (mut after, mut kinds) = (None, Vec::new());
    loop {
        let reply = page(json!({}), after).await;
        kinds.extend(reply.texts("/securityEvents/nodes", "/kind"));
        if reply.at("/securityEvents/pageInfo/hasNextPage") == false {
            break;
        }
        after = Some(reply.text("/securityEvents/pageInfo/endCursor").to_owned());
    }
    assert_eq!(
        (kinds.len(), kinds[0].as_str(), kinds[1].as_str()),
        (7, "SIGN_INS_FAILED", "PASSWORD_SPRAYED")
    );
    for bad in [json!({ "account": "prd_1" }), json!({ "kinds": vec!["PASSWORD_SPRAYED"; 21] })] {
        assert_eq!(page(bad, None).await.code(), "BAD_REQUEST");
    }
    let hidden =
        shop.query("{ securityEvents { totalCount } }").asked_by_staff(&[Permission::StaffRead]).await;
    assert_eq!(hidden.code(), "BAD_REQUEST");
}

async fn events_are_forgotten_in_time(shop: TestShop) {
    security::note(&shop.app, &seen(ThreatKind::PasswordSprayed, Severity::Grave, ""));
    events(&shop).await;
    at(&shop, 80 * 86_400);
    for number in 0..5 {
        let subject = format!("{number}");
        security::note(&shop.app, &seen(ThreatKind::SignInsFailed, Severity::Notice, &subject));
    }
    assert_eq!(events(&shop).await.len(), 6);
    sweep::once(&shop.app, None, 90).await.unwrap();
    assert_eq!(events(&shop).await.len(), 6);
    // Where there are too many, what is least goes first.
    let change = shop.app.begin().await.unwrap();
    assert_eq!(security::forget(&change, entity::time::Timestamp(0), 4).await.unwrap(), 2);
    change.commit().await.unwrap();
    let kept: Vec<_> = events(&shop).await.into_iter().map(|event| event["severity"].clone()).collect();
    assert!(kept.len() == 4 && kept.contains(&json!("GRAVE")), "{kept:?}");
    at(&shop, 91 * 86_400);
    sweep::once(&shop.app, None, 90).await.unwrap();
    assert_eq!(events(&shop).await.len(), 3);
    shop.app.security.keep_for(1);
    sweep::once(&shop.app, None, 90).await.unwrap();
    assert_eq!((events(&shop).await.len(), DAY), (0, 86_400_000_000));
}

async fn what_was_seen_of_an_account_goes_with_it(shop: TestShop) {
    let (_, viewer): (_, Viewer) = staff_member(&shop, OWNER, "owner").await;
    let account = viewer.account();
    let sighting = Sighting { account, ..seen(ThreatKind::ForbiddenBurst, Severity::Warning, "one") };
    security::note(&shop.app, &sighting);
    security::note(&shop.app, &seen(ThreatKind::ForbiddenBurst, Severity::Warning, "other"));
    assert_eq!(events(&shop).await.len(), 2);
    let change = shop.app.begin().await.unwrap();
    security::forget_account(&change, account.unwrap()).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(events(&shop).await.len(), 1);
}
