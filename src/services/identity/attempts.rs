//! How often somebody may try: at one account, and from one address. It is counted before anything is looked up, so that
//! the answer is the same whether there is such an account or not.

use std::net::IpAddr;

use super::device::RefreshToken;
use super::input::Email;
use super::{AccountKind, Identity};
use crate::services::budgets::Try;
use crate::services::{AppContext, Result, Viewer};

/// What is tried, and at whose account.
#[derive(Clone, Copy, Debug)]
pub enum Attempt<'a> {
    /// To sign in with the password of the account of an e-mail address.
    SignIn(AccountKind, &'a str),
    /// The same from a device that knows the account; only what stands for the device is told.
    Device(&'a str),
    /// To have a mail sent to an e-mail address.
    Mail(AccountKind, &'a str),
    /// To do something with one's own account that takes its password.
    Own(&'a Viewer),
    /// To use a code that came by mail: whose it is, nobody knows yet.
    Code,
    /// To exchange a refresh token.
    Refresh(&'a str),
}

/// Counts a try from an address.
///
/// # Errors
/// `Throttled` where there were too many of late.
pub async fn attempt(app: &AppContext, from: IpAddr, attempt: Attempt<'_>) -> Result<()> {
    let identity = app.identity()?;
    let kind = if matches!(attempt, Attempt::Refresh(_)) { Try::Refresh } else { Try::Account };
    let whose = match attempt {
        Attempt::SignIn(kind, email) => Some(of_email(identity, "sign in", kind, email)),
        Attempt::Device(device) => Some(device.to_owned()),
        Attempt::Mail(kind, email) => Some(of_email(identity, "mail", kind, email)),
        Attempt::Own(viewer) => viewer.account().map(|account| format!("own:{}", account.0)),
        Attempt::Code => None,
        Attempt::Refresh(token) => RefreshToken::parse(token).map(|token| token.family_hash(identity)),
    };
    app.budgets.attempt(kind, whose.as_deref(), from).await
}

/// A keyed hash of what was typed, however it was typed: budgets may be kept outside of this process.
pub(super) fn of_email(identity: &Identity, what: &str, kind: AccountKind, email: &str) -> String {
    let key = Email::parse(email).map_or_else(|| email.trim().to_lowercase(), |email| email.key());
    identity.lookup.attempts.hash(format!("{what} {kind:?} {key}").as_bytes())
}
