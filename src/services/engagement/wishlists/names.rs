//! Names of wishlists: sealed under the customer's own key. Only customers name theirs; a list without a name says nothing.

use entity::id::WishlistId;

use crate::services::Result;
use crate::services::identity::Vault;

fn place(id: WishlistId) -> String {
    format!("wishlist.name/{}", id.0)
}

/// A name as it is kept.
pub(super) fn seal(vault: &Vault, id: WishlistId, name: &str) -> Result<String> {
    vault.seal(&place(id), name)
}

/// The name of a list as its owner typed it; empty where nobody named it.
pub fn open_name(vault: &Vault, id: WishlistId, kept: &str) -> Result<String> {
    if kept.is_empty() { Ok(String::new()) } else { vault.open(&place(id), kept) }
}
