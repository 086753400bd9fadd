//! What a shopper typed, as a query for each engine with the same meaning.
//!
//! All words must occur; a word is found in its own form or by its stem, the last one also by its beginning (search as
//! you type). Words between quotation marks are a phrase: exactly these words in this order. There are no operators:
//! every other character is only text or a separator, so nothing that is typed can be wrong or harmful.

use std::collections::HashMap;
use std::ops::Range;

use super::endings::Form;
use super::terms::{Stemming, Token, tokens};

/// Characters of the typed text that are considered.
const MAX_CHARACTERS: usize = 256;

/// Most words and phrases of a query, and most words of one phrase; what is beyond is left out.
const MAX_TERMS: usize = 12;

/// A search query; made by [`Query::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    typed: String,
    stemming: Stemming,
    clauses: Vec<Clause>,
}

/// A condition on a document; a query is met where all of them are.
#[derive(Clone, Debug, PartialEq)]
enum Clause {
    Word { token: Token, prefix: bool },
    Phrase { words: Vec<String>, prefix: bool },
}

/// A word of the query that may be a typing error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedWord<'a> {
    /// The word, folded: letters only.
    pub word: &'a str,
    /// Whether it may be only the beginning of what is meant, as it is the last.
    pub prefix: bool,
}

/// A query with its typing errors mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The query to run.
    pub query: Query,
    /// How to tell it: what was typed, with the corrected words in place.
    pub text: String,
}

impl Query {
    /// Reads what was typed, in the language (BCP 47) of the documents to search. Only the first 256 characters count.
    pub fn parse(text: &str, language: &str) -> Self {
        let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(end, _)| end);
        Self::of(text[..end].to_owned(), Stemming::of(language))
    }

    fn of(typed: String, stemming: Stemming) -> Self {
        let mut clauses: Vec<Clause> = sections(&typed)
            .into_iter()
            .flat_map(|section| section.clauses(&typed, stemming))
            .take(MAX_TERMS)
            .collect();
        if let Some(Clause::Word { prefix, .. }) = clauses.last_mut() {
            *prefix = true;
        }
        Self { typed, stemming, clauses }
    }

    /// What was typed, as far as it counts.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether nothing is left to search for: no letter and no digit was typed.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The same text for all queries that find the same.
    pub fn meaning(&self) -> String {
        self.fts5_match().unwrap_or_default()
    }

    /// The right side of `MATCH` on the FTS5 table; `None` when there is nothing to search for.
    pub fn fts5_match(&self) -> Option<String> {
        self.render(" AND ", " OR ", |sequence| {
            let star = if sequence.prefix { " *" } else { "" };
            format!("\"{}\"{star}", sequence.terms.join(" "))
        })
    }

    /// The literal to bind as `$1::tsquery`; `None` when there is nothing to search for.
    pub fn tsquery(&self) -> Option<String> {
        self.render(" & ", " | ", |sequence| {
            let terms: Vec<String> = sequence.terms.iter().map(|term| format!("'{term}'")).collect();
            let star = if sequence.prefix { ":*" } else { "" };
            terms.join(" <-> ") + star
        })
    }

    /// The words to look up in the table of terms when the query finds too little, in the order typed.
    ///
    /// Words of letters only; phrases are meant to the letter.
    pub fn typed_words(&self) -> Vec<TypedWord<'_>> {
        let words = self.clauses.iter().filter_map(|clause| match clause {
            Clause::Word { token, prefix } => Some((token.as_word()?, *prefix)),
            Clause::Phrase { .. } => None,
        });
        words
            .filter(|(word, _)| word.is_of_letters())
            .map(|(word, prefix)| TypedWord { word: &word.text, prefix })
            .collect()
    }

    /// The last word, folded, where it may be only the beginning of what is meant; letters only. It may belong to a phrase.
    pub fn unfinished(&self) -> Option<&str> {
        match self.clauses.last()? {
            Clause::Word { token, prefix: true } => {
                token.as_word().filter(|word| word.is_of_letters()).map(|word| word.text.as_str())
            }
            Clause::Phrase { words, prefix: true } => {
                words.last().map(String::as_str).filter(|word| word.chars().all(char::is_alphabetic))
            }
            Clause::Word { .. } | Clause::Phrase { .. } => None,
        }
    }

    /// The other forms of a word of its language.
    pub fn forms(&self, word: &str) -> Vec<Form> {
        Form::of(word, self.stemming)
    }

    /// The query with each word that `corrections` knows (as [`TypedWord::word`]) replaced; `None` when it knows none.
    pub fn with_corrections(&self, corrections: &HashMap<String, String>) -> Option<Corrected> {
        let replaced: Vec<(Range<usize>, &str)> = self
            .clauses
            .iter()
            .filter_map(|clause| match clause {
                Clause::Word { token, .. } => {
                    Some((token.span.clone(), corrections.get(&token.as_word()?.text)?.as_str()))
                }
                Clause::Phrase { .. } => None,
            })
            .collect();
        if replaced.is_empty() {
            return None;
        }
        let mut text = self.typed.clone();
        for (span, correction) in replaced.into_iter().rev() {
            text.replace_range(span, correction);
        }
        let text = text.trim().to_owned();
        Some(Corrected { query: Self::of(text.clone(), self.stemming), text })
    }

    fn render(&self, and: &str, or: &str, sequence: impl Fn(&Sequence<'_>) -> String) -> Option<String> {
        let clauses: Vec<String> = self
            .clauses
            .iter()
            .map(|clause| {
                let alternatives: Vec<String> = clause.alternatives().iter().map(&sequence).collect();
                format!("({})", alternatives.join(or))
            })
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(and))
    }
}

