//! What an answer will show of a connection, told by its selection before anything is read.

use async_graphql::parser::types::{Field, Selection};
use async_graphql::{Context, Variables};

use super::connection::Listed;
use super::cursor::{Asked, Shown};
use super::gate::includes;
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

/// Whether an answer is sure to show a field of what is being resolved, under whatever name.
pub fn shows(ctx: &Context<'_>, field: &str) -> bool {
    selects(&ctx.item.node, field, &ctx.query_env.variables)
}

fn selects(object: &Field, field: &str, variables: &Variables) -> bool {
    let included = |field: &Field| field.directives.iter().all(|found| includes(&found.node, variables));
    fields(object).flatten().any(|found| name(found) == field && included(found))
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
    fn what_is_sure_to_be_shown_stands_there_and_is_not_left_out() {
        let variables = Variables::from_json(serde_json::json!({ "yes": true, "no": false }));
        for (selection, expected) in [
            ("{ nodes { id } facets { key } }", true),
            ("{ chosen: facets { key } }", true),
            ("{ facets @include(if: $no) { key } also: facets { key } }", true),
            ("{ facets @include(if: $yes) @skip(if: $no) { key } }", true),
            ("{ facets @skip(if: true) { key } }", false),
            ("{ facets @include(if: $unknown) { key } }", false),
            ("{ facets: totalCount }", false),
            ("{ nodes { facets { key } } }", false),
            ("{ ... @include(if: $no) { facets { key } } }", false),
        ] {
            assert_eq!(selects(&variants(selection), "facets", &variables), expected, "{selection}");
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
