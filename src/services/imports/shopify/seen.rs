//! What a file has told so far. The rows of a product need not stand together: what is told twice stays as it was told
//! first, so that a second run of the file finds nothing to change.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::columns::Field;
use super::extras::Level;
use super::options::Choice;
use super::problem::Problem;
use super::row::Row;

/// Fields of the product itself; its title is one more.
const OWN: [Field; 11] = [
    Field::Body,
    Field::Vendor,
    Field::Category,
    Field::FurtherCategories,
    Field::Type,
    Field::Tags,
    Field::Published,
    Field::GiftCard,
    Field::Status,
    Field::SeoTitle,
    Field::SeoDescription,
];

/// What a row told of a product itself, as fingerprints: the texts of a long file would fill the memory. Where two differ
/// and still look alike, once in four thousand million times, the second goes unnoticed.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The row's line.
    pub(super) line: u64,
    /// Whether the row has the title, so that nothing comes after it.
    pub(super) is_whole: bool,
    cells: Box<[(u16, u32)]>,
}

/// One thing that belongs to a product and is told once.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A variant by its option values.
    Variant(&'a [String]),
    /// An image by its address.
    Image(&'a str),
    /// An image by its position.
    Position(i32),
}

/// What is known of one product.
#[derive(Debug, Default)]
struct Known {
    told: Option<Told>,
    choice: Choice,
}

/// What the products of a file are known by.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: RandomState,
    products: HashMap<String, Known>,
    /// Names of options, of which many products have the same.
    names: HashSet<Arc<[String]>>,
    /// Lines of parts, by fingerprints.
    parts: HashMap<u64, u64>,
}

impl Seen {
    /// What earlier rows told of a product itself.
    pub(super) fn told(&self, handle: &str) -> Option<&Told> {
        self.products.get(handle)?.told.as_ref()
    }

    /// What earlier rows told of the names of a product's options.
    pub(super) fn choice(&self, handle: &str) -> Choice {
        self.products.get(handle).map(|known| known.choice.clone()).unwrap_or_default()
    }

    /// The line on which an earlier group of the product has a part.
    pub(super) fn line(&self, handle: &str, part: Part<'_>) -> Option<u64> {
        self.parts.get(&self.keys.hash_one((handle, part))).copied()
    }

    /// Keeps in mind a part of a product.
    pub(super) fn add(&mut self, handle: &str, part: Part<'_>, line: u64) {
        self.parts.entry(self.keys.hash_one((handle, part))).or_insert(line);
    }

    /// Keeps in mind what a row told of a product itself.
    pub(super) fn tell(&mut self, handle: &str, told: Told) {
        self.products.entry(handle.to_owned()).or_default().told = Some(told);
    }

    /// Keeps in mind the names of a product's options.
    pub(super) fn choose(&mut self, handle: &str, choice: Choice) {
        let choice = match choice {
            Choice::Untold => return,
            Choice::Named(names) => Choice::Named(self.names.get(&names).cloned().unwrap_or_else(|| {
                self.names.insert(Arc::clone(&names));
                names
            })),
            Choice::Unusable(line) => Choice::Unusable(line),
        };
        self.products.entry(handle.to_owned()).or_default().choice = choice;
    }

    /// The fingerprints of what a row tells of a product itself.
    pub(super) fn read(&self, row: &Row<'_>) -> Told {
        let cells = own(row).map(|(_, place)| (column(place), self.fingerprint(row, place)));
        Told { line: row.line, is_whole: row.filled(Field::Title), cells: cells.collect() }
    }

    /// Reports the cells of a row that tell something else of the product than an earlier row did.
    pub(super) fn compare(&self, told: &Told, row: &Row<'_>, problems: &mut Vec<Problem>) {
        for (field, place) in own(row).filter(|(_, place)| row.is_filled(*place)) {
            let told_there = told.cells.iter().find(|(other, _)| *other == column(place));
            if told_there.is_none_or(|(_, before)| *before != self.fingerprint(row, place)) {
                let what = if field == Some(Field::Title) { "title" } else { "value" };
                let reason = format!("the product has another {what} on line {}, which stays", told.line);
                let shown = String::from_utf8_lossy(row.bytes(place).trim_ascii());
                problems.push(Problem::of_cell(row.line, row.header().name(place), reason, &shown));
            }
        }
    }

    /// Takes the title from another row.
    pub(super) fn retitle(&self, told: &mut Told, row: &Row<'_>) {
        if let Some(place) = row.header().place(Field::Title) {
            let title = told.cells.iter_mut().find(|(other, _)| *other == column(place));
            if let Some((_, text)) = title {
                *text = self.fingerprint(row, place);
            }
        }
    }

    fn fingerprint(&self, row: &Row<'_>, place: usize) -> u32 {
        // `TRUE` and `true` are no different values.
        let all = self.keys.hash_one(row.bytes(place).trim_ascii().to_ascii_lowercase());
        let [.., a, b, c, d] = all.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

/// A column; no file has more than fit.
fn column(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// The columns that tell of a product itself.
fn own<'a>(row: &Row<'a>) -> impl Iterator<Item = (Option<Field>, usize)> + use<'a> {
    let header = row.header();
    let fields = std::iter::once(Field::Title).chain(OWN);
    let fields = fields.filter_map(|field| Some((Some(field), header.place(field)?)));
    fields.chain(header.extras(Level::Product).map(|(place, _)| (None, place)))
}
