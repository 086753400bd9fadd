//! The first look at a text: its size and nesting, before any parser recurses into it.

use async_graphql::Pos;

use super::limits::Limits;
use super::refusal::Refusal;
use super::tokens::{Fault, Kind, Token, Tokens};

/// Checks the bytes, tokens and bracket nesting of `text` in one pass, without allocating.
///
/// # Errors
/// A refusal for what is above a limit, and for text that is no row of GraphQL tokens
/// (specification section 2.1).
pub fn scan(text: &str, limits: &Limits) -> Result<(), Refusal> {
    if text.len() > limits.text_bytes {
        return Err(Refusal::above(limits.text_bytes, "bytes", Some(text.len() as u64)));
    }
    let mut nesting = 0_usize;
    let mut before: Option<Token> = None;
    for (count, token) in Tokens::new(text).enumerate() {
        let token = token.map_err(|fault| refuse(text, fault))?;
        if let Some(reason) = before.and_then(|before| misplaced(text, nesting, before, token)) {
            return Err(refuse(text, Fault { reason, at: token.start }));
        }
        before = Some(token);
        if count >= limits.tokens {
            return Err(Refusal::above(limits.tokens, "tokens", None));
        }
        match token.kind {
            Kind::Punctuator(b'(' | b'[' | b'{') => nesting += 1,
            Kind::Punctuator(b')' | b']' | b'}') => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if nesting > limits.nesting {
            return Err(Refusal::above(limits.nesting, "levels of nested brackets", None));
        }
    }
    Ok(())
}

/// What the parser takes though the grammar does not: empty parentheses, and a fragment named `on` (specification sections
/// 2.6 and 2.8).
fn misplaced(text: &str, nesting: usize, before: Token, token: Token) -> Option<&'static str> {
    let is = |token: Token, name: &str| text.get(token.start..token.end) == Some(name);
    match (before.kind, token.kind) {
        (Kind::Punctuator(b'('), Kind::Punctuator(b')')) => Some("an empty list of arguments"),
        (Kind::Name, Kind::Name) if nesting == 0 && is(before, "fragment") && is(token, "on") => {
            Some("a fragment of this name")
        }
        _ => None,
    }
}

fn refuse(text: &str, fault: Fault) -> Refusal {
    Refusal::at(format!("Syntax error: {} is not allowed here.", fault.reason), place(text, fault.at))
}

/// The line and column of a byte, both from 1.
pub(super) fn place(text: &str, byte: usize) -> Pos {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Pos { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn message(text: &str) -> String {
        scan(text, &Limits::default()).unwrap_err().errors[0].message.clone()
    }

    #[test]
    fn an_ordinary_document_passes() {
        let text =
            r#"query Q($a: [Int!] = [1]) { a(b: {c: "}}}}", d: $a) @include(if: true) { ...F } } # {{{"#;
        assert_eq!(scan(text, &Limits::default()), Ok(()));
    }

    #[test]
    fn one_hundred_thousand_nested_brackets_are_refused_at_once() {
        let limits = Limits { text_bytes: usize::MAX, tokens: usize::MAX, ..Limits::default() };
        for open in ["[", "{", "(", "[{("] {
            let text = format!("{{a(x:{}", open.repeat(100_000));
            let started = Instant::now();
            let refusal = scan(&text, &limits).unwrap_err();
            assert!(refusal.errors[0].message.contains("32 levels of nested brackets"));
            assert!(started.elapsed() < Duration::from_millis(5));
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let brackets = "[".repeat(100);
        let text = format!("{{ a(x: \"{brackets}\", y: \"\"\"{brackets}\"\"\") # {brackets}\n }}");
        assert_eq!(scan(&text, &Limits::default()), Ok(()));
    }

    #[test]
    fn the_nesting_limit_is_exact() {
        let nested = |levels| format!("{}a{}", "{".repeat(levels), "}".repeat(levels));
        assert_eq!(scan(&nested(32), &Limits::default()), Ok(()));
        assert!(scan(&nested(33), &Limits::default()).is_err());
    }

    #[test]
    fn a_megabyte_of_directives_is_refused_by_its_length() {
        let text = format!("{{ a {} }}", "@a".repeat(500_000));
        assert_eq!(message(&text), "The document has 1000006 bytes; at most 65536 are allowed.");
    }

    #[test]
    fn more_tokens_than_allowed_are_refused() {
        assert_eq!(message(&"a ".repeat(10_001)), "The document has more than 10000 tokens.");
        assert_eq!(scan(&"a ".repeat(10_000), &Limits::default()), Ok(()));
    }

    #[test]
    fn a_null_byte_is_refused_with_its_place() {
        let refusal = scan("{\n  a\0 }", &Limits::default()).unwrap_err();
        assert_eq!(refusal.errors[0].locations, [(2, 4)]);
        assert_eq!(refusal.errors[0].message, "Syntax error: a control character is not allowed here.");
    }

    #[test]
    fn a_null_character_is_refused_in_any_spelling() {
        let refusal = scan(r#"{ a(b: "x\u0000") }"#, &Limits::default()).unwrap_err();
        assert_eq!(refusal.errors[0].message, "Syntax error: a null character is not allowed here.");
        assert_eq!(scan(r#"{ a(b: "x\\u0000") }"#, &Limits::default()), Ok(()));
    }

    #[test]
    fn what_only_the_parser_would_take_is_refused() {
        for (text, place) in
            [("query Q() { a }", (1, 9)), ("{ a( ) }", (1, 6)), ("fragment on on A { a }", (1, 10))]
        {
            assert_eq!(scan(text, &Limits::default()).unwrap_err().errors[0].locations, [place], "{text}");
        }
        let text = "{ fragment on: a(b: []) on } fragment F on A { a }";
        assert_eq!(scan(text, &Limits::default()), Ok(()));
    }

    #[test]
    fn a_string_that_does_not_end_is_refused_where_it_starts() {
        let refusal = scan("{ a(b: \"x) }", &Limits::default()).unwrap_err();
        assert_eq!(refusal.errors[0].locations, [(1, 8)]);
    }
}
