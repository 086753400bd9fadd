//! Stock as clients see it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::id::{LocationId, VariantId};
use entity::inventory::stock_movement::MovementReason as Stored;

use crate::graphql::batch::Row;
use crate::graphql::catalog::Variant;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::loaders::VariantById;
use crate::graphql::markets::Location;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::DateTime;
use crate::services::inventory::movements::Movement;

/// How many of a variant there are at a location.
#[derive(SimpleObject)]
pub struct StockLevel {
    /// Where.
    pub location: Location,
    /// How many can be sold there, capped like `quantityAvailable`.
    pub available: i32,
}

impl Plain for StockLevel {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "location" => ask.object(&self.location),
            "available" => ask.write(&self.available),
            _ => None,
        }
    }
}

/// Exactly how many of a variant there are at a location: for staff.
#[derive(Clone, Copy)]
pub struct StockQuantity {
    /// Of what.
    pub variant: VariantId,
    /// Where.
    pub location: LocationId,
    /// Pieces.
    pub quantity: i64,
}

/// Exactly how many of a variant there are at a location: for staff.
#[Object]
impl StockQuantity {
    /// Of what.
    async fn variant(&self, ctx: &Context<'_>) -> Nullable<Variant> {
        nullable(async { Variant::visible(ctx, ctx.load(VariantById(self.variant)).await?).await }).await
    }

    /// Where.
    async fn location(&self, ctx: &Context<'_>) -> Option<Location> {
        ctx.scope().markets.location(self.location).cloned().map(Location)
    }

    /// How many; below zero where more were sold than there were. A count tells it as `expectedQuantity`.
    async fn quantity(&self) -> i32 {
        number(self.quantity)
    }
}

/// Why stock moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MovementReason {
    /// An import told how many there are.
    Import,
    /// Somebody counted.
    Correction,
    /// Goods came in.
    Received,
    /// A buyer sent goods back.
    Returned,
    /// Goods broke or spoiled.
    Damaged,
    /// Goods were lost or stolen.
    Lost,
    /// Goods went to another location, or came from one.
    Transferred,
    /// Anything else, which the note tells.
    Other,
}

impl From<MovementReason> for Stored {
    fn from(reason: MovementReason) -> Self {
        match reason {
            MovementReason::Import => Self::Import,
            MovementReason::Correction => Self::Correction,
            MovementReason::Received => Self::Received,
            MovementReason::Returned => Self::Returned,
            MovementReason::Damaged => Self::Damaged,
            MovementReason::Lost => Self::Lost,
            MovementReason::Transferred => Self::Transferred,
            MovementReason::Other => Self::Other,
        }
    }
}

impl From<Stored> for MovementReason {
    fn from(reason: Stored) -> Self {
        match reason {
            Stored::Import => Self::Import,
            Stored::Correction => Self::Correction,
            Stored::Received => Self::Received,
            Stored::Returned => Self::Returned,
            Stored::Damaged => Self::Damaged,
            Stored::Lost => Self::Lost,
            Stored::Transferred => Self::Transferred,
            Stored::Other => Self::Other,
        }
    }
}

/// One change of a stock level. All of them add up to the level.
pub struct StockMovement(pub Row<Movement>);

impl Listed for StockMovement {
    type Row = Movement;

    const CONNECTION: &'static str = "StockMovementConnection";
    const EDGE: &'static str = "StockMovementEdge";

    fn of(row: Row<Movement>) -> Self {
        Self(row)
    }
}

impl Plain for StockMovement {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "note" => ask.write(&self.0.note),
            "delta" => ask.write(&number(self.0.delta)),
            _ => None,
        }
    }
}

/// One change of a stock level. All of them add up to the level.
#[Object]
impl StockMovement {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Where; null where the location was given up since.
    async fn location(&self, ctx: &Context<'_>) -> Option<Location> {
        ctx.scope().markets.location(self.0.location_id).cloned().map(Location)
    }

    /// Pieces that came (above zero) or went.
    async fn delta(&self) -> i32 {
        number(self.0.delta)
    }

    /// Why.
    async fn reason(&self) -> MovementReason {
        self.0.reason.into()
    }

    /// What somebody wrote beside it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

fn number(pieces: i64) -> i32 {
    i32::try_from(pieces).unwrap_or(if pieces < 0 { i32::MIN } else { i32::MAX })
}
