//! Why a request is not executed, in words for the client.

use std::fmt;

use async_graphql::parser::Error as ParseError;
use async_graphql::{Pos, ServerError};

use crate::services::error::Code;

/// Problems told at most; a document with more is as wrong as one with these.
const PROBLEMS: usize = 20;
/// Longest message, in characters: the library's messages repeat parts of the document.
const MESSAGE: usize = 400;
/// Longest piece of a client's own input in a message, in characters.
const EXCERPT: usize = 50;

/// A request that is not executed: one code, and everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code for `extensions.code` of each error.
    pub code: Code,
    /// What is wrong; at least one, at most twenty.
    pub errors: Vec<Problem>,
    /// What the operation would have cost, where it is refused for that; else 0.
    pub cost: u64,
    /// Whether it asks for something that takes a right which the one who asks does not have; the words do not tell.
    pub is_foreign: bool,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// For the client's developer; never more of the request than a short excerpt.
    pub message: String,
    /// Places in the document as (line, column), both from 1; empty where none is known.
    pub locations: Vec<(usize, usize)>,
}

impl Problem {
    /// A problem of the request as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self::at(message, [])
    }

    /// A problem at places in the document.
    pub fn at(message: impl Into<String>, places: impl IntoIterator<Item = Pos>) -> Self {
        Self {
            message: shorten(&message.into(), MESSAGE),
            locations: places.into_iter().map(|pos| (pos.line, pos.column)).collect(),
        }
    }
}

impl Refusal {
    /// The request breaks rules, all of which are told (up to twenty).
    pub fn invalid(mut problems: Vec<Problem>) -> Self {
        if problems.len() > PROBLEMS {
            let left_out = problems.len() - PROBLEMS + 1;
            problems.truncate(PROBLEMS - 1);
            problems.push(Problem::new(format!("{left_out} more problems are not shown.")));
        }
        Self { code: Code::BadRequest, errors: problems, cost: 0, is_foreign: false }
    }

    /// `Ok` where there is no problem, all problems otherwise.
    pub fn unless_empty(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::invalid(problems)) }
    }

    /// The request breaks one rule.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::invalid(vec![Problem::new(message)])
    }

    /// The request breaks one rule at one place.
    pub fn at(message: impl Into<String>, place: Pos) -> Self {
        Self::invalid(vec![Problem::at(message, [place])])
    }

    /// There is more of something than a limit allows; `found` where counting it all was cheap.
    pub fn above(limit: usize, what: &str, found: Option<u64>) -> Self {
        Self::bad_request(match found {
            Some(found) => format!("The document has {found} {what}; at most {limit} are allowed."),
            None => format!("The document has more than {limit} {what}."),
        })
    }

    /// The text is no GraphQL document.
    pub fn syntax(error: &ParseError) -> Self {
        let text = error.to_string();
        // The parser draws the faulty line with a pointer under it; the reason stands alone in the last line, behind `=`.
        let reason = text.lines().last().unwrap_or_default().trim().trim_start_matches("= ");
        Self::invalid(vec![Problem::at(format!("Syntax error: {reason}."), error.positions())])
    }

    /// The operation may return more objects than any operation may.
    pub fn cost(cost: u64, limit: u64) -> Self {
        let message = format!(
            "The operation costs {cost}; at most {limit} is allowed. Ask for fewer items or fewer nested lists."
        );
        Self { code: Code::CostExceeded, errors: vec![Problem::new(message)], cost, is_foreign: false }
    }

    /// The operation may return many objects and reads a large argument for each of them.
    pub fn work(cost: u64, heaviest: u64, limit: u64) -> Self {
        let message = format!(
            "The operation costs {cost} and has an argument of {heaviest} values; at most {limit} is allowed for the \
             two multiplied. Ask for fewer items or give shorter lists."
        );
        Self { code: Code::CostExceeded, errors: vec![Problem::new(message)], cost, is_foreign: false }
    }

    /// The operation's time is over.
    pub fn timeout() -> Self {
        let errors = vec![Problem::new("the operation took too long")];
        Self { code: Code::Timeout, errors, cost: 0, is_foreign: false }
    }

    /// No operation of the document has this name.
    pub fn unknown_operation(name: &str) -> Self {
        Self::bad_request(format!("The document has no operation named \"{}\".", excerpt(name)))
    }

    /// The document has several operations and the request names none.
    pub fn operation_name_required() -> Self {
        Self::bad_request("The document has several operations: say which in \"operationName\".")
    }
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        Self::at(error.message, error.locations)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.errors.iter().try_for_each(|error| write!(f, ": {}", error.message))
    }
}

impl std::error::Error for Refusal {}

/// The start of a client's input, fit to be shown in a message: at most 50 characters, on one line.
pub fn excerpt(text: &str) -> String {
    shorten(text, EXCERPT).replace(char::is_control, " ")
}

/// A message of which a client's own input may be the greater part.
pub fn message(text: &str) -> String {
    shorten(text, MESSAGE)
}

fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let shown = excerpt(&"ü\n".repeat(100));
        assert_eq!(shown.chars().count(), 51);
        assert!(!shown.contains('\n'));
    }

    #[test]
    fn a_thousand_problems_are_told_as_twenty() {
        let refusal = Refusal::invalid(vec![Problem::new("x"); 1000]);
        assert_eq!(refusal.errors.len(), 20);
        assert_eq!(refusal.errors[19].message, "981 more problems are not shown.");
    }

    #[test]
    fn a_syntax_error_tells_the_place_and_not_the_line() {
        let error = async_graphql::parser::parse_query("{ a(secret: } }").unwrap_err();
        let refusal = Refusal::syntax(&error);
        assert_eq!(refusal.errors[0].locations, [(1, 13)]);
        assert!(refusal.errors[0].message.starts_with("Syntax error: expected"));
        assert!(!refusal.errors[0].message.contains("secret"));
    }
}
