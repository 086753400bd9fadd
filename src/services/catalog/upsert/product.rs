//! One draft: the product's own row, and the order in which its parts follow.

use entity::catalog::product::{self, Status};
use entity::id::ProductId;

use super::{Batch, Outcome};
use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::html;

impl Batch<'_> {
    pub(super) fn apply(&mut self, draft: &ProductDraft) -> Outcome {
        let mut outcome = Outcome::default();
        let before = self.existing.products.get(&draft.handle).cloned();
        let Some(mut row) = before.clone().or_else(|| self.new_product(draft)) else {
            outcome.problems.push((None, "a new product needs a title".to_owned()));
            outcome.variants = vec![None; draft.variants.len()];
            return outcome;
        };
        self.tell(&mut row, draft);
        outcome.product = Some(row.id);
        outcome.created = before.is_none();

        outcome.changed = before.as_ref() != Some(&row);
        let options = self.options(draft, row.id, &mut outcome);
        let media = self.media(draft, row.id, &mut outcome);
        self.variants(draft, row.id, &options, &media, &mut outcome);
        self.metafields(row.id.0, &draft.metafields, &mut outcome);
        self.labels(draft, row.id, &mut outcome);
        self.publication(draft, row.id, &mut outcome);

        if outcome.changed {
            row.version += i32::from(before.is_some());
            row.updated_at = self.change.now;
            self.writes.product(&row);
        }
        outcome
    }

    fn new_product(&self, draft: &ProductDraft) -> Option<product::Model> {
        let title = draft.title.as_ref().filter(|title| !title.is_empty())?;
        Some(product::Model {
            id: ProductId::generate(),
            handle: draft.handle.clone(),
            status: Status::Active,
            title: title.clone(),
            description_html: String::new(),
            description_text: String::new(),
            vendor_id: None,
            product_type_id: None,
            seo_title: None,
            seo_description: None,
            gift_card: false,
            rating_count: 0,
            rating_sum: 0,
            version: 1,
            created_at: self.change.now,
            updated_at: self.change.now,
        })
    }

    /// Takes over what the draft tells of the product itself.
    fn tell(&self, row: &mut product::Model, draft: &ProductDraft) {
        if let Some(title) = draft.title.as_ref().filter(|title| !title.is_empty()) {
            row.title.clone_from(title);
        }
        if let Some(described) = &draft.description_html {
            row.description_html = html::sanitise(described);
            row.description_text = html::to_text(&row.description_html);
        }
        if let Some(vendor) = &draft.vendor {
            row.vendor_id = self.names.vendors.get(vendor).copied();
        }
        if let Some(product_type) = &draft.product_type {
            row.product_type_id = self.names.types.get(product_type).copied();
        }
        if let Some(status) = draft.status {
            row.status = status;
        }
        if let Some(title) = &draft.seo_title {
            row.seo_title = present(title);
        }
        if let Some(description) = &draft.seo_description {
            row.seo_description = present(description);
        }
        if let Some(gift_card) = draft.gift_card {
            row.gift_card = gift_card;
        }
    }
}

/// An empty text is none.
pub(super) fn present(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
