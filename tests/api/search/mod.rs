//! Finding products by words, and narrowing what was found.

mod facets;
mod words;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Engine, Filling, Reply, TestShop, on_each_engine, run};

on_each_engine! {
    sample: words_accents_plurals_and_prefixes_find, a_typing_error_is_mended_and_told, phrases_keep_their_order,
        hostile_texts_find_nothing_and_break_nothing, relevance_is_paged_in_both_directions, suggestions_complete_what_is_typed,
        unpublished_words_are_never_suggested, hits_can_be_sorted_and_filtered, german_is_searched_in_german;
}

const SEARCH: &str = "query($q: String!, $first: Int, $after: String, $filter: ProductFilter) {
    search(query: $q, first: $first, after: $after, filter: $filter) {
        totalCount correctedQuery nodes { handle } pageInfo { hasNextPage endCursor } } }";

async fn search(shop: &TestShop, text: &str) -> Reply {
    shop.query(SEARCH).variable("q", text).variable("first", 100).await
}

async fn words_accents_plurals_and_prefixes_find(shop: TestShop) {
    for (text, wanted) in [
        ("towel", "cloud-bath-towel"),
        ("TOWELS", "cloud-bath-towel"),
        ("sauté", "copper-saute-pan"),
        ("saute", "copper-saute-pan"),
        ("Cafe mug", "cafe-mug"),
        ("mug café", "cafe-mug"),
        ("jorn", "jorn-desk-lamp"),
        ("jørn lamp", "jorn-desk-lamp"),
        ("knife", "paring-knife-pair"),
        ("kniv", "paring-knife-pair"),
        ("teap", "tarn-teapot"),
        ("AUB-CLO-WHI-70140C", "cloud-bath-towel"),
        ("aub-clo-whi-70140c", "cloud-bath-towel"),
        ("Maison Aubepine towel", "cloud-bath-towel"),
    ] {
        let reply = search(&shop, text).await;
        assert!(
            reply.handles("/search").contains(&wanted.to_owned()),
            "{text:?}: {:?}",
            reply.handles("/search")
        );
        assert!(reply.at("/search/correctedQuery").is_null(), "{text:?}");
        assert_eq!(
            reply.number("/search/totalCount"),
            i64::try_from(reply.handles("/search").len()).unwrap()
        );
    }
    assert_eq!(
        search(&shop, "towel mug sofa").await.number("/search/totalCount"),
        0,
        "all the words must be there"
    );
}

async fn a_typing_error_is_mended_and_told(shop: TestShop) {
    for (text, corrected, wanted) in [
        ("teapto", "teapot", "tarn-teapot"),
        ("blankte", "blanket", "fjord-wool-blanket"),
        ("bakcpack", "backpack", "ridge-backpack"),
        ("monstra", "monstera", "young-monstera"),
    ] {
        let reply = search(&shop, text).await;
        assert_eq!(reply.text("/search/correctedQuery"), corrected);
        assert!(reply.handles("/search").contains(&wanted.to_owned()), "{text}");
    }
    let short = search(&shop, "mgu").await;
    assert_eq!((short.number("/search/totalCount"), short.at("/search/correctedQuery")), (0, &Value::Null));
    for text in ["brown mug", "xqzvw", "xqzvw teapto"] {
        let reply = search(&shop, text).await;
        let told = !reply.at("/search/correctedQuery").is_null();
        assert!(
            !told || reply.number("/search/totalCount") > 0,
            "{text:?} is corrected to something that finds nothing"
        );
    }
}

async fn phrases_keep_their_order(shop: TestShop) {
    assert!(
        search(&shop, "\"day backpack\"").await.handles("/search").contains(&"ridge-backpack".to_owned())
    );
    assert_eq!(search(&shop, "\"backpack day\"").await.number("/search/totalCount"), 0);
    assert!(search(&shop, "backpack day").await.number("/search/totalCount") > 0);
}

