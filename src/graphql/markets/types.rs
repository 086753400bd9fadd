//! The shop, its markets and locations as clients see them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::CurrencyCode;
use crate::services::markets;

/// The shop itself.
pub struct Shop;

/// The shop itself.
#[Object]
impl Shop {
    /// Its name.
    async fn name<'a>(&self, ctx: &'a Context<'_>) -> &'a str {
        &ctx.scope().markets.shop.name
    }

    /// What it is, without markup.
    async fn description<'a>(&self, ctx: &'a Context<'_>) -> &'a str {
        &ctx.scope().markets.shop.description
    }

    /// The language in which texts are written before they are translated, as a BCP 47 tag.
    async fn base_language<'a>(&self, ctx: &'a Context<'_>) -> &'a str {
        &ctx.scope().markets.shop.base_language
    }
}

/// Where the shop sells: a currency, languages, and what is published there. A request names one in the header
/// `Vitrine-Market` or the URL parameter `market`; without, it is answered in the default market.
pub struct Market(pub Arc<markets::Market>);

impl Listed for Market {
    type Row = Arc<markets::Market>;

    const CONNECTION: &'static str = "MarketConnection";
    const EDGE: &'static str = "MarketEdge";

    fn of(row: Row<Arc<markets::Market>>) -> Self {
        Self(Arc::clone(&row))
    }
}

impl Plain for Market {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "handle" => ask.write(&self.0.handle),
            "name" => ask.write(&self.0.name),
            _ => None,
        }
    }
}

/// Where the shop sells: a currency, languages, and what is published there. A request names one in the header
/// `Vitrine-Market` or the URL parameter `market`; without, it is answered in the default market.
#[Object]
impl Market {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug, which requests name.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The currency of all its prices.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency.clone())
    }

    /// Its countries, as two letters each (ISO 3166-1).
    async fn countries(&self) -> &[String] {
        &self.0.countries
    }

    /// Its languages as BCP 47 tags, to the first of which missing translations fall back.
    async fn languages(&self) -> Vec<&str> {
        self.0.languages.iter().map(|language| language.tag.as_str()).collect()
    }

    /// Whether prices include tax.
    async fn tax_inclusive(&self) -> bool {
        self.0.tax_inclusive
    }
}

/// A place where stock lies.
pub struct Location(pub Arc<markets::Location>);

impl Plain for Location {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "handle" => ask.write(&self.0.handle),
            "name" => ask.write(&self.0.name),
            "country" => ask.write(&self.0.country),
            _ => None,
        }
    }
}

/// A place where stock lies.
#[Object]
impl Location {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its slug.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its country as two letters (ISO 3166-1), where known.
    async fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }
}
