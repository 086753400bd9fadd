//! Reading the catalogue.

use async_graphql::{Context, ID, Object};

use super::category::Category;
use super::collection::Collection;
use super::product::Product;
use super::products::{ProductArguments, ProductConnection};
use crate::graphql::access::Anyone;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::{Fresh, Paged, SHOWN};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{
    CategoryByHandle, CategoryById, CollectionByHandle, CollectionById, ProductByHandle, ProductById,
};
use crate::graphql::quick::Quick;
use crate::graphql::search::{ProductFilter, ProductSortKey};
use crate::services::catalog::{categories, collections};
use crate::services::search::listings;
use crate::services::search::sort::Sort;

/// Reading the catalogue.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// A product by its id or handle; null where it is not on offer here. The id counts where both are given.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN))]
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product's id.")] id: Option<ID>,
        #[graphql(desc = "The product's handle, current or former.")] handle: Option<String>,
    ) -> Nullable<Quick<Product>> {
        nullable(async {
            let row = match (id, handle) {
                (Some(id), _) => match id::read(&id) {
                    Some(id) => ctx.load(ProductById(id)).await?,
                    None => None,
                },
                (None, Some(handle)) => ctx.load(ProductByHandle(handle)).await?,
                (None, None) => None,
            };
            Ok(row.map(Product::of).map(Quick))
        })
        .await
    }

    /// The products on offer here.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN), directive = Paged::apply())]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "What narrows the list.")] filter: Option<ProductFilter>,
        #[graphql(desc = "What the list is sorted by.", default_with = "ProductSortKey::Newest")]
        sort_key: ProductSortKey,
        #[graphql(desc = "Whether it is read from its end.", default)] reverse: bool,
    ) -> Nullable<Quick<ProductConnection>> {
        nullable(async {
            let scope = ctx.scope();
            let sort = Sort::from(sort_key).outside_collections();
            let arguments = ProductArguments {
                asked: Asked { first, last, after, before, ..Asked::default() },
                filter,
                sort,
                reverse,
            };
            let (request, window, list) = arguments.read(&scope.locale, None)?;
            let page =
                listings::page(scope.app.db.read()?, &scope.locale, scope.horizon(), &request, None, &window)
                    .await?;
            let page = batch::page_of(page);
            Ok(Some(Quick(ProductConnection::of_shop(ctx, &page, &request, list))))
        })
        .await
    }

    /// A category by its id or handle; null where there is none. The id counts where both are given.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN))]
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category's id.")] id: Option<ID>,
        #[graphql(desc = "The category's handle, current or former.")] handle: Option<String>,
    ) -> Nullable<Quick<Category>> {
        nullable(async {
            let id = match (id, handle) {
                (Some(id), _) => id::read(&id),
                (None, Some(handle)) => ctx.load(CategoryByHandle(handle)).await?,
                (None, None) => None,
            };
            let Some(id) = id else { return Ok(None) };
            Ok(ctx.load(CategoryById(id)).await?.map(Category::of).map(Quick))
        })
        .await
    }

    /// The categories at the top of the tree, in their order; `children` leads on.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN), directive = Paged::apply())]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Quick<Connection<Category>>> {
        nullable(async {
            let scope = ctx.scope();
            let list = ListId::of("categories");
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(categories::roots(scope.app.db.read()?, &scope.locale, &window).await?);
            let total = Total::Counted(Box::new(|ctx| {
                Box::pin(async { categories::count_roots(ctx.scope().app.db.read()?).await })
            }));
            let places = Places::Keys(Box::new(categories::Category::key));
            Ok(Some(Quick(Connection::new(Some(&page), list, places, total))))
        })
        .await
    }

    /// A collection by its id or handle; null where there is none. The id counts where both are given.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN))]
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection's id.")] id: Option<ID>,
        #[graphql(desc = "The collection's handle, current or former.")] handle: Option<String>,
    ) -> Nullable<Quick<Collection>> {
        nullable(async {
            let id = match (id, handle) {
                (Some(id), _) => id::read(&id),
                (None, Some(handle)) => ctx.load(CollectionByHandle(handle)).await?,
                (None, None) => None,
            };
            let Some(id) = id else { return Ok(None) };
            Ok(ctx.load(CollectionById(id)).await?.map(Collection::of).map(Quick))
        })
        .await
    }

    /// The collections, in their order.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN), directive = Paged::apply())]
    async fn collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Quick<Connection<Collection>>> {
        nullable(async {
            let scope = ctx.scope();
            let list = ListId::of("collections");
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(collections::list(scope.app.db.read()?, &scope.locale, &window).await?);
            let total = Total::Counted(Box::new(|ctx| {
                Box::pin(async { collections::count(ctx.scope().app.db.read()?).await })
            }));
            let places = Places::Keys(Box::new(collections::Collection::key));
            Ok(Some(Quick(Connection::new(Some(&page), list, places, total))))
        })
        .await
    }
}
