//! Reads of personal data, and reading the log itself.

use serde_json::json;
use vitrine::services::Permission;

use super::{entries, rename, sealed, somebody};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::staff_member;

on_each_engine! {
    sample: the_log_is_read_by_filters_and_pages, whoever_may_not_read_it_does_not_see_it, strange_filters_find_nothing;
    empty: whose_data_was_read_is_told_once, without_its_entry_no_answer_goes_out, a_query_of_ones_own_leaves_nothing;
}

const STAFF: &str = "query Who { staff { id account { email name } } }";

async fn whose_data_was_read_is_told_once(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let (_, other) = staff_member(&shop, "eve@example.com", "owner").await;
    let reply =
        shop.query("query Who { staff { account { email } } again: staff { id } }").asked_by(owner).await;
    assert_eq!(reply.list("/staff").len(), 2);

    assert_eq!(entries(&shop).await, 1, "one operation, one entry");
    let log = shop
        .query("{ auditEntries { nodes { kind action requestId actor { id } subjects { id changes { field } } } } me { id } }")
        .asked_by(owner)
        .await;
    let entry = log.at("/auditEntries/nodes/0");
    let eve = shop.query("{ me { id } }").asked_by(other).await.text("/me/id").to_owned();
    assert_eq!(entry["kind"], "READ");
    assert_eq!(entry["action"], "staff, staff");
    assert_eq!(entry["requestId"], "test-request");
    assert_eq!(entry["actor"]["id"], *log.at("/me/id"));
    assert_eq!(entry["subjects"], json!([{ "id": eve, "changes": [] }]), "one's own data does not count");
    let content = shop.rows("SELECT content FROM audit_entry").await;
    assert!(!content[0].contains("example.com"), "{content:?}");
    let found = shop
        .query("query ($id: ID!) { auditEntries(filter: {subjectId: $id, kind: READ}) { totalCount } }")
        .variable("id", eve.as_str())
        .asked_by(owner)
        .await;
    assert_eq!(found.number("/auditEntries/totalCount"), 1);
}

async fn a_query_of_ones_own_leaves_nothing(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    shop.query("{ me { email } staff { account { email } } devices { name } }").asked_by(owner).await.data();
    shop.query("{ staff { id } }").await;
    assert_eq!(entries(&shop).await, 0);
}

async fn without_its_entry_no_answer_goes_out(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    staff_member(&shop, "eve@example.com", "owner").await;
    shop.sql("ALTER TABLE audit_subject RENAME TO elsewhere").await;
    let refused = shop.query(STAFF).asked_by(owner).await;
    assert_eq!(refused.code(), "INTERNAL");
    assert!(!refused.json.to_string().contains("example.com"), "{:#}", refused.json);
    shop.sql("ALTER TABLE elsewhere RENAME TO audit_subject").await;
    assert_eq!(entries(&shop).await, 0);
    assert_eq!(shop.query(STAFF).asked_by(owner).await.list("/staff").len(), 2);
    assert_eq!(entries(&shop).await, 1);
}

async fn the_log_is_read_by_filters_and_pages(shop: TestShop) {
    sealed(&shop, 3).await;
    shop.set_clock(crate::harness::now() + chrono::Duration::hours(1));
    rename(&shop, "Last").await;
    let ask = async |filter: &str| {
        let text = format!(
            "{{ auditEntries(filter: {{{filter}}}, first: 2) {{ totalCount pageInfo {{ hasNextPage endCursor }} \
             nodes {{ id number createdAt subjects {{ id name changes {{ field after }} }} }} }} }}"
        );
        shop.query(&text).asked_by_staff(&[Permission::AuditRead]).await
    };
    let all = ask("").await;
    assert_eq!(all.number("/auditEntries/totalCount"), 4);
    assert_eq!(all.at("/auditEntries/nodes/0/number"), &json!(null), "the newest is not sealed yet");
    assert_eq!(all.at("/auditEntries/nodes/0/createdAt"), "2027-01-15T09:00:00Z");
    assert_eq!(all.at("/auditEntries/nodes/0/subjects/0/name"), "shop");
    assert_eq!(
        all.at("/auditEntries/nodes/0/subjects/0/changes"),
        &json!([{ "field": "name", "after": "Last" }])
    );
    assert_eq!(all.at("/auditEntries/nodes/1/number"), &json!(3));
    for (filter, count) in [
        ("from: \"2027-01-15T08:30:00Z\"", 1),
        ("until: \"2027-01-15T08:30:00Z\"", 3),
        ("action: \"shopUpdate\"", 4),
        ("action: \"shopUpdat\"", 0),
        ("kind: READ", 0),
        ("actorKind: STAFF", 4),
        ("actorKind: OPERATOR", 0),
        ("requestId: \"test-request\"", 4),
        ("requestId: \"another\"", 0),
        ("actorKind: STAFF, action: \"shopUpdate\", until: \"2027-01-15T08:30:00Z\", kind: CHANGE", 3),
    ] {
        assert_eq!(ask(filter).await.number("/auditEntries/totalCount"), count, "{filter}");
    }
    let text = "query ($after: String) { auditEntries(first: 2, after: $after) { pageInfo { hasNextPage } nodes { id } } }";
    let second = shop
        .query(text)
        .variable("after", all.text("/auditEntries/pageInfo/endCursor"))
        .asked_by_staff(&[Permission::AuditRead])
        .await;
    assert_eq!(second.list("/auditEntries/nodes").len(), 2);
    assert_eq!(second.at("/auditEntries/pageInfo/hasNextPage"), &json!(false));
    let backward = shop
        .query("{ auditEntries(last: 1) { nodes { number } } }")
        .asked_by_staff(&[Permission::AuditRead])
        .await;
    assert_eq!(backward.at("/auditEntries/nodes/0/number"), &json!(1));
}

async fn whoever_may_not_read_it_does_not_see_it(shop: TestShop) {
    rename(&shop, "One").await;
    let rights: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|right| *right != Permission::AuditRead).collect();
    let reply = shop.query("{ auditEntries { totalCount } }").asked_by_staff(&rights).await;
    assert_eq!(reply.code(), "BAD_REQUEST");
    assert!(reply.message().contains("Unknown field"), "{}", reply.message());
}

async fn strange_filters_find_nothing(shop: TestShop) {
    rename(&shop, "One").await;
    // An entry whose content somebody broke does not keep others from being read.
    shop.sql("UPDATE audit_entry SET content = 'no JSON'").await;
    for filter in ["subjectId: \"\"", "subjectId: \"prd_\"", "actorId: \"acc_1\""] {
        let text = format!("{{ auditEntries(filter: {{{filter}}}) {{ totalCount nodes {{ id }} }} }}");
        let reply = shop.query(&text).asked_by(somebody()).await;
        assert_eq!(reply.number("/auditEntries/totalCount"), 0, "{filter}");
    }
    let broken = shop.query("{ auditEntries { nodes { subjects { id } } } }").asked_by(somebody()).await;
    assert_eq!(broken.at("/auditEntries/nodes"), &json!([{ "subjects": [] }]));
    let cursor = shop.query("{ auditEntries(after: \"x\") { totalCount } }").asked_by(somebody()).await;
    assert_eq!(cursor.code(), "BAD_REQUEST");
}
