//! What people type: addresses, passwords, names.

use std::fmt::Display;

use crate::services::{Problems, Reason};

/// The longest address, in bytes (RFC 5321).
const LONGEST_EMAIL: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;
const LONGEST_NAME: usize = 200;
const LONGEST_DEVICE: usize = 100;
const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 1024;

/// An address as it is kept and written to: without blanks around it, its domain in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Understands an address; `None` where it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let in_bounds = text.len() <= LONGEST_EMAIL && (1..=LONGEST_LOCAL_PART).contains(&local.len());
        (in_bounds && is_local_part(local) && is_domain(domain))
            .then(|| Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What addresses are compared by: all of it in lower case. Hardly any mail server tells `Ann` from `ann`, and people
    /// do not either.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

fn is_local_part(local: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c);
    !local.contains(forbidden) && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// An address that was typed into a field; notes what is wrong with it.
pub(super) fn email(problems: &mut Problems, path: &[&dyn Display], text: &str) -> Option<Email> {
    let email = Email::parse(text);
    if email.is_none() {
        problems.add(Reason::Invalid, path, "this is not an e-mail address");
    }
    email
}

/// A new password: notes what is wrong with it.
pub(super) fn password(problems: &mut Problems, path: &[&dyn Display], password: &str, email: Option<&str>) {
    let folded = password.to_lowercase();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.len()) {
        let message = format!("a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} bytes");
        problems.add(Reason::Invalid, path, message);
    } else if email.is_some_and(|email| folded == email.trim().to_lowercase()) {
        problems.add(Reason::Invalid, path, "the password is the e-mail address");
    } else if COMMON.contains(&folded.as_str()) || is_one_letter(&folded) {
        problems.add(Reason::Invalid, path, "this password is one of those that are tried first");
    }
}

fn is_one_letter(text: &str) -> bool {
    text.chars().all(|letter| text.starts_with(letter))
}

/// A name of a person, a role or a token: notes what is wrong with it.
pub(super) fn name(problems: &mut Problems, path: &[&dyn Display], text: &str) -> String {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        problems.add(Reason::Invalid, path, format!("a name has 1 to {LONGEST_NAME} characters on one line"));
    }
    name.to_owned()
}

/// What a device calls itself, in bounds.
pub(super) fn device(text: Option<&str>) -> String {
    let shown = text.unwrap_or_default().trim().chars().filter(|c| !c.is_control());
    let name: String = shown.take(LONGEST_DEVICE).collect();
    if name.is_empty() { "Unknown device".to_owned() } else { name }
}

/// Whether a password could be anybody's: longer ones are not hashed.
pub(super) fn may_be_password(text: &str) -> bool {
    text.len() <= LONGEST_PASSWORD
}

/// The passwords of at least eight letters that lists of leaked ones begin with, in lower case.
const COMMON: [&str; 72] = [
    "password",
    "password1",
    "password12",
    "password123",
    "password1234",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "12345678",
    "123456789",
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "987654321",
    "87654321",
    "123123123",
    "12341234",
    "123454321",
    "147258369",
    "11223344",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "qwerty12",
    "qwerty1234",
    "qwertz123",
    "qwertzui",
    "qwertzuiop",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "iloveyou",
    "iloveyou1",
    "sunshine",
    "princess",
    "princess1",
    "football",
    "football1",
    "baseball",
    "baseball1",
    "superman",
    "superman1",
    "starwars",
    "whatever",
    "trustno1",
    "michael1",
    "jennifer",
    "jordan23",
    "computer",
    "internet",
    "samsung1",
    "liverpool",
    "chocolate",
    "butterfly",
    "welcome1",
    "welcome123",
    "admin123",
    "administrator",
    "changeme",
    "changeme1",
    "letmein1",
    "letmein123",
    "passwort",
    "passwort1",
    "passwort123",
    "hallo123",
    "schalke04",
    "abcd1234",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> bool {
        let mut problems = Problems::default();
        password(&mut problems, &[&"password"], text, Some("Ann@Example.com"));
        !problems.is_empty()
    }

    #[test]
    fn addresses_are_trimmed_and_compared_in_lower_case() {
        let email = Email::parse("  Ann.Lee+shop@EXAMPLE.Com ").unwrap();
        assert_eq!(email.as_str(), "Ann.Lee+shop@example.com");
        assert_eq!(email.key(), "ann.lee+shop@example.com");
        assert!(Email::parse("jürgen@müller.example").is_some());
        assert!(Email::parse(&format!("{}@{}.example", "a".repeat(64), "b".repeat(63))).is_some());
    }

    #[test]
    fn what_is_no_address_is_none() {
        let (long, many) = ("a".repeat(65), "a.".repeat(130));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "a@@example.com",
            "a@example..com",
            "a@-example.com",
            ".a@example.com",
            "a\r\nBcc: b@example.com",
            "<a@example.com>",
            "a@example.com\0",
            &format!("{long}@example.com"),
            &format!("a@{many}com"),
        ] {
            assert!(Email::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn weak_passwords_are_refused() {
        let long = "x1".repeat(513);
        for text in
            ["", "short", "password", "PassWord123", "12345678", "aaaaaaaaaa", "ann@example.com", &long]
        {
            assert!(wrong(text), "{text}");
        }
        for text in ["correct horse", "Straße zum Meer", "        8 blanks", &"xy".repeat(512)] {
            assert!(!wrong(text), "{text}");
        }
    }

    #[test]
    fn names_and_devices_are_bounded() {
        let mut problems = Problems::default();
        assert_eq!(name(&mut problems, &[&"name"], "  Ann Lee "), "Ann Lee");
        assert!(problems.is_empty());
        name(&mut problems, &[&"name"], "a\nb");
        assert!(!problems.is_empty());
        assert_eq!(device(None), "Unknown device");
        assert_eq!(device(Some(&"x".repeat(1000))).len(), 100);
        assert_eq!(device(Some(" Fire\u{7}fox ")), "Firefox");
    }
}
