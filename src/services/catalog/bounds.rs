//! How much a product may have, however it comes in: through the API, with a file, as an upload.

/// Characters of a title, a name, a code.
pub const LINE: usize = 255;
/// Characters of a description for search engines.
pub const SEO: usize = 1000;
/// Bytes of a description before it is made safe.
pub const HTML: usize = 512 * 1024;
/// Tags of a product.
pub const TAGS: usize = 250;
/// Categories of a product.
pub const CATEGORIES: usize = 50;
/// Variants of a product: as many as Shopify's have.
pub const VARIANTS: usize = 2048;
/// Images of a product.
pub const IMAGES: usize = 250;
/// Characters of what an image shows.
pub const ALT: usize = 1000;
/// Bytes of an address.
pub const ADDRESS: usize = 2048;
/// Pieces of custom data that one change may tell of.
pub const METAFIELDS: usize = 250;
/// Bytes of a piece of custom data.
pub const METAFIELD: usize = 64 * 1024;
/// Grams that a variant may weigh: a thousand tonnes.
pub const WEIGHT: f64 = 1e9;
/// The minor units of its currency that a variant may cost.
pub const PRICE: i64 = 1_000_000_000_000_000;
/// Pieces that one level of stock may tell of, above zero and below.
pub const PIECES: i64 = 1_000_000_000;
