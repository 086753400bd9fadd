//! Who signs in, and with which rights.

pub mod account;
pub mod data_key;
pub mod session;
pub mod one_time_code;
pub mod role;
pub mod account_role;
pub mod app_token;
pub mod lookup_key;
pub mod signing_key;
pub mod outside_identity;
pub mod second_factor;
pub mod recovery_code;
pub mod sign_in_challenge;
