//! The roots merged, and the schema built of them.

use async_graphql::{
    EmptyMutation, EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder, ValidationMode,
};

use super::catalog::CatalogQuery;
use super::gate::CheckOnly;
use super::node::NodeQuery;
use super::search::SearchQuery;
use super::shop::ShopQuery;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(CatalogQuery, SearchQuery, ShopQuery, NodeQuery);

/// The shop's schema.
pub type ShopSchema = Schema<Query, EmptyMutation, EmptySubscription>;

fn build() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).disable_suggestions()
}

/// The schema that executes what the gate has admitted: it does not check again.
pub fn executor(introspection: bool) -> ShopSchema {
    let schema = build().validation_mode(ValidationMode::Fast);
    if introspection { schema.finish() } else { schema.disable_introspection().finish() }
}

/// The same schema, which checks everything and executes nothing.
pub fn checker() -> ShopSchema {
    build().extension(CheckOnly).finish()
}

/// The schema as text: what `schema.graphql` keeps, and what the gate reads sizes and costs from.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().use_space_ident().indent_width(2).prefer_single_line_descriptions();
    build().finish().sdl_with_options(options.compose_directive())
}
