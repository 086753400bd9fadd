//! What the wire has to ask of another part of the program.

use std::fmt;
use std::sync::Arc;

/// A question about some value, answered yes or no, as things are at that moment.
pub struct Question<T: ?Sized>(Arc<Answerer<T>>);

type Answerer<T> = dyn Fn(&T) -> bool + Send + Sync;

impl<T: ?Sized + 'static> Question<T> {
    /// A question that a function answers. It is asked for each request, so it has to be quick.
    pub fn new(answer: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// One whose answer is always no.
    pub fn no() -> Self {
        Self::new(|_| false)
    }

    /// Asks.
    pub fn ask(&self, about: &T) -> bool {
        (self.0)(about)
    }
}

impl<T: ?Sized> Clone for Question<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> fmt::Debug for Question<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question")
    }
}
