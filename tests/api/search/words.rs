//! Words of the shop: how typing errors are mended, how words are told, and which lists their hits make.

use serde_json::{Value, json};
use vitrine::services::search::project::rebuild;

use super::search;
use crate::harness::{Reply, TestShop, on_each_engine};

on_each_engine! {
    sample: titles_of_categories_are_cut_like_what_is_typed, the_likeliest_words_that_find_something_are_told,
        words_of_five_letters_lead_to_those_of_four, mending_takes_as_many_statements_for_any_number_of_words,
        words_are_told_as_the_shop_spells_them, cursors_belong_to_one_query_market_and_language,
        an_average_that_was_told_finds_its_products, errors_in_other_forms_than_the_shop_has_are_mended,
        suggestions_mend_errors_and_put_titles_first, the_worst_matches_come_first_in_the_opposite_order;
}

async fn titles_of_categories_are_cut_like_what_is_typed(shop: TestShop) {
    let suggested = async |typed: &str| {
        let text = "query($q: String!) { suggest(query: $q, first: 10) { categories { title } } }";
        shop.query(text).variable("q", typed).await.texts("/suggest/categories", "/title")
    };
    for typed in
        ["Coffee & tea", "coffee&tea", "tea,", "tea & coff", "coffee-tea", "COFFEE/", "(tea", "tea coffee"]
    {
        assert!(suggested(typed).await.contains(&"Coffee & tea".to_owned()), "{typed}");
    }
    for typed in ["&", " / ", "-", "tea & xqzvw"] {
        assert_eq!(suggested(typed).await, Vec::<String>::new(), "{typed}");
    }
}

async fn the_likeliest_words_that_find_something_are_told(shop: TestShop) {
    for (typed, corrected, wanted) in [
        ("copper sauzé", "copper sauté", "copper-saute-pan"),
        ("coper sauze", "copper sauté", "copper-saute-pan"),
        ("tarrn teapto", "tarn teapot", "tarn-teapot"),
    ] {
        let reply = search(&shop, typed).await;
        assert_eq!(reply.text("/search/correctedQuery"), corrected, "{typed}");
        assert!(reply.handles("/search").contains(&wanted.to_owned()), "{typed}");
    }
    let reply = search(&shop, "copper xqzvw").await;
    assert_eq!(reply.at("/search/correctedQuery"), &Value::Null);
}

async fn errors_in_other_forms_than_the_shop_has_are_mended(shop: TestShop) {
    for (typed, language, wanted) in [
        ("towles", "en", "towels"),
        ("jakcets", "en", "jackets"),
        ("raincaots", "en", "raincoats"),
        ("Jakcen", "de", "Jacken"),
    ] {
        let query = "query($q: String!) { search(query: $q, first: 50) { correctedQuery nodes { handle } } }";
        let found = async |text: &str| {
            let reply = shop.query(query).variable("q", text).market("de").language(language).await;
            (reply.handles("/search"), reply.at("/search/correctedQuery").clone())
        };
        let ((mended, told), (right, untold)) = (found(typed).await, found(wanted).await);
        assert!(told.is_string() && untold.is_null() && !right.is_empty(), "{typed}: {told}, {untold}");
        let is_among = |handle: &String| right.contains(handle);
        assert!(mended.iter().any(is_among), "{typed}: {told} finds {mended:?}");
    }
}

async fn suggestions_mend_errors_and_put_titles_first(shop: TestShop) {
    let suggested = async |typed: &str| {
        let query = "query($q: String!) { suggest(query: $q, first: 10) { products { title } } }";
        shop.query(query).variable("q", typed).await.texts("/suggest/products", "/title")
    };
    for typed in ["can", "lin", "sh", "k"] {
        let titles = suggested(typed).await;
        let begins = |title: &String| title.to_lowercase().split(' ').any(|word| word.starts_with(typed));
        let split = titles.partition_point(|title| begins(title));
        assert!(split > 0 && !titles[split..].iter().any(begins), "{typed}: {titles:?}");
    }
    assert!(suggested("teapto").await.contains(&"Tarn teapot".to_owned()));
    for typed in ["tea", "\"tea", "tarn \"tea", "\"tarn tea"] {
        let query = "query($q: String!) { suggest(query: $q) { terms } }";
        let reply = shop.query(query).variable("q", typed).await;
        assert!(reply.list("/suggest/terms").contains(&"teapot".into()), "{typed}");
    }
    assert_eq!(suggested("xqzvw").await, Vec::<String>::new());
}

async fn the_worst_matches_come_first_in_the_opposite_order(shop: TestShop) {
    let query = "query($r: Boolean!, $n: Int!, $a: String) { search(query: \"wool\", reverse: $r, first: $n, after: $a) \
        { nodes { handle } pageInfo { endCursor } } }";
    let read = async |reverse: bool, first: u32, after: Option<&str>| {
        shop.query(query).variable("r", reverse).variable("n", first).variable("a", after).await
    };
    let mut best = read(false, 100, None).await.handles("/search");
    let begun = read(true, 3, None).await;
    let cursor = begun.text("/search/pageInfo/endCursor").to_owned();
    let rest = read(true, 100, Some(&cursor)).await.handles("/search");
    best.reverse();
    assert_eq!([begun.handles("/search"), rest].concat(), best);
    assert_eq!(read(false, 3, Some(&cursor)).await.code(), "BAD_REQUEST");
}

