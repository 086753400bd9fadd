//! Writes a text as the parser reads it, which refuses some of what the grammar allows: white space and comments within
//! types, comments where it wants white space, and escapes of characters beyond 16 bits (specification sections 2.1, 2.9.4
//! and 2.11). Lines stay, and columns behind what is written otherwise.

use std::borrow::Cow;

use super::refusal::Refusal;
use super::scan::place;
use super::tokens::{Kind, Token, Tokens};

/// The text for the parser; it must have been scanned.
///
/// # Errors
/// A refusal of an escape that stands for no character, and of null characters.
pub fn respell(text: &str) -> Result<Cow<'_, str>, Refusal> {
    if !text.contains(['#', '$']) && !text.contains("\\u") {
        return Ok(Cow::Borrowed(text));
    }
    let mut writer =
        Writer { text, out: String::with_capacity(text.len()), at: 0, before: [None; 2], of_type: None };
    for token in Tokens::new(text).flatten() {
        writer.token(token)?;
    }
    writer.end_type();
    writer.blanks(text.len());
    Ok(Cow::Owned(writer.out))
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    /// The end of what is written.
    at: usize,
    /// The kinds of the last two tokens.
    before: [Option<Kind>; 2],
    of_type: Option<OfType>,
}

/// The type of a variable, as far as it was read.
#[derive(Default)]
struct OfType {
    /// Brackets that are open.
    open: usize,
    /// Whether a type is complete, and may end or be followed by `!` or a bracket.
    complete: bool,
    /// Whether `!` was the last.
    required: bool,
    /// What stood between its tokens, to be written behind it.
    held: String,
}

impl OfType {
    /// Whether a token goes on with the type.
    fn takes(&mut self, kind: Kind) -> bool {
        match (kind, self.complete) {
            (Kind::Punctuator(b'['), false) => self.open += 1,
            (Kind::Name, false) => self.complete = true,
            (Kind::Punctuator(b']'), true) if self.open > 0 => {
                self.open -= 1;
                self.required = false;
            }
            (Kind::Punctuator(b'!'), true) if !self.required => self.required = true,
            _ => return false,
        }
        true
    }

    fn has_begun(&self) -> bool {
        self.complete || self.open > 0
    }
}

impl Writer<'_> {
    fn token(&mut self, token: Token) -> Result<(), Refusal> {
        let has_begun = self.of_type.as_ref().is_some_and(OfType::has_begun);
        if self.of_type.as_mut().is_some_and(|it| it.takes(token.kind)) {
            let begin = self.out.len();
            self.blanks(token.start);
            if has_begun && let Some(of_type) = &mut self.of_type {
                of_type.held.push_str(&self.out.split_off(begin));
            }
        } else {
            self.end_type();
            self.blanks(token.start);
        }
        let written = self.text.get(token.start..token.end).unwrap_or_default();
        if token.kind == Kind::Text && !written.starts_with("\"\"\"") && written.contains("\\u") {
            self.string(written, token.start)?;
        } else {
            self.out.push_str(written);
        }
        self.at = token.end;
        let is_colon = token.kind == Kind::Punctuator(b':');
        if is_colon && self.before == [Some(Kind::Punctuator(b'$')), Some(Kind::Name)] {
            self.of_type = Some(OfType::default());
        }
        self.before = [self.before[1], Some(token.kind)];
        Ok(())
    }

    fn end_type(&mut self) {
        if let Some(of_type) = self.of_type.take() {
            self.out.push_str(&of_type.held);
        }
    }

    /// What is ignored up to a byte, with blanks for comments.
    fn blanks(&mut self, end: usize) {
        let mut in_comment = false;
        for c in self.text.get(self.at..end).unwrap_or_default().chars() {
            in_comment = !matches!(c, '\n' | '\r') && (in_comment || c == '#');
            self.out.push(if in_comment { ' ' } else { c });
        }
        self.at = end;
    }

    /// A string with its quotes, which stands at a byte of the text.
    fn string(&mut self, written: &str, start: usize) -> Result<(), Refusal> {
        let begin = self.out.len();
        let mut rest = written;
        while let Some((before, escape)) = rest.split_once('\\') {
            self.out.push_str(before);
            let at = start + written.len() - escape.len() - 1;
            let Some(code) = escape.strip_prefix('u') else {
                // The one character behind the backslash is no backslash of its own.
                let one = escape.chars().next().map_or(0, char::len_utf8);
                self.out.push('\\');
                self.out.push_str(&escape[..one]);
                rest = &escape[one..];
                continue;
            };
            let (c, length) = character(code).ok_or_else(|| {
                Refusal::at("Syntax error: this escape stands for no character.", place(self.text, at))
            })?;
            self.character(c);
            rest = &code[length..];
        }
        self.out.push_str(rest);
        let shorter = written.chars().count().saturating_sub(self.out[begin..].chars().count());
        self.out.extend(std::iter::repeat_n(' ', shorter));
        Ok(())
    }

    fn character(&mut self, c: char) {
        match c {
            '"' | '\\' => self.out.extend(['\\', c]),
            c if c.is_control() => self.out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => self.out.push(c),
        }
    }
}

