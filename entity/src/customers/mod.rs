//! What the shop knows about customers beside their accounts.

pub mod customer_profile;
pub mod customer_address;
pub mod consent_change;
pub mod erased_account;