/// Terms one after the other, the last perhaps only a beginning: all that is asked of an engine.
struct Sequence<'a> {
    terms: Vec<&'a str>,
    prefix: bool,
}

impl Clause {
    /// The sequences of which a document must have one.
    fn alternatives(&self) -> Vec<Sequence<'_>> {
        match self {
            Self::Phrase { words, prefix } => {
                vec![Sequence { terms: words.iter().map(String::as_str).collect(), prefix: *prefix }]
            }
            Self::Word { token, prefix } => {
                let mut alternatives = Vec::new();
                if let Some(word) = token.as_word() {
                    alternatives.push(Sequence { terms: vec![&word.text], prefix: *prefix });
                    alternatives
                        .extend(word.stems.iter().map(|stem| Sequence { terms: vec![stem], prefix: false }));
                }
                if token.parts.len() > 1 {
                    let terms = token.parts.iter().take(MAX_TERMS).map(|part| part.text.as_str()).collect();
                    alternatives.push(Sequence { terms, prefix: *prefix });
                }
                alternatives
            }
        }
    }
}

/// A stretch of the typed text, between quotation marks or not.
struct Section {
    span: Range<usize>,
    quoted: bool,
    /// Whether the quotation ended, or is still being typed.
    closed: bool,
}

impl Section {
    fn clauses(&self, typed: &str, stemming: Stemming) -> Vec<Clause> {
        let found = tokens(&typed[self.span.clone()], stemming);
        if !self.quoted {
            let offset = self.span.start;
            return found
                .take(MAX_TERMS)
                .map(|mut token| {
                    token.span = token.span.start + offset..token.span.end + offset;
                    Clause::Word { token, prefix: false }
                })
                .collect();
        }
        let words: Vec<String> =
            found.flat_map(|token| token.parts).map(|part| part.text).take(MAX_TERMS).collect();
        if words.is_empty() { Vec::new() } else { vec![Clause::Phrase { words, prefix: !self.closed }] }
    }
}

/// Cuts the text at its quotation marks. One opens only where a word may begin, so that `15" screen` holds no phrase.
fn sections(typed: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut previous = ' ';
    for (at, c) in typed.char_indices() {
        if is_quotation_mark(c) && (quoted || !previous.is_alphanumeric()) {
            sections.push(Section { span: start..at, quoted, closed: true });
            (start, quoted) = (at + c.len_utf8(), !quoted);
        }
        previous = c;
    }
    sections.push(Section { span: start..typed.len(), quoted, closed: false });
    sections
}

const fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201f}' | '«' | '»' | '＂')
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
