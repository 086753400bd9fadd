//! Products and how they are ordered: variants, options, images, categories, collections, custom data.

pub mod bounds;
pub mod categories;
pub mod collections;
pub mod draft;
pub mod html;
pub mod labels;
pub mod media;
pub mod metafields;
pub mod options;
pub mod owners;
pub mod products;
pub mod publications;
pub mod ratings;
pub mod redirects;
pub mod snapshot;
pub mod shelf;
mod spoken;
pub mod translated;
pub mod translations;
pub mod uploaded;
pub mod upsert;
pub mod variants;
pub mod whole;
pub mod write;
