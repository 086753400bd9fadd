//! Folding: what remains of a text when case and accents do not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Longest sort key in bytes; well below what a PostgreSQL index takes (2,704).
const SORT_KEY_BYTES: usize = 200;

/// `text` without case, accents, ligatures and presentation forms: `Crème BRÛLÉE` and `creme brulee` fold alike.
///
/// Compatibility forms are taken apart (`ﬁ` is `fi`, `１` is `1`), diacritics dropped, and letters that Unicode does not
/// take apart spelled out (`ß` is `ss`, `ø` is `o`, `æ` is `ae`, `ł` is `l`). Marks that make up the letters themselves
/// (the vowels of Devanagari or Thai, the dakuten of Japanese) stay. Folding twice changes nothing more.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut bare = String::with_capacity(text.len());
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        fold_letter(letter, &mut bare);
    }
    bare.nfc().collect()
}

/// The key by which lists sort a title, to be compared byte by byte (`BINARY` on SQLite, `COLLATE "C"` on PostgreSQL).
///
/// Case, accents and punctuation are ignored, spaces collapsed; whole numbers sort by their value
/// (`Size 9` before `Size 10`). At most 200 bytes; empty for a title without letters and digits.
pub fn sort_key(title: &str) -> String {
    let folded = fold(title);
    let mut key = String::with_capacity(folded.len() + 8);
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next()
        && key.len() <= SORT_KEY_BYTES
    {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            push_number(&mut key, &rest[..digits]);
            rest = &rest[digits..];
            continue;
        }
        if first.is_alphanumeric() || is_letter_mark(first) {
            key.push(first);
        } else if !is_apostrophe(first) && !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
        rest = &rest[first.len_utf8()..];
    }
    truncate(&mut key, SORT_KEY_BYTES);
    key.truncate(key.trim_end().len());
    key
}

/// Writes a number so that comparing bytes compares values: how many digits it has, then the digits.
///
/// The count is one digit up to 8, else a 9 and two digits, of at most 99.
fn push_number(key: &mut String, digits: &str) {
    let significant = digits.trim_start_matches('0');
    let significant = if significant.is_empty() { "0" } else { significant };
    let count = match significant.len() {
        count @ 1..=8 => count.to_string(),
        count => format!("9{:02}", count.min(99)),
    };
    key.push_str(&count);
    key.push_str(significant);
}

/// Cuts `text` to at most `bytes` bytes, between two characters.
pub(super) fn truncate(text: &mut String, bytes: usize) {
    text.truncate(text.floor_char_boundary(bytes));
}

/// Whether `c` stands for an apostrophe, typewriter's or printer's.
pub(super) const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}')
}

/// Whether `c` is invisible or mere decoration inside a word: soft hyphen, joiners, directional marks, tatweel.
pub(super) const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// Whether `c` is a mark that belongs to its letter and is not a diacritic.
pub(super) fn is_letter_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) && !is_diacritic(c)
}

fn fold_letter(letter: char, folded: &mut String) {
    // A letter of its own in Russian, Ukrainian and Bulgarian, though Unicode takes it apart.
    if letter.is_ascii() || letter == 'й' {
        folded.push(letter);
        return;
    }
    decompose_canonical(letter, |piece| match spelled_out(piece) {
        Some(spelling) => folded.push_str(spelling),
        None if is_diacritic(piece) || is_ignorable(piece) => {}
        None => folded.push(piece),
    });
}

/// Letters that Unicode does not take apart, as people type them without a special keyboard.
const fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' => "e",
        'ς' => "σ",
        _ => return None,
    })
}

/// Accents and points that readers of Latin, Greek, Cyrillic, Hebrew and Arabic do without when they type.
const fn is_diacritic(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_and_ligatures_fold_away() {
        for (text, folded) in [
            ("Crème BRÛLÉE", "creme brulee"),
            ("Cre\u{300}me", "creme"),
            ("Straße GROẞ", "strasse gross"),
            ("Smørrebrød Ærø Œuvre", "smorrebrod aero oeuvre"),
            ("Łódź Đurđa", "lodz durda"),
            ("İstanbul ılık", "istanbul ilik"),
            ("ﬁne ＡＢＣ１２", "fine abc12"),
            ("ΌΜΟΡΦΟΣ όμορφος", "ομορφοσ ομορφοσ"),
            ("Ёлка", "елка"),
            ("Schuh\u{ad}werk", "schuhwerk"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn marks_that_make_the_letter_stay() {
        for text in ["हिन्दी", "ที่", "ガラス", "한국어", "й"] {
            assert_eq!(fold(text), text.nfc().collect::<String>(), "{text}");
        }
        assert_eq!(fold("Йод"), "йод");
    }

    #[test]
    fn titles_sort_without_regard_to_case_accents_and_punctuation() {
        assert_eq!(sort_key("«Éclair»"), sort_key("eclair"));
        assert_eq!(sort_key("  O'Neill -- Wetsuit! "), "oneill wetsuit");
        assert_eq!(sort_key("Zebra\t\"Stripes\""), "zebra stripes");
        assert!(sort_key("apple") < sort_key("Äpple pie"));
        assert!(sort_key("10 candles") < sort_key("Apple"));
        assert_eq!(sort_key("*** !!!"), "");
    }

    #[test]
    fn numbers_sort_by_value() {
        let ordered = [
            "Lamp 0",
            "Lamp 2",
            "Lamp 10",
            "Lamp 99",
            "Lamp 00100",
            "Lamp 12345678",
            "Lamp 123456789",
            "Lamp 12345678901234567890",
            "Lamp A",
        ];
        for pair in ordered.windows(2) {
            assert!(sort_key(pair[0]) < sort_key(pair[1]), "{pair:?}");
        }
        assert_eq!(sort_key("Size 7"), sort_key("Size 007"));
    }

    #[test]
    fn sort_keys_are_short_even_for_endless_titles() {
        for title in ["é".repeat(10_000), "9".repeat(10_000), "ж ".repeat(10_000)] {
            assert!(sort_key(&title).len() <= SORT_KEY_BYTES);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn sort_keys_never_begin_or_end_with_a_space(title in ".{0,80}") {
            let key = sort_key(&title);
            prop_assert_eq!(key.trim(), key.as_str());
            prop_assert!(key.len() <= SORT_KEY_BYTES);
        }

        #[test]
        fn natural_order_holds_for_all_numbers(a: u64, b: u64) {
            let (key_a, key_b) = (sort_key(&format!("x {a}")), sort_key(&format!("x {b}")));
            prop_assert_eq!(a.cmp(&b), key_a.cmp(&key_b));
        }
    }
}
