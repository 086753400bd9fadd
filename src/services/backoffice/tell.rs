//! One input of a whole product, looked at before anything is read, and taken over.

use std::collections::{HashMap, HashSet};

use entity::catalog::{media, publication, variant};
use entity::id::{MarketId, MediaId, OptionValueId, VariantId};
use entity::time::Timestamp;

use super::set::ProductSet;
use super::variant::ToldVariant;
use crate::services::catalog::bounds::{ALT, IMAGES, VARIANTS};
use crate::services::catalog::whole::{
    Known, MAX_OPTIONS, NO_CHOICE, Selection, Whole, new_variant, next, selection_of,
};
use crate::services::catalog::write::fields::{category_handles, each_once, names, text_of};
use crate::services::catalog::write::options::{VALUES, select};
use crate::services::catalog::write::{
    Fields, address, handle, link_of, metafield, named_once, rows, value_name,
};
use crate::services::markets::Markets;
use crate::services::problem::{Problems, Reason};
use crate::services::text;

/// An input that can be, as far as it tells by itself.
#[derive(Debug)]
pub struct Told<'a> {
    pub input: &'a ProductSet,
    pub fields: Fields,
    options: Option<Vec<(String, Option<Vec<String>>)>>,
    pub variants: Option<Vec<ToldVariant<'a>>>,
    publications: Option<Vec<(MarketId, Option<Timestamp>)>>,
}

impl<'a> Told<'a> {
    /// Looks at everything that can be looked at without reading; `None` where anything is wrong.
    pub fn of(input: &'a ProductSet, markets: &Markets, problems: &mut Problems) -> Option<Self> {
        let fields = input.fields.checked(problems, &[]);
        if let Some(categories) = &input.categories {
            category_handles(problems, &[&"categories"], categories);
        }
        let options = input.options.as_ref().map(|_| options(input, problems));
        let variants = input.variants.as_ref().map(|variants| {
            rows(problems, &[&"variants"], variants.len(), 1, VARIANTS);
            let told = |(index, variant)| ToldVariant::of(variant, index, markets, problems);
            variants.iter().take(VARIANTS).enumerate().map(told).collect::<Vec<_>>()
        });
        if let Some(variants) = &variants {
            let chosen = variants.iter().map(|variant| &variant.values).enumerate();
            let mut seen = HashSet::new();
            for (index, values) in chosen {
                if !seen.insert(values) {
                    let message = "another variant of the input has these values";
                    problems.add(Reason::Invalid, &[&"variants", &index, &"optionValues"], message);
                }
            }
        }
        images(input, problems);
        if let Some(drafts) = &input.metafields {
            metafield(problems, &[&"metafields"], drafts);
        }
        let publications = input.publications.as_ref().map(|_| publications(input, markets, problems));
        problems.is_empty().then_some(Self { input, fields, options, variants, publications })
    }

    /// Makes the product what is told; what cannot be is noted. Answers the variants in the order of the input.
    pub fn apply(
        &self,
        whole: &mut Whole,
        known: &Known,
        problems: &mut Problems,
        now: Timestamp,
    ) -> Vec<VariantId> {
        self.fields.tell(whole, known);
        self.categories(whole, known, problems);
        self.options(whole, problems);
        let images = self.images(whole, problems, now);
        let variants =
            if problems.is_empty() { self.variants(whole, &images, problems, now) } else { Vec::new() };
        if let Some(drafts) = &self.input.metafields {
            link_of(whole, whole.id().0, drafts, true);
        }
        if let Some(publications) = &self.publications {
            whole.publications.retain(|row| publications.iter().any(|(market, _)| *market == row.market_id));
            for (market_id, from) in publications {
                match whole.publications.iter_mut().find(|row| row.market_id == *market_id) {
                    Some(row) => row.published_at = from.unwrap_or(row.published_at),
                    None => whole.publications.push(publication::Model {
                        product_id: whole.product.id,
                        market_id: *market_id,
                        published_at: from.unwrap_or(now),
                    }),
                }
            }
        }
        variants
    }

