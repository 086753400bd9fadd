//! Out, into an empty shop, and out again gives the same.

use super::{catalogue, exported, import};
use crate::harness::{Engine, Filling, TestShop, on_each_engine};

on_each_engine! {
    empty: hostile_texts_come_back_as_they_were, a_catalogue_comes_back_as_it_was;
    sample: the_sample_shop_comes_back_as_it_was;
}

/// The export of an empty shop of the same kind after it has imported this.
async fn again(engine: Engine, csv: String) -> String {
    let (send, receive) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        crate::harness::run(engine, Filling::Empty, |shop| async move {
            // Variants without a price in this market are told of, and are there all the same.
            import(&shop, &csv, false).await;
            let _ = send.send(exported(&shop).await);
        });
    });
    receive.await.unwrap()
}

fn same(first: &str, second: &str) {
    for (number, (one, other)) in first.lines().zip(second.lines()).enumerate() {
        assert_eq!(one, other, "line {}", number + 1);
    }
    assert_eq!(first.lines().count(), second.lines().count());
}

async fn a_catalogue_comes_back_as_it_was(shop: TestShop) {
    import(&shop, &catalogue(50), false).await;
    let first = exported(&shop).await;
    assert!(first.lines().count() > 100);
    same(&first, &again(shop.engine, first.clone()).await);
}

async fn the_sample_shop_comes_back_as_it_was(shop: TestShop) {
    let first = exported(&shop).await;
    assert!(first.lines().count() > 300);
    same(&first, &again(shop.engine, first.clone()).await);
}

async fn hostile_texts_come_back_as_they_were(shop: TestShop) {
    let texts = [
        "=1+1",
        "a,b;c",
        "say \"\"hi\"\"",
        "two\nlines",
        "carriage\r\nreturn",
        "日本 👩‍👩‍👧",
        "e\u{301}",
        "\u{202e}abc",
        "'; DROP TABLE product; --",
        "{texts $1} {window}",
        "%s $1 ?1",
        "\\N \\0",
        "<b>&amp;</b>",
        "@cmd",
        "-2",
        "\u{feff}x",
    ];
    let mut csv = super::HEADER.to_owned();
    for (number, text) in texts.iter().enumerate() {
        csv.push_str(&format!(
            "h-{number},\"{text}\",\"<p>{text}</p>\",\"{text}\",\"{text}\",true,\"{text}\",\"{text}\",\"S{number} {text}\",,,deny,1.00,,,\"{text}\",\"{text}\"\n"
        ));
    }
    let (summary, problems) = import(&shop, &csv, false).await;
    assert_eq!((summary.created, problems), (u64::try_from(texts.len()).unwrap(), Vec::new()));
    let titles = shop.rows("SELECT title FROM product").await;
    for text in ["=1+1", "two\nlines", "'; DROP TABLE product; --", "{texts $1} {window}"] {
        assert!(titles.contains(&text.to_owned()), "{text:?} in {titles:?}");
    }

    let first = exported(&shop).await;

    same(&first, &again(shop.engine, first.clone()).await);
}
