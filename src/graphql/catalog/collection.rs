//! Collections.

use async_graphql::{Context, ID, Object};

use super::metafield::Seo;
use super::products::{ProductArguments, ProductConnection};
use crate::graphql::access::Needs;
use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Asked;
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{ProductsOf, TotalWithin};
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::search::{ProductFilter, ProductSortKey};
use crate::services::catalog::collections;
use crate::services::search::filter::Filter;
use crate::services::search::parents::Parent;
use crate::services::{Permission, Result};

/// Products gathered and put in order by the shop's staff.
pub struct Collection(pub Row<collections::Collection>);

impl Listed for Collection {
    type Row = collections::Collection;

    const CONNECTION: &'static str = "CollectionConnection";
    const EDGE: &'static str = "CollectionEdge";

    fn of(row: Row<collections::Collection>) -> Self {
        Self(row)
    }
}

impl Plain for Collection {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "handle" => ask.write(&self.0.handle),
            "title" => ask.write(&self.0.title),
            "description" => ask.write(&self.0.description_text),
            "descriptionHtml" => ask.write(&self.0.description_html),
            _ => None,
        }
    }
}

/// Products gathered and put in order by the shop's staff.
#[Object]
impl Collection {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug, which addresses of pages are made of and filters take. A former handle still leads to the collection, but
    /// filters find nothing by it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its description without markup.
    async fn description(&self) -> &str {
        &self.0.description_text
    }

    /// Its description as HTML, safe to be shown.
    async fn description_html(&self) -> &str {
        &self.0.description_html
    }

    /// How many of its products are on offer here.
    async fn product_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count =
            ctx.along(&self.0, |collection| TotalWithin(as_parent(collection), Filter::default())).await?;
        Ok(count.unwrap_or(0))
    }

    /// Its products that are on offer here, in the order that staff gave them.
    #[graphql(directive = Paged::apply())]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "What narrows the list further.")] filter: Option<ProductFilter>,
        #[graphql(desc = "What the list is sorted by.", default_with = "ProductSortKey::Manual")]
        sort_key: ProductSortKey,
        #[graphql(desc = "Whether it is read from its end.", default)] reverse: bool,
    ) -> Nullable<ProductConnection> {
        nullable(async {
            let sort = sort_key.into();
            let arguments = ProductArguments {
                asked: Asked { first, last, after, before, ..Asked::default() },
                filter,
                sort,
                reverse,
            };
            let (request, window, list) = arguments.read(&ctx.scope().locale, None)?;
            let key = |collection: &collections::Collection| {
                ProductsOf(collection.id, request.clone(), window.clone())
            };
            let page = ctx.along(&self.0, key).await?;
            Ok(Some(ProductConnection::within(&self.0, as_parent, page.as_deref(), &request, list)))
        })
        .await
    }

    /// Grows by one with each change; a change that is told the version it was made from cannot overwrite another one.
    #[graphql(directive = Needs::apply(Permission::ProductsRead))]
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What search engines are told.
    async fn seo(&self) -> Seo {
        Seo { title: self.0.seo_title.clone(), description: self.0.seo_description.clone() }
    }
}

/// A collection as what lists hang on.
fn as_parent(collection: &collections::Collection) -> Parent {
    Parent::Collection(collection.handle.clone())
}
