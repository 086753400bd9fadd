//! Holding the account of the customer who asks while something of theirs is changed.

use entity::id::AccountId;

use super::accounts;
use crate::services::{Change, Error, Result, Viewer};

/// The customer who asks, held for a change: until it ends, nobody erases or shuts out the account, and what the customer
/// changes elsewhere at the same moment waits.
///
/// # Errors
/// [`Error::Unauthenticated`] where nobody is signed in or the account is gone, [`Error::Forbidden`] where it is no
/// customer.
pub async fn held_customer(change: &Change<'_>, viewer: &Viewer) -> Result<AccountId> {
    let account = match viewer {
        Viewer::Customer { account, .. } => *account,
        Viewer::Anonymous => return Err(Error::Unauthenticated),
        Viewer::Staff { .. } | Viewer::App { .. } | Viewer::Operator => return Err(Error::Forbidden),
    };
    match accounts::locked(change, account).await? {
        Some(row) if row.deactivated_at.is_none() => Ok(account),
        _ => Err(Error::Unauthenticated),
    }
}
