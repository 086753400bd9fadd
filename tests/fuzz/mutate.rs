//! Changing text by its structure: tokens of a document, values of JSON, cells of a table; and by bytes.

use serde_json::{Value, json};

use crate::random::Random;

/// The most bytes of an input; larger ones only show that large ones are refused.
const LARGEST: usize = 96 * 1024;

/// Tokens that do harm where they are not expected.
const TOKENS: [&str; 44] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "=",
    "@",
    "$",
    "|",
    "&",
    "...",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "1e999",
    "-0.0",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\"\"block\"\"\"",
    "\"unclosed",
    "#c\n",
    "@include(if: false)",
    "@skip(if: $x)",
    "... { __typename }",
    "first: 2147483647",
    "first: -1",
    "__schema { types { name } }",
    "\u{feff}",
    "\u{0}",
    "\u{1F600}",
];

/// Cuts a document into its tokens, as far as it has any. Types such as `[ID!]!` stay whole: the library's grammar takes
/// no white space within them, though the specification does.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() || first == ',' || first == '\u{feff}' {
            rest = &rest[first.len_utf8()..];
            continue;
        } else if first == '#' {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            rest = &rest[end..];
            continue;
        } else if rest.starts_with("\"\"\"") {
            block(rest)
        } else if first == '"' {
            quoted(rest)
        } else if rest.starts_with("...") {
            3
        } else if let Some(length) = list_type(rest) {
            length
        } else {
            let is_part = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
            let word = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            word.max(first.len_utf8()) + usize::from(word > 0 && rest[word..].starts_with('!'))
        };
        tokens.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    tokens
}

/// How long a list type is, if one stands there.
fn list_type(text: &str) -> Option<usize> {
    let open = text.bytes().take_while(|byte| *byte == b'[').count();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut at = open + text[open..].find(|c| !is_part(c))?;
    if open == 0 || at == open {
        return None;
    }
    for _ in 0..open {
        at += usize::from(text[at..].starts_with('!'));
        at += text[at..].starts_with(']').then_some(1)?;
    }
    Some(at + usize::from(text[at..].starts_with('!')))
}

fn block(text: &str) -> usize {
    let mut from = 3;
    while let Some(found) = text[from..].find("\"\"\"") {
        let end = from + found;
        if !text[..end].ends_with('\\') {
            return end + 3;
        }
        from = end + 3;
    }
    text.len()
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\n' | '\r' => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// A document made of two others.
pub fn document(random: &mut Random, one: &str, other: &str, words: &[String]) -> String {
    let (mut tokens, spare) = (tokens(one), tokens(other));
    // Most changes make a document wrong: with few of them some stay right.
    let changes = if random.one_in(2) { random.below(2) } else { random.below(6) };
    for _ in 0..changes {
        let at = random.below(tokens.len() + 1);
        match random.below(10) {
            0 if !tokens.is_empty() => drop(tokens.remove(at.min(tokens.len() - 1))),
            1 => drop(tokens.drain(random.range(tokens.len()))),
            2 => tokens.insert(at, (*random.pick(&TOKENS)).to_owned()),
            3 => tokens.insert(at, random.pick(words).clone()),
            4 if !tokens.is_empty() => {
                let place = random.below(tokens.len());
                tokens[place].clone_from(random.pick(words));
            }
            5 => drop(tokens.splice(at..at, spare[random.range(spare.len())].to_vec())),
            6 if tokens.len() > 1 => {
                let (one, other) = (random.below(tokens.len()), random.below(tokens.len()));
                tokens.swap(one, other);
            }
            7 => {
                let part = tokens[random.range(tokens.len())].to_vec();
                let times = if random.one_in(8) { random.below(400) } else { random.below(6) };
                if part.len() * times < 20_000 {
                    let copies = part.iter().cycle().take(part.len() * times).cloned().collect::<Vec<_>>();
                    tokens.splice(at..at, copies);
                }
            }
            8 => {
                let depth = random.below(60);
                let (open, close) = *random.pick(&[("{", "}"), ("[", "]"), ("(", ")"), ("{ a", "}")]);
                let end = at + random.below(tokens.len() - at.min(tokens.len()) + 1);
                tokens.splice(end..end, std::iter::repeat_n(close.to_owned(), depth));
                tokens.splice(at..at, std::iter::repeat_n(open.to_owned(), depth));
            }
            _ => tokens.extend_from_slice(&spare),
        }
    }
    let mut text = tokens.join(" ");
    if random.one_in(6) {
        text = String::from_utf8_lossy(&bytes(random, text.into_bytes())).into_owned();
    }
    shorten(text)
}

fn shorten(mut text: String) -> String {
    if text.len() > LARGEST {
        let end = (0..=LARGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Bytes of which some were changed.
pub fn bytes(random: &mut Random, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => {
                bytes[at] = *random.pick(&[0, 0xff, 0xc0, 0xed, b'"', b'\\', b'\n', b'\r', b',', b'{', b'}']);
            }
            2 => bytes.truncate(at),
            3 => drop(bytes.remove(at)),
            4 => {
                let part = bytes[random.range(bytes.len())].to_vec();
                if bytes.len() + part.len() < LARGEST {
                    bytes.splice(at..at, part);
                }
            }
            _ => bytes.insert(at, u8::try_from(random.below(256)).unwrap()),
        }
    }
    bytes
}

/// Variables of which some were changed.
pub fn json(random: &mut Random, value: Value) -> Value {
    if random.one_in(4) {
        return odd(random);
    }
    match value {
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, json(random, value))).collect(),
        Value::Array(list) => list.into_iter().map(|value| json(random, value)).collect(),
        other => other,
    }
}

