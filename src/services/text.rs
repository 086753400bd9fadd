//! Texts that people typed: bounded, and without what no text of ours has.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::problem::{Problems, Reason};

/// A text of one line, without the blanks around it; `None` where it cannot be, which is noted.
///
/// Lengths are counted in characters (Unicode scalar values).
pub fn line(
    problems: &mut Problems,
    path: &[&dyn Display],
    typed: &str,
    length: RangeInclusive<usize>,
) -> Option<String> {
    let text = typed.trim();
    if text.chars().any(char::is_control) {
        problems.add(Reason::Invalid, path, "control characters and line breaks are not allowed here");
        return None;
    }
    if !length.contains(&text.chars().count()) {
        let (least, most) = length.into_inner();
        problems.add(Reason::Invalid, path, format!("it takes {least} to {most} characters"));
        return None;
    }
    Some(text.to_owned())
}

/// A text of any number of lines with at most so many characters; `None` where it cannot be, which is noted.
pub fn lines(problems: &mut Problems, path: &[&dyn Display], typed: &str, most: usize) -> Option<String> {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if typed.chars().any(is_odd) {
        problems.add(
            Reason::Invalid,
            path,
            "control characters other than line breaks and tabs are not allowed",
        );
        return None;
    }
    if typed.chars().count() > most {
        problems.add(Reason::Invalid, path, format!("it takes at most {most} characters"));
        return None;
    }
    Some(typed.to_owned())
}

/// A handle: 1 to 255 of lower-case letters, digits and hyphens, neither first nor last a hyphen; `None` where it
/// cannot be, which is noted.
pub fn handle(problems: &mut Problems, path: &[&dyn Display], typed: &str) -> Option<String> {
    let allowed = |c: char| c == '-' || c.is_numeric() || (c.is_alphabetic() && !c.is_uppercase());
    let fits = (1..=255).contains(&typed.len())
        && typed.chars().all(allowed)
        && !typed.starts_with('-')
        && !typed.ends_with('-');
    if !fits {
        let message =
            "a handle has 1 to 255 lower-case letters, digits and hyphens, and no hyphen at either end";
        problems.add(Reason::Invalid, path, message);
        return None;
    }
    Some(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_bounded() {
        let mut problems = Problems::default();
        assert_eq!(line(&mut problems, &[&"name"], " Löffel ", 1..=6).as_deref(), Some("Löffel"));
        assert!(problems.is_empty());
        for typed in ["", "   ", "Löffelchen", "a\0b", "a\nb", "a\u{7f}"] {
            let mut problems = Problems::default();
            assert_eq!(line(&mut problems, &[&"name"], typed, 1..=6), None, "{typed:?}");
            assert!(!problems.is_empty());
        }
    }

    #[test]
    fn longer_texts_may_have_breaks_and_nothing_odder() {
        let mut problems = Problems::default();
        assert!(lines(&mut problems, &[], "a\r\n\tb", 5).is_some() && problems.is_empty());
        assert!(lines(&mut problems, &[], "a\0", 5).is_none());
        assert!(lines(&mut problems, &[], "abcdef", 5).is_none());
    }

    #[test]
    fn handles_are_what_addresses_can_hold() {
        let fits = |typed: &str| handle(&mut Problems::default(), &[], typed).is_some();
        assert!(fits("a") && fits("size-9") && fits("größe"));
        assert!(!["", "-a", "a-", "A", "a b", "a/b", "a\0", &"a".repeat(256)].into_iter().any(fits));
    }
}
