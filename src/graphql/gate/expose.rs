//! Shows the library the directives of `__typename`, at which it never looks.

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, InlineFragment, Selection, SelectionSet,
};

/// Puts each `__typename` that has directives into a fragment that has them in its place: that selects the same, and the
/// library checks directives of fragments.
pub fn expose(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => walk(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                walk(&mut operation.node.selection_set.node);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        walk(&mut fragment.node.selection_set.node);
    }
}

fn walk(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                let directives = std::mem::take(&mut field.node.directives);
                if directives.is_empty() {
                    continue;
                }
                let pos = field.pos;
                let bare = Positioned::new(Selection::Field(field.clone()), pos);
                let selection_set = Positioned::new(SelectionSet { items: vec![bare] }, pos);
                let fragment = InlineFragment { type_condition: None, directives, selection_set };
                item.node = Selection::InlineFragment(Positioned::new(fragment, pos));
            }
            Selection::Field(field) => walk(&mut field.node.selection_set.node),
            Selection::InlineFragment(fragment) => walk(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}