    fn categories(&self, whole: &mut Whole, known: &Known, problems: &mut Problems) {
        let Some(handles) = &self.input.categories else { return };
        let had: HashMap<String, _> = whole.categories.drain(..).map(|(id, handle)| (handle, id)).collect();
        for (index, handle) in handles.iter().enumerate() {
            if let Some(id) = had.get(handle).or_else(|| known.categories.get(handle)) {
                whole.categories.push((*id, handle.clone()));
            } else {
                let message = "there is no category with this handle";
                problems.add(Reason::NotFound, &[&"categories", &index], message);
            }
        }
    }

    /// Options are matched by their place.
    fn options(&self, whole: &mut Whole, problems: &mut Problems) {
        let Some(options) = &self.options else {
            if whole.options.is_empty() {
                whole.add_option(NO_CHOICE.0);
            }
            return;
        };
        if self.variants.is_none() && options.len() != whole.options.len() {
            problems.add(Reason::Invalid, &[&"variants"], "with other options, name all variants");
            return;
        }
        whole.options.truncate(options.len());
        for (index, (name, _)) in options.iter().enumerate() {
            match whole.options.get_mut(index) {
                Some(choice) => choice.option.name.clone_from(name),
                None => whole.add_option(name),
            }
        }
        for row in &mut whole.variants {
            let mut selection = selection_of(row);
            selection[options.len().min(MAX_OPTIONS)..].fill(None);
            select(row, selection);
        }
    }

    fn images(&self, whole: &mut Whole, problems: &mut Problems, now: Timestamp) -> HashMap<String, MediaId> {
        let product_id = whole.id();
        let new = |url: &str, position: i32| media::Model {
            id: MediaId::generate(),
            product_id,
            position,
            url: url.to_owned(),
            alt: String::new(),
            width: None,
            height: None,
            mime_type: None,
            created_at: now,
        };
        let mut known: HashMap<String, media::Model> = HashMap::new();
        if let Some(images) = &self.input.media {
            known = std::mem::take(&mut whole.media).into_iter().map(|row| (row.url.clone(), row)).collect();
            for ((index, image), position) in images.iter().enumerate().zip(1..) {
                let row = known.remove(&image.url);
                if row.is_none() {
                    address(problems, &[&"media", &index, &"url"], &image.url);
                }
                let mut row = row.unwrap_or_else(|| new(&image.url, position));
                row.position = position;
                if let Some(alt) = &image.alt {
                    alt.trim().clone_into(&mut row.alt);
                }
                whole.media.push(row);
            }
        }
        let own = self.variants.iter().flatten().enumerate();
        for (index, url) in own.filter_map(|(index, it)| Some((index, it.input.image_url.as_deref()?))) {
            if !url.is_empty() && whole.media.iter().all(|row| row.url != url) {
                let row = known.remove(url);
                if row.is_none() {
                    address(problems, &[&"variants", &index, &"imageUrl"], url);
                }
                let position = next(whole.media.iter().map(|row| row.position));
                let row = row.unwrap_or_else(|| new(url, position));
                whole.media.push(media::Model { position, ..row });
            }
        }
        whole.remove_media(|_| true);
        if whole.media.len() > IMAGES {
            problems.add(Reason::Invalid, &[&"media"], format!("a product has at most {IMAGES} images"));
        }
        whole.media.iter().map(|row| (row.url.clone(), row.id)).collect()
    }

