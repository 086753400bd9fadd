//! Letters in German.

use super::{Letter, Text};

pub fn write(shop: &str, link: &str, letter: Letter<'_>) -> Text {
    let (subject, content) = match letter {
        Letter::Verify(_) => (
            format!("Bestätigen Sie Ihre E-Mail-Adresse für {shop}"),
            format!(
                "jemand, vermutlich Sie, möchte mit dieser Adresse ein Konto bei {shop}.\n\nÖffnen Sie zur Bestätigung \
                 innerhalb eines Tages diese Seite:\n\n{link}\n\nWenn Sie das nicht waren, tun Sie nichts: Es wird kein \
                 Konto angelegt."
            ),
        ),
        Letter::KnownAlready => (
            format!("Sie haben schon ein Konto bei {shop}"),
            format!(
                "jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei {shop}. Sie haben schon eines: Melden \
                 Sie sich an, oder fordern Sie dort ein neues Passwort an.\n\n{link}\n\nWenn Sie das nicht waren, tun \
                 Sie nichts: Es wurde nichts geändert."
            ),
        ),
        Letter::Reset(_) => (
            format!("Ein neues Passwort für {shop}"),
            format!(
                "jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei {shop}.\n\nÖffnen Sie innerhalb \
                 einer Stunde diese Seite, um eines zu wählen:\n\n{link}\n\nWenn Sie das nicht waren, tun Sie nichts: \
                 Ihr Passwort bleibt, wie es ist."
            ),
        ),
        Letter::PasswordChanged => (
            format!("Ihr Passwort für {shop} wurde geändert"),
            "Ihr Passwort wurde geändert, und Ihre anderen Geräte wurden abgemeldet.\n\nWenn Sie das nicht waren, \
             fordern Sie sofort ein neues Passwort an."
                .to_owned(),
        ),
        Letter::ConfirmEmail(_) => (
            format!("Bestätigen Sie Ihre neue E-Mail-Adresse für {shop}"),
            format!(
                "um diese Adresse für Ihr Konto bei {shop} zu verwenden, öffnen Sie innerhalb eines Tages diese \
                 Seite:\n\n{link}\n\nWenn Sie das nicht wollten, tun Sie nichts."
            ),
        ),
        Letter::EmailChanged => (
            format!("Ihre E-Mail-Adresse für {shop} wurde geändert"),
            "Ihr Konto hat jetzt eine andere E-Mail-Adresse, und an diese schreiben wir Ihnen nicht mehr.\n\nWenn Sie \
             das nicht waren, schreiben Sie uns sofort."
                .to_owned(),
        ),
        Letter::Invitation(_) => (
            format!("Einladung zur Mitarbeit bei {shop}"),
            format!(
                "Sie sind eingeladen, bei {shop} mitzuarbeiten.\n\nÖffnen Sie innerhalb einer Woche diese Seite, um ein \
                 Passwort zu wählen und zu beginnen:\n\n{link}"
            ),
        ),
    };
    Text { subject, body: format!("Guten Tag,\n\n{content}\n\n{shop}\n") }
}