/// The character that stands behind `\u`, and the length of what stands for it: `{1F600}`, `00E9`, or a pair of
/// surrogates as `D83D\uDE00`. The null character is none.
fn character(code: &str) -> Option<(char, usize)> {
    if let Some(inner) = code.strip_prefix('{') {
        let (digits, _) = inner.split_once('}')?;
        let c = hexadecimal(digits).and_then(char::from_u32)?;
        return (c != '\0').then_some((c, digits.len() + 2));
    }
    let first = hexadecimal(code.get(..4)?)?;
    if (0xD800..0xDC00).contains(&first) {
        let second = hexadecimal(code.get(4..)?.strip_prefix("\\u")?.get(..4)?)?;
        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
        return char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low).map(|c| (c, 10));
    }
    char::from_u32(first).filter(|c| *c != '\0').map(|c| (c, 4))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    // `from_str_radix` would take a sign.
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> String {
        respell(text).map_err(|refusal| refusal.to_string()).unwrap().into_owned()
    }

    #[test]
    fn white_space_in_types_goes_behind_them() {
        for (text, expected) in [
            ("($a: [ID! ]!)", "($a: [ID!]! )"),
            ("($a: [ ID!\n]\n! = [1], $b : String !)", "($a: [ID!]! \n\n = [1], $b : String! )"),
            ("($a:[[Int , ] #no\n]!@d $b: Int)", "($a:[[Int]]! ,     \n@d $b: Int)"),
            ("{ a(x: $y, z: {b: $c}) }", "{ a(x: $y, z: {b: $c}) }"),
            ("($a: ! Int !)", "($a: ! Int !)"),
        ] {
            assert_eq!(spelled(text), expected, "{text}");
        }
    }

    #[test]
    fn comments_become_blanks_and_lines_stay() {
        assert_eq!(spelled("{...on #é\n Query{a}}#x"), "{...on   \n Query{a}}  ");
        assert_eq!(spelled("{ a(b: \"#\", c: \"\"\"#\"\"\") } #"), "{ a(b: \"#\", c: \"\"\"#\"\"\") }  ");
    }

    #[test]
    fn escapes_are_written_as_what_they_stand_for() {
        for (text, expected) in [
            (r#"{a(b:"\u{1F600}x")}"#, "{a(b:\"😀x\"        )}"),
            (r#"{a(b:"\uD83D\uDE00")}"#, "{a(b:\"😀\"           )}"),
            (r#"{a(b:"\u00e9\u{22}\u{5C}\u0009")}"#, "{a(b:\"é\\\"\\\\\\u0009\"             )}"),
            (r#"{a(b:"\\u{zz}\"\n\u0041")}"#, "{a(b:\"\\\\u{zz}\\\"\\nA\"     )}"),
            (r#"{a(b:"""\u{1F600}""")}"#, r#"{a(b:"""\u{1F600}""")}"#),
        ] {
            assert_eq!(spelled(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_for_no_character_is_refused_with_its_place() {
        for escape in [
            r"\uD83D",
            r"\uD83Dx",
            r"\uD83DA",
            r"\uDE00",
            r"\u{110000}",
            r"\u{0}",
            r"\u{}",
            r"\u{+1}",
            r"\u{1",
            r"\u12",
        ] {
            let text = format!("{{\na(b:\"{escape}\")}}");
            let refusal = respell(&text).unwrap_err();
            assert_eq!(refusal.errors[0].locations, [(2, 6)], "{escape}");
        }
    }
}
