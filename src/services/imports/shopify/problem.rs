//! What was wrong with a row, in words for whoever has to mend the file.

use std::error::Error;
use std::fmt;

/// How much of a bad value a problem quotes, in characters.
const QUOTED: usize = 100;

/// Something in a file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The physical line of the file on which the row starts, from 1.
    pub line: u64,
    /// The column's header as the file spells it, where one cell is to blame.
    pub column: Option<String>,
    /// Why it could not be used.
    pub reason: String,
    /// The cell's value, cut to 100 characters.
    pub value: Option<String>,
}

impl Problem {
    /// A problem of a whole row, or of the whole file.
    pub(super) fn of_row(line: u64, reason: impl Into<String>) -> Self {
        Self { line, column: None, reason: reason.into(), value: None }
    }

    /// A problem of one cell.
    pub(super) fn of_cell(line: u64, column: &str, reason: impl Into<String>, value: &str) -> Self {
        Self {
            line,
            column: Some(column.to_owned()),
            reason: reason.into(),
            value: Some(value.chars().take(QUOTED).collect()).filter(|cut: &String| !cut.is_empty()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.reason)?;
        // Escaped, because a terminal obeys control characters.
        self.value.as_ref().map_or(Ok(()), |value| write!(f, " ({value:?})"))
    }
}

impl Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_to_a_hundred_characters_not_bytes() {
        let problem = Problem::of_cell(1, "Title", "odd", &"é".repeat(1_000));
        assert_eq!(problem.value.unwrap().chars().count(), 100);
    }

    #[test]
    fn control_characters_of_a_file_do_not_reach_the_terminal() {
        let shown = Problem::of_cell(7, "Variant Price", "not a number", "\u{1b}[2J").to_string();
        assert_eq!(shown, r#"line 7, Variant Price: not a number ("\u{1b}[2J")"#);
    }
}
