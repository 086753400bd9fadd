//! What listings there should be: pure.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use entity::id::ProductId;
use entity::search::facet::FacetKind;
use entity::time::{NEVER, Timestamp};

use super::read::{Offer, Source};
use crate::services::markets::Locale;
use crate::services::search::text;

/// Grows when texts are cut or folded in another way, so that they are indexed again.
const ANALYSIS: u32 = 1;

/// A listing that should be there.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub product: ProductId,
    pub source: &'a Source,
    pub locale: i64,
    pub language: String,
    pub published_at: Timestamp,
    pub title_key: String,
    pub offer: Offer,
    /// Kind, name and value of each facet.
    pub facets: BTreeSet<(FacetOrder, &'a str, &'a str)>,
    pub text: Text<'a>,
    pub text_hash: i64,
}

/// A facet's kind, as it is stored.
pub type FacetOrder = i16;

/// What is searched, in the language of the locale.
#[derive(Debug, Hash)]
pub struct Text<'a> {
    pub title: &'a str,
    pub vendor: &'a str,
    pub tags: &'a [String],
    pub skus: &'a [String],
    pub body: &'a str,
}

impl Text<'_> {
    /// The document that both engines index.
    pub fn document(&self, language: &str) -> text::Document {
        let source = text::Source {
            title: self.title,
            vendor: self.vendor,
            tags: self.tags,
            sku: self.skus,
            body: self.body,
        };
        text::Document::new(&source, language)
    }
}

/// A product has a listing in each locale. Where it is not active, not published or has no price in the market, it is
/// on offer [`NEVER`], and only staff come across it.
pub fn listings<'a>(sources: &'a HashMap<ProductId, Source>, locales: &[Locale]) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    for (product, source) in sources {
        for locale in locales {
            let market = locale.market.id;
            let (published, offer) = (source.published.get(&market), source.offers.get(&market));
            let on_offer = published.filter(|_| source.active && offer.is_some());
            let offer = offer.copied().unwrap_or(Offer::NONE);
            wanted.push(listing(*product, source, locale, *on_offer.unwrap_or(&NEVER), offer));
        }
    }
    wanted
}

fn listing<'a>(
    product: ProductId,
    source: &'a Source,
    locale: &Locale,
    published_at: Timestamp,
    offer: Offer,
) -> Wanted<'a> {
    let (title, body) = texts(source, &locale.chain);
    let text = Text {
        title,
        vendor: source.vendor.as_deref().unwrap_or_default(),
        tags: &source.tags,
        skus: &source.skus,
        body,
    };
    let mut hasher = DefaultHasher::new();
    (ANALYSIS, &locale.language, &text).hash(&mut hasher);
    Wanted {
        product,
        source,
        locale: locale.id,
        language: locale.language.clone(),
        published_at,
        title_key: text::sort_key(title),
        offer,
        facets: facets(source),
        text_hash: hasher.finish().cast_signed(),
        text,
    }
}

/// Title and description in the first language of the chain that has them.
fn texts<'a>(source: &'a Source, chain: &[String; 2]) -> (&'a str, &'a str) {
    let translated = || chain.iter().filter_map(|language| source.translations.get(language));
    let title = translated().find_map(|(title, _)| title.as_deref());
    let body = translated().find_map(|(_, body)| body.as_deref());
    (title.unwrap_or(&source.title), body.unwrap_or(&source.description))
}

fn facets(source: &Source) -> BTreeSet<(FacetOrder, &str, &str)> {
    let mut facets = BTreeSet::new();
    let lists = [
        (FacetKind::Category, &source.categories),
        (FacetKind::Collection, &source.collections),
        (FacetKind::Tag, &source.tags),
    ];
    for (kind, values) in lists {
        facets.extend(values.iter().map(|value| (number(kind), "", value.as_str())));
    }
    let single = [(FacetKind::Vendor, &source.vendor), (FacetKind::ProductType, &source.product_type)];
    for (kind, value) in single {
        facets.extend(value.iter().map(|value| (number(kind), "", value.as_str())));
    }
    for (name, value) in &source.options {
        facets.insert((number(FacetKind::Option), name, value));
    }
    facets
}

fn number(kind: FacetKind) -> FacetOrder {
    sea_orm::ActiveEnum::to_value(&kind)
}
