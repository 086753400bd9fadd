//! The bytes of a file on their way to the CSV parser: how long a row may be, where its lines start,
//! and whether its last quote was ever closed.
//!
//! The parser itself counts a row a line early where rows end in CR LF or blank lines lie between, and
//! takes an unclosed quote at the end of a file for closed.

use std::collections::VecDeque;
use std::io::{self, Read};

/// The longest row that is read, in bytes; what is longer has most likely lost a quote.
pub const MAX_ROW_BYTES: u64 = 4 * 1024 * 1024;

/// Fed to the parser after the file's last byte: comes back as a row of its own unless a quote is open.
const SENTINEL: &[u8] = b"\n\0end of file\0\n";

/// A reader that watches what passes.
pub(super) struct Source<R> {
    inner: R,
    /// Bytes of the file read so far.
    read: u64,
    /// Where to stop reading, in bytes from the start of the file.
    limit: u64,
    /// Line ends that were read and that no row has passed yet.
    breaks: VecDeque<Break>,
    /// The line the last row started on.
    line: u64,
    last_return: Option<u64>,
    /// How much of the sentinel was fed, once the file has ended.
    fed: Option<usize>,
}

/// A line end: twice its offset, plus one if it is a carriage return. Small, because there may be many.
#[derive(Clone, Copy)]
struct Break(u64);

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            read: 0,
            limit: MAX_ROW_BYTES,
            breaks: VecDeque::new(),
            line: 1,
            last_return: None,
            fed: None,
        }
    }

    /// Lets the next row, which starts at this offset, have its length.
    pub(super) fn allow_row_at(&mut self, offset: u64) {
        self.limit = offset + MAX_ROW_BYTES;
    }

    /// How many bytes the file has had up to this offset of the parser's, which counts the sentinel too.
    pub(super) fn within_file(&self, offset: u64) -> u64 {
        offset.min(self.read)
    }

    /// The physical line, from 1, of the row that the parser began to look for at this offset.
    /// Rows have to come in their order.
    pub(super) fn line_at(&mut self, mut offset: u64) -> u64 {
        while let Some(&next) = self.breaks.front() {
            if next.offset() > offset {
                break;
            }
            if next.offset() == offset {
                offset += 1;
            }
            self.breaks.pop_front();
            self.pass(next);
        }
        self.line
    }

    fn pass(&mut self, end: Break) {
        if end.is_return() {
            self.last_return = Some(end.offset());
            self.line += 1;
        } else if self.last_return.is_none_or(|at| at + 1 != end.offset()) {
            self.line += 1;
        }
    }

    /// What a row is that the parser read: whether it ends the file, properly or with a quote left open.
    pub(super) fn ending(&self, record: &csv::ByteRecord) -> Ending {
        let last = record.iter().next_back().unwrap_or_default();
        if self.fed.is_none() {
            Ending::No
        } else if record.len() == 1 && last == SENTINEL.trim_ascii() {
            Ending::Proper
        } else if last.ends_with(SENTINEL) {
            Ending::OpenQuote
        } else {
            Ending::No
        }
    }

    fn watch(&mut self, bytes: &[u8]) {
        for (offset, byte) in (self.read..).zip(bytes) {
            if matches!(byte, b'\n' | b'\r') {
                self.breaks.push_back(Break::new(offset, *byte == b'\r'));
            }
        }
        self.read += bytes.len() as u64;
    }

    fn feed(&mut self, from: usize, buffer: &mut [u8]) -> usize {
        let rest = &SENTINEL[from..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.fed = Some(from + length);
        length
    }
}

impl Break {
    fn new(offset: u64, is_return: bool) -> Self {
        Self(offset << 1 | u64::from(is_return))
    }

    fn offset(self) -> u64 {
        self.0 >> 1
    }

    fn is_return(self) -> bool {
        self.0 & 1 == 1
    }
}

/// How a row relates to the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is a row like any other.
    No,
    /// It is none: the file had ended before.
    Proper,
    /// It swallowed the rest of the file.
    OpenQuote,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(from) = self.fed {
            return Ok(self.feed(from, buffer));
        }
        if self.read >= self.limit {
            return Err(io::Error::other(format!(
                "a row is longer than {} MiB; most likely a quote is left open",
                MAX_ROW_BYTES / 1024 / 1024
            )));
        }
        let length = loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if length == 0 && !buffer.is_empty() {
            return Ok(self.feed(0, buffer));
        }
        self.watch(&buffer[..length]);
        Ok(length)
    }
}