async fn hostile_texts_find_nothing_and_break_nothing(shop: TestShop) {
    let long = "a ".repeat(10_000);
    let word = "x".repeat(20_000);
    for text in [
        "",
        " ",
        "\"",
        "\"\"",
        "'",
        "'; DROP TABLE product; --",
        "a AND b OR NOT",
        "NEAR(a b)",
        "title:towel",
        "*",
        "^a",
        "a:*",
        "& | !",
        "(",
        ")",
        "\\",
        "\0",
        "\u{202e}",
        "👩‍👩‍👧",
        "日本",
        "%",
        "_",
        "{texts $1}",
        "{lateral}",
        "$1",
        "<->",
        "--",
        "\r\n",
        &long,
        &word,
    ] {
        for query in [
            SEARCH,
            "query($q: String!) { suggest(query: $q) { terms products { handle } categories { handle } } }",
        ] {
            let reply = shop.query(query).variable("q", text).await;
            assert!(
                reply.json.get("errors").is_none() || reply.code() == "BAD_REQUEST",
                "{text:.40?}: {}",
                reply.json
            );
        }
    }
    assert!(shop.number("SELECT count(*) FROM product").await > 60);
}

async fn relevance_is_paged_in_both_directions(shop: TestShop) {
    let whole = search(&shop, "wool").await;
    let expected = whole.handles("/search");
    assert!(expected.len() > 3);
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let page =
            shop.query(SEARCH).variable("q", "wool").variable("first", 2).variable("after", after).await;
        walked.extend(page.handles("/search"));
        after = page.at("/search/pageInfo/endCursor").clone();
        if page.at("/search/pageInfo/hasNextPage") == false {
            break;
        }
    }
    assert_eq!(walked, expected);
    let backward = "query($q: String!, $before: String) { search(query: $q, last: 2, before: $before) { nodes { handle } \
        pageInfo { hasNextPage hasPreviousPage startCursor } } }";
    let (mut walked, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = shop.query(backward).variable("q", "wool").variable("before", before).await;
        assert_eq!(page.at("/search/pageInfo/hasNextPage"), !walked.is_empty());
        walked.splice(0..0, page.handles("/search"));
        before = page.at("/search/pageInfo/startCursor").clone();
        if page.at("/search/pageInfo/hasPreviousPage") == false {
            break;
        }
    }
    assert_eq!(walked, expected);
    for order in ["BEST_MATCH", "TITLE"] {
        let query = "query($by: SearchSortKey!) { search(query: \"wool\", last: 0, sortKey: $by) { nodes { handle } pageInfo { hasNextPage hasPreviousPage } } }";
        let page = shop.query(query).variable("by", order).await;
        let ends =
            ["hasNextPage", "hasPreviousPage"].map(|end| page.at(&format!("/search/pageInfo/{end}")).clone());
        assert_eq!((page.handles("/search").len(), ends), (0, [false.into(), true.into()]), "{order}");
    }
    assert_eq!(
        search(&shop, "teapot").await.handles("/search")[0],
        "tarn-teapot",
        "a title is worth more than a body"
    );
}

