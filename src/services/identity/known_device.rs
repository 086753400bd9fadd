//! Devices that an account was signed in on before. Tries from them are counted apart, so that whoever tries at an account
//! from elsewhere does not keep its owner out.

use super::input::Email;
use super::{Account, AccountKind, Identity};
use crate::infrastructure::secrets;
use crate::services::{AppContext, Result};

const PREFIX: &str = "vdt_";
const NONCE: usize = 16;
/// Longer texts are none of ours.
const LONGEST: usize = 128;

/// A token by which a device shows that it was signed in on an account. It signs nobody in, and nothing is kept of it.
pub fn device_token(app: &AppContext, account: &Account) -> Result<String> {
    let identity = app.identity()?;
    let nonce = secrets::encode(&secrets::random::<NONCE>()?);
    let email = Email::parse(&account.email).map(|email| email.key()).unwrap_or_default();
    Ok(format!("{PREFIX}{nonce}.{}", sign(identity, account.kind, &email, &nonce)))
}

/// What stands for the device where tries are counted; `None` where it does not know the account of this address.
pub(super) fn known(identity: &Identity, kind: AccountKind, email: &str, token: &str) -> Option<String> {
    let text = token.strip_prefix(PREFIX).filter(|text| text.len() <= LONGEST)?;
    let (nonce, tag) = text.split_once('.')?;
    let email = Email::parse(email)?.key();
    let expected = sign(identity, kind, &email, nonce);
    let is_ours = secrets::same(expected.as_bytes(), tag.as_bytes());
    is_ours.then(|| identity.lookup.attempts.hash(format!("device {nonce}").as_bytes()))
}

fn sign(identity: &Identity, kind: AccountKind, email: &str, nonce: &str) -> String {
    identity.lookup.attempts.hash(format!("device token {kind:?} {nonce} {email}").as_bytes())
}
