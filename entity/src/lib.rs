//! Vitrine's tables as types, one folder a module.
#![expect(
    missing_docs,
    reason = "columns are named after what they hold; units and ranges are told where they matter"
)]

pub mod id;
pub mod money;
pub mod time;

pub mod audit;
pub mod events;
pub mod security;
pub mod identity;
pub mod clients;
pub mod idempotency;
pub mod uploads;
pub mod markets;
pub mod customers;
pub mod catalog;
pub mod pricing;
pub mod inventory;
pub mod engagement;
pub mod search;
