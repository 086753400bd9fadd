//! Setting and adjusting stock.

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::{LocationId, VariantId};

use super::types::{MovementReason, StockQuantity};
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{Payload, UserError, change_version};
use crate::services::inventory::levels;
use crate::services::inventory::moves::{self, About as Told, Count, Delta, LevelAt};
use crate::services::{Permission, Result};

/// Setting and adjusting stock.
#[derive(Default)]
pub struct InventoryMutation;

/// A level that somebody counted.
#[derive(InputObject)]
pub struct StockCountInput {
    /// The variant.
    variant_id: ID,
    /// The location.
    location_id: ID,
    /// Pieces: 0 to 1,000,000,000.
    quantity: i32,
    /// How many there were by the shop's books when the count began. Where there are others by now, nothing is set.
    expected_quantity: Option<i32>,
}

/// Levels that somebody counted. All of them are set, or none.
#[derive(InputObject)]
pub struct StockSetInput {
    /// The levels: 1 to 250, each variant at each location once.
    counts: Vec<StockCountInput>,
    /// Why they are set.
    #[graphql(default_with = "MovementReason::Correction")]
    reason: MovementReason,
    /// What is to be told beside it in the ledger: at most 500 characters.
    note: Option<String>,
    /// A text that you make up for this change, 1 to 255 visible characters of ASCII. Sent again with the same input, it
    /// answers what it answered and changes nothing; keys are remembered for a week.
    idempotency_key: String,
}

/// Pieces that came or went.
#[derive(InputObject)]
pub struct StockAdjustmentInput {
    /// The variant.
    variant_id: ID,
    /// The location.
    location_id: ID,
    /// Pieces that came (above zero) or went. No more can go than there are.
    delta: i32,
}

/// Pieces that came or went. All of it is booked, or nothing.
#[derive(InputObject)]
pub struct StockAdjustInput {
    /// What came or went: 1 to 250, each variant at each location once.
    adjustments: Vec<StockAdjustmentInput>,
    /// Why.
    reason: MovementReason,
    /// What is to be told beside it in the ledger: at most 500 characters.
    note: Option<String>,
    /// A text that you make up for this change, 1 to 255 visible characters of ASCII. Sent again with the same input, it
    /// answers what it answered and changes nothing; keys are remembered for a week.
    idempotency_key: String,
}

/// Declares payloads that tell levels.
macro_rules! level_payload {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Default)]
        pub struct $name {
            levels: Option<Vec<StockQuantity>>,
            user_errors: Vec<UserError>,
        }

        $(#[$doc])+
        #[Object]
        impl $name {
            /// The levels, in the order of the input: as the change left them, or as they are now where it met others.
            #[graphql(directive = About::apply(5))]
            async fn levels(&self) -> Option<&[StockQuantity]> {
                self.levels.as_deref()
            }

            /// What the input had wrong; empty where the change was made.
            #[graphql(directive = About::apply(5))]
            async fn user_errors(&self) -> &[UserError] {
                &self.user_errors
            }
        }

        impl Payload for $name {
            fn refused(mut self, errors: Vec<UserError>) -> Self {
                self.user_errors = errors;
                self
            }
        }
    };
}

level_payload! {
    /// What became of setting stock.
    StockSetPayload
}

level_payload! {
    /// What became of adjusting stock.
    StockAdjustPayload
}

#[Object]
impl InventoryMutation {
    /// Makes stock what was counted.
    #[graphql(directive = Needs::apply(Permission::StockWrite))]
    async fn stock_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was counted, and where.")] input: StockSetInput,
    ) -> Nullable<StockSetPayload> {
        let count = |count: &StockCountInput| Count {
            variant: id::read(&count.variant_id),
            location: id::read(&count.location_id),
            quantity: count.quantity.into(),
            expected: count.expected_quantity.map(i64::from),
        };
        let counts: Vec<Count> = input.counts.iter().map(count).collect();
        let about = about(input.reason, input.note, input.idempotency_key);
        let work = async {
            let levels = moves::set(ctx.app(), ctx.viewer(), &counts, &about).await?;
            Ok(StockSetPayload { levels: Some(told(&levels)), ..Default::default() })
        };
        let spots = counts.iter().map(|count| (count.variant, count.location));
        let current =
            async { Ok(StockSetPayload { levels: Some(current(ctx, spots).await?), ..Default::default() }) };
        change_version(ctx, work, current).await
    }

    /// Books what came or went. However many do so at once, nothing is lost.
    #[graphql(directive = Needs::apply(Permission::StockWrite))]
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came or went, and where.")] input: StockAdjustInput,
    ) -> Nullable<StockAdjustPayload> {
        let delta = |one: &StockAdjustmentInput| Delta {
            variant: id::read(&one.variant_id),
            location: id::read(&one.location_id),
            delta: one.delta.into(),
        };
        let deltas: Vec<Delta> = input.adjustments.iter().map(delta).collect();
        let about = about(input.reason, input.note, input.idempotency_key);
        let work = async {
            let levels = moves::adjust(ctx.app(), ctx.viewer(), &deltas, &about).await?;
            Ok(StockAdjustPayload { levels: Some(told(&levels)), ..Default::default() })
        };
        let spots = deltas.iter().map(|delta| (delta.variant, delta.location));
        let current = async {
            Ok(StockAdjustPayload { levels: Some(current(ctx, spots).await?), ..Default::default() })
        };
        change_version(ctx, work, current).await
    }
}

fn about(reason: MovementReason, note: Option<String>, idempotency_key: String) -> Told {
    Told { reason: reason.into(), note: note.filter(|note| !note.is_empty()), idempotency_key }
}

fn told(levels: &[LevelAt]) -> Vec<StockQuantity> {
    let one = |level: &LevelAt| StockQuantity {
        variant: level.variant,
        location: level.location,
        quantity: level.available,
    };
    levels.iter().map(one).collect()
}

/// The levels as they are now; those of what is not there are left out.
async fn current(
    ctx: &Context<'_>,
    spots: impl Iterator<Item = (Option<VariantId>, Option<LocationId>)>,
) -> Result<Vec<StockQuantity>> {
    let spots: Vec<_> = spots.filter_map(|(variant, location)| variant.zip(location)).collect();
    let db = ctx.scope().app.db.read()?;
    let known = levels::of_variants(db, spots.iter().map(|(variant, _)| *variant)).await?;
    let level = |(variant, location): (VariantId, LocationId)| {
        let levels = known.get(&variant).into_iter().flatten();
        let quantity = levels.filter(|level| level.location == location).map(|level| level.available).sum();
        StockQuantity { variant, location, quantity }
    };
    Ok(spots.into_iter().map(level).collect())
}
