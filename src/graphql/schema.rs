//! The roots merged, and the schema built of them.

use async_graphql::{
    EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder, ValidationMode,
};

use super::access::Veiled;
use super::audit::AuditQuery;
use super::catalog::{CatalogMutation, CatalogQuery, CategoryMutation, CollectionMutation, LabelMutation};
use super::clients::{ClientMutation, ClientQuery};
use super::customers::{CustomerMutation, CustomerOfficeMutation, CustomerQuery};
use super::engagement::{ReviewMutation, ReviewQuery, WishlistMutation, WishlistQuery};
use super::gate::CheckOnly;
use super::identity::{
    AccountMutation, AppMutation, IdentityQuery, SecondFactorMutation, SecondFactorQuery, SessionMutation,
    StaffMutation,
};
use super::inventory::{InventoryMutation, InventoryQuery};
use super::markets::{MarketMutation, ShopMutation, ShopQuery};
use super::node::NodeQuery;
use super::outline::Outlined;
use super::pricing::PriceMutation;
use super::search::SearchQuery;
use super::security::SecurityQuery;
use super::uploads::UploadMutation;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    CatalogQuery,
    SearchQuery,
    ShopQuery,
    NodeQuery,
    InventoryQuery,
    IdentityQuery,
    ClientQuery,
    AuditQuery,
    ReviewQuery,
    WishlistQuery,
    SecurityQuery,
    SecondFactorQuery,
    CustomerQuery,
);

/// Everything that can be changed. Changes of one operation are made one after the other; each is made whole or not at
/// all, whatever becomes of the others.
#[derive(MergedObject, Default)]
pub struct Mutation(
    ShopMutation,
    CatalogMutation,
    CategoryMutation,
    CollectionMutation,
    LabelMutation,
    MarketMutation,
    PriceMutation,
    InventoryMutation,
    UploadMutation,
    SessionMutation,
    AccountMutation,
    CustomerMutation,
    CustomerOfficeMutation,
    StaffMutation,
    SecondFactorMutation,
    AppMutation,
    ClientMutation,
    ReviewMutation,
    WishlistMutation,
);

/// The shop's schema.
pub type ShopSchema = Schema<Outlined<Query>, Veiled<Mutation>, EmptySubscription>;

fn build() -> SchemaBuilder<Outlined<Query>, Veiled<Mutation>, EmptySubscription> {
    Schema::build(Outlined::<Query>::default(), Veiled::default(), EmptySubscription).disable_suggestions()
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
    build().finish().sdl_with_options(options.compose_directive().include_specified_by())
}
