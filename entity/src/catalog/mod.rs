//! Products and how they are ordered.

pub mod vendor;
pub mod product_type;
pub mod tag;
pub mod product;
pub mod product_translation;
pub mod product_tag;
pub mod product_option;
pub mod product_option_translation;
pub mod option_value;
pub mod option_value_translation;
pub mod media;
pub mod media_translation;
pub mod variant;
pub mod publication;
pub mod metafield;
pub mod handle_redirect;
pub mod category;
pub mod category_translation;
pub mod category_closure;
pub mod product_category;
pub mod collection;
pub mod collection_translation;
pub mod collection_product;
