//! Reads a product CSV as a stream of products.

use std::io::Read;
use std::mem;

use csv::{ByteRecord, ReaderBuilder};

use super::columns::Field;
use super::extras::{Extra, Level};
use super::handle;
use super::header::Header;
use super::problem::Problem;
use super::product::Product;
use super::row::Row;
use super::seen::Seen;
use super::source::{Ending, Source};
use crate::services::catalog::draft::ProductDraft;

/// How many rows, or problems of rows, one group holds at most.
const MAX_GROUP_ROWS: u64 = 10_000;
/// How many bytes of a file one group is made of at most, and its last row.
const MAX_GROUP_BYTES: u64 = 8 * 1024 * 1024;
/// The parser's buffer, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// What a file does not say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many decimals the currency of the prices has (2 for EUR, 0 for JPY).
    pub currency_exponent: u32,
}

/// One product's consecutive rows.
///
/// A product may come in several groups: where its rows do not stand together, and where it has more
/// than 10,000, or 8 MiB. Groups after the one that has the title tell nothing of the product itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The physical line on which its first row starts, from 1.
    pub first_line: u64,
    /// How many rows it is made of; a row with line breaks in its cells counts once.
    pub lines: u64,
    /// What the rows tell of the product. With an empty handle the group has only problems, of rows that
    /// belong to no product.
    pub draft: ProductDraft,
    /// The line of each of the draft's variants.
    pub variant_lines: Vec<u64>,
    /// What could not be used of the rows, and of rows between them and the next product, by line.
    pub problems: Vec<Problem>,
    /// How many bytes of the file were read with its last row.
    pub bytes_read: u64,
}

/// A product CSV, read product by product. It takes the memory of one product, and for each that was read its handle and
/// fingerprints of what was told of it: some hundred bytes, and some twenty for each variant and image.
///
/// Reading ends early where the file cannot be read on; the last group's last problem says so, and
/// [`Reader::is_incomplete`].
pub struct Reader<R> {
    csv: csv::Reader<Source<R>>,
    header: Header,
    options: Options,
    seen: Seen,
    /// The cells of the row that was read last.
    record: ByteRecord,
    /// That row, if it begins the next group.
    ahead: Option<Start>,
    /// Problems that have no group yet.
    stray: Vec<Problem>,
    is_done: bool,
    is_incomplete: bool,
}

/// A row that belongs to a product.
struct Start {
    line: u64,
    handle: String,
}

/// What came of reading on.
enum Step {
    Row(Start),
    /// Too many rows in succession belong to no product; they are reported before more are read.
    Strays,
    End,
}

/// A row as it comes from the parser.
enum Parsed {
    /// With the physical line on which it starts.
    Row(u64),
    End,
}

