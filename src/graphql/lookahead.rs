//! What an answer will show of a connection, told by its selection before anything is read.

use async_graphql::Context;
use async_graphql::parser::types::{Field, Selection};

use super::connection::Listed;
use super::cursor::{Asked, Shown};
use super::quick::Ask;
use crate::services::page::Extent;

/// The arguments of a connection of such objects, with what is shown of it; `None` where one does not fit.
pub fn asked<T: Listed>(ask: &Ask<'_>) -> Option<Asked> {
    Some(Asked {
        first: ask.argument("first", None)?,
        last: ask.argument("last", None)?,
        after: ask.argument("after", None)?,
        before: ask.argument("before", None)?,
        shown: shown::<T>(ask.field()),
    })
}

/// What the selection of a connection of such objects shows.
pub fn shown<T: Listed>(connection: &Field) -> Shown {
    let (mut ends_unseen, mut extent) = (true, Extent::Brief);
    for field in fields(connection) {
        let Some(field) = field else { return Shown::default() };
        match name(field) {
            "nodes" => extent = extent.max(extent_of::<T>(field)),
            "edges" => extent = extent.max(extent_of_edges::<T>(field)),
            "pageInfo" => ends_unseen = false,
            _ => {}
        }
    }
    Shown { ends_unseen, extent }
}

/// Whether the answer shows a field of what is being resolved. What `@skip` and `@include` leave out is not there any more
/// when an operation runs, and what may depend on the object's type stands in a fragment, which is not looked into.
pub fn shows(ctx: &Context<'_>, field: &str) -> bool {
    selects(&ctx.item.node, field)
}

fn selects(object: &Field, field: &str) -> bool {
    fields(object).flatten().any(|found| name(found) == field)
}

fn extent_of_edges<T: Listed>(edges: &Field) -> Extent {
    let extents = fields(edges).map(|field| match field {
        Some(field) if name(field) == "node" => extent_of::<T>(field),
        Some(_) => Extent::Brief,
        None => Extent::Whole,
    });
    extents.max().unwrap_or_default()
}

fn extent_of<T: Listed>(object: &Field) -> Extent {
    let extents = fields(object).map(|field| match field.map(name) {
        Some(field) if T::BRIEF.contains(&field) => Extent::Brief,
        Some(field) if T::LADEN.contains(&field) => Extent::Laden,
        Some(_) | None => Extent::Whole,
    });
    extents.max().unwrap_or_default()
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

    use Extent::{Brief, Laden, Whole};

    fn variants(selection: &str) -> Field {
        let document = parse_query(format!("{{ variants {selection} }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!() };
        field.node.clone()
    }

    fn told(selection: &str) -> (bool, Extent) {
        let Shown { ends_unseen, extent } = shown::<Variant>(&variants(selection));
        (ends_unseen, extent)
    }

    #[test]
    fn a_field_is_known_by_its_name_in_the_schema() {
        for (selection, expected) in [
            ("{ nodes { id } facets { key } }", true),
            ("{ chosen: facets { key } }", true),
            ("{ facets: totalCount }", false),
            ("{ nodes { facets { key } } }", false),
            ("{ ... { facets { key } } }", false),
        ] {
            assert_eq!(selects(&variants(selection), "facets"), expected, "{selection}");
        }
    }

    #[test]
    fn what_is_shown_is_told_by_the_selection() {
        for (selection, expected) in [
            ("{ nodes { id price { amount } } }", (true, Brief)),
            ("{ nodes { name: title } edges { cursor node { id } } totalCount __typename }", (true, Brief)),
            ("{ nodes { id } pageInfo { endCursor } }", (false, Brief)),
            ("{ nodes { id sku } }", (true, Whole)),
            ("{ nodes { id: barcode } }", (true, Whole)),
            ("{ edges { node { id } } nodes { weight { value } } }", (true, Whole)),
            ("{ edges { cursor node { image { url } } } }", (true, Whole)),
            ("{ nodes { id availableForSale } edges { node { sku } } }", (true, Laden)),
            ("{ edges { node { title stockLevels { available } barcode } } }", (true, Laden)),
        ] {
            assert_eq!(told(selection), expected, "{selection}");
        }
    }

    #[test]
    fn behind_a_fragment_may_be_anything() {
        for (selection, expected) in [
            ("{ ... { nodes { id } } }", (false, Whole)),
            ("{ nodes { id ... { sku } } }", (true, Whole)),
            ("{ edges { ... { node { sku } } } }", (true, Whole)),
            ("{ nodes { stockLevels { available } ... { sku } } }", (true, Laden)),
        ] {
            assert_eq!(told(selection), expected, "{selection}");
        }
    }
}
