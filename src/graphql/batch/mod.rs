//! Loading in batches, by the `dataloader` crate, wrapped once.
//!
//! Two ways lead to a batch. [`load`] gathers what resolvers ask for at the same time. [`Row::along`] knows more: a row
//! remembers which rows were loaded with it, so the first that needs something of its own fetches it for all of them
//! in one go, and the others find it there.

mod level;
mod loading;

pub use self::level::{AtHand, Row, level, lists, page_of, pages, rows, sharing};
pub use self::loading::{BatchLoader, Key, Map, load, load_all, loader};
