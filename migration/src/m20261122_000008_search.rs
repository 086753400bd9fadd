//! The projections that lists, filters, facets and search read.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, LISTING).await?;
        ddl::run_each(manager, DOCUMENT_ON_POSTGRES, DOCUMENT_ON_SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop(
            manager,
            &[
                "search_document",
                "search_fragment",
                "search_term",
                "listing_facet",
                "product_listing",
                "facet_label",
                "facet",
            ],
        )
        .await
    }
}

const LISTING: &str = r"
CREATE TABLE facet (
    id {serial},
    kind smallint NOT NULL,
    name text {sorted} NOT NULL,
    value text {sorted} NOT NULL,
    UNIQUE (kind, name, value)
);
CREATE TABLE facet_label (
    facet_id bigint NOT NULL REFERENCES facet (id) ON DELETE CASCADE,
    language text NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (facet_id, language)
) {clustered};
CREATE TABLE product_listing (
    id {serial},
    locale_id bigint NOT NULL REFERENCES market_language (id) ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    handle text NOT NULL,
    title text NOT NULL,
    title_key text {sorted} NOT NULL,
    vendor text,
    product_type text,
    category_id uuid,
    branch_id uuid,
    gift_card boolean NOT NULL,
    published_at bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    price_min bigint NOT NULL,
    price_max bigint NOT NULL,
    compare_at_min bigint,
    compare_at_max bigint,
    available boolean NOT NULL,
    rating_count integer NOT NULL,
    rating_sum integer NOT NULL,
    rating_key bigint NOT NULL,
    facets text NOT NULL,
    document_hash bigint NOT NULL,
    UNIQUE (locale_id, product_id)
);
CREATE INDEX product_listing_product ON product_listing (product_id);
CREATE INDEX product_listing_newest ON product_listing (locale_id, published_at, product_id);
CREATE INDEX product_listing_title ON product_listing (locale_id, title_key, product_id);
CREATE INDEX product_listing_price ON product_listing (locale_id, price_min, product_id);
CREATE INDEX product_listing_rating ON product_listing (locale_id, rating_key, product_id);
CREATE INDEX product_listing_category ON product_listing (
    locale_id, category_id, available, rating_key, product_id
);
CREATE INDEX product_listing_branch ON product_listing (
    locale_id, branch_id, available, rating_key, product_id
);
CREATE TABLE listing_facet (
    facet_id bigint NOT NULL,
    listing_id bigint NOT NULL,
    PRIMARY KEY (facet_id, listing_id)
) {clustered};
CREATE TABLE search_term (
    language text NOT NULL,
    term text {sorted} NOT NULL,
    PRIMARY KEY (language, term)
) {clustered};
CREATE TABLE search_fragment (
    language text NOT NULL,
    fragment text {sorted} NOT NULL,
    term text {sorted} NOT NULL,
    PRIMARY KEY (language, fragment, term)
) {clustered};
";

const DOCUMENT_ON_POSTGRES: &str = r"
CREATE TABLE search_document (
    listing_id bigint PRIMARY KEY,
    terms tsvector NOT NULL
);
CREATE INDEX search_document_terms ON search_document USING gin (terms) WITH (fastupdate = off);
";

const DOCUMENT_ON_SQLITE: &str = r#"
CREATE VIRTUAL TABLE search_document USING fts5(
    title, vendor, tags, sku, body,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = "ascii tokenchars '=.'"
);
"#;
