//! What belongs to a product beside its variants: images, custom data, tags, categories, publication.

use std::collections::HashMap;

use entity::catalog::{media, metafield, publication};
use entity::id::{CategoryId, MediaId, VariantId};

use super::Batch;
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft};
use crate::services::catalog::whole::{Whole, next};

impl Batch<'_> {
    /// Adds and changes images; answers which image has which address.
    ///
    /// An image is matched by its address. Another address in the same place takes that place, and its variants; it is
    /// another image, of which nothing is known yet.
    pub(super) fn media(&self, whole: &mut Whole, draft: &ProductDraft) -> HashMap<String, MediaId> {
        let own_images = draft.variants.iter().filter_map(|variant| variant.image_url.as_ref());
        let own_images = own_images
            .filter(|url| !url.is_empty())
            .map(|url| MediaDraft { url: url.clone(), ..MediaDraft::default() })
            .collect::<Vec<_>>();
        for wanted in draft.media.iter().chain(&own_images) {
            let Some(index) = match_media(&whole.media, wanted, &draft.media) else {
                let new = self.told_media(None, wanted, whole);
                whole.media.push(new);
                continue;
            };
            let before = whole.media[index].clone();
            let is_same = before.url == wanted.url;
            let after = self.told_media(is_same.then(|| before.clone()), wanted, whole);
            for row in whole.variants.iter_mut().filter(|row| row.media_id == Some(before.id)) {
                row.media_id = Some(after.id);
            }
            whole.media[index] = after;
        }
        whole.media.iter().map(|row| (row.url.clone(), row.id)).collect()
    }

    fn told_media(&self, before: Option<media::Model>, wanted: &MediaDraft, whole: &Whole) -> media::Model {
        let mut row = before.unwrap_or_else(|| media::Model {
            id: MediaId::generate(),
            product_id: whole.id(),
            position: next(whole.media.iter().map(|row| row.position)),
            url: String::new(),
            alt: String::new(),
            width: None,
            height: None,
            mime_type: None,
            created_at: self.change.now,
        });
        row.url.clone_from(&wanted.url);
        row.position = wanted.position.unwrap_or(row.position);
        if let Some(alt) = &wanted.alt {
            row.alt.clone_from(alt);
        }
        row.width = wanted.width.or(row.width);
        row.height = wanted.height.or(row.height);
        row.mime_type = wanted.mime_type.clone().or(row.mime_type);
        row
    }

    /// Tags and categories: what the draft tells replaces what was there.
    pub(super) fn labels(&self, whole: &mut Whole, draft: &ProductDraft) {
        if let Some(tags) = &draft.tags {
            self.known.set_tags(whole, tags);
        }
        if let Some(paths) = &draft.categories {
            let ids = distinct(paths.iter().filter_map(|path| self.categories.get(path).copied()));
            let had: HashMap<CategoryId, String> = whole.categories.drain(..).collect();
            let named = |id: CategoryId| (id, had.get(&id).cloned().unwrap_or_default());
            whole.categories = ids.into_iter().map(named).collect();
        }
    }

    /// Publishes from now on, or withdraws; a date that is there stays. A new product is published unless told
    /// otherwise, as Shopify does.
    pub(super) fn publication(&self, whole: &mut Whole, draft: &ProductDraft, created: bool) {
        let otherwise = draft.published_if_new.unwrap_or(true);
        let told = draft.published.or(created.then_some(otherwise));
        let (Some(wanted), Some(market_id)) = (told, self.market) else { return };
        let is_there = whole.publications.iter().any(|row| row.market_id == market_id);
        if !wanted {
            whole.publications.retain(|row| row.market_id != market_id);
        } else if !is_there {
            let (product_id, published_at) = (whole.id(), self.change.now);
            whole.publications.push(publication::Model { product_id, market_id, published_at });
        }
    }
}

/// Adds, changes and (where the value is empty) removes custom data of the product, or of one of its variants; what
/// kind of value it is stays as it was.
pub(super) fn metafields<'a>(
    whole: &mut Whole,
    drafts: impl Iterator<Item = &'a MetafieldDraft>,
    of: Option<VariantId>,
) {
    let owner_id = of.map_or(whole.id().0, |variant| variant.0);
    for draft in drafts {
        let same = |row: &metafield::Model| {
            row.owner_id == owner_id && row.namespace == draft.namespace && row.key == draft.key
        };
        let index = whole.metafields.iter().position(same);
        match index {
            Some(index) if draft.value.is_empty() => drop(whole.metafields.swap_remove(index)),
            Some(index) => whole.metafields[index].value.clone_from(&draft.value),
            None if draft.value.is_empty() => {}
            None => whole.metafields.push(metafield::Model {
                owner_id,
                namespace: draft.namespace.clone(),
                key: draft.key.clone(),
                value_type: draft.value_type.clone(),
                value: draft.value.clone(),
            }),
        }
    }
}

fn match_media(rows: &[media::Model], wanted: &MediaDraft, all_wanted: &[MediaDraft]) -> Option<usize> {
    let by_address = rows.iter().position(|row| row.url == wanted.url);
    by_address.or_else(|| {
        let place = wanted.position?;
        let leaving = |row: &media::Model| all_wanted.iter().all(|other| other.url != row.url);
        rows.iter().position(|row| row.position == place && leaving(row))
    })
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut all, item| {
        if !all.contains(&item) {
            all.push(item);
        }
        all
    })
}
