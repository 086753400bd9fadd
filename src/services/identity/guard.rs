//! Signing in under watch: tries are counted, delays grow, and what looks like an attack is noted.

use std::net::IpAddr;

use super::attempts::{Attempt, attempt, of_email};
use super::input::Email;
use super::known_device::known;
use super::sign_in::{Entry, SignIn, begin};
use super::{AccountKind, Identity, accounts};
use crate::services::budgets::{Ended, network};
use crate::services::security::{self, Severity, Sighting, ThreatKind};
use crate::services::{AppContext, Error, Reason, Result};

/// Wrong passwords for one account within a quarter of an hour that are worth a row.
const FAILURES: u32 = 5;
/// Accounts that wrong passwords from one address, or one wrong password, were typed for: more are an attack.
const ACCOUNTS: u32 = 10;

/// Signs in from an address; a device that knows the account shows it by its token, and its tries are counted apart.
///
/// # Errors
/// As [`begin`]; `Throttled` where too many tries or wrong passwords came before, whether there is such an account or
/// not.
pub async fn enter(
    app: &AppContext,
    from: IpAddr,
    kind: AccountKind,
    input: SignIn,
    device_token: Option<&str>,
) -> Result<Entry> {
    let identity = app.identity()?;
    let device = device_token.and_then(|token| known(identity, kind, &input.email, token));
    let tried = match &device {
        Some(device) => Attempt::Device(device),
        None => Attempt::SignIn(kind, &input.email),
    };
    attempt(app, from, tried).await?;
    let whose = device.unwrap_or_else(|| of_email(identity, "sign in", kind, &input.email));
    app.budgets.begin_sign_in(&whose, from, app.now()).await?;
    let tried = Tried { whose: &whose, kind, email: input.email.clone(), from };
    let password = identity.sprayed.hash(input.password.as_bytes());
    let outcome = begin(app, kind, input).await;
    match &outcome {
        Ok(_) => app.budgets.ended(&whose, from, Ended::Right).await,
        Err(error) if is_wrong(error) => failed(app, identity, &tried, &password).await?,
        Err(_) => app.budgets.ended(&whose, from, Ended::Unknown).await,
    }
    outcome
}

struct Tried<'a> {
    whose: &'a str,
    kind: AccountKind,
    email: String,
    from: IpAddr,
}

fn is_wrong(error: &Error) -> bool {
    let Error::Problems(problems) = error else { return false };
    problems.iter().any(|problem| problem.reason == Reason::WrongCredentials)
}

/// Notes a wrong password. All of it is done alike where there is no such account.
async fn failed(app: &AppContext, identity: &Identity, tried: &Tried<'_>, password: &str) -> Result<()> {
    let (now, seen, whose) = (app.now(), &app.security, tried.whose);
    let from = network(tried.from).to_string();
    let is_staff = tried.kind == AccountKind::Staff;
    if seen.failures.count(whose, now) >= FAILURES {
        let account = match Email::parse(&tried.email) {
            Some(email) => accounts::by_email(identity, app.db.read()?, tried.kind, &email).await?,
            None => None,
        };
        let severity = if is_staff { Severity::Warning } else { Severity::Notice };
        let (kind, subject) = (ThreatKind::SignInsFailed, whose.to_owned());
        let account = account.map(|account| account.id);
        security::note(app, &Sighting { kind, severity, subject, account, from: Some(tried.from) });
    }
    let severity = Severity::Grave;
    if seen.accounts.member(&from, whose, now) >= ACCOUNTS {
        let kind = ThreatKind::ManyAccountsTried;
        security::note(
            app,
            &Sighting { kind, severity, subject: from, account: None, from: Some(tried.from) },
        );
    }
    if seen.passwords.member(password, whose, now) >= ACCOUNTS {
        // Nothing is kept of the password, not even a hash.
        let (kind, subject) = (ThreatKind::PasswordSprayed, String::new());
        security::note(app, &Sighting { kind, severity, subject, account: None, from: Some(tried.from) });
    }
    Ok(())
}
