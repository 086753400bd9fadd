//! Names in an input object literal must be unique (specification section 5.6.3).
//!
//! The parser keeps the last of several, so this reads the tokens of the text.

use std::collections::HashSet;

use super::refusal::{Problem, excerpt};
use super::scan::place;
use super::tokens::{Kind, Tokens};

/// The input fields that a scanned text writes twice in one object literal.
pub fn repeated(text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    // One entry for each open bracket: the names seen, for an object literal.
    let mut open: Vec<Option<HashSet<&str>>> = Vec::new();
    let mut parentheses = 0_usize;
    let mut tokens = Tokens::new(text).flatten().peekable();
    while let Some(token) = tokens.next() {
        match token.kind {
            Kind::Punctuator(b'(') => {
                parentheses += 1;
                open.push(None);
            }
            // Selection sets never stand inside parentheses, object literals always do.
            Kind::Punctuator(b'{') => open.push((parentheses > 0).then(HashSet::new)),
            Kind::Punctuator(b'[') => open.push(None),
            Kind::Punctuator(b')') => {
                parentheses = parentheses.saturating_sub(1);
                open.pop();
            }
            Kind::Punctuator(b']' | b'}') => {
                open.pop();
            }
            Kind::Name if tokens.peek().is_some_and(|next| next.kind == Kind::Punctuator(b':')) => {
                let name = text.get(token.start..token.end).unwrap_or_default();
                if let Some(Some(seen)) = open.last_mut()
                    && !seen.insert(name)
                {
                    let message = format!("Input field \"{}\" is given more than once.", excerpt(name));
                    problems.push(Problem::at(message, [place(text, token.start)]));
                    if problems.len() >= 10 {
                        return problems;
                    }
                }
            }
            _ => {}
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_twice_in_one_object_is_told_with_its_place() {
        let problems = repeated("{ a(x: {b: 1, c: {b: 2},\n b: 3}) }");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].locations, [(2, 2)]);
        assert_eq!(repeated("query ($x: In = {b: 1, b: 2}) { a }").len(), 1);
    }

    #[test]
    fn aliases_arguments_and_neighbouring_objects_may_repeat_names() {
        let text = "{ b: a(b: {b: b}, x: [{b: 1}, {b: 2}]) b: a(b: \"b: b:\") { b: c b: c } }";
        assert_eq!(repeated(text), []);
    }
}
