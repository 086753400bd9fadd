//! Customers: what they tell of themselves, their address book, what they consent to; telling them all that is known,
//! and forgetting them.
//!
//! Everything personal is sealed under the customer's own key. A change holds the customer's account first, so of two at
//! the same moment the second sees what the first did.

mod addresses;
mod consents;
mod countries;
mod personal;
mod privacy;
mod profile;

pub use addresses::{Address, AddressInput, Defaults, create, delete, of_customers, update};
pub use consents::{Consent, ConsentChange, consents_of, set_consent};
pub use entity::customers::consent_change::ConsentPurpose;
pub use personal::PERSONAL;
pub use privacy::{Export, erase, erase_own, export};
pub use profile::{Profile, ProfileInput, profiles, update_profile};

use entity::id::AccountId;

use super::identity::{self, held_customer};
use super::{AppContext, Change, Error, Problems, Reason, Result, Viewer};

/// Which customer is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one who asks.
    Own,
    /// This one; who may ask for others has been looked at before.
    Of(AccountId),
}

/// Holds the customer who is meant for a change.
///
/// # Errors
/// `NotFound` at `id` where there is no such customer, or it is not the viewer's affair.
async fn hold(change: &Change<'_>, viewer: &Viewer, whose: Whose) -> Result<AccountId> {
    match whose {
        Whose::Own => held_customer(change, viewer).await,
        Whose::Of(id) if identity::hold_customer(change, id).await? => Ok(id),
        Whose::Of(_) => Err(missing()),
    }
}

fn missing() -> Error {
    Problems::one(Reason::NotFound, &[&"id"], "there is no such customer")
}

/// The customer who asks; `None` for everybody else.
pub async fn own(app: &AppContext, viewer: &Viewer) -> Result<Option<identity::Account>> {
    let Viewer::Customer { account, .. } = viewer else { return Ok(None) };
    with_id(app, *account).await
}

/// The customer with an id, for staff.
pub async fn with_id(app: &AppContext, id: AccountId) -> Result<Option<identity::Account>> {
    let found = identity::of_accounts(app, [id]).await?.pop();
    Ok(found.filter(|account| account.kind == identity::AccountKind::Customer))
}
