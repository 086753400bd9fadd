//! Which names may be labels of metrics.

use crate::http::question::Question;

/// Says which names that clients send may be labels. Without anything registered, none.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Whether an operation of a registered document is called so.
    pub operations: Question<str>,
    /// Whether a registered client app is called so.
    pub clients: Question<str>,
}

impl Default for Registered {
    fn default() -> Self {
        Self { operations: Question::no(), clients: Question::no() }
    }
}
