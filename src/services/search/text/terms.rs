//! Cutting text into terms: words by Unicode's rules (UAX #29), compounds such as `TW-100/B` or `t-shirt` in parts and
//! whole, each word folded and stemmed.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::{UWordBoundIndices, UnicodeSegmentation};

use super::fold::{fold, is_apostrophe, is_ignorable, is_letter_mark, truncate};

/// Longest term in bytes of UTF-8; what is longer is cut there, in documents as in queries.
pub(super) const TERM_BYTES: usize = 64;

/// What every stem begins with and no word contains, so that a prefix of words never meets a stem.
pub(super) const STEM_MARK: char = '=';

/// How the words of a language are brought to their stems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stemming(Option<Algorithm>);

impl Stemming {
    /// The stemming of a language given by its tag (BCP 47: `de`, `pt-BR`); none where there is no algorithm for it.
    pub(super) fn of(language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        Self(match primary.to_ascii_lowercase().as_str() {
            "ar" => Some(Algorithm::Arabic),
            "da" => Some(Algorithm::Danish),
            "de" => Some(Algorithm::German),
            "el" => Some(Algorithm::Greek),
            "en" => Some(Algorithm::English),
            "es" => Some(Algorithm::Spanish),
            "fi" => Some(Algorithm::Finnish),
            "fr" => Some(Algorithm::French),
            "hu" => Some(Algorithm::Hungarian),
            "it" => Some(Algorithm::Italian),
            "nb" | "nn" | "no" => Some(Algorithm::Norwegian),
            "nl" => Some(Algorithm::Dutch),
            "pt" => Some(Algorithm::Portuguese),
            "ro" => Some(Algorithm::Romanian),
            "ru" => Some(Algorithm::Russian),
            "sv" => Some(Algorithm::Swedish),
            "ta" => Some(Algorithm::Tamil),
            "tr" => Some(Algorithm::Turkish),
            _ => None,
        })
    }

    /// No stemming: for codes, and for languages without an algorithm.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Whether nothing is stemmed.
    pub(super) const fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// Whether two folded words are forms of one.
    pub(super) fn is_same(self, one: &str, other: &str) -> bool {
        let stems = self.stems(one, one);
        !stems.is_empty() && stems == self.stems(other, other)
    }

    /// The stems of a word: of the word as written, and of the word as folded where that gives another.
    ///
    /// Endings may hang on an accent (`operación`, `operaciones`), which shoppers leave out: with both stems the two
    /// meet however each is typed.
    fn stems(self, written: &str, folded: &str) -> Vec<String> {
        let Some(algorithm) = self.0 else {
            return Vec::new();
        };
        if written.len() > TERM_BYTES || folded.contains(char::is_numeric) {
            return Vec::new();
        }
        let stemmer = Stemmer::create(algorithm);
        let mut stems = vec![marked(&stemmer.stem(written))];
        if written != folded {
            let other = marked(&stemmer.stem(folded));
            if other != stems[0] {
                stems.push(other);
            }
        }
        stems
    }
}

fn marked(stem: &str) -> String {
    let mut term = format!("{STEM_MARK}{}", fold(stem));
    truncate(&mut term, TERM_BYTES);
    term
}

/// A word as it is indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The folded word: letters, digits and their marks, never empty; a number may contain points.
    pub(super) text: String,
    /// Its stems, each with the mark before it; none for codes and numbers.
    pub(super) stems: Vec<String>,
}

impl Word {
    /// `None` when nothing is left after folding.
    fn new(written: &str, stemming: Stemming) -> Option<Self> {
        let mut text = fold(written);
        let stems = stemming.stems(written, &text);
        truncate(&mut text, TERM_BYTES);
        (!text.is_empty()).then_some(Self { text, stems })
    }

    /// Whether it consists of letters only.
    pub(super) fn is_of_letters(&self) -> bool {
        self.text.chars().all(char::is_alphabetic)
    }
}

/// What stands between two separators of the text: one word, or a compound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands in the text, in bytes.
    pub(super) span: Range<usize>,
    /// Its words in order, at least one: `tw`, `100`, `b` of `TW-100/B`.
    pub(super) parts: Vec<Word>,
    /// The compound written together: `tw100b`. `None` for a single word and for scripts without spaces.
    pub(super) whole: Option<Word>,
}

impl Token {
    /// The token as one word, where it is one.
    pub(super) fn as_word(&self) -> Option<&Word> {
        match self.parts.as_slice() {
            [word] => Some(word),
            _ => self.whole.as_ref(),
        }
    }
}

/// The tokens of `text`, cut one by one as they are asked for.
pub(super) fn tokens(text: &str, stemming: Stemming) -> impl Iterator<Item = Token> + '_ {
    Cutter { pieces: text.split_word_bound_indices().peekable(), stemming }
}

/// The word that is indexed as `term`, as `text` writes it, in lower case; `None` where it is not there.
pub fn written(text: &str, term: &str) -> Option<String> {
    let text = lower(text);
    tokens(&text, Stemming::none()).find_map(|token| {
        let stretch = &text[token.span.clone()];
        let mut parts = stretch.split(|c: char| Kind::of(c) != Some(Kind::Letter));
        let found = match token.as_word().filter(|word| word.text == term) {
            Some(_) => Some(stretch),
            None => parts.find(|part| fold(part) == term),
        };
        Some(found?.chars().filter(|&c| !is_ignorable(c)).collect())
    })
}

