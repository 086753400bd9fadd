//! What was changed, removed, put in or swapped behind the server's back is named.

use vitrine::services::audit::verify::Finding;
use vitrine::services::audit::{Mark, behind, retention, seal, verify};
use vitrine::workers::audit::seal_all;

use super::{entries, keys, rename, sealed, somebody, usual, verdict};
use crate::harness::{Engine, TestShop, now, on_each_engine};

on_each_engine! {
    sample: what_was_sealed_is_found_true, a_changed_entry_is_named, removed_entries_are_named,
        an_entry_put_in_the_middle_or_swapped_is_named, the_head_is_sealed_too, a_log_put_back_is_told_by_its_mark,
        what_entries_are_found_by_is_looked_at, whoever_commits_late_is_sealed_later, several_sealers_make_one_chain,
        old_entries_go_and_the_rest_is_found_true, sealing_again_changes_nothing;
}

async fn what_was_sealed_is_found_true(shop: TestShop) {
    assert_eq!(verdict(&shop).await, super::Verdict::default(), "an empty log is fine");
    rename(&shop, "One").await;
    assert_eq!(behind(&shop.app).await.unwrap().entries, 1);
    let before = verdict(&shop).await;
    assert_eq!((before.finding, before.unsealed), (None, 1));

    sealed(&shop, 4).await;

    let found = verdict(&shop).await;
    assert_eq!((found.finding, found.range, found.verified, found.unsealed), (None, Some((1, 5)), 5, 0));
    assert_eq!(behind(&shop.app).await.unwrap().entries, 0);
}

async fn sealing_again_changes_nothing(shop: TestShop) {
    sealed(&shop, 3).await;
    let before = shop.rows("SELECT seal FROM audit_entry ORDER BY number").await;
    seal_all(&shop.app, &usual()).await.unwrap();
    assert_eq!(shop.rows("SELECT seal FROM audit_entry ORDER BY number").await, before);
}

async fn a_changed_entry_is_named(shop: TestShop) {
    sealed(&shop, 5).await;
    let [uuid, other] = match shop.engine {
        Engine::Sqlite => ["x'00000000000000000000000000000007'", "x'00000000000000000000000000000008'"],
        Engine::Postgres => {
            ["'00000000-0000-0000-0000-000000000007'", "'00000000-0000-0000-0000-000000000008'"]
        }
    };
    shop.sql("CREATE TABLE kept AS SELECT * FROM audit_entry").await;
    for change in [
        "action = 'shopUpdata'".to_owned(),
        "created_at = created_at + 1".to_owned(),
        "kind = 1".to_owned(),
        "actor = 1".to_owned(),
        format!("actor_id = {other}"),
        "actor_id = NULL".to_owned(),
        "request_id = 'another'".to_owned(),
        "request_id = NULL".to_owned(),
        "content = replace(content, 'Name 2', 'Name 9')".to_owned(),
        "content = 'no JSON'".to_owned(),
        "seal = 'x'".to_owned(),
        "seal = NULL".to_owned(),
    ] {
        shop.sql(&format!("UPDATE audit_entry SET {change} WHERE number = 3")).await;
        let finding = verdict(&shop).await.finding;
        assert!(matches!(finding, Some(Finding::Changed { number: 3, .. })), "{change}: {finding:?}");
        shop.sql("DELETE FROM audit_entry WHERE number = 3").await;
        shop.sql("INSERT INTO audit_entry SELECT * FROM kept WHERE number = 3").await;
    }
    shop.sql(&format!("UPDATE audit_entry SET id = {uuid} WHERE number = 3")).await;
    let finding = verdict(&shop).await.finding.unwrap();
    assert!(matches!(finding, Finding::Changed { number: 3, .. }), "{finding}");
    assert!(
        finding.to_string().starts_with("entry 3 (00000000-0000-0000-0000-000000000007, written 2027-"),
        "{finding}"
    );
}

