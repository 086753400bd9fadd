//! Who is let in by the token of an outside issuer, and with which rights.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vitrine::services::identity::roles::{self, RoleInput};
use vitrine::services::identity::{
    AccountKind, Follower, account, authenticate, outside, sign_out, sign_out_everywhere, staff, tidy,
};
use vitrine::services::{Error, Permission, Reason, Viewer, customers};

use super::issuer::{Key, TestIssuer};
use super::{claims, count, for_staff, is_refused, seconds, shop_with, with};
use crate::harness::{TestShop, now, on_each_engine};
use crate::identity::{customer, customer_signs_in, staff_member};

on_each_engine! {
    empty: a_customer_is_let_in_by_an_outside_token,
        staff_have_the_roles_that_their_token_brings,
        who_has_no_account_is_let_in_only_where_that_is_set,
        an_address_in_a_token_opens_no_account,
        of_many_who_are_first_one_account_is_made,
        who_is_shut_out_here_is_not_let_in,
        who_signs_out_needs_a_newer_token,
        who_was_erased_comes_back_as_somebody_new_or_not_at_all,
        staff_of_the_issuer_are_nobodys_subordinates,
        somebody_who_has_an_account_is_linked;
}

async fn a_customer_is_let_in_by_an_outside_token(shop: TestShop) {
    for key in [Key::ec("one"), Key::ed("two"), Key::rsa("three")] {
        let issuer = TestIssuer::start(&[&key]).await;
        let app = shop_with(&shop, &issuer, |_| {}).await;
        let told = with(claims(&issuer, "hannelore"), "name", json!("Annegret Lee"));
        let viewer = authenticate(&app, &key.sign(&told)).await.unwrap();
        let Viewer::Customer { account: id, .. } = viewer else { panic!("{viewer:?}") };
        let me = account(&app, &viewer).await.unwrap().unwrap();
        assert_eq!((me.name.as_str(), me.kind, me.id), ("Annegret Lee", AccountKind::Customer, id));
        assert!(me.email.ends_with("@outside.invalid"), "{}", me.email);
        let later = with(told, "iat", json!(seconds() + 1));
        assert_eq!(authenticate(&app, &key.sign(&later)).await.unwrap(), viewer, "the same person");
        let bob = authenticate(&app, &key.sign(&claims(&issuer, "bob"))).await.unwrap();
        assert_ne!(bob.account(), viewer.account());
    }
    let kept = shop.rows("SELECT o.hash || a.email || a.email_hash || a.name FROM outside_identity o JOIN account a ON a.id = o.account_id").await;
    assert_eq!(kept.len(), 6);
    assert!(
        !kept.concat().contains("hannelore")
            && !kept.concat().contains("Annegret")
            && !kept.concat().contains("127.0.0.1"),
        "{kept:?}"
    );

    customer(&shop, "carl@example.com").await;
    let ours = customer_signs_in(&shop, "carl@example.com").await;
    let key = Key::ec("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    assert_eq!(authenticate(&app, &ours.access_token).await.unwrap().account(), Some(ours.account));
    assert_eq!(issuer.asked(), 0, "our own tokens ask nobody else");
}

async fn staff_have_the_roles_that_their_token_brings(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, for_staff).await;
    let reader = RoleInput {
        handle: Some("reader".to_owned()),
        name: Some("Reader".to_owned()),
        permissions: Some(vec!["products.read".to_owned()]),
    };
    roles::create(&app, &Viewer::Operator, reader).await.unwrap();
    let token = |roles: Value, number: i64| {
        let told = with(claims(&issuer, "eve"), "realm_access", json!({ "roles": roles }));
        key.sign(&with(told, "iat", json!(seconds() - number)))
    };
    let rights = async |roles: Value, number: i64| {
        let viewer = authenticate(&app, &token(roles, number)).await.unwrap();
        assert!(matches!(viewer, Viewer::Staff { .. }));
        viewer.permissions().iter().collect::<Vec<_>>()
    };
    for (number, nobody) in
        [json!([]), json!(["stranger"]), json!("x"), json!(7), json!(null)].into_iter().enumerate()
    {
        let token = token(nobody, 100 + i64::try_from(number).unwrap());
        assert!(is_refused(&authenticate(&app, &token).await), "who brings no role gets no account");
    }
    assert_eq!(count(&shop, "account").await, 0);
    assert_eq!(rights(json!(["x", "shop-reader"]), 1).await, [Permission::ProductsRead]);
    assert_eq!(rights(json!(["shop-admin"]), 2).await, Permission::ALL);
    assert_eq!(rights(json!([]), 3).await, [], "rights go with the token that brings none");
    assert_eq!(rights(json!("shop-reader"), 4).await, [Permission::ProductsRead]);
    assert_eq!(count(&shop, "account").await, 1);
}

