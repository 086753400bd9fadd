//! What categories and collections tell search engines in other languages.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}

const UP: &str = r"

ALTER TABLE category_translation ADD COLUMN seo_title text;
ALTER TABLE category_translation ADD COLUMN seo_description text;
ALTER TABLE collection_translation ADD COLUMN seo_title text;
ALTER TABLE collection_translation ADD COLUMN seo_description text;
";

const DOWN: &str = r"
ALTER TABLE collection_translation DROP COLUMN seo_description;
ALTER TABLE collection_translation DROP COLUMN seo_title;
ALTER TABLE category_translation DROP COLUMN seo_description;
ALTER TABLE category_translation DROP COLUMN seo_title;
";
