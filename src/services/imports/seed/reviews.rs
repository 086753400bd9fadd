//! Reviewers and reviews of a seed.

use std::collections::BTreeSet;

use entity::engagement::review::{self, ReviewStatus};
use entity::engagement::reviewer;
use entity::id::{ProductId, ReviewId, ReviewerId};
use entity::time::{DAY, Timestamp};

use super::random::Random;
use super::text;

/// The most reviews of a product.
const MOST: u64 = 30;

const PEOPLE: u64 = 3;
const REVIEWS: u64 = 4;

/// How many stars reviewers give: most are content.
const STARS: [i16; 10] = [5, 5, 5, 5, 4, 4, 4, 3, 2, 1];

/// Those who write: their ids are made from their numbers, so that nobody has to remember them.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// How many they are; none writes nothing.
    pub size: u64,
    /// When the seed is made.
    pub now: Timestamp,
}

impl Crowd {
    /// Half as many as there are products, at least one.
    pub fn of(products: u64, now: Timestamp) -> Self {
        Self { size: (products / 2).max(1), now }
    }

    /// The reviewer with a number, from 0.
    pub fn reviewer(self, number: u64) -> reviewer::Model {
        reviewer::Model {
            id: self.id(number),
            display_name: text::display_name(&mut Random::new(PEOPLE, number)),
            created_at: self.joined(),
        }
    }

    /// All have been there for longer than any product.
    fn joined(self) -> Timestamp {
        self.now.plus(-800 * DAY)
    }

    /// A `UUIDv7` whose moment is that of joining, and whose random part is the number.
    fn id(self, number: u64) -> ReviewerId {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&number.to_be_bytes());
        let millis = (self.joined().0 / 1000).unsigned_abs();
        ReviewerId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// What is said of the product at a place: from 0 to 30 reviews, each by somebody else.
    pub fn reviews(self, place: u64, product: ProductId, published: Timestamp) -> Vec<review::Model> {
        let mut random = Random::new(REVIEWS, place);
        let wanted = random.below(MOST + 1).min(self.size);
        let mut writers = BTreeSet::new();
        while (writers.len() as u64) < wanted {
            writers.insert(random.below(self.size));
        }
        let since = self.now.0 - published.0;
        let review = |writer| {
            let rating = STARS[random.index(STARS.len())];
            let (title, body) = text::review(&mut random, usize::from(rating.unsigned_abs()));
            let is_pending = random.chance(4);
            let created_at = published.plus(random.amount(since));
            review::Model {
                id: ReviewId::generate(),
                product_id: product,
                reviewer_id: self.id(writer),
                rating,
                title,
                body,
                status: if is_pending { ReviewStatus::Pending } else { ReviewStatus::Published },
                note: String::new(),
                sealed: None,
                version: 1,
                created_at,
                updated_at: created_at,
            }
        };
        writers.into_iter().map(review).collect()
    }
}
