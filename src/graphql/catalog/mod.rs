//! Products and how they are ordered, as clients see them.

mod category;
mod category_mutation;
mod collection;
mod collection_mutation;
mod label_mutation;
mod media;
mod metafield;
mod options;
mod product;
mod products;
mod query;
mod variant;
mod write;

pub use category::Category;
pub use category_mutation::CategoryMutation;
pub use collection::Collection;
pub use collection_mutation::CollectionMutation;
pub use label_mutation::LabelMutation;
pub use media::Media;
pub use product::Product;
pub use products::ProductArguments;
pub use query::CatalogQuery;
pub use variant::Variant;
pub use write::CatalogMutation;
