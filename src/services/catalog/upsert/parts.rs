//! What belongs to a product beside its variants: images, custom data, tags, categories, publication.

use std::collections::HashMap;

use entity::catalog::{media, metafield, publication};
use entity::id::{MediaId, ProductId};
use uuid::Uuid;

use super::{Batch, Outcome};
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft};

impl Batch<'_> {
    /// Adds and changes images; answers which image has which address.
    ///
    /// An image is matched by its address; another address in the same place takes that place.
    pub(super) fn media(
        &mut self,
        draft: &ProductDraft,
        product: ProductId,
        outcome: &mut Outcome,
    ) -> HashMap<String, MediaId> {
        let mut rows = self.existing.media.remove(&product).unwrap_or_default();
        let own_images = draft.variants.iter().filter_map(|variant| variant.image_url.as_ref());
        let own_images = own_images
            .filter(|url| !url.is_empty())
            .map(|url| MediaDraft { url: url.clone(), ..MediaDraft::default() })
            .collect::<Vec<_>>();
        for wanted in draft.media.iter().chain(&own_images) {
            let index = match_media(&rows, wanted, &draft.media);
            let before = index.map(|index| rows[index].clone());
            let after = self.told_media(before.as_ref(), wanted, product, &rows);
            if before.as_ref() != Some(&after) {
                outcome.changed = true;
                self.writes.media(&after);
            }
            match index {
                Some(index) => rows[index] = after,
                None => rows.push(after),
            }
        }
        let addresses = rows.iter().map(|row| (row.url.clone(), row.id)).collect();
        self.existing.media.insert(product, rows);
        addresses
    }

    fn told_media(
        &self,
        before: Option<&media::Model>,
        wanted: &MediaDraft,
        product: ProductId,
        others: &[media::Model],
    ) -> media::Model {
        let last = others.iter().map(|row| row.position).max().unwrap_or(0);
        let mut row = before.cloned().unwrap_or_else(|| media::Model {
            id: MediaId::generate(),
            product_id: product,
            position: last + 1,
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

    /// Adds, changes and (where the value is empty) removes custom data; what kind of value it is stays as it was.
    pub(super) fn metafields(&mut self, owner: Uuid, drafts: &[MetafieldDraft], outcome: &mut Outcome) {
        let rows = self.existing.metafields.entry(owner).or_default();
        for draft in drafts {
            let same = |row: &metafield::Model| row.namespace == draft.namespace && row.key == draft.key;
            let index = rows.iter().position(same);
            if draft.value.is_empty() {
                if let Some(index) = index {
                    outcome.changed = true;
                    self.writes.remove_metafield(&rows.swap_remove(index));
                }
                continue;
            }
            let known_type = index.map(|index| rows[index].value_type.clone());
            let after = metafield::Model {
                owner_id: owner,
                namespace: draft.namespace.clone(),
                key: draft.key.clone(),
                value_type: known_type.unwrap_or_else(|| draft.value_type.clone()),
                value: draft.value.clone(),
            };
            match index {
                Some(index) if rows[index] == after => continue,
                Some(index) => rows[index] = after.clone(),
                None => rows.push(after.clone()),
            }
            outcome.changed = true;
            self.writes.metafield(&after);
        }
    }

    /// Tags and categories: what the draft tells replaces what was there.
    pub(super) fn labels(&mut self, draft: &ProductDraft, product: ProductId, outcome: &mut Outcome) {
        if let Some(tags) = &draft.tags {
            let new = distinct(tags.iter().filter_map(|tag| self.names.tags.get(tag).copied()));
            let old = self.existing.tags.remove(&product).unwrap_or_default();
            if old != new {
                outcome.changed = true;
                self.writes.tags(product, &old, &new);
            }
            self.existing.tags.insert(product, new);
        }
        if let Some(paths) = &draft.categories {
            let new = distinct(paths.iter().filter_map(|path| self.categories.get(path).copied()));
            let old = self.existing.categories.remove(&product).unwrap_or_default();
            if old != new {
                outcome.changed = true;
                self.writes.categories(product, &old, &new);
            }
            self.existing.categories.insert(product, new);
        }
    }

    /// Publishes from now on, or withdraws; a date that is there stays. A new product is published unless told
    /// otherwise, as Shopify does.
    pub(super) fn publication(&mut self, draft: &ProductDraft, product: ProductId, outcome: &mut Outcome) {
        let told = draft.published.or(outcome.created.then_some(true));
        let (Some(wanted), Some(market_id)) = (told, self.market) else { return };
        let old = self.existing.publications.remove(&product).and_then(|mut rows| rows.pop());
        match (wanted, old) {
            (true, None) => {
                let published_at = self.change.now;
                let row = publication::Model { product_id: product, market_id, published_at };
                outcome.changed = true;
                self.writes.publish(&row);
            }
            (false, Some(row)) => {
                outcome.changed = true;
                self.writes.unpublish(&row);
            }
            _ => {}
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
