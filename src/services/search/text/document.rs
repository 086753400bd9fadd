//! What search engines are given of one product in one language.
//!
//! Both forms are written from one sequence of positions a field, gaps included, so that a phrase stands in the one
//! exactly where it stands in the other. No phrase crosses from one field, tag or SKU into the next.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::terms::{STEM_MARK, Stemming, Word, tokens};

/// The `tokenize` option of the FTS5 table: cuts at spaces and nowhere inside our terms.
pub const FTS5_TOKENIZER: &str = "ascii tokenchars '=.'";

/// Arguments of `bm25(table, ...)`: title, vendor, tags, SKU, body.
pub const FTS5_WEIGHTS: [f64; 5] = [10.0, 4.0, 4.0, 6.0, 1.0];

/// First argument of `ts_rank`: body (D), vendor and tags (C), SKU (B), title (A).
pub const TS_RANK_WEIGHTS: [f32; 4] = [0.1, 0.4, 0.6, 1.0];

/// Most positions of each field; what is beyond is not found. PostgreSQL counts to 16,383 in all.
const POSITIONS: [usize; 5] = [200, 50, 500, 4_000, 10_000];

/// The weight of each field in a `tsvector`.
const TS_WEIGHTS: [char; 5] = ['A', 'C', 'C', 'B', 'D'];

/// Most occurrences of a word, together with one a field as a compound within the 255 that PostgreSQL keeps.
const OCCURRENCES: usize = 250;

/// Bytes of terms in a document, each with this many on top for its position; PostgreSQL takes 1 MiB.
const DOCUMENT_BYTES: usize = 700_000;
const ENTRY_BYTES: usize = 8;

/// The text of a product, as shoppers read it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// Its title.
    pub title: &'a str,
    /// Who makes it.
    pub vendor: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// The SKUs of its variants.
    pub sku: &'a [String],
    /// Its description as plain text.
    pub body: &'a str,
}

/// A product's text cut into terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    fields: [Field; 5],
}

/// One field: its words where they stand, and the compounds found among them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Field {
    /// `None` is a gap that no phrase bridges.
    sequence: Vec<Option<Word>>,
    wholes: BTreeMap<String, Word>,
}

impl Document {
    /// Analyses `source`, whose texts are in `language` (BCP 47). SKUs and vendors' names are not stemmed.
    pub fn new(source: &Source<'_>, language: &str) -> Self {
        let (words, codes) = (Stemming::of(language), Stemming::none());
        let mut quota = Quota { occurrences: HashMap::new(), bytes: DOCUMENT_BYTES };
        let tags = source.tags.iter().map(String::as_str);
        let sku = source.sku.iter().map(String::as_str);
        let fields = [
            Field::new([source.title], POSITIONS[0], words, &mut quota),
            Field::new([source.vendor], POSITIONS[1], codes, &mut quota),
            Field::new(tags, POSITIONS[2], words, &mut quota),
            Field::new(sku, POSITIONS[3], codes, &mut quota),
            Field::new([source.body], POSITIONS[4], words, &mut quota),
        ];
        Self { fields }
    }

    /// The columns of the FTS5 row: title, vendor, tags, SKU, body. Terms between single spaces, for [`FTS5_TOKENIZER`].
    pub fn fts5_columns(&self) -> [String; 5] {
        self.fields.each_ref().map(Field::fts5_column)
    }

    /// The literal to bind as `$1::tsvector`, with positions and weights.
    pub fn tsvector(&self) -> String {
        let mut entries: BTreeMap<&str, String> = BTreeMap::new();
        let mut next = 1;
        for (field, weight) in self.fields.iter().zip(TS_WEIGHTS) {
            let tail = next + field.sequence.len() + 1;
            let words = (next..).zip(&field.sequence).filter_map(|(at, word)| Some((at, word.as_ref()?)));
            for (position, word) in words.chain(field.wholes.values().map(|whole| (tail, whole))) {
                let place = format!("{position}{weight}");
                for term in word.terms() {
                    let places = entries.entry(term).or_default();
                    places.push(if places.is_empty() { ':' } else { ',' });
                    places.push_str(&place);
                }
            }
            next = tail + 2;
        }
        let mut literal = String::new();
        for (term, places) in entries {
            let space = if literal.is_empty() { "" } else { " " };
            literal.extend([space, "'", term, "'", &places]);
        }
        literal
    }

    /// The words against which typing errors are checked: of 3 to 40 letters, folded, each once; none from SKUs.
    pub fn spelling_terms(&self) -> BTreeSet<&str> {
        let [title, vendor, tags, _, body] = &self.fields;
        [title, vendor, tags, body]
            .into_iter()
            .flat_map(|field| field.sequence.iter().flatten().chain(field.wholes.values()))
            .filter(|word| word.is_of_letters() && (3..=40).contains(&word.text.chars().count()))
            .map(|word| word.text.as_str())
            .collect()
    }
}

impl Field {
    fn new<'a>(
        values: impl IntoIterator<Item = &'a str>,
        positions: usize,
        stemming: Stemming,
        quota: &mut Quota,
    ) -> Self {
        let mut field = Self::default();
        for value in values {
            if field.sequence.last().is_some_and(Option::is_some) {
                field.sequence.push(None);
            }
            for token in tokens(value, stemming) {
                for word in token.parts {
                    if field.sequence.len() >= positions || !quota.has_room(&word) {
                        return field;
                    }
                    field.sequence.push(quota.is_worth_its_place(&word).then_some(word));
                }
                if let Some(whole) = token.whole.filter(|whole| quota.has_room(whole)) {
                    field.wholes.insert(whole.text.clone(), whole);
                }
            }
        }
        field
    }

    /// First the words as they stand; then the stems and, each behind a gap, the compounds, where no phrase reaches.
    fn fts5_column(&self) -> String {
        let gap = STEM_MARK.to_string();
        let mut terms: Vec<&str> = Vec::with_capacity(self.sequence.len() * 2);
        terms.extend(
            self.sequence.iter().map(|word| word.as_ref().map_or(gap.as_str(), |word| word.text.as_str())),
        );
        terms.extend(self.sequence.iter().flatten().flat_map(|word| &word.stems).map(String::as_str));
        for whole in self.wholes.values() {
            terms.push(&gap);
            terms.extend(whole.terms());
        }
        terms.join(" ")
    }
}

impl Word {
    fn terms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.text.as_str()).chain(self.stems.iter().map(String::as_str))
    }
}

/// What a document may still take up.
struct Quota {
    occurrences: HashMap<String, usize>,
    bytes: usize,
}

impl Quota {
    /// Takes the word's bytes off the document's; whether they were there.
    fn has_room(&mut self, word: &Word) -> bool {
        let bytes: usize = word.terms().map(|term| term.len() + ENTRY_BYTES).sum();
        match self.bytes.checked_sub(bytes) {
            Some(rest) => {
                self.bytes = rest;
                true
            }
            None => false,
        }
    }

    /// Whether the word has not yet occurred so often that engines differ on where it stands.
    fn is_worth_its_place(&mut self, word: &Word) -> bool {
        if let Some(count) = self.occurrences.get_mut(&word.text) {
            *count += 1;
            return *count <= OCCURRENCES;
        }
        self.occurrences.insert(word.text.clone(), 1);
        true
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
