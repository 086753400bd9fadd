//! What the shop knows about a person: which modules know something, how they tell it and how they forget it.
//!
//! A module that keeps rows about a person declares one [`Personal`], and `app.rs` lists it. What is listed there is in
//! every export and goes with every erasure.

use entity::id::AccountId;
use futures_util::future::BoxFuture;
use serde_json::Value as Json;

use super::{AppContext, Change, Result};

/// Tells what a module knows about a person, in words that the person understands: an object, a list, or null.
pub type Export = for<'a> fn(&'a AppContext, AccountId) -> BoxFuture<'a, Result<Json>>;

/// Tells why a person cannot be forgotten yet, in one sentence that they may read; `None` where nothing speaks against it.
/// What it looks at is held for the change, so that it is still true when the change is made.
pub type Keep = for<'a> fn(&'a Change<'a>, AccountId) -> BoxFuture<'a, Result<Option<String>>>;

/// Forgets a person within a change that holds their account: deletes rows, or takes from them what leads to the person.
/// Asked again it does nothing.
pub type Erase = for<'a> fn(&'a Change<'a>, AccountId) -> BoxFuture<'a, Result<()>>;

/// How a module takes part when a person asks what is known about them, or asks to be forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Personal {
    /// The key in the exported file, in camel case.
    pub name: &'static str,
    /// Tells what is known.
    pub export: Export,
    /// Says no as long as something has to be finished first, such as an order on its way; `None` where nothing can.
    pub keep: Option<Keep>,
    /// Forgets the person.
    pub erase: Erase,
}
