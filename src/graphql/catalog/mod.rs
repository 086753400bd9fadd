//! Products and how they are ordered, as clients see them.

mod category;
mod collection;
mod media;
mod metafield;
mod options;
mod product;
mod products;
mod query;
mod variant;
mod write;

pub use category::Category;
pub use collection::Collection;
pub use media::Media;
pub use product::Product;
pub use products::ProductArguments;
pub use query::CatalogQuery;
pub use variant::Variant;
pub use write::CatalogMutation;
