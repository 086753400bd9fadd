//! Amounts of money: whole minor units and a currency, nothing in between.

/// How many digits a currency has after the point (ISO 4217); 2 for a code that is not in the list.
pub fn exponent(currency: &str) -> u32 {
    iso_currency::Currency::from_code(currency)
        .and_then(iso_currency::Currency::exponent)
        .map_or(2, u32::from)
}

/// Whether a code is in ISO 4217's list.
pub fn is_currency(code: &str) -> bool {
    iso_currency::Currency::from_code(code).is_some()
}

/// An amount of minor units as a decimal: 1999 with 2 digits is `19.99`.
pub fn to_decimal(minor: i64, digits: u32) -> String {
    let mut text = Vec::with_capacity(24);
    write_decimal(minor, digits, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes the same behind what is written already, in ASCII.
pub fn write_decimal(minor: i64, digits: u32, out: &mut Vec<u8>) {
    let begin = out.len();
    let (mut rest, mut places) = (minor.unsigned_abs(), 0);
    while rest > 0 || places <= digits {
        if places == digits && digits > 0 {
            out.push(b'.');
        }
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        places += 1;
    }
    if minor < 0 {
        out.push(b'-');
    }
    out[begin..].reverse();
}

/// A decimal as minor units: `19.99` with 2 digits is 1999.
///
/// `None` where it is no plain decimal, has more digits than the currency, or is too large.
pub fn from_decimal(text: &str, digits: u32) -> Option<i64> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let fraction = fraction.trim_end_matches('0');
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty())
        || !all_digits(whole)
        || !all_digits(fraction)
        || fraction.len() > digits as usize
    {
        return None;
    }
    let padded = format!("{whole}{fraction:0<width$}", width = digits as usize);
    let minor: i64 = if padded.is_empty() { 0 } else { padded.parse().ok()? };
    Some(if negative { -minor } else { minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_minor_units_are_the_same_amount() {
        for (minor, digits, text) in [
            (1999, 2, "19.99"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (1200, 0, "1200"),
            (1, 3, "0.001"),
            (0, 2, "0.00"),
            (0, 0, "0"),
            (100, 2, "1.00"),
        ] {
            assert_eq!(to_decimal(minor, digits), text);
            let mut behind = b"12".to_vec();
            write_decimal(minor, digits, &mut behind);
            assert_eq!(behind, [b"12", text.as_bytes()].concat());
            assert_eq!(from_decimal(text, digits), Some(minor));
        }
        assert_eq!(from_decimal("50", 2), Some(5000));
        assert_eq!(from_decimal("9.9900", 2), Some(999));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "-", "1e3", "1,5", "12.345", "99999999999999999999", " 1"] {
            assert_eq!(from_decimal(text, 2), None, "{text:?}");
        }
    }

    #[test]
    fn digits_follow_the_currency() {
        assert_eq!((exponent("USD"), exponent("JPY"), exponent("KWD")), (2, 0, 3));
        assert!(is_currency("EUR") && !is_currency("XYZ"));
    }
}