async fn who_has_no_account_is_let_in_only_where_that_is_set(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |settings| settings.makes_accounts = false).await;
    let token = key.sign(&claims(&issuer, "ann"));
    assert!(is_refused(&authenticate(&app, &token).await));
    assert_eq!(count(&shop, "account").await, 0);
    let open = shop_with(&shop, &issuer, |_| {}).await;
    let viewer = authenticate(&open, &token).await.unwrap();
    assert_eq!(authenticate(&app, &token).await.unwrap(), viewer, "who is known is let in");
    let other = shop_with(&shop, &issuer, |settings| settings.kind = AccountKind::Staff).await;
    assert!(is_refused(&authenticate(&other, &token).await), "a customer is no member of the staff");
}

async fn an_address_in_a_token_opens_no_account(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    customer(&shop, "ann@example.com").await;
    let ann = customer_signs_in(&shop, "ann@example.com").await;
    for verified in [json!(false), json!(true), json!(null)] {
        let told = with(claims(&issuer, "mallory"), "email", json!("ann@example.com"));
        let viewer = authenticate(&app, &key.sign(&with(told, "email_verified", verified))).await.unwrap();
        assert_ne!(viewer.account(), Some(ann.account));
    }
    // The same name at another issuer is somebody else.
    let second = TestIssuer::start(&[&key]).await;
    let elsewhere = shop_with(&shop, &second, |_| {}).await;
    let here = authenticate(&app, &key.sign(&claims(&issuer, "ann"))).await.unwrap();
    let there = authenticate(&elsewhere, &key.sign(&claims(&second, "ann"))).await.unwrap();
    assert_ne!(here.account(), there.account());
    assert!(is_refused(&authenticate(&elsewhere, &key.sign(&claims(&issuer, "ann"))).await));
}

async fn of_many_who_are_first_one_account_is_made(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let other = shop_with(&shop, &issuer, |_| {}).await;
    let tokens: Vec<String> =
        (0..8).map(|number| key.sign(&with(claims(&issuer, "ann"), "jti", json!(number)))).collect();
    let tries = tokens.iter().enumerate().map(|(number, token)| {
        let app = if number % 2 == 0 { &app } else { &other };
        authenticate(app, token)
    });
    let accounts: std::collections::BTreeSet<_> =
        join_all(tries).await.into_iter().map(|viewer| viewer.unwrap().account().unwrap()).collect();
    assert_eq!(accounts.len(), 1);
    assert_eq!((count(&shop, "account").await, count(&shop, "outside_identity").await), (1, 1));
}

async fn who_is_shut_out_here_is_not_let_in(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, for_staff).await;
    let other = shop_with(&shop, &issuer, for_staff).await;
    let mut follower = Follower::new(&other).await.unwrap();
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let told = with(claims(&issuer, "eve"), "realm_access", json!({ "roles": ["shop-admin"] }));
    let token = key.sign(&told);
    let eve = authenticate(&app, &token).await.unwrap();
    authenticate(&other, &token).await.unwrap();
    staff::deactivate(&app, &owner, eve.account().unwrap()).await.unwrap();
    assert!(is_refused(&authenticate(&app, &token).await), "at once on this node");
    follower.catch_up(&other).await.unwrap();
    assert!(is_refused(&authenticate(&other, &token).await), "and on the others");
    let newer = key.sign(&with(told, "iat", json!(seconds() + 20)));
    assert!(is_refused(&authenticate(&app, &newer).await), "whatever the issuer says later");
    assert_eq!(count(&shop, "outside_identity").await, 1);
}

