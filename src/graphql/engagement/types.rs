//! Reviews as clients see them.

use async_graphql::{Context, Enum, ID, Object, OutputType as _, SimpleObject};

use crate::graphql::batch::Row;
use crate::graphql::catalog::Product;
use crate::graphql::connection::{Connection, Hanging, Listed, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::{ProductById, ReviewCountBy, ReviewsBy};
use crate::graphql::lookahead;
use crate::graphql::quick::{Ask, Plain, Quick};
use crate::graphql::scalars::DateTime;
use crate::services::catalog::ratings::Rating;
use crate::services::engagement::reviews::{self, About, ReviewSort, ReviewStatus as Stored};
use crate::services::{Permission, Result};

/// Whether a review is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Stored")]
pub enum ReviewStatus {
    /// It waits to be read by the staff: only its author and who moderates reviews see it, and it does not count.
    Pending,
    /// Everybody sees it, and it counts.
    Published,
    /// It was rejected: only its author and who moderates reviews see it, and it does not count.
    Rejected,
}

/// In which order reviews are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ReviewSortKey {
    /// The latest first.
    #[default]
    Newest,
    /// The best rated first, the latest of them first.
    Best,
}

impl From<ReviewSortKey> for ReviewSort {
    fn from(key: ReviewSortKey) -> Self {
        match key {
            ReviewSortKey::Newest => Self::Newest,
            ReviewSortKey::Best => Self::Best,
        }
    }
}

/// What all published reviews of a product say together.
#[derive(SimpleObject)]
pub struct RatingSummary {
    /// The average rating from 1 to 5; null where there is no review.
    pub average: Option<f64>,
    /// How many reviews there are.
    pub count: i32,
}

impl RatingSummary {
    /// What a product's rating says.
    pub fn of(rating: Rating) -> Self {
        Self { average: rating.average(), count: rating.count }
    }
}

impl Plain for RatingSummary {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "average" => ask.write(&self.average),
            "count" => ask.write(&self.count),
            _ => None,
        }
    }
}

/// What somebody thinks of a product.
pub struct Review(pub Row<reviews::Review>);

impl Listed for Review {
    type Row = reviews::Review;

    const CONNECTION: &'static str = "ReviewConnection";
    const EDGE: &'static str = "ReviewEdge";

    const LADEN: &'static [&'static str] = &["product"];

    fn of(row: Row<reviews::Review>) -> Self {
        Self(row)
    }
}

/// What a review is about.
const PRODUCT: fn(&reviews::Review) -> ProductById = |review| ProductById(review.product_id);

/// The fields of a product that reviews may be read with.
const NAMES: [&str; 4] = ["__typename", "id", "handle", "title"];

impl Review {
    /// The product, of which only [`NAMES`] are asked for.
    fn named(&self, about: &About, ask: &mut Ask<'_>) -> Option<()> {
        ask.fields(|ask| match ask.name() {
            "__typename" => ask.write(&Product::type_name()),
            "id" => ask.id(self.0.product_id),
            "handle" => ask.write(&about.handle),
            "title" => ask.write(&about.title),
            _ => None,
        })
    }

    fn reviewer(&self) -> Reviewer {
        Reviewer(self.0.beside(|review| review.author.clone()))
    }

    /// A review whose product is not on offer here does not exist either, but for its author and who moderates reviews.
    pub async fn visible(ctx: &Context<'_>, row: Option<Row<reviews::Review>>) -> Result<Option<Self>> {
        let Some(row) = row else { return Ok(None) };
        if row.status != Stored::Published || ctx.viewer().may(Permission::ReviewsModerate) {
            return Ok(Some(Self(row)));
        }
        let product = ctx.along(&row, |row| ProductById(row.product_id)).await?;
        Ok(product.map(|_| Self(row)))
    }
}

impl Plain for Review {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "rating" => ask.write(&self.0.rating),
            "title" => ask.write(&self.0.title),
            "body" => ask.write(&self.0.body),
            "createdAt" => ask.write(&self.0.created_at.to_string()),
            "author" => ask.object(&self.reviewer()),
            "product" => match &self.0.about {
                Some(about) if ask.shows_only(&NAMES) => self.named(about, ask),
                _ => {
                    let product = ask.along(&self.0, PRODUCT)?;
                    ask.maybe(product.map(Product::of))
                }
            },
            _ => None,
        }
    }
}

impl Plain for Reviewer {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "displayName" => ask.write(&self.0.display_name),
            "reviews" => self.reviews_list(lookahead::asked::<Review>(ask)?).ok()?.at_hand(ask, &self.0),
            _ => None,
        }
    }
}

/// What somebody thinks of a product.
#[Object]
impl Review {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// The rating, from 1 to 5.
    async fn rating(&self) -> i16 {
        self.0.rating
    }

    /// Its heading: plain text as it was typed, perhaps empty, never HTML.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it says: plain text as it was typed, never HTML. Escape it as you show it.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Whether it is shown. What lists of a product or a reviewer show is `PUBLISHED`.
    async fn status(&self) -> ReviewStatus {
        self.0.status.into()
    }

    /// Why it was rejected, in plain text, where who did it said so.
    async fn note(&self) -> Option<&str> {
        Some(self.0.note.as_str()).filter(|note| !note.is_empty())
    }

    /// Its version, which `reviewModerate` asks for. It grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it, or whether it is shown, was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Who wrote it.
    async fn author(&self) -> Quick<Reviewer> {
        Quick(self.reviewer())
    }

    /// What it is about; null where that is not on offer here.
    async fn product(&self, ctx: &Context<'_>) -> Nullable<Quick<Product>> {
        nullable(async { Ok(ctx.along(&self.0, PRODUCT).await?.map(Product::of).map(Quick)) }).await
    }
}

/// The public face of somebody who writes reviews. Nothing else about them is ever shown.
pub struct Reviewer(pub Row<reviews::Reviewer>);

/// The public face of somebody who writes reviews. Nothing else about them is ever shown.
#[Object]
impl Reviewer {
    /// Their id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// The name that they chose to be seen under; empty where their account was erased.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Their reviews, the latest first.
    #[graphql(directive = Paged::apply())]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Quick<Connection<Review>>> {
        let shown = lookahead::shown::<Review>(&ctx.item.node);
        let asked = Asked { first, last, after, before, shown };
        self.reviews_list(asked)?.load(ctx, &self.0).await
    }
}

impl Reviewer {
    fn reviews_list(&self, asked: Asked) -> Result<Hanging<reviews::Reviewer, ReviewsBy, Review>> {
        let list = ListId::of("reviews by");
        let window = list.window(asked)?;
        Ok(Hanging {
            key: Box::new(move |reviewer| ReviewsBy(reviewer.id, window.clone())),
            list,
            places: Places::Keys(Box::new(|review: &reviews::Review| review.key(ReviewSort::Newest))),
            total: Total::along(&self.0, |reviewer| ReviewCountBy(reviewer.id)),
        })
    }
}
