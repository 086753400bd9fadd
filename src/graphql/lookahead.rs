//! What an answer will show of a connection, told by its selection before anything is read.

use async_graphql::parser::types::{Field, Selection};

use super::connection::Listed;

/// What of a page is shown; as much as possible where that cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Whether nothing tells where the page ends.
    pub ends_unseen: bool,
    /// Whether only [`Listed::BRIEF`] fields of its objects are asked for.
    pub is_brief: bool,
}

impl Shown {
    /// What the selection of a connection of such objects shows.
    pub fn of<T: Listed>(connection: &Field) -> Self {
        let mut shown = Self { ends_unseen: true, is_brief: true };
        for field in fields(connection) {
            match field.map(|field| (name(field), field)) {
                Some(("nodes", nodes)) => shown.is_brief &= is_brief::<T>(nodes),
                Some(("edges", edges)) => {
                    shown.is_brief &= fields(edges).all(|field| match field {
                        Some(node) if name(node) == "node" => is_brief::<T>(node),
                        Some(field) => name(field) == "cursor",
                        None => false,
                    })
                }
                Some(("totalCount" | "__typename", _)) => {}
                Some(("pageInfo", _)) => shown.ends_unseen = false,
                Some(_) | None => return Self::default(),
            }
        }
        shown
    }
}

fn is_brief<T: Listed>(object: &Field) -> bool {
    fields(object).all(|field| field.is_some_and(|field| T::BRIEF.contains(&name(field))))
}

/// The selected fields; `None` for a fragment.
fn fields(of: &Field) -> impl Iterator<Item = Option<&Field>> {
    of.selection_set.node.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    })
}

/// A field's name in the schema, whatever its alias.
fn name(field: &Field) -> &str {
    field.name.node.as_str()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;
    use crate::graphql::catalog::Variant;

    fn shown(selection: &str) -> (bool, bool) {
        let document = parse_query(format!("{{ variants {selection} }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!() };
        let Shown { ends_unseen, is_brief } = Shown::of::<Variant>(&field.node);
        (ends_unseen, is_brief)
    }

    #[test]
    fn what_is_shown_is_told_by_the_selection() {
        for (selection, expected) in [
            ("{ nodes { id price { amount } } }", (true, true)),
            ("{ nodes { name: title } edges { cursor node { id } } totalCount __typename }", (true, true)),
            ("{ nodes { id } pageInfo { endCursor } }", (false, true)),
            ("{ nodes { id sku } }", (true, false)),
            ("{ nodes { id: barcode } }", (true, false)),
            ("{ edges { node { id } } nodes { weight { value } } }", (true, false)),
            ("{ edges { cursor node { image { url } } } }", (true, false)),
        ] {
            assert_eq!(shown(selection), expected, "{selection}");
        }
    }

    #[test]
    fn behind_a_fragment_may_be_anything() {
        for (selection, expected) in [
            ("{ ... { nodes { id } } }", (false, false)),
            ("{ nodes { id ... { sku } } }", (true, false)),
            ("{ edges { ... { node { sku } } } }", (true, false)),
        ] {
            assert_eq!(shown(selection), expected, "{selection}");
        }
    }
}
