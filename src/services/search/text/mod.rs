//! Text analysis for search: what both engines index and ask, and how typing errors are mended. Pure: no database.
//!
//! Words are cut, folded and stemmed here, never by an engine, so SQLite and PostgreSQL find the same set. What an
//! engine gets are opaque terms of two kinds: *words* (`running`, searched by prefix and in phrases) and *stems*
//! (`=run`, which bring singular and plural together).
//!
//! Scripts that write no spaces between words (Chinese, Japanese, Thai, ...) are not cut into words: each character is
//! a term, and what a shopper typed in one go is looked for as that sequence of characters.

mod document;
mod endings;
mod fold;
mod query;
pub mod spelling;
mod terms;

pub use document::{Document, FTS5_TOKENIZER, FTS5_WEIGHTS, Source, TS_RANK_WEIGHTS};
pub use endings::Form;
pub use fold::{fold, sort_key};
pub use query::{Corrected, Query, TypedWord};
pub use terms::written;
