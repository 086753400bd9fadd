//! What an operation costs, as a formula of its variables.
//!
//! The cost is the number of objects that an operation may return. What does not depend on
//! variables is added up when the formula is built.

use async_graphql::{Name, Value, Variables};

/// Longest page that a connection gives, in items; a longer one is refused by its resolver.
pub const PAGE: u64 = 100;

/// The cost of an operation; evaluating it takes well under a microsecond for usual operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula(pub(super) Term);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Constant(u64),
    /// A constant and what is to be added to it.
    Sum(u64, Vec<Term>),
    /// So many items of a list, and what each costs.
    Times(Size, Box<Term>),
    /// What counts only where a boolean variable has the value.
    When(Name, bool, Box<Term>),
    /// The dearest of several objects; each is the sum of some of the parts, by index.
    Dearest(Vec<Term>, Vec<Vec<usize>>),
}

/// The length of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// Known from the document.
    Known(u64),
    /// The greatest of the slicing arguments that are given; `otherwise` if none is.
    Sliced {
        /// The slicing arguments in use.
        arguments: Vec<Slice>,
        /// Length where none is given.
        otherwise: u64,
    },
}

/// A slicing argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Its length is known from the document.
    Known(u64),
    /// Its value is this variable: a number up to [`PAGE`], or a list by its length.
    Variable(Name),
}

impl Formula {
    /// A cost that depends on nothing.
    pub fn constant(cost: u64) -> Self {
        Self(Term::Constant(cost))
    }

    /// The sum of formulas.
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut constant = 0_u64;
        let mut terms = Vec::new();
        for Self(part) in parts {
            match part {
                Term::Constant(value) => constant = constant.saturating_add(value),
                Term::Sum(value, inner) => {
                    constant = constant.saturating_add(value);
                    terms.extend(inner);
                }
                other => terms.push(other),
            }
        }
        Self(if terms.is_empty() { Term::Constant(constant) } else { Term::Sum(constant, terms) })
    }

    /// So many items of this cost.
    #[must_use]
    pub fn times(self, size: Size) -> Self {
        Self(match (size, self.0) {
            (_, Term::Constant(0)) => Term::Constant(0),
            (Size::Known(size), Term::Constant(item)) => Term::Constant(size.saturating_mul(item)),
            (size, item) => Term::Times(size, Box::new(item)),
        })
    }

    /// This cost where the boolean variable has the value, nothing otherwise.
    #[must_use]
    pub fn when(self, variable: Name, value: bool) -> Self {
        Self(match self.0 {
            Term::Constant(0) => Term::Constant(0),
            term => Term::When(variable, value, Box::new(term)),
        })
    }

    /// The greatest sum of a group of parts; groups name parts by index.
    pub fn dearest(parts: Vec<Self>, groups: Vec<Vec<usize>>) -> Self {
        let terms: Vec<Term> = parts.into_iter().map(|part| part.0).collect();
        let dearest = Term::Dearest(terms, groups);
        Self(match &dearest {
            Term::Dearest(parts, _) if parts.iter().all(|part| matches!(part, Term::Constant(_))) => {
                Term::Constant(dearest.evaluate(&Variables::default()))
            }
            _ => dearest,
        })
    }

    /// The cost with these coerced variables, in objects; saturates.
    pub fn evaluate(&self, variables: &Variables) -> u64 {
        self.0.evaluate(variables)
    }
}

impl Term {
    fn evaluate(&self, variables: &Variables) -> u64 {
        match self {
            Self::Constant(value) => *value,
            Self::Sum(constant, terms) => {
                terms.iter().fold(*constant, |sum, term| sum.saturating_add(term.evaluate(variables)))
            }
            Self::Times(size, item) => size.evaluate(variables).saturating_mul(item.evaluate(variables)),
            Self::When(name, wanted, term) => match variables.get(name.as_str()) {
                Some(Value::Boolean(value)) if value != wanted => 0,
                _ => term.evaluate(variables),
            },
            Self::Dearest(parts, groups) => {
                let parts: Vec<u64> = parts.iter().map(|part| part.evaluate(variables)).collect();
                let price = |group: &Vec<usize>| {
                    group
                        .iter()
                        .filter_map(|index| parts.get(*index))
                        .fold(0, |sum: u64, part| sum.saturating_add(*part))
                };
                groups.iter().map(price).max().unwrap_or(0)
            }
        }
    }
}

impl Size {
    fn evaluate(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(size) => *size,
            Self::Sliced { arguments, otherwise } => {
                arguments.iter().filter_map(|slice| slice.evaluate(variables)).max().unwrap_or(*otherwise)
            }
        }
    }
}

impl Slice {
    fn evaluate(&self, variables: &Variables) -> Option<u64> {
        match self {
            Self::Known(size) => Some(*size),
            Self::Variable(name) => variables.get(name.as_str()).and_then(length),
        }
    }
}

/// The list length that a slicing argument of this value asks for; `None` for null.
pub fn length(value: &Value) -> Option<u64> {
    match value {
        Value::Null => None,
        Value::Number(number) => Some(page(number.as_i64())),
        Value::List(items) => Some(items.len() as u64),
        // A single value stands for a list of one (section 3.12, input coercion).
        _ => Some(1),
    }
}

/// A page size within bounds: what no page can have counts as a full page, less than nothing as none.
pub fn page(wanted: Option<i64>) -> u64 {
    wanted.map_or(PAGE, |wanted| u64::try_from(wanted).unwrap_or(0).min(PAGE))
}