    fn variants(
        &self,
        whole: &mut Whole,
        images: &HashMap<String, MediaId>,
        problems: &mut Problems,
        now: Timestamp,
    ) -> Vec<VariantId> {
        let used = whole.used_values();
        let told = match &self.variants {
            Some(told) => told.as_slice(),
            None => &[],
        };
        let mut known: HashMap<Selection, variant::Model> = HashMap::new();
        if self.variants.is_some() {
            let before = std::mem::take(&mut whole.variants);
            before.into_iter().rev().for_each(|row| drop(known.insert(selection_of(&row), row)));
        } else if whole.variants.is_empty() {
            let selection = whole.select(&[NO_CHOICE.1.to_owned()]);
            let row = new_variant(whole, selection, now);
            whole.variants.push(row);
        }
        for ((index, wanted), position) in told.iter().enumerate().zip(1..) {
            if wanted.values.len() != whole.options.len() {
                let message =
                    format!("the product has {} options: name a value for each", whole.options.len());
                problems.add(Reason::Invalid, &[&"variants", &index, &"optionValues"], message);
                continue;
            }
            let selection = whole.select(&wanted.values);
            let mut row = known.remove(&selection).unwrap_or_else(|| new_variant(whole, selection, now));
            row.position = position;
            wanted.fields.tell(&mut row);
            if let Some(url) = &wanted.input.image_url {
                row.media_id = images.get(url).copied();
            }
            let id = row.id;
            whole.variants.push(row);
            if let Some(drafts) = &wanted.input.metafields {
                link_of(whole, id.0, drafts, true);
            }
        }
        whole.remove_variants(|_| true);
        self.values(whole, &used, problems);
        whole.variants.iter().map(|row| row.id).collect()
    }

    /// Values that are told come first and in their order; those that nothing has any more go.
    fn values(&self, whole: &mut Whole, before: &HashSet<OptionValueId>, problems: &mut Problems) {
        let used = whole.used_values();
        for (index, choice) in whole.options.iter_mut().enumerate() {
            let told = self.options.as_ref().and_then(|options| options.get(index)?.1.as_ref());
            if let Some(texts) = told {
                let ids: Vec<OptionValueId> = texts.iter().map(|text| choice.ensure(text)).collect();
                choice.values.retain(|row| used.contains(&row.id) || ids.contains(&row.id));
                let place = |id| ids.iter().position(|told| *told == id).unwrap_or(usize::MAX);
                choice.values.sort_by_key(|row| place(row.id));
                for (row, position) in choice.values.iter_mut().zip(1..) {
                    row.position = position;
                }
            } else {
                choice.values.retain(|row| used.contains(&row.id) || !before.contains(&row.id));
            }
            if choice.values.len() > VALUES {
                problems.add(
                    Reason::Invalid,
                    &[&"options", &index, &"values"],
                    "an option has at most 100 values",
                );
            }
        }
    }
}

fn options(input: &ProductSet, problems: &mut Problems) -> Vec<(String, Option<Vec<String>>)> {
    let options = input.options.as_deref().unwrap_or_default();
    rows(problems, &[&"options"], options.len(), 1, MAX_OPTIONS);
    let mut told = Vec::new();
    for (index, option) in options.iter().take(MAX_OPTIONS).enumerate() {
        let name = value_name(problems, &[&"options", &index, &"name"], &option.name);
        let values = option
            .values
            .as_ref()
            .map(|values| names(problems, &[&"options", &index, &"values"], values, VALUES));
        told.push((name, values));
    }
    each_once(problems, &[&"options"], told.iter().map(|(name, _)| text_of(name)));
    told
}

fn images(input: &ProductSet, problems: &mut Problems) {
    let images = input.media.as_deref().unwrap_or_default();
    rows(problems, &[&"media"], images.len(), 0, IMAGES);
    named_once(problems, &[&"media"], images.iter().map(|image| &image.url));
    for (index, alt) in
        images.iter().enumerate().filter_map(|(index, image)| Some((index, image.alt.as_ref()?)))
    {
        text::line(problems, &[&"media", &index, &"alt"], alt, 0..=ALT);
    }
}

fn publications(
    input: &ProductSet,
    markets: &Markets,
    problems: &mut Problems,
) -> Vec<(MarketId, Option<Timestamp>)> {
    let told = input.publications.as_deref().unwrap_or_default();
    named_once(problems, &[&"publications"], told.iter().map(|publication| &publication.market));
    let mut known = Vec::new();
    for (index, publication) in told.iter().enumerate() {
        if let Some(market) = markets.market(&publication.market) {
            known.push((market.id, publication.from));
        } else {
            let message = "there is no market with this handle";
            problems.add(Reason::NotFound, &[&"publications", &index, &"market"], message);
        }
    }
    known
}

/// Whether the handle of an input may stand for a product that is not there yet.
pub fn new_handle(problems: &mut Problems, typed: &str) {
    handle(problems, &[&"handle"], typed, None);
}