async fn words_of_five_letters_lead_to_those_of_four(shop: TestShop) {
    let mended = async || {
        for (typed, corrected) in [("lampp", "lamp"), ("soapp", "soap"), ("wwool", "wool")] {
            let reply = search(&shop, typed).await;
            assert_eq!(reply.at("/search/correctedQuery"), corrected, "{typed}");
            assert!(reply.number("/search/totalCount") > 0, "{typed}");
        }
    };
    mended().await;
    for typed in ["lomp", "soep", "wolo"] {
        let reply = search(&shop, typed).await;
        let told = reply.at("/search/correctedQuery");
        assert!(told.as_str().is_none_or(|told| told.len() > 4), "a word of four is mended: {typed}, {told}");
    }

    shop.sql("DELETE FROM search_fragment WHERE length(term) = 4").await;
    assert_eq!(search(&shop, "lampp").await.at("/search/correctedQuery"), &Value::Null);
    rebuild(&shop.app).await.unwrap();
    mended().await;
}

async fn mending_takes_as_many_statements_for_any_number_of_words(shop: TestShop) {
    let mut counted = Vec::new();
    for typed in ["teapto", "copper sauzé", "tarrn teapto", "blankte woool fjrod"] {
        let reply = search(&shop, typed).await;
        assert!(reply.at("/search/correctedQuery").is_string(), "{typed}");
        counted.push(reply.statements());
    }
    assert!(counted.iter().all(|count| *count == counted[0] && *count <= 7), "{counted:?}");
}

async fn words_are_told_as_the_shop_spells_them(shop: TestShop) {
    let german = async |text: &str, typed: &str| -> Reply {
        shop.query(text).variable("q", typed).market("de").language("de").await
    };
    let query = "query($q: String!) { search(query: $q) { correctedQuery nodes { handle title } } }";
    let reply = german(query, "Küchenmeser").await;
    assert_eq!(reply.text("/search/correctedQuery"), "küchenmesser");
    assert!(reply.texts("/search/nodes", "/title").contains(&"Küchenmesser Nr. 3".to_owned()));
    let terms = async |reply: Reply| -> Vec<Value> { reply.list("/suggest/terms").clone() };
    let query = "query($q: String!) { suggest(query: $q, first: 10) { terms } }";
    assert!(terms(german(query, "kuchenm").await).await.contains(&json!("küchenmesser")));
    for (typed, wanted) in [("caf", "café"), ("saut", "sauté"), ("teapo", "teapot")] {
        let told = terms(shop.query(query).variable("q", typed).await).await;
        assert!(told.contains(&json!(wanted)), "{typed}: {told:?}");
    }
}

async fn cursors_belong_to_one_query_market_and_language(shop: TestShop) {
    let hits = "query($q: String!, $s: SearchSortKey!, $after: String) {
        it: search(query: $q, first: 1, sortKey: $s, after: $after) { pageInfo { endCursor } nodes { handle } } }";
    for sort in ["BEST_MATCH", "TITLE", "NEWEST"] {
        let ask = async |typed: &str, market: &str, language: &str, after: Value| {
            let ask = shop.query(hits).variable("q", typed).variable("s", sort).variable("after", after);
            ask.market(market).language(language).await
        };
        let after = ask("wool", "us", "en", Value::Null).await.at("/it/pageInfo/endCursor").clone();
        assert_eq!(ask("WOOL ", "us", "en", after.clone()).await.handles("/it").len(), 1, "{sort}");
        for (typed, market) in [("cotton", "us"), ("wool", "de"), ("wool mug", "us")] {
            assert_eq!(ask(typed, market, "en", after.clone()).await.code(), "BAD_REQUEST", "{sort} {typed}");
        }
    }
    for list in [
        "it: products(first: 1, sortKey: TITLE, after: $after) { pageInfo { endCursor } nodes { handle } }",
        r#"category(handle: "home") { it: products(first: 1, after: $after) { pageInfo { endCursor } nodes { handle } } }"#,
    ] {
        let text = format!("query($after: String) {{ {list} }}");
        let pointer = if list.starts_with("it") { "/it" } else { "/category/it" };
        let ask = async |market: &str, language: &str, after: Value| {
            shop.query(&text).variable("after", after).market(market).language(language).await
        };
        let first = ask("de", "de", Value::Null).await;
        let after = first.at(&format!("{pointer}/pageInfo/endCursor")).clone();
        assert_eq!(ask("de", "de-AT", after.clone()).await.handles(pointer).len(), 1);
        for (market, language) in [("de", "en"), ("us", "en")] {
            assert_eq!(
                ask(market, language, after.clone()).await.code(),
                "BAD_REQUEST",
                "{market} {language}"
            );
        }
    }
}

async fn an_average_that_was_told_finds_its_products(shop: TestShop) {
    let text = "query($f: ProductFilter) { products(first: 100, filter: $f) {
        nodes { handle ratingSummary { average } } } }";
    let all = shop.query(text).await;
    let average = |node: &Value| node["ratingSummary"]["average"].as_f64();
    let rated: Vec<&Value> =
        all.list("/products/nodes").iter().filter(|node| average(node).is_some()).collect();
    let uneven = rated.iter().filter(|node| (average(node).unwrap() * 100.0).fract() > 0.001).count();
    assert!(uneven > 2, "averages such as 4.666666666666667: {uneven}");
    for node in &rated {
        let least = average(node).unwrap();
        let found = shop.query(text).variable("f", json!({ "minRating": least })).await;
        let expected = rated.iter().filter(|other| average(other).unwrap() + 0.01 > least);
        let all_of_it = rated.iter().filter(|other| average(other).unwrap() >= least);
        let handles = found.handles("/products");
        assert!(handles.contains(&node["handle"].as_str().unwrap().to_owned()), "{least}");
        assert!((all_of_it.count()..=expected.count()).contains(&handles.len()), "{least}");
    }
}
