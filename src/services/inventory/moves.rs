//! Setting and adjusting stock, as a back office does: once, and never lost.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::id::{LocationId, ProductId, VariantId};
use entity::inventory::stock_movement::MovementReason;
use sea_orm::{ActiveEnum, DbErr};
use serde_json::{Value as Json, json};

use super::levels::{self, Movement, Spot};
use crate::services::bulk::key;
use crate::services::catalog::bounds::PIECES;
use crate::services::catalog::owners;
use crate::services::events::{self, Event};
use crate::services::idempotency::{self, Claim};
use crate::services::sql::{self, Sql, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, text};

/// Letters in a note.
const NOTE: usize = 500;

/// A level that somebody counted.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The variant; `None` where the id was none of a variant.
    pub variant: Option<VariantId>,
    /// The location; `None` where the id was none of a location.
    pub location: Option<LocationId>,
    /// Pieces.
    pub quantity: i64,
    /// The level that the count began with, where it has to be that one still.
    pub expected: Option<i64>,
}

/// Pieces that came or went.
#[derive(Clone, Copy, Debug)]
pub struct Delta {
    /// The variant; `None` where the id was none of a variant.
    pub variant: Option<VariantId>,
    /// The location; `None` where the id was none of a location.
    pub location: Option<LocationId>,
    /// Pieces that came (above zero) or went.
    pub delta: i64,
}

/// What is told about all movements of one change.
#[derive(Clone, Debug)]
pub struct About {
    /// Why.
    pub reason: MovementReason,
    /// What somebody wrote beside it.
    pub note: Option<String>,
    /// A text of the caller's; the same change under the same key happens once.
    pub idempotency_key: String,
}

/// A level as a change left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelAt {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// Pieces.
    pub available: i64,
}

/// Makes levels what was counted.
///
/// # Errors
/// Everything that is wrong with the input, at once; a conflict where a level is not the expected one. Then nothing
/// is set, and the key may be used again.
pub async fn set(app: &AppContext, viewer: &Viewer, counts: &[Count], about: &About) -> Result<Vec<LevelAt>> {
    let rows = counts.iter().map(|one| {
        json!([one.variant.map(|id| key(id.0)), one.location.map(|id| key(id.0)), one.quantity, one.expected])
    });
    let input = json!([rows.collect::<Json>(), about.reason.to_value(), about.note]);
    let change = app.begin().await?;
    let claim = idempotency::claim(&change, viewer, "stockSet", &about.idempotency_key, &input).await?;
    let ticket = match claim {
        Claim::Made(outcome) => return Ok(read(&outcome)),
        Claim::New(ticket) => ticket,
    };
    let levels = set_in(&change, counts, about).await?;
    ticket.made(&change, &shown(&levels)).await?;
    change.commit().await?;
    Ok(levels)
}

/// The same as part of a change, without a look at the key.
pub async fn set_in(change: &Change<'_>, counts: &[Count], about: &About) -> Result<Vec<LevelAt>> {
    let spots: Vec<_> = counts.iter().map(|one| (one.variant, one.location)).collect();
    let (owners, mut problems) = look(change, &spots, about, "counts").await?;
    for (index, one) in counts.iter().enumerate() {
        if !(0..=PIECES).contains(&one.quantity) {
            let message = format!("a count goes from 0 to {PIECES}");
            problems.add(Reason::Invalid, &[&"counts", &index, &"quantity"], message);
        }
    }
    problems.none()?;
    let counted: Vec<(Spot, &Count)> =
        counts.iter().filter_map(|one| Some((one.variant.zip(one.location)?, one))).collect();
    let known = levels::hold(change, &counted.iter().map(|(spot, _)| *spot).collect()).await?;
    let mut problems = Problems::default();
    for (index, (spot, count)) in counted.iter().enumerate() {
        let now = known.get(spot).copied().unwrap_or(0);
        if count.expected.is_some_and(|expected| expected != now) {
            let message = format!("there are {now} by now");
            problems.add(Reason::Conflict, &[&"counts", &index, &"expectedQuantity"], message);
        }
    }
    problems.none()?;
    let pieces = counted.iter().map(|(spot, count)| (*spot, count.quantity));
    let changed = levels::write(change, &known, pieces, about.reason, about.note.as_deref()).await?;
    tell(change, &owners, changed.iter().map(|(variant, _)| variant)).await?;
    Ok(counted.iter().map(|(spot, count)| level(*spot, count.quantity)).collect())
}

