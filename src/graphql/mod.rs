//! API, the schema: names, shapes, who may use what, and what is loaded in batches.

pub mod gate;

mod access;
mod acting;
mod answer;
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
mod request;
mod rule;
mod scalars;
mod schema;
mod scope;

mod catalog;
mod clients;
mod customers;
mod engagement;
mod identity;
mod inventory;
mod markets;
mod node;
mod pricing;
mod search;
mod security;
mod uploads;

pub use answer::{Answer, Report};
pub use api::{Api, Settings};
pub use cookies::{Cookie, CookieKind, Cookies};
pub use documents::LARGEST as LARGEST_MANIFEST;
pub use gate::Facts;
pub use request::{Caller, Decoded};
pub use schema::sdl;