fn odd(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(i64::MAX),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(""),
        5 => json!("x".repeat(random.below(5_000))),
        6 => json!("\u{202e}\u{0301}\u{1F600}"),
        7 => json!([[[[]]]]),
        8 => json!({ "a": { "b": [1, null] } }),
        9 => json!(vec![0; random.below(500)]),
        10 => json!(u64::MAX),
        _ => json!(true),
    }
}

/// A table of which some cells were changed.
pub fn table(random: &mut Random, table: &[u8]) -> Vec<u8> {
    let cut: &[u8] = if table.len() > LARGEST { &table[..LARGEST] } else { table };
    let mut rows: Vec<Vec<Vec<u8>>> = cut
        .split(|byte| *byte == b'\n')
        .map(|row| row.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect())
        .collect();
    for _ in 0..=random.below(5) {
        let row = random.below(rows.len());
        let cell = random.below(rows[row].len());
        match random.below(9) {
            0 => rows[row][cell] = odd_cell(random),
            1 => drop(rows[0].swap_remove(0)),
            2 => {
                let copy = rows[row].clone();
                rows.splice(row..row, std::iter::repeat_n(copy, random.below(50)));
            }
            3 => rows[row].insert(cell, odd_cell(random)),
            4 => drop(rows[row].remove(cell)),
            5 => {
                let other = random.below(rows.len());
                rows.swap(row, other);
            }
            6 => rows[row][cell] = bytes(random, rows[row][cell].clone()),
            _ => rows[row][cell].insert(0, b'"'),
        }
        rows.iter_mut().filter(|row| row.is_empty()).for_each(|row| row.push(Vec::new()));
    }
    let text = rows.iter().map(|row| row.join(&b','));
    let mut whole = text.collect::<Vec<_>>().join(if random.one_in(4) { &b"\r\n"[..] } else { b"\n" });
    if random.one_in(4) {
        whole = bytes(random, whole);
    }
    whole
}

fn odd_cell(random: &mut Random) -> Vec<u8> {
    let cells: [&[u8]; 16] = [
        b"",
        b"-1",
        b"1e400",
        b"99999999999999999999",
        b"0.000001",
        b"=1+1",
        b"TRUE",
        b"\"",
        b"\"\"",
        b"\"a\r\nb\"",
        b"\xff\xfe",
        b"\0",
        b"Handle",
        b"Option3 Value",
        b"https://",
        "\u{1F600}\u{202e}".as_bytes(),
    ];
    if random.one_in(10) { vec![b'x'; random.below(70_000)] } else { random.pick(&cells).to_vec() }
}
