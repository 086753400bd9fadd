//! A product's options: their names, which only its first row has to tell, and each variant's values.

use std::sync::Arc;

use super::columns::{Field, OPTION_NAMES, OPTION_VALUES};
use super::problem::Problem;
use super::row::Row;

/// The one option of a product without a choice, and its one value.
const NO_CHOICE: (&str, &str) = ("Title", "Default Title");

/// What is known of the names of a product's options.
#[derive(Clone, Debug, Default)]
pub(super) enum Choice {
    /// No row has told them, as when the file only goes on with a product of the shop.
    #[default]
    Untold,
    /// The names, at least one and at most three.
    Named(Arc<[String]>),
    /// They were told on this line and make no sense.
    Unusable(u64),
}

impl Choice {
    /// Takes the names from a row. Where the row begins a product with a variant, missing names mean
    /// that there is no choice; other rows may leave them out or repeat them.
    pub(super) fn tell(&mut self, row: &Row<'_>, begins: bool, problems: &mut Vec<Problem>) {
        let names = OPTION_NAMES.map(|field| row.text(field, problems).unwrap_or_default());
        let is_named = names.iter().any(|name| !name.is_empty());
        match self {
            Self::Untold if is_named => *self = named(row, &names, problems),
            Self::Untold if begins && row.has(Field::OptionName1) => *self = unnamed(row, problems),
            Self::Named(known) => {
                let told = (0..names.len()).filter(|at| !names[*at].is_empty());
                for at in told.filter(|at| known.get(*at).is_none_or(|name| name != names[*at])) {
                    let reason = "the product's first row has another name for this option";
                    problems.push(row.problem(OPTION_NAMES[at], reason, names[at]));
                }
            }
            Self::Untold | Self::Unusable(_) => {}
        }
    }

    /// The names, if they were told and can be used.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        match self {
            Self::Named(names) => Some(names.to_vec()),
            Self::Untold | Self::Unusable(_) => None,
        }
    }

    /// A variant's values; of no use if there are problems.
    pub(super) fn values(&self, row: &Row<'_>, problems: &mut Vec<Problem>) -> Vec<String> {
        check_beyond(row, problems);
        let mut told = OPTION_VALUES.map(|field| row.text(field, problems).unwrap_or_default());
        let count = match self {
            Self::Unusable(line) => {
                if *line != row.line {
                    let reason = format!("the option names on line {line} cannot be used");
                    problems.push(Problem::of_row(row.line, reason));
                }
                return Vec::new();
            }
            Self::Named(names) => {
                if **names == [NO_CHOICE.0] && told[0].is_empty() {
                    told[0] = NO_CHOICE.1;
                }
                names.len()
            }
            Self::Untold => {
                if told.iter().all(|value| value.is_empty()) {
                    told[0] = NO_CHOICE.1;
                }
                filled(&told)
            }
        };
        for (at, value) in told.iter().enumerate() {
            // A cell that is filled and still tells nothing has been reported.
            if at < count && value.is_empty() && !row.filled(OPTION_VALUES[at]) {
                problems.push(row.problem(OPTION_VALUES[at], "the value of the option is missing", ""));
            } else if at >= count && !value.is_empty() {
                let reason = "a value of an option that has no name";
                problems.push(row.problem(OPTION_VALUES[at], reason, value));
            }
        }
        told[..count].iter().map(|&value| value.to_owned()).collect()
    }
}

/// How many there are up to the last that is not empty.
fn filled(texts: &[&str; 3]) -> usize {
    texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1)
}

fn named(row: &Row<'_>, names: &[&str; 3], problems: &mut Vec<Problem>) -> Choice {
    let told = &names[..filled(names)];
    let bad = (0..told.len()).find_map(|at| match told[at] {
        "" => Some((at, "the name of the option is missing")),
        name if told[..at].contains(&name) => Some((at, "two options have the same name")),
        _ => None,
    });
    if let Some((at, reason)) = bad {
        problems.push(row.problem(OPTION_NAMES[at], reason, told[at]));
        return Choice::Unusable(row.line);
    }
    Choice::Named(told.iter().map(|&name| name.to_owned()).collect())
}

fn unnamed(row: &Row<'_>, problems: &mut Vec<Problem>) -> Choice {
    if let Some(at) = OPTION_VALUES.iter().position(|field| row.filled(*field)) {
        problems.push(row.problem(OPTION_NAMES[at], "the name of the option is missing", ""));
        return Choice::Unusable(row.line);
    }
    Choice::Named(Arc::new([NO_CHOICE.0.to_owned()]))
}

fn check_beyond(row: &Row<'_>, problems: &mut Vec<Problem>) {
    for place in row.header().beyond().iter().filter(|place| row.is_filled(**place)) {
        let text = row.raw_at(*place, problems).unwrap_or_default();
        let name = row.header().name(*place);
        problems.push(Problem::of_cell(row.line, name, "a product has at most 3 options", text));
    }
}
