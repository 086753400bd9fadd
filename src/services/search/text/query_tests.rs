//! How typed text becomes a query, friendly or hostile.

use proptest::prelude::*;

use super::*;

fn fts5(text: &str) -> String {
    Query::parse(text, "en").fts5_match().unwrap_or_default()
}

fn tsquery(text: &str) -> String {
    Query::parse(text, "en").tsquery().unwrap_or_default()
}

fn corrections(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|&(word, term)| (word.to_owned(), term.to_owned())).collect()
}

#[test]
fn words_are_sought_by_form_and_stem_and_the_last_by_its_beginning() {
    assert_eq!(fts5("Red SHOES"), r#"("red" OR "=red") AND ("shoes" * OR "=shoe")"#);
    assert_eq!(tsquery("Red SHOES"), "('red' | '=red') & ('shoes':* | '=shoe')");
}

#[test]
fn compounds_are_sought_whole_or_as_the_sequence_of_their_parts() {
    assert_eq!(fts5("tw-100"), r#"("tw100" * OR "tw 100" *)"#);
    assert_eq!(tsquery("tw-100/b x"), "('tw100b' | 'tw' <-> '100' <-> 'b') & ('x':* | '=x')");
    assert_eq!(tsquery("手机"), "('手' <-> '机':*)");
}

#[test]
fn phrases_are_exact_and_only_an_open_one_ends_in_a_beginning() {
    assert_eq!(fts5(r#""Red Shoes" mug"#), r#"("red shoes") AND ("mug" * OR "=mug")"#);
    assert_eq!(fts5(r#"mug "Red Shoes""#), r#"("mug" OR "=mug") AND ("red shoes")"#);
    assert_eq!(tsquery("“red sho"), "('red' <-> 'sho':*)");
    assert_eq!(tsquery("«rouge» \"\""), "('rouge')");
}

#[test]
fn an_inch_mark_opens_no_phrase() {
    assert_eq!(fts5("15\" screens"), r#"("15") AND ("screens" * OR "=screen")"#);
}

#[test]
fn operators_are_only_text() {
    assert_eq!(tsquery("a -b"), "('a' | '=a') & ('b':* | '=b')");
    assert_eq!(fts5("NEAR(mug) OR title :cup*"), fts5("near mug or title cup"));
    assert_eq!(tsquery("'mug' & !cup:*"), tsquery("mug cup"));
    assert_eq!(fts5("mug\0cup"), fts5("mug cup"));
}

#[test]
fn nothing_searchable_gives_no_query() {
    for text in ["", "   ", "\"\"", "*", "'\\&|!()<->:*^{}", "\0", "😀", "\u{301}"] {
        let query = Query::parse(text, "en");
        assert!(query.is_empty(), "{text:?}");
        assert_eq!((query.fts5_match(), query.tsquery()), (None, None));
    }
}

#[test]
fn only_twelve_terms_and_256_characters_count() {
    assert_eq!(tsquery(&"mug ".repeat(60)).matches(" & ").count(), 11);
    assert_eq!(tsquery(&format!("\"{}\"", "mug ".repeat(60))).matches("<->").count(), 11);
    assert_eq!(tsquery(&"é".repeat(500)), tsquery(&"é".repeat(256)));
    assert_eq!(tsquery(&format!("{}cup", " ".repeat(256))), "");
}

#[test]
fn typed_words_are_those_of_letters_outside_phrases() {
    let query = Query::parse("Lether 32GB \"jaket\" t-shrit", "en");
    let words = query.typed_words();
    assert_eq!(
        words,
        [TypedWord { word: "lether", prefix: false }, TypedWord { word: "tshrit", prefix: true }],
    );
}

#[test]
fn corrections_keep_the_other_words_as_typed() {
    let query = Query::parse(" Röd, LETHER (jaket) \"lether\" TW-100 ", "en");
    let corrected =
        query.with_corrections(&corrections(&[("lether", "leather"), ("jaket", "jacket")])).unwrap();
    assert_eq!(corrected.text, "Röd, leather (jacket) \"lether\" TW-100");
    assert_eq!(corrected.query, Query::parse(&corrected.text, "en"));
}

#[test]
fn without_a_known_error_there_is_no_correction() {
    let query = Query::parse("\"lether\" mug", "en");
    assert_eq!(query.with_corrections(&corrections(&[("lether", "leather")])), None);
    assert_eq!(query.with_corrections(&HashMap::new()), None);
}

#[test]
fn a_corrected_query_keeps_its_last_word_though_it_grew() {
    let typed = format!("{}jaket", "mugs, ".repeat(11));
    let padded = format!("{}{typed}", " ".repeat(256 - typed.len()));
    let corrected =
        Query::parse(&padded, "en").with_corrections(&corrections(&[("jaket", "jacket")])).unwrap();
    assert!(corrected.query.tsquery().is_some_and(|query| query.ends_with("('jacket':* | '=jacket')")));
}

/// Text as people and attackers type it: words, quotation marks and the operators of both engines.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Zäéß]{1,8}",
        "[A-Z]{1,3}[-/.][0-9]{1,4}",
        Just("\"".to_owned()),
        Just(" ".to_owned()),
        "NEAR|AND|OR|NOT|title:|\\*|\\^|\\(|\\)|<->|:\\*|&|\\||!|'|\\\\|\u{0}|手机|ที่",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_gives_well_formed_queries(text in typed(), language in "en|de|ru|zh") {
        let query = Query::parse(&text, &language);
        prop_assert_eq!(query.fts5_match().is_some(), query.tsquery().is_some());
        let (fts5, tsquery) = (query.fts5_match().unwrap_or_default(), query.tsquery().unwrap_or_default());
        prop_assert_eq!(fts5.matches('"').count() % 2, 0);
        for outside in fts5.split('"').step_by(2) {
            let rest = outside.replace("AND", "").replace("OR", "");
            prop_assert!(rest.chars().all(|c| "()* ".contains(c)), "{}", fts5);
        }
        for outside in tsquery.split('\'').step_by(2) {
            prop_assert!(outside.chars().all(|c| "()&|<->:* ".contains(c)), "{}", tsquery);
        }
    }

    #[test]
    fn corrected_queries_read_as_they_are_told(text in typed()) {
        let query = Query::parse(&text, "en");
        let known: HashMap<String, String> =
            query.typed_words().iter().map(|typed| (typed.word.to_owned(), "corrected".to_owned())).collect();
        if let Some(corrected) = query.with_corrections(&known) {
            prop_assert!(corrected.text.contains("corrected"));
            if corrected.text.chars().count() <= MAX_CHARACTERS {
                prop_assert_eq!(&corrected.query, &Query::parse(&corrected.text, "en"));
            }
        }
    }
}
