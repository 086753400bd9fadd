//! How Vitrine's tables came to be: one file a change, in order, never edited once released.
//!
//! The statements are written once for both engines. Where they differ, a word in braces stands for what each
//! engine needs; [`ddl`] knows them all.

pub use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

mod ddl;
mod m20261122_000001_events;
mod m20261122_000002_markets;
mod m20261122_000003_catalog;
mod m20261122_000004_taxonomy;
mod m20261122_000005_pricing;
mod m20261122_000006_inventory;
mod m20261122_000007_engagement;
mod m20261122_000008_search;
mod m20261122_000009_identity;
mod m20261122_000010_backoffice;
mod m20261122_000011_clients;
mod m20261122_000012_audit;
mod m20261122_000013_customers;
mod m20261122_000014_wishlists;
mod m20261122_000015_security;
mod m20261129_000016_shelf_seo;

/// The list of changes, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_events::Migration),
            Box::new(m20261122_000002_markets::Migration),
            Box::new(m20261122_000003_catalog::Migration),
            Box::new(m20261122_000004_taxonomy::Migration),
            Box::new(m20261122_000005_pricing::Migration),
            Box::new(m20261122_000006_inventory::Migration),
            Box::new(m20261122_000007_engagement::Migration),
            Box::new(m20261122_000008_search::Migration),
            Box::new(m20261122_000009_identity::Migration),
            Box::new(m20261122_000010_backoffice::Migration),
            Box::new(m20261122_000011_clients::Migration),
            Box::new(m20261122_000012_audit::Migration),
            Box::new(m20261122_000013_customers::Migration),
            Box::new(m20261122_000014_wishlists::Migration),
            Box::new(m20261122_000015_security::Migration),
            Box::new(m20261129_000016_shelf_seo::Migration),
        ]
    }
}
