//! APPLICATION: rules and transactions, one folder a module.
//!
//! Each module may call those above it in this list, never one below: `tests/architecture.rs` reads it here.
//! The first parameter of a function says who owns the transaction: `app` opens its own, `change` joins one,
//! `db` only reads.

pub mod acting;
pub mod budgets;
pub mod bulk;
pub mod check;
pub mod change;
pub mod context;
pub mod doctor;
pub mod error;
pub mod health;
pub mod keyset;
pub mod operation;
pub mod order;
pub mod page;
pub mod permission;
pub mod personal;
pub mod problem;
pub mod record;
pub mod sql;
pub mod text;
pub mod viewer;

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
pub mod search;
pub mod engagement;
pub mod backoffice;
pub mod imports;

pub use change::Change;
pub use context::AppContext;
pub use error::{Code, Error, Result};
pub use permission::{Permission, Permissions};
pub use problem::{Problem, Problems, Reason};
pub use viewer::Viewer;
