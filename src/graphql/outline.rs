//! What the library is shown of a query: its root fields, without what is selected below them.
//!
//! The library owns the document that it executes, and looks at every field of it first, for sums that nobody reads here:
//! a fifth of the instructions of a product page. The gate has checked the document when it was new, and it is the same in
//! every request. So the library gets an outline, and a root field finds the whole of itself when its turn comes.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::{Field, OperationDefinition, OperationType, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Request, ServerResult, Value,
};

use super::error::or_null;
use super::gate::{Admitted, alone};

/// A request that shows the library no more than it has to see. It is for an executor whose root of queries is
/// [`Outlined`].
pub fn request(admitted: &Admitted) -> Request {
    let outline =
        (admitted.kind == OperationType::Query).then(|| outline(&admitted.definition.node)).flatten();
    let Some(outline) = outline else { return admitted.request() };
    let mut request = Request::new("").variables(admitted.variables.clone());
    request.set_parsed_query(alone(Positioned::new(outline, admitted.definition.pos)));
    request.data(Whole(Arc::clone(&admitted.definition)))
}

/// The outline of an operation; `None` where something else than fields stands at its root.
fn outline(whole: &OperationDefinition) -> Option<OperationDefinition> {
    let fields = whole.selection_set.node.items.iter().map(|item| match &item.node {
        Selection::Field(field) => {
            Some(Positioned::new(Selection::Field(Positioned::new(bare(&field.node), field.pos)), item.pos))
        }
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
    });
    let items = fields.collect::<Option<Vec<_>>>()?;
    Some(OperationDefinition {
        ty: whole.ty,
        variable_definitions: whole.variable_definitions.clone(),
        directives: whole.directives.clone(),
        selection_set: Positioned::new(SelectionSet { items }, whole.selection_set.pos),
    })
}

/// A root field without what is selected below it; introspection, which the library answers by itself, as it is.
fn bare(field: &Field) -> Field {
    if field.name.node.starts_with("__") {
        return field.clone();
    }
    Field {
        alias: field.alias.clone(),
        name: field.name.clone(),
        arguments: Vec::new(),
        directives: field.directives.clone(),
        selection_set: Positioned::new(SelectionSet::default(), field.selection_set.pos),
    }
}

/// An operation of which the library was shown an outline.
struct Whole(Arc<Positioned<OperationDefinition>>);

impl Whole {
    /// The whole of a root field: response keys are there once.
    fn field(&self, bare: &Field) -> Option<&Positioned<Field>> {
        self.0.node.selection_set.node.items.iter().find_map(|item| match &item.node {
            Selection::Field(field) if field.node.response_key().node == bare.response_key().node => {
                Some(field)
            }
            _ => None,
        })
    }
}

/// The root of queries, whose fields are resolved as they were asked for, whatever the library was shown of them.
#[derive(Default)]
pub struct Outlined<T>(pub T);

impl<T: ObjectType> ContainerType for Outlined<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let mut ctx = ctx.clone();
        if let Some(field) = ctx.data_opt::<Whole>().and_then(|whole| whole.field(&ctx.item.node)) {
            ctx.item = field;
        }
        or_null(&ctx, &T::type_name(), self.0.resolve_field(&ctx).await)
    }
}

impl<T: ObjectType> OutputType for Outlined<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<T: ObjectType> ObjectType for Outlined<T> {}
