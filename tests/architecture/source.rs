//! Reads Rust source just well enough to tell which paths it names.

/// The paths that a source file names, each as its segments: `use` trees are spelled out, `super` and `self` are
/// resolved. Comments and literals name nothing.
///
/// `module` is the file's own path below the crate: `["services", "catalog"]`.
pub fn paths(text: &str, module: &[String]) -> Vec<Vec<String>> {
    let tokens = tokens(text);
    let mut reader =
        Reader { tokens: &tokens, place: 0, module: module.to_vec(), braces: Vec::new(), found: Vec::new() };
    reader.file();
    reader.found
}

/// Words and single signs; `::` is one token.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        at += match rest[0] {
            '/' if rest.get(1) == Some(&'/') => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            '/' if rest.get(1) == Some(&'*') => ended_by(rest, 2, &['*', '/']),
            '"' => string(rest),
            'r' | 'b' | 'c' if literal_prefix(rest).is_some() => {
                let (prefix, hashes) = literal_prefix(rest).unwrap_or_default();
                match hashes {
                    Some(hashes) => raw_string(rest, prefix, hashes),
                    None => prefix + string(&rest[prefix..]),
                }
            }
            '\'' => character(rest),
            ':' if rest.get(1) == Some(&':') => {
                tokens.push("::".to_owned());
                2
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(rest.len());
                tokens.push(rest[..end].iter().collect());
                end
            }
            c if c.is_whitespace() => 1,
            c => {
                tokens.push(c.to_string());
                1
            }
        };
    }
    tokens
}

/// `r"`, `br##"`, `b"` ...: the length up to the quote, and the number of `#` where it is raw.
fn literal_prefix(rest: &[char]) -> Option<(usize, Option<usize>)> {
    let letters = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    let hashes = rest[letters..].iter().take_while(|c| **c == '#').count();
    let is_raw = rest[..letters].contains(&'r');
    let quoted = rest.get(letters + hashes) == Some(&'"') && letters <= 2 && (is_raw || hashes == 0);
    quoted.then_some((letters + hashes, is_raw.then_some(hashes)))
}

fn raw_string(rest: &[char], quote: usize, hashes: usize) -> usize {
    let mut end = vec!['"'];
    end.resize(hashes + 1, '#');
    ended_by(rest, quote + 1, &end)
}

fn ended_by(rest: &[char], from: usize, end: &[char]) -> usize {
    let found = rest[from..].windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |place| from + place + end.len())
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// A character, or the sign of a lifetime.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', ..] => ended_by(rest, 3, &['\'']),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

struct Reader<'a> {
    tokens: &'a [String],
    place: usize,
    module: Vec<String>,
    /// For each open brace whether it opened an inline module.
    braces: Vec<bool>,
    found: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.place + ahead).map_or("", String::as_str)
    }

    fn file(&mut self) {
        while self.place < self.tokens.len() {
            match self.peek(0) {
                "use" if self.peek(1) != "<" => {
                    self.place += 1;
                    self.tree(&[]);
                }
                "mod" if self.peek(2) == "{" => {
                    self.module.push(self.peek(1).to_owned());
                    self.braces.push(true);
                    self.place += 3;
                }
                "{" => {
                    self.braces.push(false);
                    self.place += 1;
                }
                "}" => {
                    if self.braces.pop() == Some(true) {
                        self.module.pop();
                    }
                    self.place += 1;
                }
                word if is_word(word) => self.inline(),
                _ => self.place += 1,
            }
        }
    }

    /// A path in the middle of code; one of a single segment names nothing outside its file.
    fn inline(&mut self) {
        let mut path = vec![self.peek(0).to_owned()];
        self.place += 1;
        while self.peek(0) == "::" && is_word(self.peek(1)) {
            path.push(self.peek(1).to_owned());
            self.place += 2;
        }
        if path.len() > 1 {
            self.note(&path);
        }
    }

    /// A tree of `use`: `a::{b, c::{self, d as e}, f::*}`.
    fn tree(&mut self, stem: &[String]) {
        let mut path = stem.to_vec();
        loop {
            match self.peek(0) {
                "::" | "*" => self.place += 1,
                "{" => {
                    self.place += 1;
                    while self.peek(0) != "}" && self.place < self.tokens.len() {
                        self.tree(&path);
                        self.place += usize::from(self.peek(0) == ",");
                    }
                    self.place += 1;
                    return;
                }
                "as" => self.place += 2,
                word if is_word(word) => {
                    path.push(word.to_owned());
                    self.place += 1;
                }
                _ => break,
            }
        }
        self.note(&path);
    }

    fn note(&mut self, path: &[String]) {
        let mut base = self.module.clone();
        let mut rest = path;
        let mut relative = false;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            relative = true;
            rest = others;
        }
        let mut resolved = if relative { [vec!["crate".to_owned()], base].concat() } else { Vec::new() };
        resolved.extend(rest.iter().filter(|segment| *segment != "self").cloned());
        self.found.push(resolved);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let module = ["services".to_owned(), "catalog".to_owned()];
        paths(text, &module).into_iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn trees_are_spelled_out() {
        let found = named("use crate::{http::{self, caller as c}, graphql::*};\nuse sea_orm::EntityTrait;");

        assert_eq!(found, ["crate::http", "crate::http::caller", "crate::graphql", "sea_orm::EntityTrait"]);
    }

    #[test]
    fn super_is_resolved_and_knows_inline_modules() {
        let found = named(
            "use super::search::find; mod tests { fn a() { super::super::page::x() } } fn b() { self::c() }",
        );

        let expected =
            ["crate::services::search::find", "crate::services::page::x", "crate::services::catalog::c"];
        assert_eq!(found, expected);
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let text = r##"// axum::a
            /* axum::b */ let a = "axum::c \" axum::d"; let b = r#"axum::e"#; let c = ['"', '\'']; fn d<'a>(x: &'a axum::F) {}"##;

        assert_eq!(named(text), ["axum::F"]);
    }
}
