//! Access tokens: whom they name, how they are revoked, and keys that change under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vitrine::infrastructure::database::Database;
use vitrine::services::identity::{
    Follower, Key, KeyRing, Settings, authenticate, key_set, refresh, rotate_signing_key,
    sign_out_everywhere, signing_keys, staff,
};
use vitrine::services::{AppContext, Error, Viewer};

use super::{at, customer, customer_signs_in, is_signed_in, staff_member};
use crate::harness::{TestShop, on_each_engine};

const ANN: &str = "ann@example.com";

on_each_engine! {
    empty: a_token_is_good_until_it_expires, a_verified_token_asks_the_database_once,
        what_is_no_token_is_refused, a_revocation_reaches_other_nodes, keys_rotate_under_load_without_a_refusal,
        a_key_is_known_to_other_nodes_before_it_signs, a_hurried_key_takes_the_place_of_a_later_one,
        the_wrong_secrets_are_told_of, new_secrets_open_what_old_ones_sealed;
}

/// Another process on the same database.
async fn another_node(shop: &TestShop, settings: Settings) -> Result<Arc<AppContext>, Error> {
    let database = Database::connect(&shop.address, 2).await.unwrap();
    let app = vitrine::app::context_of(database, shop.clock.clone(), 100).await.unwrap();
    app.open_identity(settings).await?;
    Ok(app)
}

fn refused(result: &Result<Viewer, Error>) -> bool {
    matches!(result, Err(Error::Unauthenticated))
}

async fn a_token_is_good_until_it_expires(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    at(&shop, 604);
    assert!(is_signed_in(&shop, &tokens).await);
    at(&shop, 605);
    assert!(!is_signed_in(&shop, &tokens).await, "remembered, and expired all the same");
    at(&shop, -60);
    assert!(is_signed_in(&shop, &tokens).await, "remembered tokens have begun already");
}

async fn a_verified_token_asks_the_database_once(shop: TestShop) {
    use std::time::{Duration, Instant};
    use vitrine::services::operation::{Operation, within};

    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let operation = Operation::until(Instant::now() + Duration::from_secs(30));
    for _ in 0..3 {
        within(Arc::clone(&operation), authenticate(&shop.app, &tokens.access_token)).await.unwrap();
    }
    assert_eq!(operation.statements(), 1);
}

async fn what_is_no_token_is_refused(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let token = &tokens.access_token;
    let (head, rest) = token.split_once('.').unwrap();
    let long = "x".repeat(1_000_000);
    for forged in [
        "",
        "x",
        "..",
        "vit_",
        "vit_nonsense",
        &tokens.refresh_token,
        head,
        rest,
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}{long}"),
        &format!("vit_{long}"),
        &token.replace('.', ""),
    ] {
        assert!(refused(&authenticate(&shop.app, forged).await), "{}", &forged[..forged.len().min(50)]);
    }
    assert!(is_signed_in(&shop, &tokens).await);
}

async fn a_revocation_reaches_other_nodes(shop: TestShop) {
    let other = another_node(&shop, Settings::quick().unwrap()).await.unwrap();
    let mut follower = Follower::new(&other).await.unwrap();
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let (member, viewer) = staff_member(&shop, "owner@example.com", "owner").await;
    let (second, _) = staff_member(&shop, "second@example.com", "owner").await;
    for token in [&tokens, &member, &second] {
        authenticate(&other, &token.access_token).await.unwrap();
    }
    follower.catch_up(&other).await.unwrap();

    let ann = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    sign_out_everywhere(&shop.app, &ann).await.unwrap();
    staff::deactivate(&shop.app, &viewer, second.account).await.unwrap();
    assert!(!is_signed_in(&shop, &second).await, "at once on this node");
    follower.catch_up(&other).await.unwrap();
    assert!(refused(&authenticate(&other, &tokens.access_token).await));
    assert!(refused(&authenticate(&other, &second.access_token).await));
    authenticate(&other, &member.access_token).await.unwrap();
}