/// Adds to levels, or takes away.
///
/// # Errors
/// Everything that is wrong with the input, at once; a conflict where more would go than there is. Then nothing is
/// adjusted, and the key may be used again.
pub async fn adjust(
    app: &AppContext,
    viewer: &Viewer,
    deltas: &[Delta],
    about: &About,
) -> Result<Vec<LevelAt>> {
    let rows = deltas
        .iter()
        .map(|one| json!([one.variant.map(|id| key(id.0)), one.location.map(|id| key(id.0)), one.delta]));
    let input = json!([rows.collect::<Json>(), about.reason.to_value(), about.note]);
    let change = app.begin().await?;
    let claim = idempotency::claim(&change, viewer, "stockAdjust", &about.idempotency_key, &input).await?;
    let ticket = match claim {
        Claim::Made(outcome) => return Ok(read(&outcome)),
        Claim::New(ticket) => ticket,
    };
    let levels = adjust_in(&change, deltas, about).await?;
    ticket.made(&change, &shown(&levels)).await?;
    change.commit().await?;
    Ok(levels)
}

/// The same as part of a change, without a look at the key.
pub async fn adjust_in(change: &Change<'_>, deltas: &[Delta], about: &About) -> Result<Vec<LevelAt>> {
    let spots: Vec<_> = deltas.iter().map(|one| (one.variant, one.location)).collect();
    let (owners, mut problems) = look(change, &spots, about, "adjustments").await?;
    for (index, one) in deltas.iter().enumerate() {
        if one.delta == 0 || !(-PIECES..=PIECES).contains(&one.delta) {
            let message = format!("an adjustment goes from -{PIECES} to {PIECES} and is not 0");
            problems.add(Reason::Invalid, &[&"adjustments", &index, &"delta"], message);
        }
    }
    problems.none()?;
    let wanted: Vec<(Spot, i64)> =
        deltas.iter().filter_map(|one| Some((one.variant.zip(one.location)?, one.delta))).collect();
    let found = apply(change, &wanted).await?;
    let refused = |(_, (spot, _)): &(usize, &(Spot, i64))| found.get(spot).is_none_or(|level| *level < 0);
    let below: Vec<_> = wanted.iter().enumerate().filter(refused).collect();
    let spots = below.iter().map(|(_, (spot, _))| *spot).collect();
    // What was wrongly begun is read as it was: the whole change is given up in a moment.
    let levels = if below.is_empty() { HashMap::new() } else { levels::hold(change, &spots).await? };
    let mut problems = Problems::default();
    for (index, (spot, delta)) in below {
        let gained = found.get(spot).map_or(0, |_| *delta);
        let now = levels.get(spot).copied().unwrap_or(0).saturating_sub(gained);
        // Pieces that come may leave a level below zero, because it was further below.
        if *delta > 0 && found.contains_key(spot) {
            continue;
        }
        let message = format!("there are {now}");
        problems.add(Reason::Conflict, &[&"adjustments", &index, &"delta"], message);
    }
    problems.none()?;
    let moved: Vec<_> = wanted.iter().map(|(spot, delta)| Movement { spot: *spot, delta: *delta }).collect();
    for (spot, delta) in &wanted {
        let now = found.get(spot).copied().unwrap_or(0);
        levels::told(change, *spot, Some(now.saturating_sub(*delta)), now);
    }
    levels::record(change, &moved, about.reason, about.note.as_deref()).await?;
    tell(change, &owners, wanted.iter().map(|((variant, _), _)| variant)).await?;
    Ok(wanted.iter().map(|(spot, _)| level(*spot, found.get(spot).copied().unwrap_or(0))).collect())
}

