//! What mails say, in the languages that we can write: plain functions, so that the compiler sees to it that no letter
//! lacks a language and no language a word.

mod de;
mod en;

use super::Identity;
use super::input::Email;
use crate::infrastructure::mailer::Mail;
use crate::services::AppContext;
use crate::services::security::ThreatKind;

/// Something that is told by mail.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// Confirm the address, and the account is yours.
    Verify(&'a str),
    /// Somebody wanted an account for this address, which has one.
    KnownAlready,
    /// Choose a new password.
    Reset(&'a str),
    /// The password is another one now.
    PasswordChanged,
    /// Confirm that this is your new address.
    ConfirmEmail(&'a str),
    /// The account has another address now.
    EmailChanged,
    /// Join the staff.
    Invitation(&'a str),
    /// A device was signed out, because its token was used twice.
    DeviceEnded,
    /// Codes are asked for from now on (or not any more) when you sign in.
    SecondFactor(bool),
    /// Something that looks like an attack was seen, so many times.
    Threat(ThreatKind, i64),
}

/// A subject and a body.
struct Text {
    subject: String,
    body: String,
}

/// Writes a letter and sends it, without waiting. `language` is a BCP 47 tag; what we cannot write is written in English.
pub fn send(app: &AppContext, identity: &Identity, to: &Email, language: &str, letter: Letter<'_>) {
    let markets = app.markets();
    let shop = &markets.shop.name;
    let link = link(&identity.public_url, letter);
    let text =
        if is_german(language) { de::write(shop, &link, letter) } else { en::write(shop, &link, letter) };
    identity.mailer().send(Mail { to: to.as_str().to_owned(), subject: text.subject, body: text.body });
}

/// The page of the storefront or the back office that a letter leads to. The code stands behind `#`, which browsers send
/// to no server, so it is in nobody's log.
pub(super) fn link(public_url: &str, letter: Letter<'_>) -> String {
    match letter {
        Letter::Verify(code) => format!("{public_url}/account/verify#code={code}"),
        Letter::KnownAlready => format!("{public_url}/account/sign-in"),
        Letter::Reset(code) => format!("{public_url}/account/reset#code={code}"),
        Letter::ConfirmEmail(code) => format!("{public_url}/account/email#code={code}"),
        Letter::Invitation(code) => format!("{public_url}/staff/invitation#code={code}"),
        Letter::Threat(..) => format!("{public_url}/staff/security"),
        Letter::PasswordChanged | Letter::EmailChanged | Letter::DeviceEnded | Letter::SecondFactor(_) => {
            String::new()
        }
    }
}

fn is_german(language: &str) -> bool {
    language.split(['-', '_']).next().is_some_and(|tag| tag.eq_ignore_ascii_case("de"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: [Letter<'_>; 17] = [
        Letter::Verify("C0DE"),
        Letter::KnownAlready,
        Letter::Reset("C0DE"),
        Letter::PasswordChanged,
        Letter::ConfirmEmail("C0DE"),
        Letter::EmailChanged,
        Letter::Invitation("C0DE"),
        Letter::DeviceEnded,
        Letter::SecondFactor(true),
        Letter::SecondFactor(false),
        Letter::Threat(ThreatKind::RefreshTokenReused, 1),
        Letter::Threat(ThreatKind::SignInsFailed, 2),
        Letter::Threat(ThreatKind::ManyAccountsTried, 3),
        Letter::Threat(ThreatKind::PasswordSprayed, 4),
        Letter::Threat(ThreatKind::ForbiddenBurst, 5),
        Letter::Threat(ThreatKind::SecondFactorFailed, 6),
        Letter::Threat(ThreatKind::SecondFactorReused, 7),
    ];

    #[test]
    fn every_letter_names_the_shop_and_its_link_in_each_language() {
        for letter in LETTERS {
            let link = link("https://shop.test", letter);
            for text in [en::write("Corner", &link, letter), de::write("Corner", &link, letter)] {
                assert!(text.subject.contains("Corner") && !text.subject.contains('\n'), "{letter:?}");
                assert!(text.body.contains(&link) && text.body.ends_with("Corner\n"), "{letter:?}");
                assert!(!text.body.contains("  ") && !text.subject.contains("C0DE"), "{letter:?}");
            }
        }
    }

    #[test]
    fn german_is_known_by_its_tag() {
        assert!(is_german("de") && is_german("de-CH") && is_german("DE"));
        assert!(!is_german("en") && !is_german("den") && !is_german(""));
    }
}
