//! Keys that change, and keys that are lost.

use std::error::Error as _;

use vitrine::services::Error;
use vitrine::services::audit::head::{Stuck, examine, renew};
use vitrine::services::audit::{behind, seal, verify};
use vitrine::workers::audit::seal_all;

use super::{keys, rename, sealed, usual};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: a_new_key_goes_on_where_the_old_one_ended, without_its_key_the_log_is_not_verified_and_not_called_tampered;
}

async fn a_new_key_goes_on_where_the_old_one_ended(shop: TestShop) {
    sealed(&shop, 3).await;
    let both = keys(&[7, 42]);
    for number in 0..2 {
        rename(&shop, &format!("New {number}")).await;
    }
    seal_all(&shop.app, &both).await.unwrap();

    let found = verify(&shop.app, &both, None).await.unwrap();
    assert_eq!((found.finding, found.verified, found.unknown.len()), (None, 5, 0));

    // The old key is taken away: its entries cannot be verified, all others can.
    let found = verify(&shop.app, &keys(&[7]), None).await.unwrap();
    assert_eq!((found.finding, found.verified), (None, 2));
    assert_eq!(found.unknown.into_iter().collect::<Vec<_>>(), [(usual().names()[0].clone(), (1, 3))]);
    shop.sql("UPDATE audit_entry SET action = 'x' WHERE number = 4").await;
    assert!(verify(&shop.app, &keys(&[7]), None).await.unwrap().finding.is_some());
}

async fn without_its_key_the_log_is_not_verified_and_not_called_tampered(shop: TestShop) {
    sealed(&shop, 3).await;
    let other = keys(&[7]);
    let found = verify(&shop.app, &other, None).await.unwrap();
    assert_eq!((found.finding, found.verified), (None, 0));
    assert_eq!(found.unknown.into_values().collect::<Vec<_>>(), [(1, 3)]);

    rename(&shop, "More").await;
    let refused = seal(&shop.app, &other).await.unwrap_err();
    let Error::Internal(_) = &refused else { panic!("{refused:?}") };
    let lost = Stuck::KeyLost(usual().names()[0].clone());
    assert_eq!(refused.source().map(ToString::to_string), Some(lost.to_string()));
    assert_eq!(behind(&shop.app).await.unwrap().entries, 1, "it waits for its key");

    // A shop where nothing happens any more needs its old key for the old entries only.
    seal_all(&shop.app, &usual()).await.unwrap();
    let both = keys(&[7, 42]);
    assert!(examine(&shop.app, &both).await.unwrap().text.contains("keys rotate data"));
    assert!(!examine(&shop.app, &other).await.unwrap().is_fine);
    assert!(renew(&shop.app, &both).await.unwrap());
    assert!(!renew(&shop.app, &both).await.unwrap());
    assert!(examine(&shop.app, &other).await.unwrap().is_fine);
    rename(&shop, "Again").await;
    seal_all(&shop.app, &other).await.unwrap();
    let found = verify(&shop.app, &keys(&[7, 42]), None).await.unwrap();
    assert_eq!((found.finding, found.verified), (None, 5));
}
