//! How categories' paths are written in a cell, whatever their names are.

/// A category's path from the root: `Furniture > Chairs`.
pub(super) fn path(text: &str) -> Vec<String> {
    split(text, '>').into_iter().map(unescaped).filter(|name| !name.is_empty()).collect()
}

/// Several categories' paths: `Furniture > Chairs; Office`.
pub(super) fn paths(text: &str) -> Vec<Vec<String>> {
    split(text, ';').into_iter().map(path).filter(|path| !path.is_empty()).collect()
}

/// A path as [`path`] reads it.
pub(super) fn path_text(path: &[String]) -> String {
    let names: Vec<String> =
        path.iter().map(|name| escaped(name.trim())).filter(|name| !name.is_empty()).collect();
    names.join(" > ")
}

/// Splits at a separator unless a backslash stands before it.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (at, letter) in text.char_indices() {
        if letter == separator && !is_escaped {
            parts.push(&text[start..at]);
            start = at + letter.len_utf8();
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    parts.push(&text[start..]);
    parts
}

fn escaped(name: &str) -> String {
    name.replace('\\', r"\\").replace('>', r"\>").replace(';', r"\;")
}

fn unescaped(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut letters = name.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().filter(|next| matches!(next, '\\' | '>' | ';'));
        match (letter, next) {
            ('\\', Some(next)) => {
                plain.push(next);
                letters.next();
            }
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_may_have_any_name_and_reads_back() {
        for path_told in [vec!["Furniture", "Chairs"], vec![r"a\", r"\>", ";", r"\\;>"], vec!["Kids > Toys"]]
        {
            let text = path_text(&path_told.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
            assert_eq!(path(&text), path_told, "{text}");
            assert_eq!(paths(&format!("{text}; {text}")), [path_told.clone(), path_told]);
        }
        assert_eq!(path(r"Animals >> Pets\Dogs > "), ["Animals", r"Pets\Dogs"]);
        assert!(paths(" ; > ;").is_empty());
    }
}
