//! How single cells are written: each value both ways, so that what is written reads back as the same.

use std::collections::HashSet;

use entity::money;

use super::limits;
use crate::services::catalog::draft::{InventoryPolicy, Status, WeightUnit};

/// An amount in the currency's minor unit, never negative: `19.99`, no sign, no thousands, no symbol.
pub(super) fn amount(text: &str, exponent: u32) -> Result<i64, String> {
    match money::from_decimal(text, exponent) {
        Some(minor) if !text.starts_with('-') => limits::price(minor).map(|()| minor),
        Some(_) => Err("a price must not be negative".to_owned()),
        None => Err(why_no_amount(text, exponent)),
    }
}

fn why_no_amount(text: &str, exponent: u32) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = !text.is_empty() && text != "." && [whole, fraction].iter().all(|part| is_digits(part));
    if !is_number {
        "not a number such as 1234.50".to_owned()
    } else if fraction.trim_end_matches('0').len() > exponent as usize {
        format!("the currency has {exponent} decimals, and this has more")
    } else {
        "too large".to_owned()
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stock level; negative where more was sold than there was.
pub(super) fn quantity(text: &str) -> Result<i64, String> {
    let count = text.parse().map_err(|_| "not a whole number".to_owned())?;
    limits::pieces(count).map(|()| count)
}

/// A weight in grams, decimals allowed, never negative.
pub(super) fn grams(text: &str) -> Result<f64, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.starts_with('-') {
        return Err("a weight must not be negative".to_owned());
    }
    if !is_digits(whole) || !is_digits(fraction) {
        return Err("not a number of grams".to_owned());
    }
    let grams = text.parse::<f64>().ok().filter(|grams| grams.is_finite());
    let grams = grams.ok_or_else(|| "not a number of grams".to_owned())?;
    limits::grams(grams).map(|()| grams)
}

/// A place among the images, from 1.
pub(super) fn position(text: &str) -> Result<i32, String> {
    let position = text.parse().ok().filter(|position| *position > 0);
    position.ok_or_else(|| "not a whole number from 1".to_owned())
}

/// `TRUE` or `FALSE`, in any case.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    one_of(text, &TRUTHS)
}

/// `active`, `draft` or `archived`, in any case.
pub(super) fn status(text: &str) -> Result<Status, String> {
    one_of(text, &STATUSES)
}

/// `deny` or `continue`; "Continue selling when out of stock" may also say `FALSE` or `TRUE`.
pub(super) fn policy(text: &str) -> Result<InventoryPolicy, String> {
    one_of(text, &POLICIES)
}

/// `g`, `kg`, `oz` or `lb`, in any case.
pub(super) fn weight_unit(text: &str) -> Result<WeightUnit, String> {
    one_of(text, &WEIGHT_UNITS)
}

pub(super) const TRUTHS: [(&str, bool); 2] = [("true", true), ("false", false)];
pub(super) const STATUSES: [(&str, Status); 3] =
    [("active", Status::Active), ("draft", Status::Draft), ("archived", Status::Archived)];
pub(super) const POLICIES: [(&str, InventoryPolicy); 4] = [
    ("deny", InventoryPolicy::Deny),
    ("continue", InventoryPolicy::Continue),
    ("false", InventoryPolicy::Deny),
    ("true", InventoryPolicy::Continue),
];
pub(super) const WEIGHT_UNITS: [(&str, WeightUnit); 4] = [
    ("g", WeightUnit::Gram),
    ("kg", WeightUnit::Kilogram),
    ("oz", WeightUnit::Ounce),
    ("lb", WeightUnit::Pound),
];

fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("unknown; it may be {}", known.join(", "))
    })
}

/// The word for a value: the first in its list.
pub(super) fn word<T: Copy + PartialEq>(value: T, words: &[(&'static str, T)]) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

/// An image's address on the web, or on this server below `/media/`; spaces become `%20`.
pub(super) fn image_url(text: &str) -> Result<String, String> {
    let starts = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if text.contains(char::is_control) {
        Err("an address has no control characters".to_owned())
    } else if ["https://", "http://", "/media/"].into_iter().any(starts) {
        Ok(text.replace(' ', "%20"))
    } else {
        Err("not an address that begins with https://".to_owned())
    }
}

/// Tags between commas, each once in whatever case, in the order of their first mention.
pub(super) fn tags<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    texts
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty() && seen.insert(tag.to_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_in_the_minor_unit_of_its_currency() {
        for (text, exponent, minor) in [
            ("60", 2, 6_000),
            ("9.99", 2, 999),
            ("9.9", 2, 990),
            ("50.0000", 2, 5_000),
            ("1000.00", 0, 1_000),
            ("0.125", 3, 125),
        ] {
            assert_eq!(amount(text, exponent), Ok(minor), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_told_why() {
        for (text, reason) in [
            ("abc", "not a number"),
            ("9,99", "not a number"),
            ("$5", "not a number"),
            ("1e3", "not a number"),
            (".", "not a number"),
            ("NaN", "not a number"),
            ("-1", "negative"),
            ("0.001", "2 decimals"),
            ("99999999999999999999", "too large"),
        ] {
            assert!(amount(text, 2).unwrap_err().contains(reason), "{text}");
        }
        assert!(amount("0.5", 0).unwrap_err().contains("0 decimals"));
    }

    #[test]
    fn weights_and_counts_take_numbers_and_nothing_else() {
        assert_eq!(grams("0"), Ok(0.0));
        assert_eq!(grams("453.59237"), Ok(453.592_37));
        for text in ["-1", "inf", "NaN", "1e3", "1kg", ".", &"9".repeat(400)] {
            assert!(grams(text).is_err(), "{text}");
        }
        assert_eq!(quantity("-3"), Ok(-3));
        assert!(["1.5", "", "many", "9223372036854775808"].into_iter().all(|text| quantity(text).is_err()));
        assert_eq!(position("2"), Ok(2));
        assert!(["0", "-1", "first"].into_iter().all(|text| position(text).is_err()));
    }

    #[test]
    fn words_are_read_in_any_case_and_unknown_ones_named() {
        assert_eq!(status("Archived"), Ok(Status::Archived));
        assert_eq!(policy("CONTINUE"), Ok(InventoryPolicy::Continue));
        assert_eq!(policy("FALSE"), Ok(InventoryPolicy::Deny));
        assert_eq!(weight_unit("LB"), Ok(WeightUnit::Pound));
        assert_eq!(truth("TRUE"), Ok(true));
        assert_eq!(weight_unit("stone").unwrap_err(), "unknown; it may be g, kg, oz, lb");
        assert!(status("unlisted").is_err());
    }

    #[test]
    fn only_addresses_of_the_web_or_of_our_media_are_taken() {
        assert_eq!(image_url("HTTPS://cdn.example/a b.jpg"), Ok("HTTPS://cdn.example/a%20b.jpg".to_owned()));
        assert!(image_url("/media/a.jpg").is_ok());
        for text in
            ["javascript:alert(1)", "data:image/png;base64,AA", "/etc/passwd", "a.jpg", "https://a/\nb", "é"]
        {
            assert!(image_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_come_once_each_in_order() {
        assert_eq!(tags(["Pot, Plants,pot,, plants ,New"]), ["Pot", "Plants", "New"]);
        assert!(tags([" , "]).is_empty());
    }
}