async fn removed_entries_are_named(shop: TestShop) {
    sealed(&shop, 6).await;
    shop.sql("DELETE FROM audit_entry WHERE number = 6").await;
    assert_eq!(verdict(&shop).await.finding, Some(Finding::Removed { number: 6, until: 6 }), "the newest");
    shop.sql("DELETE FROM audit_entry WHERE number IN (3, 4)").await;
    assert_eq!(verdict(&shop).await.finding, Some(Finding::Removed { number: 3, until: 4 }), "in the middle");
    shop.sql("DELETE FROM audit_entry WHERE number = 1").await;
    assert_eq!(verdict(&shop).await.finding, Some(Finding::Removed { number: 1, until: 1 }), "the oldest");
    shop.sql("DELETE FROM audit_entry").await;
    assert_eq!(verdict(&shop).await.finding, Some(Finding::Removed { number: 1, until: 6 }), "all");
}

async fn an_entry_put_in_the_middle_or_swapped_is_named(shop: TestShop) {
    sealed(&shop, 5).await;
    let swap = "UPDATE audit_entry SET number = 9 WHERE number = 2; UPDATE audit_entry SET number = 2 WHERE number = 4; \
                UPDATE audit_entry SET number = 4 WHERE number = 9";
    shop.sql(swap).await;
    let finding = verdict(&shop).await.finding;
    assert!(matches!(finding, Some(Finding::Changed { number: 2, .. })), "swapped: {finding:?}");
    shop.sql(swap).await;
    assert_eq!(verdict(&shop).await.finding, None);

    for number in [5, 4, 3] {
        shop.sql(&format!("UPDATE audit_entry SET number = {} WHERE number = {number}", number + 1)).await;
    }
    let id = match shop.engine {
        Engine::Sqlite => "randomblob(16)",
        Engine::Postgres => "gen_random_uuid()",
    };
    let columns = "created_at, kind, actor, actor_id, action, request_id, content";
    shop.sql(&format!(
        "INSERT INTO audit_entry (id, {columns}, number, key_name, seal) \
         SELECT {id}, {columns}, 3, key_name, seal FROM audit_entry WHERE number = 2"
    ))
    .await;
    let finding = verdict(&shop).await.finding;
    assert!(matches!(finding, Some(Finding::Changed { number: 3, .. })), "put in: {finding:?}");
}

async fn the_head_is_sealed_too(shop: TestShop) {
    sealed(&shop, 4).await;
    // Somebody removes the newest entries and says that the log never went further.
    shop.sql("DELETE FROM audit_entry WHERE number > 2").await;
    shop.sql(
        "UPDATE audit_head SET last_number = 2, last_seal = (SELECT seal FROM audit_entry WHERE number = 2)",
    )
    .await;
    let changed = Some(Finding::Head("the row that says how far the log goes was changed"));
    assert_eq!(verdict(&shop).await.finding, changed);
    rename(&shop, "More").await;
    assert!(seal(&shop.app, &usual()).await.is_err(), "nothing is sealed over it");
    assert_eq!(behind(&shop.app).await.unwrap().entries, 1);

    shop.sql("DELETE FROM audit_head").await;
    let removed = Some(Finding::Head("the row that says how far the log goes was removed"));
    assert_eq!(verdict(&shop).await.finding, removed);
    assert!(seal(&shop.app, &usual()).await.is_err(), "no new chain is begun over an old one");
}

async fn a_log_put_back_is_told_by_its_mark(shop: TestShop) {
    sealed(&shop, 2).await;
    shop.sql("CREATE TABLE earlier AS SELECT * FROM audit_head").await;
    sealed(&shop, 2).await;
    let mark = verdict(&shop).await.mark.unwrap();
    assert_eq!(mark.number, 4);
    assert_eq!(mark.to_string().parse(), Ok(mark.clone()));
    let with = async |mark: &Mark| verify(&shop.app, &usual(), Some(mark)).await.unwrap().finding;
    assert_eq!(with(&mark).await, None);
    sealed(&shop, 1).await;
    assert_eq!(with(&mark).await, None, "a mark stays good while the log grows");
    let other = Mark { seal: "x".to_owned(), ..mark.clone() };
    assert!(matches!(with(&other).await, Some(Finding::Mark(_))));

    shop.sql(
        "DELETE FROM audit_entry WHERE number > 2; DELETE FROM audit_head; \
              INSERT INTO audit_head SELECT * FROM earlier",
    )
    .await;
    assert_eq!(verdict(&shop).await.finding, None, "this is what cannot be noticed without a mark");
    assert!(matches!(with(&mark).await, Some(Finding::Mark(_))));
    shop.sql("DELETE FROM audit_entry; DELETE FROM audit_head").await;
    assert!(matches!(with(&mark).await, Some(Finding::Mark(_))));
    assert!("4".parse::<Mark>().is_err() && "-1:x".parse::<Mark>().is_err());
}

