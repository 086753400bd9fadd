//! What becomes of words, compounds, codes and hostile text.

use proptest::prelude::*;

use super::*;

/// Parts joined by `|`, then the whole.
fn cut(text: &str) -> Vec<String> {
    tokens(text, Stemming::none())
        .map(|token| {
            let parts: Vec<&str> = token.parts.iter().map(|part| part.text.as_str()).collect();
            token.whole.map_or(parts.join("|"), |whole| format!("{} {}", parts.join("|"), whole.text))
        })
        .collect()
}

fn stems(language: &str, word: &str) -> Vec<String> {
    tokens(word, Stemming::of(language)).flat_map(|token| token.parts).flat_map(|part| part.stems).collect()
}

#[test]
fn words_are_cut_at_spaces_and_punctuation_and_folded() {
    assert_eq!(cut("Red, GREEN;blue (Käse)!\n—Fin"), ["red", "green", "blue", "kase", "fin"]);
    assert_eq!(cut("Nike™ Air®"), ["nike", "air"]);
    assert_eq!(cut("black/white -- a - b"), ["black", "white", "a", "b"]);
}

#[test]
fn compounds_are_kept_in_parts_and_whole() {
    assert_eq!(cut("TW-100/B"), ["tw|100|b tw100b"]);
    assert_eq!(cut("T-Shirt state-of-the-art"), ["t|shirt tshirt", "state|of|the|art stateoftheart"]);
    assert_eq!(cut("snake_case H&M"), ["snake|case snakecase", "h|m hm"]);
    assert_eq!(cut("l'été women’s"), ["l|ete lete", "women|s womens"]);
}

#[test]
fn letters_and_digits_part_so_that_units_are_found_with_and_without_a_space() {
    assert_eq!(cut("32GB mp3"), ["32|gb 32gb", "mp|3 mp3"]);
    assert_eq!(cut("m²"), ["m|2"]);
}

#[test]
fn decimals_keep_their_point() {
    assert_eq!(cut("3.5 3,5 1,000"), ["3|5 3.5", "3|5 3.5", "1|000 1.000"]);
    assert_eq!(cut("end.Next"), ["end|next endnext"]);
}

#[test]
fn scripts_without_spaces_give_a_sequence_of_characters_and_no_whole() {
    assert_eq!(cut("手机壳，红色"), ["手|机|壳", "红|色"]);
    assert_eq!(cut("iPhone手机"), ["iphone|手|机"]);
    assert_eq!(cut("한국어 상품"), ["한국어", "상품"]);
}

#[test]
fn spans_tell_where_a_token_stands_in_the_text() {
    let text = "  «Crème-Brûlée», TW-100/B.";
    let found: Vec<&str> = tokens(text, Stemming::none()).map(|token| &text[token.span]).collect();
    assert_eq!(found, ["Crème-Brûlée", "TW-100/B"]);
}

#[test]
fn singular_and_plural_share_a_stem() {
    for (language, one, many) in [
        ("en", "shoe", "shoes"),
        ("en-GB", "Candle", "CANDLES"),
        ("de", "Haus", "Häuser"),
        ("fr", "lampe", "lampes"),
        ("es", "operación", "operaciones"),
        ("ru", "синий", "синего"),
        ("it", "tazza", "tazze"),
    ] {
        let many = stems(language, many);
        assert!(stems(language, one).iter().any(|stem| many.contains(stem)), "{one} {many:?}");
    }
}

#[test]
fn accents_left_out_still_meet_the_stem() {
    let typed = stems("es", "decoracion");
    assert!(stems("es", "decoración").iter().any(|stem| typed.contains(stem)));
}

#[test]
fn numbers_codes_and_unknown_languages_have_no_stems() {
    assert!(stems("en", "100").is_empty());
    assert!(stems("tlh", "shoes").is_empty());
    assert!(stems("", "shoes").is_empty());
    assert!(stems("en", &"s".repeat(TERM_BYTES + 1)).is_empty());
}

#[test]
fn nothing_is_found_where_there_is_nothing_to_find() {
    for text in ["", " \t\n", "\0\u{1}", "---'''\"\"*^()", "\u{301}\u{301}", "™®😀", "\u{feff}"] {
        assert!(cut(text).is_empty(), "{text:?}");
    }
}

#[test]
fn long_words_are_cut_between_characters() {
    for token in
        tokens(&"é日".repeat(1_000), Stemming::of("fr")).chain(tokens(&"ж".repeat(1_000), Stemming::of("ru")))
    {
        for word in token.parts.iter().chain(&token.whole) {
            assert!(word.text.len() <= TERM_BYTES);
        }
    }
}

#[test]
fn a_megabyte_without_a_space_is_cut_in_linear_time() {
    let hostile = ["a-".repeat(500_000), "1a".repeat(500_000), "'".repeat(1_000_000), "а/".repeat(300_000)];
    let started = std::time::Instant::now();
    for text in &hostile {
        let parts: usize = tokens(text, Stemming::of("en")).map(|token| token.parts.len()).sum();
        assert!(parts <= 1_000_000);
    }
    assert!(started.elapsed().as_secs() < 20);
}

proptest! {
    #[test]
    fn terms_hold_nothing_that_an_engine_could_read_as_syntax(text in any::<String>(), language in "en|fr|ru|tr|ar|el|ta|zh") {
        for token in tokens(&text, Stemming::of(&language)) {
            prop_assert!(text.is_char_boundary(token.span.start) && text.is_char_boundary(token.span.end));
            for word in token.parts.iter().chain(&token.whole) {
                prop_assert!(!word.text.is_empty() && word.text.len() <= TERM_BYTES);
                prop_assert!(word.text.chars().all(is_of_a_word), "{:?}", word);
                for stem in &word.stems {
                    prop_assert!(stem.len() <= TERM_BYTES);
                    prop_assert!(stem.strip_prefix(STEM_MARK).is_some_and(|rest| rest.chars().all(is_of_a_word)));
                }
            }
        }
    }

    #[test]
    fn writing_a_word_in_capitals_or_decomposed_changes_nothing(word in "[a-zà-öø-ÿа-я]{1,12}") {
        prop_assert_eq!(cut(&word), cut(&word.to_uppercase()));
        prop_assert_eq!(cut(&word), cut(&word.nfd().collect::<String>()));
    }
}

fn is_of_a_word(c: char) -> bool {
    c == '.'
        || c.is_alphanumeric() && !c.is_ascii_uppercase()
        || unicode_normalization::char::is_combining_mark(c)
}

#[test]
fn words_are_told_as_they_are_written() {
    for (text, term, expected) in [
        ("Das KÜCHENMESSER, groß", "kuchenmesser", Some("küchenmesser")),
        ("Cre\u{300}me fraîche", "creme", Some("crème")),
        ("Große Straße", "strasse", Some("straße")),
        ("Un T-Shirt blanc", "tshirt", Some("t-shirt")),
        ("Un T-Shirt blanc", "shirt", Some("shirt")),
        ("L'Été", "ete", Some("été")),
        ("Schuh\u{ad}werk", "schuhwerk", Some("schuhwerk")),
        ("Teapot", "teapo", None),
        ("", "tea", None),
    ] {
        assert_eq!(written(text, term).as_deref(), expected, "{text}: {term}");
    }
}
