//! Where imported prices and stock go: a market and a location, made where there are none.

use entity::id::{LocationId, MarketId};
use entity::money;

use crate::services::markets::{Markets, write};
use crate::services::{Change, Error, Problems, Result, text};

/// The market that prices are for and the location where stock lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Prices and publication are for this market.
    pub market: MarketId,
    /// Digits of its currency after the point.
    pub digits: u32,
    /// Stock lies here.
    pub location: LocationId,
}

/// What somebody said about it.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The market's handle; none is the default market.
    pub market: Option<String>,
    /// The currency (ISO 4217) of a market that is to be made, and a check of one that is there.
    pub currency: Option<String>,
    /// The location's handle; none is the first one.
    pub location: Option<String>,
}

/// The market and the location that somebody meant; in a shop without any, they are made.
///
/// # Errors
/// `BadRequest` where a handle names nothing in a shop that has others, or the currencies differ.
pub async fn ensure(change: &Change<'_>, wish: &Wish) -> Result<Target> {
    let markets = Markets::load(&change.tx).await?;
    let (market, currency) = market(change, &markets, wish).await?;
    let location = location(change, &markets, wish).await?;
    Ok(Target { market, digits: money::exponent(&currency), location })
}

/// The market and the location that somebody meant, where they are there.
///
/// # Errors
/// `BadRequest` where they are not.
pub fn find(markets: &Markets, wish: &Wish) -> Result<Target> {
    let market = match &wish.market {
        Some(handle) => markets.market(handle),
        None => markets.markets.first(),
    };
    let location = match &wish.location {
        Some(handle) => markets.locations.iter().find(|known| known.handle == *handle),
        None => markets.locations.first(),
    };
    match (market, location) {
        (Some(market), Some(location)) => {
            Ok(Target { market: market.id, digits: market.digits, location: location.id })
        }
        (None, _) => Err(Error::BadRequest("there is no such market".to_owned())),
        (_, None) => Err(Error::BadRequest("there is no such location".to_owned())),
    }
}

async fn market(change: &Change<'_>, markets: &Markets, wish: &Wish) -> Result<(MarketId, String)> {
    let known = match &wish.market {
        Some(handle) => markets.market(handle),
        None => markets.markets.first(),
    };
    if let Some(market) = known {
        if wish.currency.as_ref().is_some_and(|currency| *currency != market.currency) {
            let problem = format!("the market {:?} sells in {}", market.handle, market.currency);
            return Err(Error::BadRequest(problem));
        }
        return Ok((market.id, market.currency.clone()));
    }
    if let Some(handle) = wish.market.as_ref().filter(|_| !markets.markets.is_empty()) {
        return Err(Error::BadRequest(format!("there is no market {handle:?}")));
    }
    let currency = wish.currency.clone().unwrap_or_else(|| "USD".to_owned());
    if !money::is_currency(&currency) {
        return Err(Error::BadRequest(format!("{currency:?} is no currency of ISO 4217")));
    }
    let new = write::NewMarket {
        handle: new_handle(wish.market.as_deref())?,
        name: "Default market".to_owned(),
        currency: currency.clone(),
        countries: Vec::new(),
        languages: vec![markets.shop.base_language.clone()],
        tax_inclusive: false,
    };
    Ok((write::add_market(change, new).await?, currency))
}

/// The handle of what is to be made.
fn new_handle(wanted: Option<&str>) -> Result<String> {
    let wanted = wanted.unwrap_or("default");
    let mut problems = Problems::default();
    text::handle(&mut problems, &[], wanted).ok_or_else(|| {
        Error::BadRequest(format!(
            "{wanted:?} cannot be a handle: 1 to 255 lower-case letters, digits and hyphens, and no hyphen at either end"
        ))
    })
}

async fn location(change: &Change<'_>, markets: &Markets, wish: &Wish) -> Result<LocationId> {
    let same = |handle: &String| markets.locations.iter().find(|known| known.handle == *handle);
    let known = match &wish.location {
        Some(handle) => same(handle),
        None => markets.locations.first(),
    };
    if let Some(location) = known {
        return Ok(location.id);
    }
    if let Some(handle) = wish.location.as_ref().filter(|_| !markets.locations.is_empty()) {
        return Err(Error::BadRequest(format!("there is no location {handle:?}")));
    }
    let handle = new_handle(wish.location.as_deref())?;
    write::add_location(change, &handle, "Default location", None).await
}