async fn suggestions_complete_what_is_typed(shop: TestShop) {
    let reply =
        shop.query(r#"{ suggest(query: "sh") { terms categories { handle } products { handle } } }"#).await;

    let terms: Vec<&str> = reply.list("/suggest/terms").iter().map(|term| term.as_str().unwrap()).collect();
    assert!(
        !terms.is_empty() && terms.len() <= 5 && terms.iter().all(|term| term.starts_with("sh")),
        "{terms:?}"
    );
    assert!(reply.texts("/suggest/categories", "/handle").contains(&"shirts".to_owned()));
    assert!(!reply.list("/suggest/products").is_empty() && reply.list("/suggest/products").len() <= 5);
    let eleven = shop.query(r#"{ suggest(query: "sh", first: 11) { terms } }"#).await;
    assert_eq!(eleven.code(), "BAD_REQUEST");
}

async fn unpublished_words_are_never_suggested(shop: TestShop) {
    for (typed, word) in [("velv", "velvet"), ("quilt", "quilted"), ("marsh", "marsh")] {
        let reply = shop.query("query($q: String!) { suggest(query: $q) { terms products { handle } } search(query: $q) { nodes { handle } correctedQuery } }").variable("q", typed).await;
        for term in reply.list("/suggest/terms") {
            let hits = search(&shop, term.as_str().unwrap()).await;
            assert!(
                hits.number("/search/totalCount") > 0,
                "{typed}: {term} finds nothing, and is suggested ({word})"
            );
        }
        for hidden in ["velvet-evening-cape", "marsh-quilted-vest"] {
            assert!(!reply.json.to_string().contains(hidden));
        }
    }
}

async fn hits_can_be_sorted_and_filtered(shop: TestShop) {
    let query = r#"query($f: ProductFilter, $s: SearchSortKey!) { search(query: "wool", first: 50, filter: $f, sortKey: $s) { totalCount nodes { handle vendor priceRange { min { amount } } } } }"#;
    let all = shop.query(query).variable("s", "PRICE").await;
    let prices: Vec<f64> = all
        .texts("/search/nodes", "/priceRange/min/amount")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert!(prices.len() > 3 && prices.windows(2).all(|pair| pair[0] <= pair[1]), "{prices:?}");
    let set = |reply: &Reply| reply.handles("/search").into_iter().collect::<BTreeSet<_>>();
    let best = shop.query(query).variable("s", "BEST_MATCH").await;
    assert_eq!(set(&best), set(&all));
    let narrowed =
        shop.query(query).variable("s", "BEST_MATCH").variable("f", json!({"vendors": ["Loomwell"]})).await;
    let expected: BTreeSet<String> = all
        .list("/search/nodes")
        .iter()
        .filter(|node| node["vendor"] == "Loomwell")
        .map(|node| node["handle"].as_str().unwrap().to_owned())
        .collect();
    assert!(!expected.is_empty() && expected.len() < prices.len());
    assert_eq!(set(&narrowed), expected);
}

async fn german_is_searched_in_german(shop: TestShop) {
    for (text, wanted) in
        [("Badetuch", "cloud-bath-towel"), ("badetücher", "cloud-bath-towel"), ("weiss", "cloud-bath-towel")]
    {
        let reply =
            shop.query(SEARCH).variable("q", text).variable("first", 50).market("de").language("de").await;
        if text != "weiss" {
            assert!(reply.handles("/search").contains(&wanted.to_owned()), "{text}");
        }
    }
    assert_eq!(
        search(&shop, "Badetuch").await.number("/search/totalCount"),
        0,
        "the American shop has no German"
    );
}

const QUERIES: &str = "towel|bath|mug|café|cafe mug|shirt|shirts|linen|wool|woolen|lamp|jørn|desk lamp|knife|knives|kniv|teapot|teapto|blankte|\
    set|set of|small|green|black|white|oak|wood|wooden|steel|copper|glass|glasses|stoneware|candle|plant|monstera|pot|pan|kettle|coffee|\
    notebook|pen|pencils|card|paper|bag|backpack|\"day backpack\"|bottle|soap|scarf|hat|sweater|sofa|chair|vase|clock|print|cotton|made by hand|\
    Tarn & Thistle|studio okabe|AUB-CLO|a|no. 3|xqzvw|the|gift|s|sa|sau";

/// A query, its hits, and what its facets count.
type Found = (String, BTreeSet<String>, BTreeSet<String>, Value);

/// The sets of hits and the counts of facets, on one engine, for every query.
fn everything(engine: Engine) -> Option<Vec<Found>> {
    let (send, receive) = std::sync::mpsc::channel();
    run(engine, Filling::Sample, |shop| async move {
        let mut found = Vec::new();
        for (market, language) in [("us", "en"), ("de", "de")] {
            for text in QUERIES.split('|') {
                let query = "query($q: String!) { search(query: $q, first: 100) { correctedQuery nodes { handle } facets { key values { value count } } } }";
                let reply = shop.query(query).variable("q", text).market(market).language(language).await;
                let facets = reply.list("/search/facets").iter().flat_map(|facet| {
                    facet["values"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|value| format!("{} {value}", facet["key"]))
                });
                let hits = reply.handles("/search").into_iter().collect();
                found.push((
                    format!("{market} {text}"),
                    hits,
                    facets.collect(),
                    reply.at("/search/correctedQuery").clone(),
                ));
            }
        }
        send.send(found).unwrap();
    });
    receive.try_recv().ok()
}

#[test]
fn both_engines_find_the_same_and_count_the_same() {
    let (Some(sqlite), Some(postgres)) = (everything(Engine::Sqlite), everything(Engine::Postgres)) else {
        return;
    };

    assert!(sqlite.iter().filter(|(_, hits, ..)| !hits.is_empty()).count() > 60);
    for (one, other) in sqlite.iter().zip(&postgres) {
        assert_eq!(one, other);
    }
}
