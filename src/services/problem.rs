//! What the one who asks for a change can put right: told beside the change, with its place in the input.

use std::fmt;

use super::error::{Error, Result};

/// What kind of thing is wrong. Never renamed and never reused: clients branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The value cannot be: malformed, too long, out of range, or not fitting the others.
    Invalid,
    /// What the value refers to is not there, or not for the one who asks.
    NotFound,
    /// It has changed since it was read; the current state is told beside.
    Conflict,
    /// Another one has the value already, and it has to be unique.
    Taken,
    /// Something else still refers to it.
    InUse,
    /// Granting this takes a right that the one who asks does not have.
    NotYours,
    /// The e-mail address or the password is wrong; which of them is not told.
    WrongCredentials,
    /// The code or the token is wrong, used, or too old.
    Expired,
}

/// One thing that is wrong with the input of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of thing.
    pub reason: Reason,
    /// The way to the field in the input, names and indices from the outside in; empty where it is about all of it.
    pub path: Vec<String>,
    /// For people.
    pub message: String,
}

/// Everything that is wrong with an input, told at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One problem, where nothing else can be looked at.
    pub fn one(reason: Reason, path: &[&dyn fmt::Display], message: impl Into<String>) -> Error {
        let mut problems = Self::default();
        problems.add(reason, path, message);
        Error::Problems(problems.0)
    }

    /// Notes a problem: `path` is the way to the field, from the outside in.
    pub fn add(&mut self, reason: Reason, path: &[&dyn fmt::Display], message: impl Into<String>) {
        let path = path.iter().map(ToString::to_string).collect();
        self.0.push(Problem { reason, path, message: message.into() });
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes on only where nothing is wrong.
    ///
    /// # Errors
    /// [`Error::Problems`] with everything that was noted.
    pub fn none(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Problems(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_told_at_once_with_its_place() {
        let mut problems = Problems::default();
        assert!(problems.clone().none().is_ok());
        problems.add(Reason::Invalid, &[&"title"], "a title has 1 to 255 characters");
        problems.add(Reason::Taken, &[&"variants", &2, &"sku"], "another variant has this SKU");
        let Err(Error::Problems(told)) = problems.none() else { panic!("nothing was told") };
        assert_eq!(told[0].path, ["title"]);
        assert_eq!(told[1].path, ["variants", "2", "sku"]);
    }
}
