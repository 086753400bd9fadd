//! One row of a file, read by the names of its columns.

use csv::ByteRecord;

use super::columns::{FIELDS, Field};
use super::header::Header;
use super::limits;
use super::problem::Problem;

/// How much of a bad cell is looked at for what a problem quotes of it, in bytes.
const SHOWN: usize = 1024;

/// One row under its file's header.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// The physical line it starts on, from 1.
    pub(super) line: u64,
    header: &'a Header,
    record: &'a ByteRecord,
}

impl<'a> Row<'a> {
    pub(super) fn new(line: u64, header: &'a Header, record: &'a ByteRecord) -> Self {
        Self { line, header, record }
    }

    pub(super) fn header(&self) -> &'a Header {
        self.header
    }

    /// Whether no cell has anything in it; spreadsheets write many such rows.
    pub(super) fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim_ascii().is_empty())
    }

    /// Why the row's cells cannot be told apart: there are more than columns.
    pub(super) fn misshapen(&self) -> Option<Problem> {
        let mut outside = self.record.iter().skip(self.header.width());
        let unnamed = self.header.unnamed().iter();
        if let Some(cell) = outside.find(|cell| !cell.trim_ascii().is_empty()) {
            let reason = format!("{} cells for {} columns", self.record.len(), self.header.width());
            return Some(Problem { value: Some(quoted(cell)), ..Problem::of_row(self.line, reason) });
        }
        let filled = unnamed.copied().find(|place| self.is_filled(*place))?;
        let reason = format!("a cell in column {}, which has no name", filled + 1);
        Some(Problem { value: Some(quoted(self.bytes(filled))), ..Problem::of_row(self.line, reason) })
    }

    /// Whether the file has a field's column.
    pub(super) fn has(&self, field: Field) -> bool {
        self.header.place(field).is_some()
    }

    /// Whether a field's cell has anything in it.
    pub(super) fn filled(&self, field: Field) -> bool {
        self.header.place(field).is_some_and(|place| self.is_filled(place))
    }

    /// Whether the cell at a place has anything in it.
    pub(super) fn is_filled(&self, place: usize) -> bool {
        !self.bytes(place).trim_ascii().is_empty()
    }

    /// A field's cell as it stands; nothing if the column is absent, or, with a problem, not text or too long.
    pub(super) fn raw(&self, field: Field, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.read_at(self.header.place(field)?, problems, |text| limits::text(field, text))
    }

    /// The cell of a metafield's column as it stands; nothing, with a problem, if it is not text or too long.
    pub(super) fn raw_at(&self, place: usize, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.read_at(place, problems, limits::metafield)
    }

    fn read_at(
        &self,
        place: usize,
        problems: &mut Vec<Problem>,
        fits: impl FnOnce(&str) -> Result<(), String>,
    ) -> Option<&'a str> {
        let bytes = self.bytes(place);
        let text = std::str::from_utf8(bytes).map_err(|_| "not text in UTF-8".to_owned());
        let text = text.and_then(|text| {
            // No text of PostgreSQL's has one, and none of ours.
            if text.contains('\0') {
                return Err("a NUL character".to_owned());
            }
            fits(text).map(|()| text)
        });
        let told = text.map_err(|reason| {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
            Problem::of_cell(self.line, self.header.name(place), reason, &shown)
        });
        told.map_err(|problem| problems.push(problem)).ok()
    }

    /// A field's cell without the spaces around it.
    pub(super) fn text(&self, field: Field, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.raw(field, problems).map(str::trim)
    }

    /// A field's cell as a value: nothing if the column is absent or, with a problem, the value is bad;
    /// `Some(None)` if the cell is empty.
    #[expect(clippy::option_option, reason = "absent, empty and told differ, as in a draft")]
    pub(super) fn value<T>(
        &self,
        field: Field,
        problems: &mut Vec<Problem>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        let text = self.text(field, problems)?;
        if text.is_empty() {
            return Some(None);
        }
        match parse(text) {
            Ok(value) => Some(Some(value)),
            Err(reason) => {
                problems.push(self.problem(field, reason, text));
                None
            }
        }
    }

    /// A problem of one of the row's cells.
    pub(super) fn problem(&self, field: Field, reason: impl Into<String>, value: &str) -> Problem {
        let name = self.header.place(field).map_or(FIELDS[field as usize].1, |place| self.header.name(place));
        Problem::of_cell(self.line, name, reason, value)
    }

    /// The bytes of a cell.
    pub(super) fn bytes(&self, place: usize) -> &'a [u8] {
        self.record.get(place).unwrap_or_default()
    }
}

fn quoted(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().take(100).collect()
}
