//! Writing, moderating and listing reviews.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::id::ReviewId;

use super::types::{Review, ReviewStatus};
use crate::graphql::access::{Needs, SignedIn};
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::ReviewById;
use crate::graphql::payload::{change, change_version, payload};
use crate::services::engagement::author::{self, Words};
use crate::services::engagement::moderate::{self, Verdict};
use crate::services::engagement::reviews::{self, ReviewSort};
use crate::services::{Error, Permission, Result, Viewer};

/// Listing reviews that are not shown to everybody.
#[derive(Default)]
pub struct ReviewQuery;

/// Writing and moderating reviews.
#[derive(Default)]
pub struct ReviewMutation;

/// What you think of a product.
#[derive(InputObject)]
pub struct ReviewCreateInput {
    /// The product, which has to be on offer in the market that you ask for.
    product_id: ID,
    /// From 1 to 5.
    rating: i32,
    /// The heading: one line of plain text, at most 200 characters.
    title: Option<String>,
    /// What you want to say: plain text, at most 5,000 characters.
    body: Option<String>,
    /// The name that all your reviews are seen under: 1 to 50 characters. Needed for your first review; another one later
    /// makes all that you have written wait to be read again.
    display_name: Option<String>,
}

/// What your review is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct ReviewUpdateInput {
    /// The review.
    id: ID,
    /// From 1 to 5.
    rating: Option<i32>,
    /// The heading: one line of plain text, at most 200 characters.
    title: Option<String>,
    /// What you want to say: plain text, at most 5,000 characters.
    body: Option<String>,
    /// The name that all your reviews are seen under: 1 to 50 characters. Another one than before makes all that you have
    /// written wait to be read again.
    display_name: Option<String>,
}

/// Which review is to go.
#[derive(InputObject)]
pub struct ReviewDeleteInput {
    /// The review.
    id: ID,
}

/// What is decided about a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ReviewDecision {
    /// Everybody sees it, and it counts.
    Publish,
    /// Nobody sees it but its author.
    Reject,
}

/// A decision about a review.
#[derive(InputObject)]
pub struct ReviewModerateInput {
    /// The review.
    id: ID,
    /// The `version` that you read. Where it is no longer the current one, nothing is changed and you get `CONFLICT` with
    /// the review as it is now: so nothing is published that nobody has read.
    version: i32,
    /// What is decided.
    decision: ReviewDecision,
    /// Why it is rejected, for its author: plain text, at most 500 characters. A published review has no note.
    note: Option<String>,
}

payload! {
    /// What became of a review.
    ReviewPayload {
        /// The review as it is now.
        review: Review,
    }

    /// What became of a review that was to go.
    ReviewDeletePayload {
        /// The id of the review that is gone.
        deleted_id: ID,
    }
}

#[Object]
impl ReviewQuery {
    /// The reviews that you have written, the latest first, whether or not they are shown. For customers.
    #[graphql(directive = SignedIn::apply(), directive = Paged::apply())]
    async fn my_reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Review>> {
        nullable(async {
            let Viewer::Customer { account, .. } = *ctx.viewer() else { return Ok(None) };
            let list = ListId::of(("reviews of account", account));
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(reviews::of_account(ctx.app(), account, &window).await?);
            let total = Total::Counted(Box::new(move |ctx| {
                Box::pin(async move {
                    let db = ctx.app().db.read().map_err(Error::from)?;
                    reviews::count_of_account(db, account).await
                })
            }));
            let places = Places::Keys(Box::new(|review: &reviews::Review| review.key(ReviewSort::Newest)));
            Ok(Some(Connection::new(Some(&page), list, places, total)))
        })
        .await
    }

    /// The reviews of all products with a status, the one first that has had it for longest.
    #[graphql(directive = Needs::apply(Permission::ReviewsModerate), directive = Paged::apply())]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which: those that wait to be read, if not told.")] status: Option<ReviewStatus>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Review>> {
        nullable(async {
            let status = status.unwrap_or(ReviewStatus::Pending).into();
            let list = ListId::of(("reviews", status));
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let page = batch::page_of(reviews::with_status(ctx.app(), status, &window).await?);
            let total = Total::Counted(Box::new(move |ctx| {
                Box::pin(async move {
                    let db = ctx.app().db.read().map_err(Error::from)?;
                    reviews::count_with_status(db, status).await
                })
            }));
            let places = Places::Keys(Box::new(reviews::Review::waiting_key));
            Ok(Some(Connection::new(Some(&page), list, places, total)))
        })
        .await
    }
}

#[Object]
impl ReviewMutation {
    /// Reviews a product, once. It is shown when somebody of the staff has read it. For customers. A second review of the
    /// same product gets `TAKEN`, a product that is not on offer here `NOT_FOUND`.
    #[graphql(directive = SignedIn::apply())]
    async fn review_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you think of it.")] input: ReviewCreateInput,
    ) -> Nullable<ReviewPayload> {
        change(ctx, async {
            let ReviewCreateInput { product_id, rating, title, body, display_name } = input;
            let product = id::named(&product_id, &[&"productId"])?;
            let words = Words { rating: Some(rating), title, body, display_name };
            let locale = &ctx.scope().locale;
            let made = author::create(ctx.app(), ctx.viewer(), locale, product, words).await?;
            shown(ctx, made).await
        })
        .await
    }

    /// Changes your review. What says something new waits to be read again, and is not shown until then.
    #[graphql(directive = SignedIn::apply())]
    async fn review_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: ReviewUpdateInput,
    ) -> Nullable<ReviewPayload> {
        change(ctx, async {
            let ReviewUpdateInput { id, rating, title, body, display_name } = input;
            let id = id::named(&id, &[&"id"])?;
            author::update(ctx.app(), ctx.viewer(), id, Words { rating, title, body, display_name }).await?;
            shown(ctx, id).await
        })
        .await
    }

    /// Takes your review back for good; you may write another one.
    #[graphql(directive = SignedIn::apply())]
    async fn review_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review.")] input: ReviewDeleteInput,
    ) -> Nullable<ReviewDeletePayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            author::delete(ctx.app(), ctx.viewer(), id).await?;
            Ok(ReviewDeletePayload { deleted_id: Some(id::show(id)), ..ReviewDeletePayload::default() })
        })
        .await
    }

    /// Publishes or rejects a review. The product's rating follows at once.
    #[graphql(directive = Needs::apply(Permission::ReviewsModerate))]
    async fn review_moderate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ReviewModerateInput,
    ) -> Nullable<ReviewPayload> {
        let named = id::named::<ReviewId>(&input.id, &[&"id"]);
        let current = named.clone();
        let work = async {
            let id = named?;
            let verdict = match input.decision {
                ReviewDecision::Publish => Verdict::Publish,
                ReviewDecision::Reject => Verdict::Reject(input.note.unwrap_or_default()),
            };
            moderate::moderate(ctx.app(), id, input.version, verdict).await?;
            shown(ctx, id).await
        };
        change_version(ctx, work, async { shown(ctx, current?).await }).await
    }
}

async fn shown(ctx: &Context<'_>, id: ReviewId) -> Result<ReviewPayload> {
    let review = ctx.load(ReviewById(id)).await?.map(Review);
    Ok(ReviewPayload { review, ..ReviewPayload::default() })
}
