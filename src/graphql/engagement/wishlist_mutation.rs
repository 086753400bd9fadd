//! Changing wishlists.

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::WishlistId;

use super::wishlist::{Wishlist, which};
use crate::graphql::access::{Anyone, SignedIn};
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{Payload, UserError, change, payload};
use crate::services::Result;
use crate::services::engagement::wishlists::{self, ItemInput};

/// Changing wishlists.
#[derive(Default)]
pub struct WishlistMutation;

/// A product that somebody would like to have.
#[derive(InputObject)]
pub struct WishlistItemInput {
    /// The product, which has to be on offer in the market that you ask for.
    product_id: ID,
    /// One of its variants, where one was chosen.
    variant_id: Option<ID>,
}

/// What is to be put on a wishlist.
#[derive(InputObject)]
pub struct WishlistItemsAddInput {
    /// Which of your own; absent: your default one, which is made where there is none.
    id: Option<ID>,
    /// The token of a visitor's wishlist. A visitor who has none yet leaves it out, and is told the token of a new one.
    token: Option<String>,
    /// What is to be put there: 1 to 250, behind what is there already.
    items: Vec<WishlistItemInput>,
}

/// What is to be taken off a wishlist.
#[derive(InputObject)]
pub struct WishlistItemsRemoveInput {
    /// Which of your own; absent: your default one.
    id: Option<ID>,
    /// The token of a visitor's wishlist.
    token: Option<String>,
    /// The items by their ids: 1 to 250. Those that are not there any more are no error.
    item_ids: Vec<ID>,
}

/// A wishlist that is to be.
#[derive(InputObject)]
pub struct WishlistCreateInput {
    /// Its name: 1 to 100 characters.
    name: String,
}

/// What a wishlist is to be called.
#[derive(InputObject)]
pub struct WishlistRenameInput {
    /// Which of your own.
    id: ID,
    /// Its name: 1 to 100 characters.
    name: String,
}

/// Which wishlist is to go.
#[derive(InputObject)]
pub struct WishlistDeleteInput {
    /// Which of your own; absent: your default one.
    id: Option<ID>,
    /// The token of a visitor's wishlist.
    token: Option<String>,
}

/// Which visitor's wishlist is to be yours.
#[derive(InputObject)]
pub struct WishlistMergeInput {
    /// The token of the visitor's wishlist.
    token: String,
    /// Which of your own takes it over; absent: your default one, which is made where there is none.
    id: Option<ID>,
}

payload! {
    /// What became of a wishlist.
    WishlistPayload {
        /// The wishlist as it is now.
        wishlist: Wishlist,
    }

    /// What came of putting things on a wishlist.
    WishlistItemsAddPayload {
        /// The wishlist as it is now.
        wishlist: Wishlist,
        /// The token of a visitor's new wishlist. It is told this once: keep it, and whoever has it has the wishlist.
        token: String,
        /// How much was put there.
        added: i32,
        /// How much was there already.
        known: i32,
    }

    /// What became of a wishlist that was to go.
    WishlistDeletePayload {
        /// The id of the wishlist that is gone.
        deleted_id: ID,
    }
}

/// What came of taking a visitor's wishlist over.
#[derive(Default)]
pub struct WishlistMergePayload {
    list: Option<Wishlist>,
    added: Option<i32>,
    known: Option<i32>,
    left: Vec<String>,
    user_errors: Vec<UserError>,
}

impl Payload for WishlistMergePayload {
    fn refused(self, errors: Vec<UserError>) -> Self {
        Self { user_errors: errors, ..self }
    }
}

/// What came of taking a visitor's wishlist over.
#[Object]
impl WishlistMergePayload {
    /// Your wishlist as it is now.
    async fn wishlist(&self) -> Option<&Wishlist> {
        self.list.as_ref()
    }

    /// How much was put there.
    async fn added(&self) -> Option<i32> {
        self.added
    }

    /// How much was there already.
    async fn known(&self) -> Option<i32> {
        self.known
    }

    /// The titles of what did not fit, since a wishlist holds at most 500 items. It is not lost: make room, and take the rest
    /// over with the same token.
    #[graphql(directive = About::apply(20))]
    async fn left(&self) -> &[String] {
        &self.left
    }

