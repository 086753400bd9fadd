//! The shop and its markets, kept in memory: every request needs them, and they change seldom.

mod language;
mod languages;
mod load;
pub mod locations;
pub mod manage;
pub mod write;

pub use self::load::locales;

use std::sync::Arc;

use entity::id::{LocationId, MarketId};
use uuid::Uuid;

use super::keyset::{Key, SortValue};
use super::page::{Page, Window};

/// ISO 4217 code of no currency at all.
const NO_CURRENCY: &str = "XXX";

/// The shop itself.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The language in which its rows are written before they are translated (BCP 47).
    pub base_language: String,
}

/// Where the shop sells.
#[derive(Clone, Debug)]
pub struct Market {
    /// Its id.
    pub id: MarketId,
    /// Its slug, which requests name.
    pub handle: String,
    /// Its place among the markets, from 0.
    pub place: i64,
    /// Its name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Digits of the currency after the point.
    pub digits: u32,
    /// Whether its prices include tax.
    pub tax_inclusive: bool,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Vec<String>,
    /// Its languages in the order in which they fall back.
    pub languages: Vec<MarketLanguage>,
}

/// A language of a market.
#[derive(Clone, Debug)]
pub struct MarketLanguage {
    /// The number of market and language together, in projections.
    pub locale_id: i64,
    /// BCP 47 tag.
    pub tag: String,
}

/// A place where stock lies.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its slug.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2 code, where known.
    pub country: Option<String>,
}

/// The market and language in which a request is answered.
#[derive(Clone, Debug)]
pub struct Locale {
    /// The market.
    pub market: Arc<Market>,
    /// The number of market and language together, in projections.
    pub id: i64,
    /// The language of the answer (BCP 47).
    pub language: String,
    /// Languages to look for translations in, best first; empty where the base language comes next.
    pub chain: [String; 2],
}

impl Locale {
    /// Whether texts are wanted as they were written, without translations.
    pub fn is_base(&self) -> bool {
        self.chain[0].is_empty()
    }
}

/// Everything about the shop that is kept in memory.
#[derive(Clone, Debug)]
pub struct Markets {
    /// The shop.
    pub shop: Shop,
    /// Its markets in their order, the default one first.
    pub markets: Vec<Arc<Market>>,
    /// Its locations in their order.
    pub locations: Vec<Arc<Location>>,
}

impl Market {
    /// Its place among the markets.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Int(self.place)], id: self.id.0 }
    }
}

impl Markets {
    /// A page of the markets.
    pub fn page(&self, window: &Window<Key>) -> Page<Arc<Market>> {
        let place = |key: &Key| match key.sort.as_slice() {
            [SortValue::Int(place)] => *place,
            _ => -1,
        };
        let (after, before) = (window.after.as_ref().map(place), window.before.as_ref().map(place));
        let within = |market: &&Arc<Market>| {
            after.is_none_or(|after| market.place > after)
                && before.is_none_or(|before| market.place < before)
        };
        let mut rows: Vec<Arc<Market>> = self.markets.iter().filter(within).cloned().collect();
        if window.is_backward() {
            rows.reverse();
        }
        Page::of(rows, window)
    }

    /// The market with a handle.
    pub fn market(&self, handle: &str) -> Option<&Arc<Market>> {
        self.markets.iter().find(|market| market.handle == handle)
    }

    /// The location with an id.
    pub fn location(&self, id: LocationId) -> Option<&Arc<Location>> {
        self.locations.iter().find(|location| location.id == id)
    }

    /// The locale of a request: the named market, else the default one, and the best of its languages.
    ///
    /// `None` where there is no such market. In a shop without markets one that names none is answered from nowhere: its
    /// owner has to sign in to make the first.
    pub fn locale(&self, market: Option<&str>, accept_language: &str) -> Option<Locale> {
        let market = match market {
            Some(handle) => self.market(handle)?,
            None => match self.markets.first() {
                Some(market) => market,
                None => return Some(self.nowhere()),
            },
        };
        let spoken = language::negotiate(accept_language, &market.languages)?;
        Some(self.locale_of(market, spoken))
    }

    /// Where nothing is published.
    fn nowhere(&self) -> Locale {
        let market = Market {
            id: MarketId(Uuid::nil()),
            handle: String::new(),
            place: -1,
            name: String::new(),
            currency: NO_CURRENCY.to_owned(),
            digits: 0,
            tax_inclusive: false,
            countries: Vec::new(),
            languages: Vec::new(),
        };
        let language = self.shop.base_language.clone();
        Locale { market: Arc::new(market), id: 0, language, chain: [String::new(), String::new()] }
    }

    /// Every locale of the shop.
    pub fn locales(&self) -> impl Iterator<Item = Locale> {
        let spoken = self
            .markets
            .iter()
            .flat_map(|market| market.languages.iter().map(move |language| (market, language)));
        spoken.map(|(market, language)| self.locale_of(market, language))
    }

    fn locale_of(&self, market: &Arc<Market>, spoken: &MarketLanguage) -> Locale {
        let base = &self.shop.base_language;
        let others = market.languages.iter().filter(|other| other.tag != spoken.tag);
        let mut chain = std::iter::once(spoken).chain(others).map(|language| language.tag.clone());
        let mut before_base = chain.by_ref().take_while(|tag| tag != base);
        Locale {
            market: Arc::clone(market),
            id: spoken.locale_id,
            language: spoken.tag.clone(),
            chain: [before_base.next().unwrap_or_default(), before_base.next().unwrap_or_default()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(base: &str, languages: &[&str]) -> Markets {
        let languages = languages
            .iter()
            .zip(1..)
            .map(|(tag, locale_id)| MarketLanguage { locale_id, tag: (*tag).to_owned() });
        let market = Market {
            id: MarketId::generate(),
            handle: "de".to_owned(),
            place: 0,
            name: String::new(),
            currency: "EUR".to_owned(),
            digits: 2,
            tax_inclusive: true,
            countries: Vec::new(),
            languages: languages.collect(),
        };
        let shop = Shop { name: String::new(), description: String::new(), base_language: base.to_owned() };
        Markets { shop, markets: vec![Arc::new(market)], locations: Vec::new() }
    }

    #[test]
    fn translations_fall_back_along_the_market_and_end_with_the_base() {
        let markets = shop("en", &["de", "fr", "en"]);

        assert_eq!(markets.locale(None, "de-AT").unwrap().chain, ["de", "fr"]);
        assert_eq!(markets.locale(None, "fr").unwrap().chain, ["fr", "de"]);
        assert_eq!(markets.locale(None, "en").unwrap().chain, ["", ""]);
        assert_eq!(shop("de", &["fr", "de", "en"]).locale(None, "fr").unwrap().chain, ["fr", ""]);
    }

    #[test]
    fn an_unknown_market_is_none_and_an_unknown_language_the_first() {
        let markets = shop("en", &["de", "en"]);

        assert!(markets.locale(Some("fr"), "de").is_none());
        assert_eq!(markets.locale(Some("de"), "ja").unwrap().language, "de");
    }

    #[test]
    fn a_shop_without_markets_is_answered_from_nowhere() {
        let markets = Markets { markets: Vec::new(), ..shop("en", &["en"]) };

        let locale = markets.locale(None, "de").unwrap();

        assert_eq!((locale.market.handle.as_str(), locale.id, locale.language.as_str()), ("", 0, "en"));
        assert!(markets.locale(Some(""), "de").is_none());
    }
}
