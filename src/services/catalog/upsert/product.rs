//! The product's own row.

use super::Batch;
use crate::services::catalog::draft::ProductDraft;
use crate::services::catalog::html;
use crate::services::catalog::whole::{Edit, Whole, present};

impl Batch<'_> {
    pub(super) fn new_product(&self, draft: &ProductDraft) -> Option<Edit> {
        let title = draft.title.as_ref().filter(|title| !title.is_empty())?;
        let mut whole = Whole::new(&draft.handle, title, self.change.now);
        whole.product.status = draft.status_if_new.unwrap_or(whole.product.status);
        Some(Edit::new(whole))
    }

    /// Takes over what the draft tells of the product itself.
    pub(super) fn tell(&self, whole: &mut Whole, draft: &ProductDraft) {
        if let Some(vendor) = &draft.vendor {
            self.known.set_vendor(whole, vendor);
        }
        if let Some(product_type) = &draft.product_type {
            self.known.set_product_type(whole, product_type);
        }
        let row = &mut whole.product;
        if let Some(title) = draft.title.as_ref().filter(|title| !title.is_empty()) {
            row.title.clone_from(title);
        }
        if let Some(described) = &draft.description_html {
            row.description_html = html::sanitise(described);
            row.description_text = html::to_text(&row.description_html);
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