    /// What the input had wrong; empty where the change was made.
    #[graphql(directive = About::apply(5))]
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

#[Object]
impl WishlistMutation {
    /// Puts things on a wishlist, yours or a visitor's; what is there already stays where it is. A wishlist holds at most 500
    /// items.
    #[graphql(directive = Anyone::apply())]
    async fn wishlist_items_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be put where.")] input: WishlistItemsAddInput,
    ) -> Nullable<WishlistItemsAddPayload> {
        change(ctx, async {
            let which = which(input.id.as_ref(), input.token)?;
            let items = wanted(&input.items)?;
            let locale = &ctx.scope().locale;
            let added = wishlists::add(ctx.app(), ctx.viewer(), locale, &which, &items).await?;
            Ok(WishlistItemsAddPayload {
                wishlist: shown(ctx, added.list).await?,
                token: added.token,
                added: Some(number(added.added)),
                known: Some(number(added.known)),
                ..WishlistItemsAddPayload::default()
            })
        })
        .await
    }

    /// Takes things off a wishlist, yours or a visitor's.
    #[graphql(directive = Anyone::apply())]
    async fn wishlist_items_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be taken from where.")] input: WishlistItemsRemoveInput,
    ) -> Nullable<WishlistPayload> {
        change(ctx, async {
            let which = which(input.id.as_ref(), input.token)?;
            let items: Vec<_> = input.item_ids.iter().filter_map(id::read).collect();
            let list = wishlists::remove(ctx.app(), ctx.viewer(), &which, &items).await?;
            Ok(WishlistPayload { wishlist: shown(ctx, list).await?, ..WishlistPayload::default() })
        })
        .await
    }

    /// Makes a wishlist. A customer has at most 20; the first one is the default one.
    #[graphql(directive = SignedIn::apply())]
    async fn wishlist_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be called.")] input: WishlistCreateInput,
    ) -> Nullable<WishlistPayload> {
        change(ctx, async {
            let list = wishlists::create(ctx.app(), ctx.viewer(), &input.name).await?;
            Ok(WishlistPayload { wishlist: shown(ctx, list).await?, ..WishlistPayload::default() })
        })
        .await
    }

    /// Gives a wishlist another name.
    #[graphql(directive = SignedIn::apply())]
    async fn wishlist_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and the name.")] input: WishlistRenameInput,
    ) -> Nullable<WishlistPayload> {
        change(ctx, async {
            let list = id::named(&input.id, &[&"id"])?;
            wishlists::rename(ctx.app(), ctx.viewer(), list, &input.name).await?;
            Ok(WishlistPayload { wishlist: shown(ctx, list).await?, ..WishlistPayload::default() })
        })
        .await
    }

    /// Deletes a wishlist, yours or a visitor's, with all that is on it. Of a customer's others the oldest is the default one
    /// then, if it was that one.
    #[graphql(directive = Anyone::apply())]
    async fn wishlist_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which wishlist.")] input: WishlistDeleteInput,
    ) -> Nullable<WishlistDeletePayload> {
        change(ctx, async {
            let which = which(input.id.as_ref(), input.token)?;
            let list = wishlists::delete(ctx.app(), ctx.viewer(), &which).await?;
            Ok(WishlistDeletePayload { deleted_id: Some(id::show(list)), ..WishlistDeletePayload::default() })
        })
        .await
    }

    /// Takes over what you put on a wishlist before you signed in: behind what is on your own, in its order, as far as it
    /// fits. The same again does nothing more. From then on nobody else can use the token.
    #[graphql(directive = SignedIn::apply())]
    async fn wishlist_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The visitor's wishlist, and your own.")] input: WishlistMergeInput,
    ) -> Nullable<WishlistMergePayload> {
        change(ctx, async {
            let into = input.id.as_ref().map(|id| id::named(id, &[&"id"])).transpose()?;
            let merged = wishlists::merge(ctx.app(), ctx.viewer(), &input.token, into).await?;
            Ok(WishlistMergePayload {
                list: shown(ctx, merged.list).await?,
                added: Some(number(merged.added)),
                known: Some(number(merged.known)),
                left: merged.left,
                ..WishlistMergePayload::default()
            })
        })
        .await
    }
}

fn wanted(items: &[WishlistItemInput]) -> Result<Vec<ItemInput>> {
    let item = |(index, item): (usize, &WishlistItemInput)| -> Result<ItemInput> {
        let variant = item.variant_id.as_ref();
        let variant = variant.map(|id| id::named(id, &[&"items", &index, &"variantId"])).transpose()?;
        Ok(ItemInput { product: id::named(&item.product_id, &[&"items", &index, &"productId"])?, variant })
    };
    items.iter().enumerate().map(item).collect()
}

async fn shown(ctx: &Context<'_>, id: WishlistId) -> Result<Option<Wishlist>> {
    let found = wishlists::by_ids(ctx.app(), [id]).await?;
    Ok(found.into_values().next().map(Wishlist::alone))
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