/// Puts the pieces between Unicode's word boundaries together to tokens.
struct Cutter<'a> {
    pieces: Peekable<UWordBoundIndices<'a>>,
    stemming: Stemming,
}

impl Iterator for Cutter<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let (start, first) = self.pieces.find(|(_, piece)| is_word(piece))?;
            let mut compound = Compound::new(first);
            let mut end = start + first.len();
            while let Some((at, piece, bare)) = self.next_joined(compound.has_digit) {
                compound.add(piece, bare);
                end = at + piece.len();
            }
            if let Some(token) = compound.into_token(start..end, self.stemming) {
                return Some(token);
            }
        }
    }
}

impl<'a> Cutter<'a> {
    /// The word that belongs to the same token as what was read last: it follows at once, or behind one connector.
    ///
    /// The flag tells that there was nothing between the two, as in scripts without spaces.
    fn next_joined(&mut self, has_digit: bool) -> Option<(usize, &'a str, bool)> {
        let (at, piece) = *self.pieces.peek()?;
        if is_word(piece) {
            self.pieces.next();
            return Some((at, piece, true));
        }
        let mut ahead = self.pieces.clone();
        ahead.next();
        let (at, word) = ahead.next().filter(|(_, piece)| is_word(piece))?;
        // A slash holds a code together (`TW-100/B`) but parts alternatives (`black/white`).
        let connects = is_connector(piece) || (piece == "/" && (has_digit || has_digits(word)));
        connects.then(|| {
            self.pieces = ahead;
            (at, word, false)
        })
    }
}

/// A token being put together, from words as written: composed, in lower case, still with their accents.
struct Compound {
    parts: Vec<String>,
    whole: String,
    has_digit: bool,
    has_bare_joint: bool,
}

impl Compound {
    fn new(first: &str) -> Self {
        let mut compound =
            Self { parts: Vec::new(), whole: String::new(), has_digit: false, has_bare_joint: false };
        compound.add(first, false);
        compound
    }

    fn add(&mut self, piece: &str, bare_joint: bool) {
        self.has_digit |= has_digits(piece);
        self.has_bare_joint |= bare_joint;
        let written = lower(piece);
        // Nothing can be cut inside a word of plain letters, and most words are.
        if written.bytes().all(|byte| byte.is_ascii_lowercase()) {
            self.whole.push_str(&written);
            self.parts.push(written.into_owned());
            return;
        }
        self.add_runs(&written);
    }

    /// Cuts a piece wherever letters and digits meet (`32gb`) and at what is neither (`l'été`).
    fn add_runs(&mut self, written: &str) {
        let mut run: Option<Kind> = None;
        let mut characters = written.chars().filter(|&c| !is_ignorable(c)).peekable();
        while let Some(c) = characters.next() {
            let kind = Kind::of(c).or(run.filter(|_| unicode_normalization::char::is_combining_mark(c)));
            if let Some(kind) = kind {
                if run != Some(kind) {
                    self.parts.push(String::new());
                }
                if let Some(part) = self.parts.last_mut() {
                    part.push(c);
                }
                self.whole.push(c);
            } else if run == Some(Kind::Digit)
                && matches!(c, '.' | ',')
                && characters.peek().is_some_and(|&next| Kind::of(next) == Some(Kind::Digit))
            {
                // Without its point, 3.5 would be found as 35.
                self.whole.push('.');
            }
            run = kind;
        }
    }

    fn into_token(self, span: Range<usize>, stemming: Stemming) -> Option<Token> {
        let parts: Vec<Word> = self.parts.iter().filter_map(|part| Word::new(part, stemming)).collect();
        let is_compound = parts.len() > 1 && !self.has_bare_joint;
        let whole = if is_compound { Word::new(&self.whole, stemming) } else { None };
        (!parts.is_empty()).then_some(Token { span, parts, whole })
    }
}

/// What a run of characters inside a word is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
}

impl Kind {
    fn of(c: char) -> Option<Self> {
        if c.is_numeric() {
            Some(Self::Digit)
        } else if (c.is_alphabetic() && !is_apostrophe(c)) || is_letter_mark(c) {
            Some(Self::Letter)
        } else {
            None
        }
    }
}

fn lower(piece: &str) -> Cow<'_, str> {
    if !piece.is_ascii() {
        Cow::Owned(piece.nfkc().flat_map(char::to_lowercase).nfc().collect())
    } else if piece.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(piece.to_ascii_lowercase())
    } else {
        Cow::Borrowed(piece)
    }
}

fn is_word(piece: &str) -> bool {
    piece.contains(char::is_alphanumeric)
}

fn has_digits(piece: &str) -> bool {
    piece.contains(char::is_numeric)
}

/// Whether `piece` is one mark that holds a compound together: hyphens, point, underscore, apostrophes, ampersand.
fn is_connector(piece: &str) -> bool {
    let mut characters = piece.chars();
    let mark = characters.next().filter(|_| characters.next().is_none());
    mark.is_some_and(|c| matches!(c, '-' | '\u{2010}' | '\u{2011}' | '.' | '_' | '&') || is_apostrophe(c))
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
