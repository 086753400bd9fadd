//! Letters in English.

use super::{Letter, Text};
use crate::services::security::ThreatKind;

pub fn write(shop: &str, link: &str, letter: Letter<'_>) -> Text {
    let (subject, content) = match letter {
        Letter::Verify(_) => (
            format!("Confirm your e-mail address for {shop}"),
            format!(
                "somebody, probably you, wants an account at {shop} with this address.\n\nTo confirm it, open this \
                 page within a day:\n\n{link}\n\nIf it was not you, do nothing: no account will be made."
            ),
        ),
        Letter::KnownAlready => (
            format!("You already have an account at {shop}"),
            format!(
                "somebody, probably you, wanted an account at {shop} with this address. You have one already: sign in, \
                 or ask for a new password there.\n\n{link}\n\nIf it was not you, do nothing: nothing was changed."
            ),
        ),
        Letter::Reset(_) => (
            format!("A new password for {shop}"),
            format!(
                "somebody, probably you, wants a new password for your account at {shop}.\n\nTo choose one, open this \
                 page within an hour:\n\n{link}\n\nIf it was not you, do nothing: your password stays as it is."
            ),
        ),
        Letter::PasswordChanged => (
            format!("Your password for {shop} was changed"),
            "your password was changed, and your other devices were signed out.\n\nIf it was not you, ask for a new \
             password at once."
                .to_owned(),
        ),
        Letter::ConfirmEmail(_) => (
            format!("Confirm your new e-mail address for {shop}"),
            format!(
                "to use this address for your account at {shop}, open this page within a day:\n\n{link}\n\nIf you did \
                 not ask for this, do nothing."
            ),
        ),
        Letter::EmailChanged => (
            format!("Your e-mail address for {shop} was changed"),
            "your account has another e-mail address now, and no more mail of ours will come to this one.\n\nIf it was \
             not you, write to us at once."
                .to_owned(),
        ),
        Letter::Invitation(_) => (
            format!("You are invited to work in {shop}"),
            format!(
                "you are invited to the staff of {shop}.\n\nTo choose a password and begin, open this page within a \
                 week:\n\n{link}"
            ),
        ),
        Letter::DeviceEnded => (
            format!("A device was signed out of {shop}"),
            "a device that was signed in to your account showed a token that had been used before. Perhaps somebody has \
             copied it, so the device was signed out.\n\nIf you do not know why, choose a new password: that signs all \
             other devices out, too."
                .to_owned(),
        ),
        Letter::SecondFactor(true) => (
            format!("{shop} asks for a code from now on"),
            "when you sign in, a code of your app is asked for from now on.\n\nIf it was not you who switched this on, \
             ask for a new password at once and tell an owner of the shop."
                .to_owned(),
        ),
        Letter::SecondFactor(false) => (
            format!("{shop} does not ask for a code any more"),
            "when you sign in, no code is asked for any more.\n\nIf it was neither you nor somebody you asked, ask for a \
             new password at once and tell an owner of the shop."
                .to_owned(),
        ),
        Letter::Threat(kind, times) => (
            format!("{shop}: this looks like an attack"),
            format!(
                "{}.\n\nSeen so often: {times}. Those with the right to see what was noticed find more \
                 here:\n\n{link}\n\nFor the next six hours no other mail tells of the same.",
                threat(kind)
            ),
        ),
    };
    Text { subject, body: format!("Hello,\n\n{content}\n\n{shop}\n") }
}

fn threat(kind: ThreatKind) -> &'static str {
    match kind {
        ThreatKind::RefreshTokenReused => {
            "somebody showed a token of one of the staff that had been used before: it may have been copied. The device \
             was signed out"
        }
        ThreatKind::SignInsFailed => "wrong passwords were tried for an account",
        ThreatKind::ManyAccountsTried => "wrong passwords for many accounts came from one address",
        ThreatKind::PasswordSprayed => "one password was tried for many accounts",
        ThreatKind::ForbiddenBurst => "somebody asks again and again for what is not theirs",
        ThreatKind::SecondFactorFailed => {
            "somebody knows the password of one of the staff and tries codes for it: they should choose another password"
        }
        ThreatKind::SecondFactorReused => "a code of the second factor was shown again",
    }
}
