//! How deep markup is nested. What parses HTML takes time with the square of that, so that the deepest is flattened
//! before: its words stay.

use std::borrow::Cow;
use std::collections::HashMap;

/// As many elements may be open at a time.
const DEEPEST: usize = 100;

/// Elements that have no end.
const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "frame",
];

/// Elements that end by themselves where another one of them begins, or what is around them ends, and around what one
/// begins anew.
const LAZY: [(&str, &[&str]); 12] = [
    ("p", &["td", "th", "li", "div", "blockquote"]),
    ("li", &["ul", "ol"]),
    ("dt", &["dl"]),
    ("dd", &["dl"]),
    ("tr", &["table"]),
    ("td", &["tr", "table"]),
    ("th", &["tr", "table"]),
    ("thead", &["table"]),
    ("tbody", &["table"]),
    ("tfoot", &["table"]),
    ("option", &["select"]),
    ("rt", &["ruby"]),
];

/// Elements in which there is no markup.
const RAW: [&str; 9] =
    ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"];

/// The same without the tags of what is nested deeper than any page is. It takes time with the length.
pub(super) fn bounded(html: &str) -> Cow<'_, str> {
    if html.bytes().filter(|byte| *byte == b'<').count() <= DEEPEST {
        return Cow::Borrowed(html);
    }
    let mut open = Open::default();
    let mut kept = String::new();
    let (mut from, mut at) = (0, 0);
    while let Some(start) = html[at..].find('<').map(|offset| at + offset) {
        let tag = read(&html[start..]);
        at = start + tag.length;
        if open.meets(&tag) {
            kept.push_str(&html[from..start]);
            from = at;
        }
        if tag.kind == Kind::Begin && RAW.contains(&tag.name.as_str()) {
            at = end_of_raw(html, at, &tag.name);
        }
    }
    if from == 0 {
        return Cow::Borrowed(html);
    }
    kept.push_str(&html[from..]);
    Cow::Owned(kept)
}

/// The elements that are open.
#[derive(Default)]
struct Open {
    names: Vec<String>,
    /// How many were left out and have not ended yet, by name.
    left_out: HashMap<String, usize>,
}

impl Open {
    /// Takes in a tag; answers whether to leave it out.
    fn meets(&mut self, tag: &Tag) -> bool {
        match tag.kind {
            Kind::Begin if VOID.contains(&tag.name.as_str()) => false,
            Kind::Begin => {
                self.end_lazy(&tag.name);
                if self.names.len() < DEEPEST {
                    self.names.push(tag.name.clone());
                    return false;
                }
                *self.left_out.entry(tag.name.clone()).or_default() += 1;
                true
            }
            Kind::End => {
                if let Some(count) = self.left_out.get_mut(&tag.name).filter(|count| **count > 0) {
                    *count -= 1;
                    return true;
                }
                self.end(&tag.name);
                false
            }
            Kind::Other => false,
        }
    }

    /// Another paragraph ends one that was left open, and the like.
    fn end_lazy(&mut self, name: &str) {
        let Some((_, around)) = LAZY.iter().find(|(lazy, _)| *lazy == name) else { return };
        let within =
            self.names.iter().rposition(|open| around.contains(&open.as_str())).map_or(0, |at| at + 1);
        if let Some(at) = self.names[within..].iter().rposition(|open| open == name) {
            self.names.remove(within + at);
        }
    }

