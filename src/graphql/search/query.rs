//! Searching.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};

use super::counts::Counts;
use super::facet::{FACETS, Facet};
use super::input::ProductFilter;
use crate::graphql::access::Anyone;
use crate::graphql::batch::{self, level};
use crate::graphql::catalog::{Category, Product, ProductArguments};
use crate::graphql::connection::{Connection, Listed, Places};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::{About, Fresh, Paged, SHOWN, cost};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::loaders::CategoryById;
use crate::services::search::facets::Facets;
use crate::services::search::find::{self, Order, Stretch, Understood};
use crate::services::search::listings::{self, Listing};
use crate::services::search::sort::Sort;
use crate::services::search::{suggest, text};
use crate::services::{Result, page};

/// What hits are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum SearchSortKey {
    /// What fits best first. Such a list ends after 1,000 hits, and its cursors are places in it.
    #[default]
    BestMatch,
    /// The title from A, without regard to accents and case; numbers by their value.
    Title,
    /// The lowest price of the variants, the lowest first.
    Price,
    /// The date of publication in the market, the latest first.
    Newest,
    /// The average rating in hundredths, the best first; of equal ones those with more reviews first.
    Rating,
}

impl SearchSortKey {
    fn column(self) -> Option<Sort> {
        match self {
            Self::BestMatch => None,
            Self::Title => Some(Sort::Title),
            Self::Price => Some(Sort::Price),
            Self::Newest => Some(Sort::Newest),
            Self::Rating => Some(Sort::Rating),
        }
    }
}

/// One page of what a search found, as a Relay connection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SearchConnection {
    #[graphql(flatten)]
    list: Connection<Product>,
    /// What was searched for instead of what was typed, because that finds nothing and looks like a typing error, with
    /// words as the shop spells them; else null.
    corrected_query: Option<String>,
    #[graphql(skip)]
    counts: Arc<Counts>,
}

#[ComplexObject]
impl SearchConnection {
    /// By which values the hits can be narrowed further, and how many products each would leave. A facet's counts leave
    /// its own filter out.
    #[graphql(directive = About::apply(FACETS))]
    async fn facets(&self, ctx: &Context<'_>) -> Nullable<Vec<Facet>> {
        nullable(async {
            let facets = self.counts.facets(ctx).await?;
            Ok(Some(Facet::all(Facets::clone(&facets), &ctx.scope().locale)))
        })
        .await
    }
}

/// What somebody who is still typing may be looking for.
#[derive(SimpleObject)]
pub struct Suggestions {
    /// Words of the shop that begin like the last word typed, as the shop spells them, in lower case: of the 50 shortest
    /// those in most products first.
    terms: Vec<String>,
    /// Categories whose titles have all the words typed.
    #[graphql(directive = About::apply(10))]
    categories: Vec<Category>,
    /// Products that have all the words typed, those first whose titles have a word that begins like the last one. Where
    /// there are none, a typing error is mended as `search` does.
    #[graphql(directive = About::apply(10))]
    products: Vec<Product>,
}

/// Searching.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Products on offer here whose title, description, vendor, tags or SKU have all the words typed; the last word may
    /// be unfinished. Words between quotation marks are searched as a phrase. Accents and word endings do not matter,
    /// and one typing error in a word of five letters or more is mended.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN), directive = Paged::apply(), directive = cost::apply(6))]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed; only the first 256 characters count.")] query: String,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "What narrows the hits.")] filter: Option<ProductFilter>,
        #[graphql(desc = "What the hits are sorted by.", default_with = "SearchSortKey::BestMatch")] sort_key: SearchSortKey,
        #[graphql(desc = "Whether they are in the opposite order.", default)] reverse: bool,
    ) -> Nullable<SearchConnection> {
        nullable(async {
            let scope = ctx.scope();
            let db = scope.app.db.read()?;
            let Understood { query: wanted, corrected } =
                find::understand(db, &scope.locale, scope.horizon(), &query).await?;
            let asked = Asked { first, last, after, before, ..Asked::default() };
            let (counts, list) = match sort_key.column() {
                Some(sort) => {
                    let arguments = ProductArguments { asked, filter, sort, reverse };
                    sorted(ctx, wanted, arguments).await?
                }
                None => best(ctx, wanted, asked, filter, reverse).await?,
            };
            Ok(Some(SearchConnection { list, corrected_query: corrected, counts }))
        })
        .await
    }

    /// What somebody who is still typing may be looking for.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN), directive = cost::apply(6))]
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far.")] query: String,
        #[graphql(desc = "How many of each kind, from 1 to 10.", default = 5)] first: i32,
    ) -> Nullable<Suggestions> {
        nullable(async {
            let first = page::count(first, 1..=10)?;
            let scope = ctx.scope();
            let found =
                suggest::suggest(scope.app.db.read()?, &scope.locale, scope.horizon(), &query, first).await?;
            let categories: Vec<_> = found.categories.into_iter().map(CategoryById).collect();
            let categories =
                ctx.load_all(&categories).await?.into_iter().flatten().map(Category::of).collect();
            let products = level(found.products).map(Product::of).collect();
            Ok(Some(Suggestions { terms: found.terms, categories, products }))
        })
        .await
    }
}

type Found = (Arc<Counts>, Connection<Product>);

/// Hits sorted by a column. What is counted of them is counted beside, as all of them are looked at anyway.
async fn sorted(ctx: &Context<'_>, wanted: text::Query, arguments: ProductArguments) -> Result<Found> {
    let scope = ctx.scope();
    let (request, window, list) = arguments.read(&scope.locale, Some(&wanted))?;
    let counts = Counts::new(ctx, request.filter.clone(), Some(wanted.clone()));
    let db = scope.app.db.read()?;
    let page = listings::page(db, &scope.locale, scope.horizon(), &request, Some(&wanted), &window);
    let (page, ()) = tokio::join!(page, counts.begin(ctx));
    let page = batch::page_of(page?);
    let places = Places::Keys(Box::new(move |listing: &Listing| listing.key(request.sort)));
    let total = counts.as_total();
    Ok((counts, Connection::new(Some(&page), list, places, total)))
}

/// Hits sorted by what fits best.
async fn best(
    ctx: &Context<'_>,
    wanted: text::Query,
    asked: Asked,
    filter: Option<ProductFilter>,
    reverse: bool,
) -> Result<Found> {
    let scope = ctx.scope();
    let filter =
        filter.map(|filter| filter.read(scope.locale.market.digits)).transpose()?.unwrap_or_default();
    let list = ListId::of(("hits", scope.locale.id, wanted.meaning(), &filter, reverse));
    let window = list.places(asked)?;
    let counts = Counts::new(ctx, filter.clone(), Some(wanted.clone()));
    let end = if window.is_backward() && window.before.is_none() {
        u32::try_from(counts.total(ctx).await?).unwrap_or(find::MAX_HITS)
    } else {
        find::MAX_HITS
    };
    let (offset, size) = window.stretch(end.min(find::MAX_HITS));
    let order = if reverse { Order::Worst } else { Order::Best };
    let stretch = Stretch { order, offset, size };
    let db = scope.app.db.read()?;
    let page = find::hits(db, &scope.locale, scope.horizon(), &wanted, &filter, &stretch);
    let (page, ()) = tokio::join!(page, counts.begin(ctx));
    let page = batch::page_of(page?);
    let total = counts.as_total();
    Ok((counts, Connection::new(Some(&page), list, Places::From(offset), total)))
}
