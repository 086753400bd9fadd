//! What a file has told so far. The rows of a product need not stand together: what is told twice stays as it was told
//! first, so that a second run of the file finds nothing to change.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::columns::Field;
use super::extras::Level;
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

/// What a row told of a product itself, as fingerprints: the texts of a long file would fill the memory.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The row's line.
    pub(super) line: u64,
    /// Whether the row has the title, so that nothing comes after it.
    pub(super) is_whole: bool,
    cells: Vec<(usize, u64)>,
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

/// What the products of a file are known by.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: RandomState,
    told: HashMap<String, Told>,
    /// Lines of parts, by fingerprints.
    parts: HashMap<u64, u64>,
}

impl Seen {
    /// What earlier rows told of a product itself.
    pub(super) fn told(&self, handle: &str) -> Option<&Told> {
        self.told.get(handle)
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
        self.told.insert(handle.to_owned(), told);
    }

    /// The fingerprints of what a row tells of a product itself.
    pub(super) fn read(&self, row: &Row<'_>) -> Told {
        let cells = own(row).map(|(_, place)| (place, self.fingerprint(row, place)));
        Told { line: row.line, is_whole: row.filled(Field::Title), cells: cells.collect() }
    }

    /// Reports the cells of a row that tell something else of the product than an earlier row did.
    pub(super) fn compare(&self, told: &Told, row: &Row<'_>, problems: &mut Vec<Problem>) {
        for (field, place) in own(row).filter(|(_, place)| row.is_filled(*place)) {
            let told_there = told.cells.iter().find(|(other, _)| *other == place);
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
            told.cells.retain(|(other, _)| *other != place);
            told.cells.push((place, self.fingerprint(row, place)));
        }
    }

    fn fingerprint(&self, row: &Row<'_>, place: usize) -> u64 {
        // `TRUE` and `true` are no different values.
        self.keys.hash_one(row.bytes(place).trim_ascii().to_ascii_lowercase())
    }
}

/// The columns that tell of a product itself.
fn own<'a>(row: &Row<'a>) -> impl Iterator<Item = (Option<Field>, usize)> + use<'a> {
    let header = row.header();
    let fields = std::iter::once(Field::Title).chain(OWN);
    let fields = fields.filter_map(|field| Some((Some(field), header.place(field)?)));
    fields.chain(header.extras(Level::Product).map(|(place, _)| (None, place)))
}
