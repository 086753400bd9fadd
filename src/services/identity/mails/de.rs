//! Letters in German.

use super::{Letter, Text};
use crate::services::security::ThreatKind;

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
        Letter::DeviceEnded => (
            format!("Ein Gerät wurde bei {shop} abgemeldet"),
            "ein Gerät, das an Ihrem Konto angemeldet war, hat ein Token vorgezeigt, das schon verwendet worden war. \
             Vielleicht hat es jemand kopiert, deshalb wurde das Gerät abgemeldet.\n\nWenn Sie nicht wissen, warum, wählen \
             Sie ein neues Passwort: Damit werden auch alle anderen Geräte abgemeldet."
                .to_owned(),
        ),
        Letter::SecondFactor(true) => (
            format!("{shop} fragt von nun an nach einem Code"),
            "wenn Sie sich anmelden, wird von nun an nach einem Code Ihrer App gefragt.\n\nWenn nicht Sie das eingeschaltet \
             haben, fordern Sie sofort ein neues Passwort an und sagen Sie es jemandem, dem der Shop gehört."
                .to_owned(),
        ),
        Letter::SecondFactor(false) => (
            format!("{shop} fragt nicht mehr nach einem Code"),
            "wenn Sie sich anmelden, wird nicht mehr nach einem Code gefragt.\n\nWenn weder Sie das waren noch jemand, den \
             Sie darum gebeten haben, fordern Sie sofort ein neues Passwort an und sagen Sie es jemandem, dem der Shop gehört."
                .to_owned(),
        ),
        Letter::Threat(kind, times) => (
            format!("{shop}: Das sieht nach einem Angriff aus"),
            format!(
                "{}.\n\nSo oft gesehen: {times}. Wer das Recht dazu hat, findet hier mehr:\n\n{link}\n\nIn den nächsten \
                 sechs Stunden meldet keine weitere Mail dasselbe.",
                threat(kind)
            ),
        ),
    };
    Text { subject, body: format!("Guten Tag,\n\n{content}\n\n{shop}\n") }
}

fn threat(kind: ThreatKind) -> &'static str {
    match kind {
        ThreatKind::RefreshTokenReused => {
            "jemand hat ein Token eines Mitglieds des Teams vorgezeigt, das schon verwendet worden war: Es könnte kopiert \
             worden sein. Das Gerät wurde abgemeldet"
        }
        ThreatKind::SignInsFailed => "für ein Konto wurden falsche Passwörter versucht",
        ThreatKind::ManyAccountsTried => "von einer Adresse kamen falsche Passwörter für viele Konten",
        ThreatKind::PasswordSprayed => "ein Passwort wurde für viele Konten versucht",
        ThreatKind::ForbiddenBurst => "jemand fragt immer wieder nach dem, was ihm nicht zusteht",
        ThreatKind::SecondFactorFailed => {
            "jemand kennt das Passwort eines Mitglieds des Teams und versucht Codes dazu: Dieses sollte ein anderes Passwort \
             wählen"
        }
        ThreatKind::SecondFactorReused => "ein Code des zweiten Faktors wurde noch einmal vorgezeigt",
    }
}
