//! The lexical grammar of GraphQL (specification section 2.1), read without allocating.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of `! $ & ( ) : = @ [ ] { | }`, as its byte.
    Punctuator(u8),
    /// `...`
    Spread,
    /// A name or keyword.
    Name,
    /// An integer or a float.
    Number,
    /// A string or block string with its quotes.
    Text,
}

/// A token and the bytes that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Why the text is not a row of tokens, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The reason, for clients.
    pub reason: &'static str,
    /// The offending byte.
    pub at: usize,
}

/// The tokens of a text in order. After a fault it ends.
#[derive(Debug)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// The tokens of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest_starts_with(&self, prefix: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(prefix)
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn fault(&self, reason: &'static str) -> Fault {
        Fault { reason, at: self.at }
    }

    /// White space, line ends, commas, comments and byte order marks (section 2.1.7).
    fn skip_ignored(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => self.at += 1,
                Some(0xEF) if self.rest_starts_with(b"\xEF\xBB\xBF") => self.at += 3,
                Some(b'#') => {
                    self.skip_while(|byte| !is_forbidden(byte) && byte != b'\n' && byte != b'\r');
                    if self.peek().is_some_and(is_forbidden) {
                        return Err(self.fault("a control character"));
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn kind(&mut self, first: u8) -> Result<Kind, Fault> {
        match first {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                Ok(Kind::Punctuator(first))
            }
            b'.' if self.rest_starts_with(b"...") => {
                self.at += 3;
                Ok(Kind::Spread)
            }
            b'"' if self.rest_starts_with(b"\"\"\"") => self.block_string(),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ if is_name_start(first) => {
                self.skip_while(|byte| is_name_start(byte) || byte.is_ascii_digit());
                Ok(Kind::Name)
            }
            _ if is_forbidden(first) => Err(self.fault("a control character")),
            _ => Err(self.fault("an unexpected character")),
        }
    }

    fn string(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Kind::Text);
                }
                Some(b'\\') if self.bytes[self.at + 1..].starts_with(b"u0000") => {
                    return Err(self.fault("a null character"));
                }
                // Which escapes exist is the parser's business; here only `\"` must not end the string.
                Some(b'\\') if matches!(self.bytes.get(self.at + 1), Some(b'"' | b'\\')) => self.at += 2,
                None | Some(b'\n' | b'\r') => {
                    return Err(Fault { reason: "a string that does not end", at: start });
                }
                Some(byte) if is_forbidden(byte) => return Err(self.fault("a control character")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn block_string(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        self.at += 3;
        loop {
            match self.peek() {
                Some(b'"') if self.rest_starts_with(b"\"\"\"") => {
                    self.at += 3;
                    return Ok(Kind::Text);
                }
                Some(b'\\') if self.rest_starts_with(b"\\\"\"\"") => self.at += 4,
                None => return Err(Fault { reason: "a block string that does not end", at: start }),
                Some(byte) if is_forbidden(byte) => return Err(self.fault("a control character")),
                Some(_) => self.at += 1,
            }
        }
    }

    /// Section 2.9.1 and 2.9.2; the parser checks the digits, here it matters where the number ends.
    fn number(&mut self) -> Result<Kind, Fault> {
        self.at += 1;
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.peek() == Some(b'.') && !self.rest_starts_with(b"...") {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        match self.peek() {
            Some(b'.') if !self.rest_starts_with(b"...") => Err(self.fault("a malformed number")),
            Some(byte) if is_name_start(byte) => Err(self.fault("a malformed number")),
            _ => Ok(Kind::Number),
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.skip_ignored().and_then(|()| {
            let start = self.at;
            self.peek().map(|first| Ok(Token { kind: self.kind(first)?, start, end: self.at })).transpose()
        });
        if read.is_err() {
            self.at = self.bytes.len();
        }
        read.transpose()
    }
}

/// Characters that no GraphQL document may hold anywhere (section 2.1.1).
fn is_forbidden(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn is_name_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        Tokens::new(text).map(|token| token.unwrap().kind).collect()
    }

    fn fault(text: &str) -> &'static str {
        Tokens::new(text).find_map(Result::err).unwrap().reason
    }

    #[test]
    fn every_kind_of_token_is_told_apart() {
        use Kind::{Name, Number, Punctuator, Spread, Text};
        assert_eq!(
            kinds("\u{feff}query # no { token\n ($a: -1.5e+3, \"}\\\"\") ...F"),
            [
                Name,
                Punctuator(b'('),
                Punctuator(b'$'),
                Name,
                Punctuator(b':'),
                Number,
                Text,
                Punctuator(b')'),
                Spread,
                Name
            ]
        );
    }

    #[test]
    fn a_block_string_may_hold_escaped_quotes_and_brackets() {
        assert_eq!(kinds("\"\"\" { \\\"\"\" [ \"\" \"\"\" x"), [Kind::Text, Kind::Name]);
    }

    #[test]
    fn strings_that_do_not_end_are_faults() {
        assert_eq!(fault("\"abc"), "a string that does not end");
        assert_eq!(fault("\"abc\n\""), "a string that does not end");
        assert_eq!(fault("\"abc\\\""), "a string that does not end");
        assert_eq!(fault("\"\"\"abc\"\""), "a block string that does not end");
    }

    #[test]
    fn control_characters_are_faults_even_in_strings_and_comments() {
        for text in ["\0", "a\u{1}", "\"\0\"", "\"\"\"\u{b}\"\"\"", "# \0"] {
            assert_eq!(fault(text), "a control character", "{text:?}");
        }
        assert_eq!(fault("ä"), "an unexpected character");
    }

    #[test]
    fn a_number_must_not_run_into_a_name_or_another_point() {
        for text in ["1a", "1.2.3", "0x1"] {
            assert_eq!(fault(text), "a malformed number", "{text}");
        }
        assert_eq!(kinds("1...F"), [Kind::Number, Kind::Spread, Kind::Name]);
    }
}
