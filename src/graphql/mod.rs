//! API, the schema: names, shapes, who may use what, and what is loaded in batches.

pub mod gate;

mod access;
mod acting;
mod api;
mod audit;
mod batch;
mod budget;
mod connection;
mod context;
mod cookies;
mod cursor;
mod directives;
mod documents;
mod error;
mod id;
mod json;
mod loaders;
mod lookahead;
mod money;
mod outline;
mod payload;
mod quick;
mod scalars;
mod schema;

mod catalog;
mod clients;
mod customers;
mod engagement;
mod identity;
mod inventory;
mod node;
mod pricing;
mod search;
mod security;
mod shop;
mod uploads;

pub use api::{Answer, Api, Caller, Decoded, Report, Settings};
pub use cookies::{Cookie, CookieKind, Cookies};
pub use documents::LARGEST as LARGEST_MANIFEST;
pub use gate::Facts;
pub use schema::sdl;
