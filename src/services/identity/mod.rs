//! Who signs in, on which device, with which rights: customers, staff, and programs.
//!
//! What leaves this module of a person's data was opened for it; in the tables it is sealed under a key of the person's
//! own, and found by keyed hashes.

mod accounts;
pub mod apps;
mod attempts;
mod authenticate;
mod cache;
mod codes;
mod customers;
mod device;
mod emails;
mod guard;
mod hold;
pub mod input;
mod keys;
mod known_device;
mod mails;
mod news;
pub mod outside;
mod passwords;
mod personal;
mod refresh;
mod register;
pub mod roles;
pub mod seals;
pub mod second_factor;
mod sessions;
mod sign_in;
pub mod staff;
mod state;
mod vault;
mod watch;

pub use accounts::{Account, account, of_accounts};
pub use attempts::{Attempt, attempt};
pub use authenticate::{authenticate, believe};
pub use cache::Known;
pub use customers::{count_customers, customer_by_email, customers, hold_customer, of_customer, set_name};
pub use device::Tokens;
pub use emails::{EmailChange, change_email, confirm_email};
pub use guard::enter;
pub use hold::held_customer;
pub use keys::{SigningKeyRow, key_set, rotate_signing_key, signing_keys};
pub use known_device::device_token;
pub use news::{Follower, Kept, tidy};
pub use passwords::{PasswordChange, PasswordReset, change_password, request_reset, reset_password};
pub use personal::{PERSONAL, confirm_person, forget};
pub use refresh::{refresh, refresh_from};
pub use register::{Registration, register, verify_email};
pub use second_factor::Challenge;
pub use sessions::{Device, devices, sign_out, sign_out_device, sign_out_everywhere};
pub use sign_in::{Entry, SignIn, begin, sign_in};
pub use state::{Identity, Settings};
pub use vault::{Vault, vault, vaults};
pub use watch::keep_watch;

pub use crate::infrastructure::mailer::{Mail, Mailer};
pub use crate::infrastructure::passwords::Parameters;
pub use crate::infrastructure::secrets::{Key, KeyRing};
pub use entity::identity::account::AccountKind;
