//! Using a code up: each is good once, also where two requests bring it at the same moment.

use std::net::IpAddr;
use std::time::Duration;

use entity::id::AccountId;
use entity::identity::{recovery_code, second_factor};
use entity::time::{SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Identity, recovery_hash, secret, typed, wrong_code};
use crate::infrastructure::throttle::Growth;
use crate::infrastructure::totp;
use crate::services::security::{self, Severity, Sighting, ThreatKind};
use crate::services::{AppContext, Change, Error, Result};

/// Wrong codes in a row: five cost nothing, and nobody waits for longer than a quarter of an hour. They are counted in the
/// account's row, so by all processes together.
const DELAY: Growth = Growth { free: 5, most: Duration::from_mins(15) };

/// What became of a code.
enum Spent {
    Right,
    /// So many wrong ones in a row by now.
    Wrong(i64),
    /// It was right, and used before.
    Again(i64),
}

/// Goes on with a change once a code was right. A wrong one is counted, and the change ends.
///
/// # Errors
/// At `code` where it is wrong or was used; `Throttled` after too many wrong ones, and then nothing is counted.
pub async fn spend<'a>(
    app: &AppContext,
    identity: &Identity,
    change: Change<'a>,
    id: AccountId,
    code: &str,
    from: Option<IpAddr>,
) -> Result<Change<'a>> {
    // The row is ours until the end of the change: who comes at the same moment sees what became of it.
    let row = second_factor::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.filter(|row| row.confirmed_at.is_some()).ok_or_else(wrong_code)?;
    if let Some(retry_after) = wait(&row, change.now) {
        return Err(Error::Throttled { retry_after });
    }
    let spent = look(identity, &change, &row, &typed(code)).await?;
    let (failures, is_again) = match spent {
        Spent::Right => return Ok(change),
        Spent::Wrong(failures) => (failures, false),
        Spent::Again(failures) => (failures, true),
    };
    change.commit().await?;
    let note = |kind, severity| {
        let subject = id.0.to_string();
        security::note(app, &Sighting { kind, severity, subject, account: Some(id), from });
    };
    if is_again {
        note(ThreatKind::SecondFactorReused, Severity::Warning);
    }
    if failures >= i64::from(DELAY.free) {
        note(ThreatKind::SecondFactorFailed, Severity::Grave);
    }
    Err(wrong_code())
}

fn wait(row: &second_factor::Model, now: Timestamp) -> Option<Duration> {
    let failures = u32::try_from(row.failures).unwrap_or(u32::MAX);
    // A clock that was set back must not shut anybody out for longer.
    let failed_at = row.failed_at?.min(now);
    let left = failed_at.plus(DELAY.wait(failures).saturating_mul(1000)).0 - now.0;
    u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_micros)
}

async fn look(
    identity: &Identity,
    change: &Change<'_>,
    row: &second_factor::Model,
    code: &str,
) -> Result<Spent> {
    if !totp::is_code(code) {
        let spent = use_recovery(identity, change, row.account_id, code).await?;
        return if spent { settle(change, row, row.last_step).await } else { fail(change, row, false).await };
    }
    let secret = secret(change, identity, row).await?;
    match totp::matching(&secret, code, change.now.0.div_euclid(SECOND)) {
        Some(step) if step > row.last_step => settle(change, row, step).await,
        Some(_) => fail(change, row, true).await,
        None => fail(change, row, false).await,
    }
}

async fn use_recovery(identity: &Identity, change: &Change<'_>, id: AccountId, code: &str) -> Result<bool> {
    let used = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(change.now.0))
        .filter(recovery_code::Column::AccountId.eq(id))
        .filter(recovery_code::Column::Hash.eq(recovery_hash(identity, id, code)))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(&change.tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Remembers the step, so that its code and those before it are good for nothing any more.
async fn settle(change: &Change<'_>, row: &second_factor::Model, step: i64) -> Result<Spent> {
    second_factor::Entity::update_many()
        .col_expr(second_factor::Column::LastStep, Expr::value(step))
        .col_expr(second_factor::Column::Failures, Expr::value(0_i64))
        .col_expr(second_factor::Column::FailedAt, Expr::value(Option::<i64>::None))
        .filter(second_factor::Column::AccountId.eq(row.account_id))
        .exec(&change.tx)
        .await?;
    Ok(Spent::Right)
}

async fn fail(change: &Change<'_>, row: &second_factor::Model, is_again: bool) -> Result<Spent> {
    let failures = row.failures.saturating_add(1);
    second_factor::Entity::update_many()
        .col_expr(second_factor::Column::Failures, Expr::value(failures))
        .col_expr(second_factor::Column::FailedAt, Expr::value(change.now.0))
        .filter(second_factor::Column::AccountId.eq(row.account_id))
        .exec(&change.tx)
        .await?;
    Ok(if is_again { Spent::Again(failures) } else { Spent::Wrong(failures) })
}
