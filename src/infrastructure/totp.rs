//! Codes that an app makes of a shared secret and the time (RFC 6238 over RFC 4226): six digits, a new one every 30
//! seconds, by HMAC with SHA-1, which is what all apps understand.

use std::fmt::Write as _;

use aws_lc_rs::hmac;

use super::secrets::same;

/// Seconds that a code is shown.
pub const STEP: i64 = 30;
/// Bytes of a secret: as many as SHA-1 has.
pub const SECRET: usize = 20;
/// Steps before and after the present one whose codes are good, too: clocks differ, and people type slowly.
const WINDOW: i64 = 1;
const DIGITS: usize = 6;

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 15);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// The step that a moment in seconds of Unix time is in.
pub fn step(seconds: i64) -> i64 {
    seconds.div_euclid(STEP)
}

/// The step whose code was typed, of those that are good at a moment in seconds of Unix time; the last of them where
/// several have the same code.
pub fn matching(secret: &[u8], typed: &str, seconds: i64) -> Option<i64> {
    let now = step(seconds);
    let mut found = None;
    // All are looked at, so that the time that it takes does not tell which it was.
    for step in now - WINDOW..=now + WINDOW {
        if same(code(secret, step).as_bytes(), typed.as_bytes()) {
            found = Some(step);
        }
    }
    found
}

/// Whether a text looks like a code.
pub fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A secret as people type it into an app: base 32 (RFC 4648) without padding.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(block);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let five = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(five).unwrap_or_default()]));
        }
    }
    text
}

/// What the QR code says that an app reads.
pub fn uri(shop: &str, account: &str, secret: &str) -> String {
    let (shop, account) = (escaped(shop), escaped(account));
    format!("otpauth://totp/{shop}:{account}?secret={secret}&issuer={shop}&algorithm=SHA1&digits=6&period=30")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(KNOWN, step(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_before_and_after() {
        let typed = code(KNOWN, 100);
        let good: Vec<i64> = (95..105).filter(|now| matching(KNOWN, &typed, now * STEP).is_some()).collect();
        assert_eq!(good, [99, 100, 101]);
        assert_eq!(matching(KNOWN, &typed, 101 * STEP + 29), Some(100));
        for wrong in ["", "12345", "1234567", &typed[..5], "abcdef"] {
            assert_eq!(matching(KNOWN, wrong, 100 * STEP), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(base32(KNOWN), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = uri("Tarn & Töchter", "ann@example.com", "ABC");
        assert!(
            uri.starts_with("otpauth://totp/Tarn%20%26%20T%C3%B6chter:ann%40example.com?secret=ABC&issuer=")
        );
    }
}
