//! The schema's text as one viewer may see it.

use async_graphql::Pos;
use async_graphql::parser::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, ServiceDocument, TypeKind, TypeSystemDefinition};

use super::model::Model;
use super::names::visible_types;
use crate::services::Viewer;

/// The text without types that the viewer cannot reach and fields that the viewer may not use.
///
/// Definitions and fields begin on a line of their own, as the library writes them. Text that cannot be read is
/// nobody's: the answer is empty.
pub fn view(sdl: &str, model: &Model, viewer: &Viewer) -> String {
    let Ok(document) = parse_schema(sdl) else { return String::new() };
    let visible = visible_types(model, viewer);
    let mut hidden = Vec::new();
    let starts = starts(&document);
    for (index, definition) in document.definitions.iter().enumerate() {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let end = starts.get(index + 1).copied().unwrap_or(usize::MAX);
        if !visible.contains(&ty.node.name.node) {
            hidden.push(starts[index]..end);
            continue;
        }
        let (TypeKind::Object(of), name) = (&ty.node.kind, &ty.node.name.node) else { continue };
        let is_hidden = |field: &Positioned<FieldDefinition>| {
            let rule = model.field(name, &field.node.name.node).and_then(|field| field.rule);
            rule.is_some_and(|rule| !rule.allows(viewer))
        };
        for (place, field) in of.fields.iter().enumerate().filter(|(_, field)| is_hidden(field)) {
            let next = of.fields.get(place + 1).map(|next| next.pos.line);
            hidden.push(field.pos.line..next.unwrap_or_else(|| closing(sdl, field.pos.line)));
        }
    }
    let lines = sdl.lines().zip(1..);
    let kept = lines.filter(|(_, number)| !hidden.iter().any(|range| range.contains(number)));
    kept.flat_map(|(line, _)| [line, "\n"]).collect()
}

fn starts(document: &ServiceDocument) -> Vec<usize> {
    let line = |pos: Pos| pos.line;
    let of = |definition: &TypeSystemDefinition| match definition {
        TypeSystemDefinition::Schema(schema) => line(schema.pos),
        TypeSystemDefinition::Type(ty) => line(ty.pos),
        TypeSystemDefinition::Directive(directive) => line(directive.pos),
    };
    document.definitions.iter().map(of).collect()
}

/// The line of the bracket that closes the definition around a line.
fn closing(sdl: &str, from: usize) -> usize {
    let mut lines = sdl.lines().zip(1..).skip(from);
    lines.find(|(line, _)| *line == "}").map_or(usize::MAX, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use entity::id::{AccountId, SessionId};

    use super::*;
    use crate::services::Permissions;

    #[test]
    fn what_the_viewer_may_not_use_is_cut_out_with_what_is_said_of_it() {
        let sdl = crate::graphql::sdl();
        let model = Model::parse(&sdl).unwrap();
        let seen = view(&sdl, &model, &Viewer::Anonymous);
        for hidden in ["shopUpdate", "ShopUpdate", "Changes what the shop is called"] {
            assert!(sdl.contains(hidden) && !seen.contains(hidden), "{hidden}");
        }
        for shown in ["type Product ", "  product(", "scalar Decimal", "directive @access", "enum FacetKind"]
        {
            assert!(seen.contains(shown), "{shown}");
        }
        assert!(Model::parse(&seen).is_ok() || seen.contains("type Mutation {\n}"));
        let (account, session) = (AccountId::generate(), SessionId::generate());
        let staff = Viewer::Staff { account, session, permissions: Permissions::all() };
        assert_eq!(view(&sdl, &model, &staff), sdl.trim_end().to_owned() + "\n");
    }
}
