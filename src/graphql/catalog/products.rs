//! Lists of products: connections that know their facets.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures_util::future::BoxFuture;

use super::product::Product;
use crate::graphql::batch::Row;
use crate::graphql::connection::{Connection, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, Column, Frame, ListId};
use crate::graphql::directives::About;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::loaders::{FacetsWithin, TotalWithin};
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::search::{Counts, FACETS, Facet, ProductFilter};
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::page::Page;
use crate::services::search::facets::Facets;
use crate::services::search::listings::{Listing, Request};
use crate::services::search::parents::Parent;
use crate::services::search::sort::Sort;
use crate::services::search::text;

/// One page of a list of products, as a Relay connection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ProductConnection {
    #[graphql(flatten)]
    list: Connection<Product>,
    #[graphql(skip)]
    facets: Count,
}

/// Counts the facets of the whole list when asked.
type Count = Box<dyn for<'a> Fn(&'a Context<'_>) -> BoxFuture<'a, Result<Arc<Facets>>> + Send + Sync>;

#[ComplexObject]
impl ProductConnection {
    /// By which values the list can be narrowed further, and how many products each would leave. A facet's counts
    /// leave its own filter out.
    #[graphql(directive = About::apply(FACETS))]
    async fn facets(&self, ctx: &Context<'_>) -> Nullable<Vec<Facet>> {
        nullable(async {
            let facets = (self.facets)(ctx).await?;
            Ok(Some(Facet::all(Facets::clone(&facets), &ctx.scope().locale)))
        })
        .await
    }
}

/// What a client asks of a list of products.
pub struct ProductArguments {
    pub asked: Asked,
    pub filter: Option<ProductFilter>,
    pub sort: Sort,
    pub reverse: bool,
}

impl ProductArguments {
    /// The request, the window and the id of the list, which is another one in each market and language. `wanted` is
    /// what was searched for.
    pub fn read(self, locale: &Locale, wanted: Option<&text::Query>) -> Result<(Request, Frame, ListId)> {
        let digits = locale.market.digits;
        let filter = self.filter.map(|filter| filter.read(digits)).transpose()?.unwrap_or_default();
        let request = Request { filter, sort: self.sort, reverse: self.reverse };
        let columns: &[Column] = if self.sort == Sort::Title { &[Column::Text] } else { &[Column::Int] };
        let list = ListId::of(("products", locale.id, wanted.map(text::Query::meaning), &request))
            .sorted_by(columns);
        let window = list.window(self.asked)?;
        Ok((request, window, list))
    }
}

impl Plain for ProductConnection {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "facets" => None,
            _ => self.list.plain(ask),
        }
    }
}

impl ProductConnection {
    /// A page of the shop's products.
    pub fn of_shop(ctx: &Context<'_>, page: &Page<Row<Listing>>, request: &Request, list: ListId) -> Self {
        let counts = Counts::new(ctx, request.filter.clone(), None);
        let total = counts.as_total();
        let facets: Count = Box::new(move |ctx| {
            let counts = Arc::clone(&counts);
            Box::pin(async move { counts.facets(ctx).await })
        });
        Self { list: connection(Some(page), request, list, total), facets }
    }

    /// A page of the products that hang on a row; what is counted is counted for all rows of its level.
    pub fn within<R: Send + Sync + 'static>(
        row: &Row<R>,
        parent: fn(&R) -> Parent,
        page: Option<&Page<Row<Listing>>>,
        request: &Request,
        list: ListId,
    ) -> Self {
        let (counted, counting) = (row.clone(), request.filter.clone());
        let total = Total::Counted(Box::new(move |ctx| {
            let (row, filter) = (counted.clone(), counting.clone());
            Box::pin(async move {
                let total = ctx.along(&row, |row| TotalWithin(parent(row), filter.clone())).await?;
                Ok(total.unwrap_or(0))
            })
        }));
        let (row, filter) = (row.clone(), request.filter.clone());
        let facets: Count = Box::new(move |ctx| {
            let (row, filter) = (row.clone(), filter.clone());
            Box::pin(async move {
                let facets = ctx.along(&row, |row| FacetsWithin(parent(row), filter.clone())).await?;
                Ok(facets.unwrap_or_default())
            })
        });
        Self { list: connection(page, request, list, total), facets }
    }
}

fn connection(
    page: Option<&Page<Row<Listing>>>,
    request: &Request,
    list: ListId,
    total: Total,
) -> Connection<Product> {
    let sort = request.sort;
    let places = Places::Keys(Box::new(move |listing: &Listing| listing.key(sort)));
    Connection::new(page, list, places, total)
}

impl Listed for Product {
    type Row = Listing;

    const CONNECTION: &'static str = "ProductPage";
    const EDGE: &'static str = "ProductEdge";

    fn of(row: Row<Listing>) -> Self {
        Self(row)
    }
}
