//! Tokens of apps.

use vitrine::services::identity::apps::{NewAppToken, create, revoke, tokens};
use vitrine::services::identity::{Follower, authenticate};
use vitrine::services::{Error, Permission, Permissions, Reason, Viewer};

use super::{at, problem, staff_member, staff_with};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: a_token_signs_a_program_in_until_it_is_revoked, a_token_may_do_what_its_maker_may_and_no_more,
        its_use_is_told_to_the_minute;
}

fn wish(scopes: &[&str]) -> NewAppToken {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    NewAppToken { name: "Stock sync".to_owned(), scopes, expires_at: None }
}

async fn a_token_signs_a_program_in_until_it_is_revoked(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let (made, token) = create(&shop.app, &owner, wish(&["stock.write"])).await.unwrap();
    assert!(token.starts_with("vit_") && token.len() == 47 && token.ends_with(&made.hint));
    let viewer = authenticate(&shop.app, &token).await.unwrap();
    let permissions: Permissions = [Permission::StockWrite].into_iter().collect();
    assert_eq!(viewer, Viewer::App { token: made.id, permissions });
    assert!(
        !shop.rows("SELECT hash || name || hint || scopes FROM app_token").await.concat().contains(&token)
    );

    let shown = revoke(&shop.app, &owner, made.id).await.unwrap();
    assert!(shown.revoked_at.is_some());
    assert!(matches!(authenticate(&shop.app, &token).await, Err(Error::Unauthenticated)));
    revoke(&shop.app, &owner, made.id).await.unwrap();

    let until = Some(shop.app.now().plus(60_000_000));
    let (_, short) =
        create(&shop.app, &owner, NewAppToken { expires_at: until, ..wish(&["stock.write"]) }).await.unwrap();
    authenticate(&shop.app, &short).await.unwrap();
    at(&shop, 60);
    assert!(matches!(authenticate(&shop.app, &short).await, Err(Error::Unauthenticated)));
    let past = create(&shop.app, &owner, NewAppToken { expires_at: until, ..wish(&["stock.write"]) }).await;
    assert_eq!(problem(past), (Reason::Invalid, "expiresAt".to_owned()));
}

async fn a_token_may_do_what_its_maker_may_and_no_more(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let few: Permissions = [Permission::AppsWrite, Permission::ProductsRead].into_iter().collect();
    let clerk = staff_with(owner, few);
    let more = create(&shop.app, &clerk, wish(&["products.read", "stock.write"])).await;
    assert_eq!(problem(more), (Reason::NotYours, "scopes.1".to_owned()));
    let nonsense = create(&shop.app, &clerk, wish(&["everything"])).await;
    assert_eq!(problem(nonsense), (Reason::Invalid, "scopes.0".to_owned()));
    assert_eq!(problem(create(&shop.app, &clerk, wish(&[])).await), (Reason::Invalid, "scopes".to_owned()));
    create(&shop.app, &clerk, wish(&["products.read"])).await.unwrap();

    let (strong, token) = create(&shop.app, &owner, wish(&["stock.write"])).await.unwrap();
    assert_eq!(problem(revoke(&shop.app, &clerk, strong.id).await), (Reason::NotYours, "id".to_owned()));
    // An app may make tokens, too, within its own scopes.
    let app = authenticate(&shop.app, &token).await.unwrap();
    assert_eq!(problem(create(&shop.app, &app, wish(&["products.read"])).await).0, Reason::NotYours);
}

async fn its_use_is_told_to_the_minute(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let mut follower = Follower::new(&shop.app).await.unwrap();
    let (_, token) = create(&shop.app, &owner, wish(&["stock.write"])).await.unwrap();
    assert_eq!(tokens(&shop.app).await.unwrap()[0].used_at, None);
    authenticate(&shop.app, &token).await.unwrap();
    follower.catch_up(&shop.app).await.unwrap();
    assert_eq!(tokens(&shop.app).await.unwrap()[0].used_at, Some(shop.app.now()));
    at(&shop, 120);
    authenticate(&shop.app, &token).await.unwrap();
    follower.catch_up(&shop.app).await.unwrap();
    assert_eq!(tokens(&shop.app).await.unwrap()[0].used_at, Some(shop.app.now()));
}