/// Adds to all levels in one statement, in a fixed order of rows, and answers them. A level that would fall below
/// zero, or grow beyond [`PIECES`], is left as it is and not answered; a new one is answered whatever it is.
async fn apply(change: &Change<'_>, wanted: &[(Spot, i64)]) -> Result<HashMap<Spot, i64>> {
    static APPLY: Sql = Sql::new(
        "INSERT INTO stock_level (variant_id, location_id, available, updated_at) \
         {lateral}SELECT (value->>0)::uuid, (value->>1)::uuid, (value->>2)::bigint, $2 \
           FROM jsonb_array_elements($1::jsonb)\
         {window}SELECT unhex(value->>0), unhex(value->>1), value->>2, $2 FROM json_each($1){end} \
         WHERE true ORDER BY 1, 2 \
         ON CONFLICT (variant_id, location_id) DO UPDATE \
         SET available = stock_level.available + excluded.available, updated_at = excluded.updated_at \
         WHERE stock_level.available + excluded.available <= $3 \
         AND (excluded.available > 0 OR stock_level.available + excluded.available >= 0) \
         RETURNING variant_id, location_id, available",
    );
    let rows = wanted.iter().map(|(spot, delta)| json!([key(spot.0.0), key(spot.1.0), delta]));
    let rows = APPLY.all(&change.tx, [sql::rows(rows), change.now.0.into(), PIECES.into()]).await?;
    let level = |row: &sea_orm::QueryResult| {
        Ok(((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?))
    };
    Ok(rows.iter().map(level).collect::<std::result::Result<_, DbErr>>()?)
}

/// Looks at what both changes have in common, and holds products, variants and locations.
async fn look(
    change: &Change<'_>,
    spots: &[(Option<VariantId>, Option<LocationId>)],
    about: &About,
    list: &'static str,
) -> Result<(HashMap<VariantId, ProductId>, Problems)> {
    static LOCATIONS: Sql = Sql::new(
        "SELECT l.id FROM location l WHERE l.id IN (SELECT id FROM {uuids $1} k) AND NOT l.closed \
         ORDER BY l.id {lateral}FOR KEY SHARE{window}{end}",
    );
    let mut problems = Problems::default();
    check::some(&mut problems, &[&list], spots, check::ROWS);
    if let Some(note) = &about.note {
        text::lines(&mut problems, &[&"note"], note, NOTE);
    }
    problems.clone().none()?;
    let owners = owners::hold(change, spots.iter().filter_map(|spot| spot.0)).await?;
    let ids = uuids(change.engine(), spots.iter().filter_map(|spot| spot.1.map(|id| id.0)));
    let rows = LOCATIONS.all(&change.tx, [ids]).await?;
    let locations = rows.iter().map(|row| row.try_get_by_index(0));
    let locations: BTreeSet<LocationId> = locations.collect::<std::result::Result<_, DbErr>>()?;
    let mut seen = HashSet::new();
    for (index, (variant, location)) in spots.iter().enumerate() {
        if variant.is_none_or(|id| !owners.contains_key(&id)) {
            problems.add(Reason::NotFound, &[&list, &index, &"variantId"], "there is no such variant");
        }
        if location.is_none_or(|id| !locations.contains(&id)) {
            problems.add(Reason::NotFound, &[&list, &index, &"locationId"], "there is no such location");
        }
        if variant.zip(*location).is_some_and(|spot| !seen.insert(spot)) {
            problems.add(Reason::Invalid, &[&list, &index], "variant and location are named twice");
        }
    }
    Ok((owners, problems))
}

async fn tell(
    change: &Change<'_>,
    owners: &HashMap<VariantId, ProductId>,
    variants: impl Iterator<Item = &VariantId>,
) -> Result<()> {
    let products: BTreeSet<ProductId> = variants.filter_map(|variant| owners.get(variant).copied()).collect();
    events::publish(change, Event::ProductChanged, products.iter().map(|id| id.0)).await?;
    change.touch(products);
    Ok(())
}

fn level((variant, location): Spot, available: i64) -> LevelAt {
    LevelAt { variant, location, available }
}

/// Levels as they are kept beside the key.
fn shown(levels: &[LevelAt]) -> Json {
    levels.iter().map(|one| json!([key(one.variant.0), key(one.location.0), one.available])).collect()
}

fn read(outcome: &Json) -> Vec<LevelAt> {
    let id = |value: &Json| uuid::Uuid::parse_str(value.as_str()?).ok();
    let level = |row: &Json| {
        Some(LevelAt {
            variant: VariantId(id(row.get(0)?)?),
            location: LocationId(id(row.get(1)?)?),
            available: row.get(2)?.as_i64()?,
        })
    };
    outcome.as_array().into_iter().flatten().filter_map(level).collect()
}
