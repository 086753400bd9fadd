//! How lists of products are sorted.

use crate::services::keyset::Keyset;

/// What a list of products is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The folded title, from A.
    Title,
    /// The lowest price of the variants, the lowest first.
    Price,
    /// The date of publication, the latest first.
    #[default]
    Newest,
    /// The average rating, the best first.
    Rating,
    /// The order that staff gave a collection; elsewhere the same as the newest first.
    Manual,
}

impl Sort {
    /// The columns of rows `l` of the projection (and `cp` of a collection) that it sorts by.
    pub(super) fn keyset(self, reverse: bool) -> Keyset {
        let (columns, descending): (&'static [&'static str], bool) = match self {
            Self::Title => (&["l.title_key", "l.product_id"], false),
            Self::Price => (&["l.price_min", "l.product_id"], false),
            Self::Newest => (&["l.published_at", "l.product_id"], true),
            Self::Rating => (&["l.rating_key", "l.product_id"], true),
            Self::Manual => (&["cp.position", "l.product_id"], false),
        };
        Keyset { columns, descending: descending != reverse }
    }

    /// What it means where no collection gives an order.
    #[must_use]
    pub fn outside_collections(self) -> Self {
        if self == Self::Manual { Self::Newest } else { self }
    }
}