    /// Takes out the element that ends, and what ends with it. Others are believed to be open still, as a parser would
    /// open many of them again.
    fn end(&mut self, name: &str) {
        let Some(at) = self.names.iter().rposition(|open| open == name) else { return };
        let is_lazy = |open: &String| LAZY.iter().any(|(lazy, _)| lazy == open);
        let mut place = 0;
        self.names.retain(|open| {
            place += 1;
            place <= at || (place > at + 1 && !is_lazy(open))
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Begin,
    End,
    /// A comment, or no tag at all.
    Other,
}

/// A tag, or what looks like one.
#[derive(Debug)]
struct Tag {
    kind: Kind,
    name: String,
    /// In bytes.
    length: usize,
}

/// Reads what begins with a `<`.
fn read(text: &str) -> Tag {
    let other = |length: usize| Tag { kind: Kind::Other, name: String::new(), length };
    let to = |end: &str, from: usize| {
        text.get(from..).and_then(|rest| rest.find(end)).map(|offset| from + offset + end.len())
    };
    if text.starts_with("<!-->") || text.starts_with("<!--->") {
        return other(text.find('>').map_or(text.len(), |at| at + 1));
    }
    if text.starts_with("<!--") {
        let ends = [to("-->", 4), to("--!>", 4)];
        return other(ends.into_iter().flatten().min().unwrap_or(text.len()));
    }
    let is_end = text.starts_with("</");
    let rest = &text[if is_end { 2 } else { 1 }..];
    if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        let is_comment = is_end || rest.starts_with(['!', '?']);
        return other(if is_comment { to(">", 1).unwrap_or(text.len()) } else { 1 });
    }
    let name_length = rest
        .find(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'))
        .unwrap_or(rest.len());
    let name = rest[..name_length].to_ascii_lowercase();
    let attributes = text.len() - rest.len() + name_length;
    let length = attributes + end_of_tag(&text[attributes..]);
    Tag { kind: if is_end { Kind::End } else { Kind::Begin }, name, length }
}

/// How long it is to the end of a tag whose attributes begin here: a `>` in quotes is none.
fn end_of_tag(attributes: &str) -> usize {
    let (mut quote, mut before) = (None, b' ');
    for (at, byte) in attributes.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    attributes.len()
}

/// Where an element without markup ends, before its end tag.
fn end_of_raw(html: &str, from: usize, name: &str) -> usize {
    let ends = |at: &usize| {
        let after = &html.as_bytes()[at + 2..];
        after.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()))
    };
    html[from..].match_indices("</").map(|(offset, _)| from + offset).find(ends).unwrap_or(html.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deepest(html: &str) -> usize {
        let (mut depth, mut most) = (0_usize, 0);
        for piece in html.split('<').skip(1) {
            depth = if piece.starts_with('/') { depth.saturating_sub(1) } else { depth + 1 };
            most = most.max(depth);
        }
        most
    }

    #[test]
    fn what_is_too_deep_is_flattened_and_its_words_stay() {
        let html = format!("{}x{}<b>y</b>", "<div>".repeat(5_000), "</div>".repeat(5_000));
        let flat = bounded(&html);
        assert_eq!(deepest(&flat), DEEPEST);
        assert!(flat.contains('x') && flat.ends_with("<b>y</b>"), "{flat}");
        assert_eq!(flat.matches("</div>").count(), DEEPEST);
    }

    #[test]
    fn long_pages_stay_as_they_are_also_where_ends_are_left_out() {
        for part in [
            "<div class=\"a>b\"><p>One<p>two</div>",
            "<ul><li>a<li>b</ul><br><img src=x>",
            "<table><tr><td>a<td>b<tr><th>c</table>",
            "<p>a<p>b",
            "<!-- <div> --><b>x</b>",
            "a < b <3 ",
        ] {
            let html = part.repeat(500);
            assert!(matches!(bounded(&html), Cow::Borrowed(_)), "{part}");
        }
    }

    #[test]
    fn depth_cannot_be_hidden() {
        for part in [
            "<div><script></div></script>",
            "<div><!-- </div> -->",
            "<div><!--></b>",
            "<b><table><tr><td></b>",
            "<div title='</div>'>",
            "<p><b id=1></p>",
            "<DIV></p>",
        ] {
            let html = part.repeat(5_000);
            let first = part.split_inclusive('>').next().unwrap();
            assert!(bounded(&html).matches(first).count() <= DEEPEST, "{part}");
        }
    }
}
