//! A file's own header row: where each field's column is, and which columns are kept as metafields.

use csv::ByteRecord;

use super::columns::{FIELDS, Field, find};
use super::extras::{Extra, Level};
use super::problem::Problem;

/// More columns than any shop has; a header row beyond is no header row.
const MAX_COLUMNS: usize = 2_000;
/// The longest namespace or key of a metafield, in characters.
const MAX_NAME_CHARS: usize = 255;

/// A file's header row.
#[derive(Debug)]
pub(super) struct Header {
    names: Vec<String>,
    places: [Option<usize>; FIELDS.len()],
    extras: Vec<(usize, Extra)>,
    beyond: Vec<usize>,
    unnamed: Vec<usize>,
}

impl Header {
    /// Reads the header row; the problems are of columns that are left out.
    pub(super) fn read(record: &ByteRecord, line: u64) -> Result<(Self, Vec<Problem>), Problem> {
        let names = names(record, line)?;
        let mut header = Self {
            names,
            places: [None; FIELDS.len()],
            extras: Vec::new(),
            beyond: Vec::new(),
            unnamed: Vec::new(),
        };
        let mut problems = Vec::new();
        for place in 0..header.names.len() {
            if let Err(reason) = header.sort_in(place) {
                problems.push(Problem::of_cell(line, &header.names[place], reason, ""));
            }
        }
        header.demand(Field::Handle, "Handle or URL handle", line)?;
        header.demand(Field::Title, "Title", line)?;
        Ok((header, problems))
    }

    fn sort_in(&mut self, place: usize) -> Result<(), &'static str> {
        let name = self.names[place].as_str();
        if name.is_empty() {
            self.unnamed.push(place);
        } else if let Some(field) = find(name) {
            if self.places[field as usize].is_some() {
                return Err("the column is there twice; this one is left out");
            }
            self.places[field as usize] = Some(place);
        } else if is_fourth_option(name) {
            self.beyond.push(place);
        } else {
            let extra = Extra::from_header(name);
            if [&extra.namespace, &extra.key].into_iter().any(|part| part.chars().count() > MAX_NAME_CHARS) {
                return Err("the name has more than 255 characters; the column is left out");
            }
            let is_known = |(_, known): &(_, Extra)| known.is(extra.level, &extra.namespace, &extra.key);
            if self.extras.iter().any(is_known) {
                return Err("the column is there twice; this one is left out");
            }
            self.extras.push((place, extra));
        }
        Ok(())
    }

    fn demand(&self, field: Field, headers: &str, line: u64) -> Result<(), Problem> {
        if self.place(field).is_some() {
            return Ok(());
        }
        let only = self.names.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>();
        let reason = match only.as_slice() {
            [one] if one.contains([';', '\t']) => "the columns have to be separated by commas".to_owned(),
            _ => format!("this is no product CSV: there is no column {headers}"),
        };
        Err(Problem::of_row(line, reason))
    }

    /// Where a field's column is, from 0.
    pub(super) fn place(&self, field: Field) -> Option<usize> {
        self.places[field as usize]
    }

    /// A column's header as the file spells it.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// The columns kept as metafields of products or of variants, with their places.
    pub(super) fn extras(&self, level: Level) -> impl Iterator<Item = (usize, &Extra)> {
        let all = self.extras.iter().map(|(place, extra)| (*place, extra));
        all.filter(move |(_, extra)| extra.level == level)
    }

    /// Places of options beyond the third.
    pub(super) fn beyond(&self) -> &[usize] {
        &self.beyond
    }

    /// Places of columns without a name.
    pub(super) fn unnamed(&self) -> &[usize] {
        &self.unnamed
    }
}

fn names(record: &ByteRecord, line: u64) -> Result<Vec<String>, Problem> {
    if record.len() > MAX_COLUMNS {
        return Err(Problem::of_row(line, format!("there are more than {MAX_COLUMNS} columns")));
    }
    let name = |cell| {
        let text = std::str::from_utf8(cell).ok()?.trim_start_matches('\u{feff}').trim();
        let is_binary = text.contains(|letter: char| letter.is_control() && !letter.is_whitespace());
        (!is_binary).then(|| text.to_owned())
    };
    let names: Option<Vec<String>> = record.iter().map(name).collect();
    names.ok_or_else(|| Problem::of_row(line, "this is no CSV file in UTF-8"))
}

/// `Option4 Name`, `Option10 Value`, ...: Shopify has three options at most.
fn is_fourth_option(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("option") else {
        return false;
    };
    let number = rest.strip_suffix(" name").or_else(|| rest.strip_suffix(" value"));
    number.is_some_and(|number| number.parse::<u32>().is_ok_and(|number| number > 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> Result<(Header, Vec<Problem>), Problem> {
        Header::read(&ByteRecord::from(names.to_vec()), 1)
    }

    #[test]
    fn old_and_new_headers_mix_in_any_case_with_spaces_around() {
        let (header, problems) =
            read(&["\u{feff} url HANDLE ", "title", "Variant price", "COMPARE-AT PRICE", "body (html)"])
                .unwrap();
        assert_eq!(problems, []);
        let fields = [Field::Handle, Field::Title, Field::Price, Field::CompareAtPrice, Field::Body];
        assert_eq!(fields.map(|field| header.place(field)), [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(header.place(Field::Sku), None);
    }

    #[test]
    fn a_column_that_is_there_twice_counts_once_and_is_reported() {
        let (header, problems) =
            read(&["Handle", "Title", "Price", "Variant Price", "Tax code", "Variant Tax Code"]).unwrap();
        assert_eq!(header.place(Field::Price), Some(2));
        assert_eq!(header.extras(Level::Variant).count(), 1);
        let columns: Vec<_> = problems.iter().filter_map(|problem| problem.column.as_deref()).collect();
        assert_eq!(columns, ["Variant Price", "Variant Tax Code"]);
    }

    #[test]
    fn a_file_of_another_kind_gets_one_clear_problem() {
        for (names, expected) in [
            (&["Order", "Total"] as &[&str], "no column Handle or URL handle"),
            (&["Handle", "Available"], "no column Title"),
            (&["Title", "Body (HTML)"], "no column Handle"),
            (&["Handle;Title;Vendor"], "separated by commas"),
            (&["PK\u{3}\u{4}", "Handle", "Title"], "no CSV file in UTF-8"),
        ] {
            let problem = read(names).unwrap_err();
            assert!(problem.reason.contains(expected), "{problem}");
        }
        assert!(read(&vec!["x"; 2_001]).unwrap_err().reason.contains("2000 columns"));
    }

    #[test]
    fn a_header_too_long_to_be_a_name_is_left_out() {
        let long = "x".repeat(256);
        let (header, problems) = read(&["Handle", "Title", &long]).unwrap();
        assert_eq!(header.extras(Level::Product).count(), 0);
        assert_eq!(problems.len(), 1);
    }
}
