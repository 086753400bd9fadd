//! Lists of products: connections that know their facets.

use async_graphql::{ComplexObject, Context, SimpleObject};

use super::product::Product;
use crate::graphql::batch::Row;
use crate::graphql::connection::{Connection, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, Column, ListId};
use crate::graphql::directives::About;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::loaders::Frame;
use crate::graphql::search::{Facet, ProductFilter};
use crate::services::Result;
use crate::services::page::Page;
use crate::services::search::facets;
use crate::services::search::filter::Filter;
use crate::services::search::listings::{self, Listing, Request};
use crate::services::search::sort::Sort;

/// One page of a list of products, as a Relay connection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ProductConnection {
    #[graphql(flatten)]
    list: Connection<Product>,
    #[graphql(skip)]
    filter: Filter,
}

#[ComplexObject]
impl ProductConnection {
    /// By which values the list can be narrowed further, and how many products each would leave. A facet's counts
    /// leave its own filter out.
    #[graphql(directive = About::apply(12))]
    async fn facets(&self, ctx: &Context<'_>) -> Nullable<Vec<Facet>> {
        nullable(async {
            let scope = ctx.scope();
            let counted =
                facets::count(scope.app.db.read()?, &scope.locale, scope.now, &self.filter, None).await?;
            Ok(Some(Facet::all(counted, &scope.locale)))
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
    /// The request, the window and the id of the list.
    pub fn read(self, digits: u32) -> Result<(Request, Frame, ListId)> {
        let filter = self.filter.map(|filter| filter.read(digits)).transpose()?.unwrap_or_default();
        let request = Request { filter, sort: self.sort, reverse: self.reverse };
        let columns: &[Column] = if self.sort == Sort::Title { &[Column::Text] } else { &[Column::Int] };
        let list = ListId::of(("products", &request)).sorted_by(columns);
        let window = list.window(self.asked)?;
        Ok((request, window, list))
    }
}

impl ProductConnection {
    /// A page of a list of products, `whole` being the filter of all of it.
    pub fn new(
        page: Option<&Page<Row<Listing>>>,
        request: &Request,
        whole: Filter,
        list: ListId,
        total: Option<Total>,
    ) -> Self {
        let sort = request.sort;
        let places = Places::Keys(Box::new(move |listing: &Listing| listing.key(sort)));
        let total = total.unwrap_or_else(|| counted(whole.clone()));
        Self { list: Connection::new(page, list, places, total), filter: whole }
    }
}

fn counted(filter: Filter) -> Total {
    Total::Counted(Box::new(move |ctx| {
        let filter = filter.clone();
        Box::pin(async move {
            let scope = ctx.scope();
            listings::count(scope.app.db.read()?, &scope.locale, scope.now, &filter, None).await
        })
    }))
}

impl Listed for Product {
    type Row = Listing;

    const CONNECTION: &'static str = "ProductPage";
    const EDGE: &'static str = "ProductEdge";

    fn of(row: Row<Listing>) -> Self {
        Self(row)
    }
}
