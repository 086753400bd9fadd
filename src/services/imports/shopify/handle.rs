//! Handles: the slugs that stand for products in addresses and match them across files.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest handle Shopify takes, in characters.
const MAX_CHARS: usize = 255;

/// A handle in the one form under which it is kept.
///
/// That form has letters of any script in lower case, digits, hyphens and underscores, composed (NFC),
/// at least one letter or digit, and at most 255 characters. A handle already in it stays as it is; any
/// other becomes what Shopify would make of it: in lower case, without apostrophes, each run of other
/// characters a single hyphen, none at the ends.
///
/// # Errors
///
/// A reason in words if nothing is left, or too much.
pub fn normalize(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    let raw = raw.trim();
    let handle = if raw.bytes().all(is_plain) { Cow::Borrowed(raw) } else { Cow::Owned(spelled(raw)) };
    if !handle.chars().any(char::is_alphanumeric) {
        Err("a handle needs a letter or a digit")
    } else if handle.chars().count() > MAX_CHARS {
        Err("a handle has at most 255 characters")
    } else {
        Ok(handle)
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

fn spelled(raw: &str) -> String {
    let lower: String = raw.nfc().collect::<String>().to_lowercase().nfc().collect();
    if lower.chars().all(is_kept) {
        return lower;
    }
    let mut handle = String::with_capacity(lower.len());
    for letter in lower.chars().filter(|letter| !matches!(letter, '\'' | '\u{2019}')) {
        if is_kept(letter) && letter != '-' {
            handle.push(letter);
        } else if !handle.is_empty() && !handle.ends_with('-') {
            handle.push('-');
        }
    }
    handle.truncate(handle.trim_end_matches('-').len());
    handle
}

/// Marks count as letters: without them Hindi and Thai words fall apart.
fn is_kept(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter) || matches!(letter, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_in_its_form_stays_as_it_is() {
        for handle in ["ocean-blue-shirt", "a--b_2-", "größe-xl", "青い-シャツ", "हिन्दी", "рубашка"]
        {
            assert_eq!(normalize(handle).as_deref(), Ok(handle));
        }
    }

    #[test]
    fn a_title_becomes_what_shopify_makes_of_it() {
        assert_eq!(normalize("  Women's Snowboard (2.0)! ").as_deref(), Ok("womens-snowboard-2-0"));
        assert_eq!(normalize("--A & B--").as_deref(), Ok("a-b"));
        assert_eq!(normalize("Cafe\u{301}").as_deref(), Ok("caf\u{e9}"));
    }

    #[test]
    fn normalizing_twice_is_normalizing_once() {
        for raw in ["İstanbul", "ẞ", "a/../b", "ﬁ", "A\u{0}b", "Σίσυφος", "x' '-y"] {
            let once = normalize(raw).unwrap().into_owned();
            assert_eq!(normalize(&once).as_deref(), Ok(once.as_str()), "{raw}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for raw in ["", "   ", "---", "!?", "'", "\u{301}"] {
            assert!(normalize(raw).is_err(), "{raw:?}");
        }
        assert!(normalize(&"é".repeat(255)).is_ok());
        assert!(normalize(&"é".repeat(256)).is_err());
    }
}