impl<R: Read> Reader<R> {
    /// Reads the header row.
    ///
    /// # Errors
    ///
    /// One [`Problem`] if this is no product CSV: empty, binary, not in UTF-8, without a column of handles
    /// or of titles.
    pub fn new(source: R, options: Options) -> Result<Self, Problem> {
        let mut csv = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Source::new(source));
        let mut record = ByteRecord::new();
        let Parsed::Row(line) = parse(&mut csv, &mut record)? else {
            return Err(Problem::of_row(1, "the file is empty"));
        };
        let (header, stray) = Header::read(&record, line)?;
        Ok(Self {
            csv,
            header,
            options,
            seen: Seen::default(),
            record,
            ahead: None,
            stray,
            is_done: false,
            is_incomplete: false,
        })
    }

    /// The columns that are kept as metafields, with their headers as the file spells them.
    pub fn extras(&self) -> impl Iterator<Item = &Extra> {
        let of_products = self.header.extras(Level::Product);
        let all = of_products.chain(self.header.extras(Level::Variant));
        all.map(|(_, extra)| extra)
    }

    /// Whether reading ended before the file did; true at the earliest when the iterator has ended.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// Reads up to the next row that belongs to a product.
    fn advance(&mut self) -> Step {
        while !self.is_done {
            match parse(&mut self.csv, &mut self.record) {
                Ok(Parsed::Row(line)) => match self.start(line) {
                    Ok(Some(start)) => return Step::Row(start),
                    Ok(None) => {}
                    Err(problem) => self.stray.push(problem),
                },
                Ok(Parsed::End) => self.is_done = true,
                Err(problem) => {
                    self.stray.push(problem);
                    self.is_done = true;
                    self.is_incomplete = true;
                }
            }
            if self.stray.len() as u64 >= MAX_GROUP_ROWS {
                return Step::Strays;
            }
        }
        Step::End
    }

    /// To which product the row just read belongs; to none if it is blank.
    fn start(&self, line: u64) -> Result<Option<Start>, Problem> {
        let row = self.row(line);
        if row.is_blank() {
            return Ok(None);
        }
        if let Some(problem) = row.misshapen() {
            return Err(problem);
        }
        let mut problems = Vec::new();
        let raw = row.text(Field::Handle, &mut problems).unwrap_or_default();
        if let Some(problem) = problems.pop() {
            return Err(problem);
        }
        if raw.is_empty() {
            return Err(row.problem(Field::Handle, "the row has no handle", ""));
        }
        let handle = handle::normalize(raw).map_err(|reason| row.problem(Field::Handle, reason, raw))?;
        Ok(Some(Start { line, handle: handle.into_owned() }))
    }

    fn row(&self, line: u64) -> Row<'_> {
        Row::new(line, &self.header, &self.record)
    }

    fn bytes_read(&self) -> u64 {
        self.csv.get_ref().within_file(self.csv.position().byte())
    }

    fn group(&mut self, start: Start) -> Group {
        let first_line = start.line;
        let first_byte = self.bytes_read();
        let mut line = start.line;
        let mut product = Product::new(start.handle, self.options.currency_exponent, &self.seen);
        let bytes_read = loop {
            product.add(&self.row(line), &self.seen);
            let bytes_read = self.bytes_read();
            let is_full =
                product.rows() >= MAX_GROUP_ROWS || bytes_read.saturating_sub(first_byte) >= MAX_GROUP_BYTES;
            match self.advance() {
                Step::Row(next) if next.handle == product.handle() && !is_full => line = next.line,
                Step::Row(next) => {
                    self.ahead = Some(next);
                    break bytes_read;
                }
                Step::Strays | Step::End => break self.bytes_read(),
            }
        };
        let lines = product.rows();
        let (draft, variant_lines, mut problems) = product.finish(&mut self.seen);
        problems.append(&mut self.stray);
        problems.sort_by_key(|problem| problem.line);
        Group { first_line, lines, draft, variant_lines, problems, bytes_read }
    }

    /// The problems that belong to no product, if there are any.
    fn strays(&mut self) -> Option<Group> {
        let first_line = self.stray.first()?.line;
        Some(Group {
            first_line,
            lines: 0,
            draft: ProductDraft::default(),
            variant_lines: Vec::new(),
            problems: mem::take(&mut self.stray),
            bytes_read: self.bytes_read(),
        })
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let step = self.ahead.take().map_or_else(|| self.advance(), Step::Row);
        match step {
            Step::Row(start) => Some(self.group(start)),
            Step::Strays | Step::End => self.strays(),
        }
    }
}

/// Reads one row, or why no more can be read.
fn parse<R: Read>(csv: &mut csv::Reader<Source<R>>, record: &mut ByteRecord) -> Result<Parsed, Problem> {
    let offset = csv.position().byte();
    csv.get_mut().allow_row_at(offset);
    let outcome = csv.read_byte_record(record);
    let line = csv.get_mut().line_at(offset);
    match outcome {
        Ok(false) => Ok(Parsed::End),
        Ok(true) => match csv.get_ref().ending(record) {
            Ending::No => Ok(Parsed::Row(line)),
            Ending::Proper => Ok(Parsed::End),
            Ending::OpenQuote => {
                Err(Problem::of_row(line, "a quote is left open: the rest of the file cannot be told apart"))
            }
        },
        Err(error) => Err(Problem::of_row(line, format!("the file cannot be read on: {}", cause(&error)))),
    }
}

/// The cause without the parser's own wording.
fn cause(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(cause) => cause.to_string(),
        _ => error.to_string(),
    }
}