async fn who_signs_out_needs_a_newer_token(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let at = |second: i64| key.sign(&with(claims(&issuer, "ann"), "iat", json!(seconds() + second)));
    let ann = authenticate(&app, &at(0)).await.unwrap();
    shop.set_clock(now() + chrono::Duration::seconds(10));
    sign_out(&app, &ann, None).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(0)).await));
    assert!(is_refused(&authenticate(&app, &at(9)).await));
    shop.set_clock(now() + chrono::Duration::seconds(12));
    let ann = authenticate(&app, &at(11)).await.unwrap();
    sign_out_everywhere(&app, &ann).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(11)).await));
}

async fn who_was_erased_comes_back_as_somebody_new_or_not_at_all(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |_| {}).await;
    let at = |second: i64| {
        let told = with(claims(&issuer, "ann"), "iat", json!(seconds() + second));
        key.sign(&with(told, "exp", json!(seconds() + second + 20 * 86_400)))
    };
    let ann = authenticate(&app, &at(0)).await.unwrap();
    shop.set_clock(now() + chrono::Duration::seconds(10));
    customers::erase_own(&app, &ann, None).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(0)).await), "the token that was remembered");
    assert!(is_refused(&authenticate(&app, &at(9)).await), "one that was never shown");
    let left = shop.rows("SELECT count(*) || ' ' || count(account_id) FROM outside_identity").await;
    assert_eq!((left, count(&shop, "account").await), (vec!["1 0".to_owned()], 0));

    tidy(&app).await.unwrap();
    assert!(is_refused(&authenticate(&app, &at(8)).await), "as long as any token of before could count");
    shop.set_clock(now() + chrono::Duration::seconds(12));
    let again = authenticate(&app, &at(11)).await.unwrap();
    assert_ne!((again.account(), again.session()), (ann.account(), ann.session()), "somebody new");
    assert!(is_refused(&authenticate(&app, &at(7)).await), "still");

    customers::erase_own(&app, &again, None).await.unwrap();
    shop.set_clock(now() + chrono::Duration::days(31));
    tidy(&app).await.unwrap();
    assert_eq!(count(&shop, "outside_identity").await, 0, "nothing is left when no token can count");
    let long = with(claims(&issuer, "bob"), "iat", json!(seconds() + 31 * 86_400));
    let long = |days: i64| key.sign(&with(long.clone(), "exp", json!(seconds() + (31 + days) * 86_400)));
    authenticate(&app, &long(30)).await.unwrap();
    assert!(is_refused(&authenticate(&app, &long(31)).await), "a token that is good for longer");
}

async fn staff_of_the_issuer_are_nobodys_subordinates(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, for_staff).await;
    let told = with(claims(&issuer, "eve"), "realm_access", json!({ "roles": ["shop-admin"] }));
    let eve = authenticate(&app, &key.sign(&told)).await.unwrap().account().unwrap();
    let entries = "SELECT action FROM audit_entry WHERE actor_id IN (SELECT id FROM account)";
    assert_eq!(shop.rows(entries).await, ["outsideIssuer"], "auditors are told of who came");

    let hires = RoleInput {
        handle: Some("hires".to_owned()),
        name: Some("Hires".to_owned()),
        permissions: Some(vec!["staff.write".to_owned()]),
    };
    roles::create(&app, &Viewer::Operator, hires).await.unwrap();
    let (_, clerk) = staff_member(&shop, "clerk@example.com", "hires").await;
    let refused = staff::deactivate(&app, &clerk, eve).await.unwrap_err();
    assert!(matches!(&refused, Error::Problems(all) if all.iter().all(|one| one.reason == Reason::NotYours)));
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    staff::deactivate(&app, &owner, eve).await.unwrap();
}

async fn somebody_who_has_an_account_is_linked(shop: TestShop) {
    let key = Key::ec("one");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = shop_with(&shop, &issuer, |settings| {
        settings.kind = AccountKind::Staff;
        settings.makes_accounts = false;
    })
    .await;
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let token = key.sign(&claims(&issuer, "subject-1"));
    assert!(is_refused(&authenticate(&app, &token).await));
    assert!(outside::link(&app, "nobody@example.com", "subject-1").await.is_err());
    outside::link(&app, "owner@example.com", "subject-1").await.unwrap();
    assert!(outside::link(&app, "owner@example.com", "subject-1").await.is_err());
    let viewer = authenticate(&app, &token).await.unwrap();
    assert_eq!((viewer.account(), viewer.permissions()), (owner.account(), owner.permissions()));
}
