//! Wishlists as clients see them.

use async_graphql::{Context, ID, Object};
use entity::id::VariantId;

use crate::graphql::access::{Anyone, SignedIn};
use crate::graphql::batch::{self, Row};
use crate::graphql::catalog::{Product, Variant};
use crate::graphql::connection::{Connection, Hanging, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::{About, Paged};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{ItemCountOf, ItemsOf, ProductById, VariantById};
use crate::graphql::lookahead;
use crate::graphql::quick::{Ask, Plain, Quick};
use crate::graphql::scalars::DateTime;
use crate::services::Result;
use crate::services::engagement::wishlists::{self, Item, Which};

/// Reading wishlists.
#[derive(Default)]
pub struct WishlistQuery;

#[Object]
impl WishlistQuery {
    /// Your wishlists: the default one first, then the oldest; at most 20. None where no customer is signed in.
    #[graphql(directive = SignedIn::apply(), directive = About::apply(20))]
    async fn wishlists(&self, ctx: &Context<'_>) -> Nullable<Vec<Wishlist>> {
        nullable(async {
            let lists = wishlists::of_account(ctx.app(), ctx.viewer()).await?;
            Ok(Some(batch::level(lists).map(Wishlist).collect()))
        })
        .await
    }

    /// A wishlist: with `token` that of a visitor, with `id` one of your own, with neither your default one; null where there
    /// is none.
    #[graphql(directive = Anyone::apply())]
    async fn wishlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of your own.")] id: Option<ID>,
        #[graphql(desc = "The token of a visitor's wishlist, as `wishlistItemsAdd` told it.")] token: Option<
            String,
        >,
    ) -> Nullable<Wishlist> {
        nullable(async {
            let Ok(which) = which(id.as_ref(), token) else { return Ok(None) };
            let found = wishlists::find(ctx.app(), ctx.viewer(), &which).await?;
            Ok(found.map(Wishlist::alone))
        })
        .await
    }
}

/// Which list is meant.
///
/// # Errors
/// At `id` where that is the id of no wishlist.
pub fn which(id: Option<&ID>, token: Option<String>) -> Result<Which> {
    Ok(match (token, id) {
        (Some(token), _) => Which::OfToken(token),
        (None, Some(id)) => Which::Named(id::named(id, &[&"id"])?),
        (None, None) => Which::Own,
    })
}

/// What somebody would like to have.
pub struct Wishlist(Row<wishlists::Wishlist>);

impl Wishlist {
    /// One that was read by itself.
    pub fn alone(list: wishlists::Wishlist) -> Self {
        let mut rows: Vec<_> = batch::level(vec![list]).collect();
        Self(rows.swap_remove(0))
    }

    fn list(&self, asked: Asked) -> Result<Hanging<wishlists::Wishlist, ItemsOf, WishlistItem>> {
        let list = ListId::of(("items of wishlist", self.0.id));
        let window = list.window(asked)?;
        Ok(Hanging {
            key: Box::new(move |wishlist| ItemsOf(wishlist.id, window.clone())),
            list,
            places: Places::Keys(Box::new(Item::key)),
            total: Total::along(&self.0, |wishlist| ItemCountOf(wishlist.id)),
        })
    }
}

/// What somebody would like to have.
#[Object]
impl Wishlist {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its name; null where nobody named it.
    async fn name(&self) -> Option<&str> {
        Some(self.0.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Whether it is the one that is meant where a customer names none.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed. A visitor's is forgotten some time after that: 90 days, unless the shop has set otherwise.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// What is on it, in the order in which it was added; at most 500 in all.
    #[graphql(directive = Paged::apply())]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Quick<Connection<WishlistItem>>> {
        let shown = lookahead::shown::<WishlistItem>(&ctx.item.node);
        self.list(Asked { first, last, after, before, shown })?.load(ctx, &self.0).await
    }
}

/// A product or a variant on a wishlist. It stays when the product is no longer on offer, and says so.
pub struct WishlistItem(Row<Item>);

const PRODUCT: fn(&Item) -> ProductById = |item| ProductById(item.product_id);

/// Rows of one level share a loader, so those without a variant ask for one that nothing has.
const VARIANT: fn(&Item) -> VariantById =
    |item| VariantById(item.variant_id.unwrap_or(VariantId(uuid::Uuid::nil())));

impl Listed for WishlistItem {
    type Row = Item;

    const CONNECTION: &'static str = "WishlistItemConnection";
    const EDGE: &'static str = "WishlistItemEdge";

    fn of(row: Row<Item>) -> Self {
        Self(row)
    }
}

impl WishlistItem {
    async fn offered_variant(&self, ctx: &Context<'_>) -> Result<Option<Variant>> {
        if self.0.variant_id.is_none() || ctx.along(&self.0, PRODUCT).await?.is_none() {
            return Ok(None);
        }
        Ok(ctx.along(&self.0, VARIANT).await?.map(Variant::of))
    }
}

impl Plain for WishlistItem {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "title" => ask.write(&self.0.title),
            "addedAt" => ask.write(&self.0.added_at.to_string()),
            "product" => {
                let product = ask.along(&self.0, PRODUCT)?;
                ask.maybe(product.map(Product::of))
            }
            _ => None,
        }
    }
}

/// A product or a variant on a wishlist. It stays when the product is no longer on offer, and says so.
#[Object]
impl WishlistItem {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// The product's title when it was added, for when the product is gone.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// When it was added.
    async fn added_at(&self) -> DateTime {
        DateTime(self.0.added_at)
    }

    /// Whether it is still on offer here: the product is published, and the variant that was chosen is there. Whether it is in
    /// stock, the variant tells.
    async fn is_offered(&self, ctx: &Context<'_>) -> Result<bool> {
        match self.0.variant_id {
            Some(_) => Ok(self.offered_variant(ctx).await?.is_some()),
            None => Ok(ctx.along(&self.0, PRODUCT).await?.is_some()),
        }
    }

    /// The product; null where it is no longer on offer here.
    async fn product(&self, ctx: &Context<'_>) -> Nullable<Quick<Product>> {
        nullable(async { Ok(ctx.along(&self.0, PRODUCT).await?.map(Product::of).map(Quick)) }).await
    }

    /// The variant that was chosen; null where none was, or it is no longer on offer here.
    async fn variant(&self, ctx: &Context<'_>) -> Nullable<Quick<Variant>> {
        nullable(async { Ok(self.offered_variant(ctx).await?.map(Quick)) }).await
    }
}