async fn keys_rotate_under_load_without_a_refusal(shop: TestShop) {
    let nodes = [Arc::clone(&shop.app), another_node(&shop, Settings::quick().unwrap()).await.unwrap()];
    customer(&shop, ANN).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = Vec::new();
    for number in 0..4 {
        let mut tokens = customer_signs_in(&shop, ANN).await;
        let (nodes, stop, clock) = (nodes.clone(), Arc::clone(&stop), shop.clock.clone());
        clients.push(tokio::spawn(async move {
            let (mut asked, mut signed_at) = (0_u32, clock.now());
            while !stop.load(Ordering::Relaxed) {
                let (here, there) = (&nodes[number % 2], &nodes[(number + 1) % 2]);
                for app in [here, there] {
                    if let Err(error) = authenticate(app, &tokens.access_token).await {
                        // The clock of this test runs fast: on a busy machine a token expires before it is renewed.
                        let is_old = clock.now() - signed_at >= chrono::Duration::seconds(600);
                        assert!(is_old, "refused: {error:?}");
                    }
                }
                let now = clock.now();
                match refresh(here, &tokens.refresh_token).await {
                    Ok(next) => (tokens, signed_at, asked) = (next, now, asked + 1),
                    // Two processes that write to one file all the time get in each other's way.
                    Err(Error::Unavailable) => {}
                    Err(other) => panic!("refused: {other:?}"),
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            asked
        }));
    }
    let mut followers = Vec::new();
    for node in &nodes {
        followers.push(Follower::new(node).await.unwrap());
    }
    for round in 0..6 {
        let at_once = round % 2 == 0;
        rotate_signing_key(&nodes[round % 2], at_once).await.unwrap();
        for _ in 0..8 {
            for (follower, node) in followers.iter_mut().zip(&nodes) {
                follower.catch_up(node).await.unwrap();
            }
            shop.set_clock(shop.clock.now() + chrono::Duration::seconds(if at_once { 2 } else { 60 }));
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
    assert!(signing_keys(&shop.app).await.unwrap().len() > 2);
}

async fn a_key_is_known_to_other_nodes_before_it_signs(shop: TestShop) {
    let other = another_node(&shop, Settings::quick().unwrap()).await.unwrap();
    let mut follower = Follower::new(&other).await.unwrap();
    customer(&shop, ANN).await;
    let key = rotate_signing_key(&shop.app, false).await.unwrap();
    assert!(!key_set(&other).unwrap().contains(&key.kid));
    follower.catch_up(&other).await.unwrap();
    assert!(key_set(&other).unwrap().contains(&key.kid));
    assert!(key.signs_from > shop.app.now().plus(300 * 1_000_000), "later than others cache our keys");

    // Even a node that has not heard of a key looks again before it refuses a token.
    let third = another_node(&shop, Settings::quick().unwrap()).await.unwrap();
    let hurried = rotate_signing_key(&shop.app, true).await.unwrap();
    at(&shop, 11);
    let tokens = customer_signs_in(&shop, ANN).await;
    assert!(!key_set(&third).unwrap().contains(&hurried.kid));
    authenticate(&third, &tokens.access_token).await.unwrap();
}

async fn a_hurried_key_takes_the_place_of_a_later_one(shop: TestShop) {
    customer(&shop, ANN).await;
    let later = rotate_signing_key(&shop.app, false).await.unwrap();
    let hurried = rotate_signing_key(&shop.app, true).await.unwrap();
    let kids: Vec<String> = signing_keys(&shop.app).await.unwrap().into_iter().map(|key| key.kid).collect();
    assert!(kids.contains(&hurried.kid) && !kids.contains(&later.kid) && kids.len() == 2, "{kids:?}");
    at(&shop, 3600);
    let tokens = customer_signs_in(&shop, ANN).await;
    rotate_signing_key(&shop.app, true).await.unwrap();
    assert_eq!(signing_keys(&shop.app).await.unwrap().len(), 2, "keys that verify nothing any more are gone");
    assert!(is_signed_in(&shop, &tokens).await);
}

async fn the_wrong_secrets_are_told_of(shop: TestShop) {
    let ring = KeyRing::new(vec![Key::generate().unwrap()]).unwrap();
    let settings = Settings { ring, ..Settings::quick().unwrap() };
    let error = another_node(&shop, settings).await.err().expect("refused");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("VITRINE_SECRETS"), "{cause}");
}

async fn new_secrets_open_what_old_ones_sealed(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let ring = KeyRing::new(vec![Key::generate().unwrap(), Key::of([42; 32])]).unwrap();
    let settings = Settings { ring, ..Settings::quick().unwrap() };
    let other = another_node(&shop, settings).await.unwrap();
    let viewer = authenticate(&other, &tokens.access_token).await.unwrap();
    let me = vitrine::services::identity::account(&other, &viewer).await.unwrap().unwrap();
    assert_eq!(me.email, ANN);
    refresh(&other, &tokens.refresh_token).await.unwrap();
}
