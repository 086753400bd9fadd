//! Looking at what somebody sent before it is written: bounds, codes, lists.

use std::fmt::Display;

use super::problem::{Problems, Reason};
use super::text;

/// The way to a field in the input, from the outside in.
pub type Path<'a> = &'a [&'a dyn Display];

/// Letters in a title or a name.
pub const TITLE: usize = 255;

/// Bytes in a handle that is made of a title.
const HANDLE: usize = 240;

/// Letters in what search engines are told.
pub const SEO: usize = 500;

/// Letters in a description, markup included.
pub const DESCRIPTION: usize = 65_536;

/// Rows that one change may name.
pub const ROWS: usize = 250;

/// A text of one line that has to be there; loses the blanks around it.
pub fn line(problems: &mut Problems, path: Path<'_>, text: &mut String, most: usize) {
    if let Some(clean) = text::line(problems, path, text, 1..=most) {
        *text = clean;
    }
}

/// A text of one line that may be empty; loses the blanks around it.
pub fn optional_line(problems: &mut Problems, path: Path<'_>, text: &mut String, most: usize) {
    if let Some(clean) = text::line(problems, path, text, 0..=most) {
        *text = clean;
    }
}

/// A title as part of an address: lower case, hyphens between words; empty where it has no letters.
pub fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words =
        lower.split(|c: char| !c.is_alphanumeric() || c.is_uppercase()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for c in words.collect::<Vec<_>>().join("-").chars() {
        // Room is left for the number that tells namesakes apart.
        if slug.len() + c.len_utf8() > HANDLE {
            break;
        }
        slug.push(c);
    }
    slug.trim_end_matches('-').to_owned()
}

/// A language as a BCP 47 tag, as it is written: `de`, `pt-BR`, `zh-Hant`.
pub fn language(problems: &mut Problems, path: Path<'_>, tag: &str) {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&primary.len()) && primary.bytes().all(|c| c.is_ascii_lowercase());
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
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
    fn slugs_are_handles() {
        assert_eq!(slug("Tea & Coffee, 2nd"), "tea-coffee-2nd");
        assert_eq!(slug("!?"), "");
        assert_eq!(slug(&"ä".repeat(400)).len(), 240);
        assert!(!slug(&"a ".repeat(400)).ends_with('-'));
    }

    #[test]
    fn codes_are_codes() {
        for tag in ["de", "pt-BR", "zh-Hant", "gsw"] {
            assert!(!wrong(|it| language(it, &[&"language"], tag)), "{tag}");
        }
        for tag in ["", "d", "DE", "german-language", "de-", "de_DE", "de-\0"] {
            assert!(wrong(|it| language(it, &[&"language"], tag)), "{tag}");
        }
        assert!(
            !wrong(|it| country(it, &[&"country"], "DE")) && wrong(|it| country(it, &[&"country"], "de"))
        );
    }
}
