//! Letters in English.

use super::{Letter, Text};

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
    };
    Text { subject, body: format!("Hello,\n\n{content}\n\n{shop}\n") }
}
