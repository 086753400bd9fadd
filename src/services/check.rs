//! Looking at what somebody sent before it is written: lengths, characters, codes.

use std::fmt::Display;

use super::problem::{Problems, Reason};

/// The way to a field in the input, from the outside in.
pub type Path<'a> = &'a [&'a dyn Display];

/// Letters in a title or a name.
pub const TITLE: usize = 255;

/// Letters in a handle.
pub const HANDLE: usize = 255;

/// Letters in what search engines are told.
pub const SEO: usize = 500;

/// Letters in a description, markup included.
pub const DESCRIPTION: usize = 65_536;

/// Rows that one change may name.
pub const ROWS: usize = 250;

/// A text of one line that has to be there.
pub fn line(problems: &mut Problems, path: Path<'_>, text: &str, most: usize) {
    if text.trim().is_empty() {
        problems.add(Reason::Invalid, path, "it may not be empty");
    }
    optional_line(problems, path, text, most);
}

/// A text of one line that may be empty.
pub fn optional_line(problems: &mut Problems, path: Path<'_>, text: &str, most: usize) {
    if text.chars().any(char::is_control) {
        problems.add(Reason::Invalid, path, "control characters and line breaks are not allowed");
    }
    within(problems, path, text, most);
}

/// A text of several lines that may be empty.
pub fn lines(problems: &mut Problems, path: Path<'_>, text: &str, most: usize) {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        problems.add(Reason::Invalid, path, "control characters are not allowed");
    }
    within(problems, path, text, most);
}

fn within(problems: &mut Problems, path: Path<'_>, text: &str, most: usize) {
    // Counting ends where it is too much: the text may be megabytes long.
    if text.chars().nth(most).is_some() {
        problems.add(Reason::Invalid, path, format!("it has at most {most} characters"));
    }
}

/// A slug: lower-case letters and digits, with single hyphens or underscores between.
pub fn handle(problems: &mut Problems, path: Path<'_>, text: &str) {
    within(problems, path, text, HANDLE);
    let joins = |c: char| c == '-' || c == '_';
    let plain = text.chars().all(|c| joins(c) || (c.is_alphanumeric() && !c.is_uppercase()));
    if text.is_empty() || !plain || text.starts_with(joins) || text.ends_with(joins) {
        let message = "a handle is made of lower-case letters and digits, with hyphens between";
        problems.add(Reason::Invalid, path, message);
    }
}

/// A title as part of an address: lower case, hyphens between words; empty where it has no letters.
pub fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() || c.is_uppercase()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(HANDLE).collect()
}

/// A language as a BCP 47 tag, as it is written: `de`, `pt-BR`, `zh-Hant`.
pub fn language(problems: &mut Problems, path: Path<'_>, tag: &str) {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&primary.len()) && primary.bytes().all(|c| c.is_ascii_lowercase());
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
    if !is_language || tag.len() > 35 || !parts.all(is_part) {
        problems.add(Reason::Invalid, path, "a language is a BCP 47 tag such as de or pt-BR");
    }
}

/// A country as two capital letters (ISO 3166-1).
pub fn country(problems: &mut Problems, path: Path<'_>, code: &str) {
    if code.len() != 2 || !code.bytes().all(|c| c.is_ascii_uppercase()) {
        problems.add(Reason::Invalid, path, "a country is two capital letters, such as DE");
    }
}

/// A list that has to have something in it, and not too much.
pub fn some<T>(problems: &mut Problems, path: Path<'_>, list: &[T], most: usize) {
    if list.is_empty() || list.len() > most {
        problems.add(Reason::Invalid, path, format!("it lists 1 to {most}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(check: impl FnOnce(&mut Problems)) -> bool {
        let mut problems = Problems::default();
        check(&mut problems);
        !problems.is_empty()
    }

    #[test]
    fn texts_have_bounds_and_no_control_characters() {
        for (text, expected) in [("Tea", false), ("", true), (" ", true), ("a\0", true), ("a\nb", true), ("éé", false)] {
            assert_eq!(wrong(|it| line(it, &[&"title"], text, 3)), expected, "{text:?}");
        }
        assert!(wrong(|it| line(it, &[&"title"], "four", 3)));
        assert!(!wrong(|it| lines(it, &[&"note"], "a\nb", 3)) && wrong(|it| lines(it, &[&"note"], "\u{1b}", 3)));
    }

    #[test]
    fn handles_are_slugs() {
        for text in ["tea", "tea-pots", "2-cups", "küche", "a_b"] {
            assert!(!wrong(|it| handle(it, &[&"handle"], text)), "{text}");
        }
        for text in ["", "-", "Tea", "tea pots", "tea/pots", "tea-", "../x", "a\0", &"a".repeat(256)] {
            assert!(wrong(|it| handle(it, &[&"handle"], text)), "{text}");
        }
        assert_eq!(slug("Tea & Coffee, 2nd"), "tea-coffee-2nd");
        assert_eq!(slug("!?"), "");
    }

    #[test]
    fn codes_are_codes() {
        for tag in ["de", "pt-BR", "zh-Hant", "gsw"] {
            assert!(!wrong(|it| language(it, &[&"language"], tag)), "{tag}");
        }
        for tag in ["", "d", "DE", "german-language", "de-", "de_DE", "de-\0"] {
            assert!(wrong(|it| language(it, &[&"language"], tag)), "{tag}");
        }
        assert!(!wrong(|it| country(it, &[&"country"], "DE")) && wrong(|it| country(it, &[&"country"], "de")));
    }
}
