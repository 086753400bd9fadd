//! How long a shared cache may keep the answer to an operation.

use async_graphql::Name;
use async_graphql::parser::types::{OperationType, Selection, SelectionSet};

use super::model::{Model, named};
use crate::graphql::rule::Rule;

/// The seconds for which the answer of an operation holds: the least that its fields say, 0 where it must not be kept.
///
/// A root field has to say how long, else nothing is kept; below it silence is consent. What is not for everybody is
/// never kept.
pub fn max_age(model: &Model, kind: OperationType, set: &SelectionSet) -> u32 {
    let root = model.root(kind).filter(|_| kind == OperationType::Query);
    root.map_or(0, |root| least(model, root, set, true).unwrap_or(0))
}

/// The least age in a selection set; `None` where nothing in it says one.
fn least(model: &Model, parent: &Name, set: &SelectionSet, is_root: bool) -> Option<u32> {
    let ages = set.items.iter().filter_map(|item| match &item.node {
        Selection::Field(field) => {
            let name = &field.node.name.node;
            let known = model.field(parent, name)?;
            let is_public = matches!(known.rule, None | Some(Rule::Anyone))
                && !matches!(name.as_str(), "__schema" | "__type");
            let unsaid = (is_root && *name != "__typename").then_some(0);
            let own = if is_public { known.max_age.or(unsaid) } else { Some(0) };
            let below = least(model, named(&known.ty), &field.node.selection_set.node, false);
            own.into_iter().chain(below).min()
        }
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
            least(model, condition.unwrap_or(parent), &fragment.node.selection_set.node, is_root)
        }
        Selection::FragmentSpread(_) => Some(0),
    });
    ages.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::gate::{Limits, prepare};

    const SDL: &str = r#"
        directive @access(to: String!) on FIELD_DEFINITION
        directive @cacheControl(maxAge: Int!) on FIELD_DEFINITION
        type Query {
            part: Part @access(to: "anyone") @cacheControl(maxAge: 60)
            me: Part @access(to: "anyone")
            mine: Part @access(to: "signed-in") @cacheControl(maxAge: 60)
        }
        type Mutation { part: Part @access(to: "anyone") @cacheControl(maxAge: 60) }
        type Part { name: String stock: Int @cacheControl(maxAge: 5) cost: Int @access(to: "prices.write") part: Part }
    "#;

    fn age(text: &str) -> u32 {
        let model = Model::parse(SDL).unwrap();
        prepare(text, &model, &Limits::default()).unwrap().operations[0].max_age
    }

    #[test]
    fn the_least_of_what_the_fields_say_holds() {
        assert_eq!(age("{ part { name part { name } } }"), 60);
        assert_eq!(age("{ __typename part { __typename part { part { stock } } } }"), 5);
        assert_eq!(age("{ ...F } fragment F on Query { part { ... on Part { stock } } }"), 5);
    }

    #[test]
    fn what_is_not_for_everybody_or_says_nothing_is_not_kept() {
        for text in [
            "{ me { name } }",
            "{ mine { name } }",
            "{ part { name } me { name } }",
            "{ part { part { cost } } }",
            "{ __typename }",
            "{ __schema { types { name } } }",
            "{ part { name } __type(name: \"Part\") { name } }",
            "mutation { part { name } }",
        ] {
            assert_eq!(age(text), 0, "{text}");
        }
    }
}