async fn what_entries_are_found_by_is_looked_at(shop: TestShop) {
    let product =
        shop.query("{ products(first: 1) { nodes { id } } }").await.text("/products/nodes/0/id").to_owned();
    let text =
        "mutation ($id: ID!) { productUpdate(input: {id: $id, title: \"New\"}) { userErrors { message } } }";
    shop.query(text).variable("id", product.as_str()).asked_by(somebody()).await;
    seal_all(&shop.app, &usual()).await.unwrap();
    assert_eq!(verdict(&shop).await.finding, None);
    shop.sql("DELETE FROM audit_subject").await;
    assert!(matches!(verdict(&shop).await.finding, Some(Finding::Index { number: 1, .. })));
}

/// On SQLite there is one writer at a time, so nobody can be late.
async fn whoever_commits_late_is_sealed_later(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return;
    }
    let acting = vitrine::services::acting::Acting::at_command_line("late");
    let late = vitrine::services::acting::within(acting, shop.app.begin()).await.unwrap();
    sealed(&shop, 2).await;
    late.commit().await.unwrap();
    assert_eq!(verdict(&shop).await.unsealed, 1);
    sealed(&shop, 1).await;
    let actions = shop.rows("SELECT action FROM audit_entry ORDER BY number").await;
    assert_eq!(actions.iter().filter(|action| *action == "late").count(), 1);
    let found = verdict(&shop).await;
    assert_eq!((found.finding, found.verified, found.unsealed), (None, 4, 0));
}

async fn several_sealers_make_one_chain(shop: TestShop) {
    let mut others = Vec::new();
    for _ in 0..3 {
        let database = vitrine::infrastructure::database::Database::connect(&shop.address, 2).await.unwrap();
        others.push(vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap());
    }
    let write = async {
        for number in 0..40 {
            rename(&shop, &format!("Name {number}")).await;
        }
    };
    let seal = async |app: &vitrine::services::AppContext| {
        for _ in 0..30 {
            seal_all(app, &usual()).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        }
    };
    tokio::join!(write, seal(&others[0]), seal(&others[1]), seal(&others[2]));
    seal_all(&shop.app, &usual()).await.unwrap();

    let found = verdict(&shop).await;
    assert_eq!((found.finding, found.range, found.verified), (None, Some((1, 40)), 40));
}

async fn old_entries_go_and_the_rest_is_found_true(shop: TestShop) {
    sealed(&shop, 3).await;
    shop.set_clock(now() + chrono::Duration::days(10));
    sealed(&shop, 3).await;
    let keep = |days: i64| shop.app.now().plus(-days * entity::time::DAY);
    assert_eq!(retention::prune(&shop.app, &usual(), keep(30)).await.unwrap(), 0);
    assert!(retention::prune(&shop.app, &keys(&[7]), keep(5)).await.is_err(), "not with another key");
    assert_eq!(entries(&shop).await, 6);

    assert_eq!(retention::prune(&shop.app, &usual(), keep(5)).await.unwrap(), 3);

    assert_eq!(entries(&shop).await, 3);
    let found = verdict(&shop).await;
    assert_eq!((found.finding, found.range, found.verified), (None, Some((4, 6)), 3));
    sealed(&shop, 1).await;
    assert_eq!(verdict(&shop).await.range, Some((4, 7)));
    shop.sql("DELETE FROM audit_entry WHERE number = 4").await;
    assert_eq!(verdict(&shop).await.finding, Some(Finding::Removed { number: 4, until: 4 }));
    shop.set_clock(now() + chrono::Duration::days(100));
    assert_eq!(
        retention::prune(&shop.app, &usual(), keep(5)).await.unwrap(),
        0,
        "a gap does not pass for age"
    );
}
