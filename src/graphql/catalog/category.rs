//! Categories.

use async_graphql::{Context, ID, Object};
use entity::id::CategoryId;
use uuid::Uuid;

use super::metafield::Seo;
use super::products::{ProductArguments, ProductConnection};
use crate::graphql::access::Needs;
use crate::graphql::batch::Row;
use crate::graphql::connection::{Connection, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::{About, Paged};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{
    BreadcrumbsOf, CategoryById, ChildCountOf, ChildrenOf, ProductsIn, TotalWithin,
};
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::search::{ProductFilter, ProductSortKey};
use crate::services::catalog::categories;
use crate::services::search::filter::Filter;
use crate::services::search::parents::Parent;
use crate::services::search::sort::Sort;
use crate::services::{Permission, Result};

/// A branch or leaf of the category tree.
pub struct Category(pub Row<categories::Category>);

impl Listed for Category {
    type Row = categories::Category;

    const CONNECTION: &'static str = "CategoryConnection";
    const EDGE: &'static str = "CategoryEdge";

    fn of(row: Row<categories::Category>) -> Self {
        Self(row)
    }
}

/// The category above one; no category has the id that stands for none.
const PARENT: fn(&categories::Category) -> CategoryById =
    |category| CategoryById(category.parent_id.unwrap_or(CategoryId(Uuid::nil())));

impl Plain for Category {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "handle" => ask.write(&self.0.handle),
            "title" => ask.write(&self.0.title),
            "description" => ask.write(&self.0.description),
            "parent" if self.0.parent_id.is_none() => ask.null(),
            "parent" => {
                let parent = ask.along(&self.0, PARENT)?;
                ask.maybe(parent.map(Self::of))
            }
            _ => None,
        }
    }
}

/// A branch or leaf of the category tree.
#[Object]
impl Category {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug, which addresses of pages are made of and filters take. A former handle still leads to the category, but
    /// filters find nothing by it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its description, without markup.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The category above it; null at the top of the tree.
    async fn parent(&self, ctx: &Context<'_>) -> Nullable<Self> {
        nullable(async {
            if self.0.parent_id.is_none() {
                return Ok(None);
            }
            Ok(ctx.along(&self.0, PARENT).await?.map(Self::of))
        })
        .await
    }

    /// The way to it from the top of the tree, itself last: at most ten.
    #[graphql(directive = About::apply(10))]
    async fn breadcrumbs(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let all = ctx.along(&self.0, |category| BreadcrumbsOf(category.id)).await?.unwrap_or_default();
        Ok(all.iter().cloned().map(Self::of).collect())
    }

    /// The categories right below it, in their order.
    #[graphql(directive = Paged::apply())]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Self>> {
        let list = ListId::of("categories");
        let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
        let page = ctx.along(&self.0, |category| ChildrenOf(category.id, window.clone())).await?;
        let total = Total::along(&self.0, |category| ChildCountOf(category.id));
        Ok(Connection::new(page.as_deref(), list, Places::Keys(Box::new(categories::Category::key)), total))
    }

    /// How many products on offer here are in it or anywhere below it.
    async fn product_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count =
            ctx.along(&self.0, |category| TotalWithin(as_parent(category), Filter::default())).await?;
        Ok(count.unwrap_or(0))
    }

    /// The products on offer here that are in it or anywhere below it.
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
        #[graphql(desc = "What the list is sorted by.", default_with = "ProductSortKey::Newest")]
        sort_key: ProductSortKey,
        #[graphql(desc = "Whether it is read from its end.", default)] reverse: bool,
    ) -> Nullable<ProductConnection> {
        nullable(async {
            let sort = Sort::from(sort_key).outside_collections();
            let arguments = ProductArguments {
                asked: Asked { first, last, after, before, ..Asked::default() },
                filter,
                sort,
                reverse,
            };
            let (request, window, list) = arguments.read(&ctx.scope().locale, None)?;
            let key = |category: &categories::Category| {
                ProductsIn(category.handle.clone(), request.clone(), window.clone())
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

/// A category as what lists hang on.
fn as_parent(category: &categories::Category) -> Parent {
    Parent::Category(category.handle.clone())
}
