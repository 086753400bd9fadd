//! What documents cost, told before anybody sends them.

use std::fmt;

use async_graphql::parser::types::VariableDefinition;
use async_graphql::{Name, Value, Variables};

use super::cost::{Formula, PAGE, Size, Slice, Term};
use super::limits::Limits;
use super::model::{Model, is_list, named};
use super::prepare::{PreparedOperation, prepare};
use super::refusal::Refusal;
use super::validate::check;
use crate::services::Viewer;

/// What one operation costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Its name; `None` for the anonymous operation.
    pub name: Option<String>,
    /// The cost at the defaults of its variables. A number that has to be given counts as a full page.
    pub usual: u64,
    /// The most that it costs, whatever its variables are.
    pub most: u64,
    /// How it is reckoned.
    pub formula: String,
}

/// What the operations of a document cost by a schema, in the order of the text.
///
/// # Errors
/// A refusal where the document is above a limit, or names what the schema does not have.
pub fn quote(text: &str, model: &Model, limits: &Limits) -> Result<Vec<Quote>, Refusal> {
    let prepared = prepare(text, model, limits)?;
    prepared.names.check(&Viewer::Operator, model)?;
    check(&prepared, model)?;
    Ok(prepared.operations.iter().map(quoted).collect())
}

pub(super) fn quoted(operation: &PreparedOperation) -> Quote {
    let usual = |variable: &VariableDefinition| {
        let value = variable.default_value.as_ref().map(|value| value.node.clone());
        let is_number = named(&variable.var_type.node) == "Int" && !is_list(&variable.var_type.node);
        let full = (is_number && !variable.var_type.node.nullable).then(|| Value::from(PAGE));
        Some((variable.name.node.clone(), value.or(full)?))
    };
    let mut variables = Variables::default();
    variables.extend(operation.variables.iter().filter_map(usual));
    Quote {
        name: operation.name.as_ref().map(ToString::to_string),
        usual: operation.cost.evaluate(&variables),
        most: most(&operation.cost.0),
        formula: operation.cost.to_string(),
    }
}

/// The most that a term comes to. Lists of keys are as long as pages: no field takes longer ones.
fn most(term: &Term) -> u64 {
    let sum = |terms: &[Term]| terms.iter().fold(0_u64, |sum, term| sum.saturating_add(most(term)));
    match term {
        Term::Constant(cost) => *cost,
        Term::Sum(constant, terms) => constant.saturating_add(sum(terms)),
        Term::Times(size, item) => longest(size).saturating_mul(most(item)),
        Term::When(_, _, term) => most(term),
        Term::Dearest(parts, groups) => {
            let group = |group: &Vec<usize>| -> u64 {
                group.iter().filter_map(|place| parts.get(*place)).map(most).fold(0, u64::saturating_add)
            };
            groups.iter().map(group).max().unwrap_or(0)
        }
    }
}

fn longest(size: &Size) -> u64 {
    match size {
        Size::Known(length) => *length,
        Size::Sliced { arguments, otherwise } => {
            let length = |slice: &Slice| match slice {
                Slice::Known(length) => *length,
                Slice::Variable(_) => PAGE,
            };
            arguments.iter().map(length).max().unwrap_or(0).max(*otherwise)
        }
    }
}

/// The formula for people, such as `2 + ($first, else 20) × (3 + 5 if $withReviews)`.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(&self.0))
    }
}

fn words(term: &Term) -> String {
    match term {
        Term::Constant(cost) => cost.to_string(),
        Term::Sum(constant, terms) => {
            let constant = (*constant > 0).then(|| constant.to_string());
            constant.into_iter().chain(terms.iter().map(words)).collect::<Vec<_>>().join(" + ")
        }
        Term::Times(size, item) => format!("{} × {}", length_words(size), bracketed(item)),
        Term::When(name, is_wanted, term) => {
            format!("({} {} ${name})", words(term), if *is_wanted { "if" } else { "unless" })
        }
        Term::Dearest(parts, groups) => {
            let group = |group: &Vec<usize>| {
                let parts = group.iter().filter_map(|place| parts.get(*place)).map(words);
                parts.collect::<Vec<_>>().join(" + ")
            };
            let groups: Vec<_> = groups.iter().map(group).filter(|words| !words.is_empty()).collect();
            format!("the dearest of ({})", groups.join("; "))
        }
    }
}

fn bracketed(term: &Term) -> String {
    match term {
        Term::Sum(..) => format!("({})", words(term)),
        _ => words(term),
    }
}

fn length_words(size: &Size) -> String {
    match size {
        Size::Known(length) => length.to_string(),
        Size::Sliced { arguments, otherwise } => {
            let words = |slice: &Slice| match slice {
                Slice::Known(length) => length.to_string(),
                Slice::Variable(name) => variable(name),
            };
            let arguments: Vec<_> = arguments.iter().map(words).collect();
            format!("({}, else {otherwise})", arguments.join(" or "))
        }
    }
}

fn variable(name: &Name) -> String {
    format!("${name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::gate::tests::shop::model;

    fn one(text: &str) -> Quote {
        let quotes = quote(text, &model(), &Limits::default());
        quotes.unwrap_or_else(|refusal| panic!("{refusal}: {text}")).remove(0)
    }

    #[test]
    fn a_cost_that_depends_on_nothing_is_a_number() {
        let quote = one("{ product { id images { url } } }");
        assert_eq!((quote.usual, quote.most, quote.formula.as_str()), (11, 11, "11"));
        assert_eq!(quote.name, None);
    }

    #[test]
    fn variables_are_told_by_their_names() {
        let quote = one("query List($n: Int = 5) { reviews(first: $n) { nodes { id product { id } } } }");
        assert_eq!(quote.name.as_deref(), Some("List"));
        assert_eq!((quote.usual, quote.most), (1 + 5 * 2, 1 + 100 * 2));
        assert_eq!(quote.formula, "1 + ($n, else 20) × 2");
        assert_eq!(one("query($n: Int) { reviews(first: $n) { nodes { id } } }").usual, 1 + 20);
        assert_eq!(one("query($n: Int!) { reviews(first: $n) { nodes { id } } }").usual, 1 + 100);
    }

    #[test]
    fn conditions_are_told_and_count_where_nothing_is_said() {
        let quote = one(
            "query($x: Boolean = false) { product { id } ... @include(if: $x) { reviews(first: 3) { nodes { id } } } }",
        );
        assert_eq!((quote.usual, quote.most), (1, 1 + 1 + 3));
        assert_eq!(quote.formula, "1 + (4 if $x)");
    }

    #[test]
    fn what_the_schema_does_not_have_is_no_bargain() {
        for text in ["{ nope }", "{ product { nope } }", "{", "query($x: Nope) { page }"] {
            assert!(quote(text, &model(), &Limits::default()).is_err(), "{text}");
        }
    }
}
