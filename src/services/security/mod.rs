//! Attacks, noticed while they happen: a row that staff can read, a metric, a line in the log.
//!
//! What is seen is added up in memory by what it is, whom it is about and the hour, and written down each second. So an
//! attack makes few rows, however fast it is, and of all that is about different subjects no more than
//! [`state::MOST_SUBJECTS`] an hour are told apart.

mod list;
mod notice;
mod state;
mod tally;

use std::net::IpAddr;

use entity::id::AccountId;
use entity::time::{SECOND, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Value};

pub use entity::security::event::{Model as SecurityEvent, Severity, ThreatKind};
pub use list::{Filter, count, key, list};
pub use notice::{Notice, due};
pub use state::SecurityState;
pub use tally::Tally;

use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result, Viewer};

/// In which stretches of time the same things are counted as one, in microseconds.
pub const WINDOW: i64 = 3_600 * SECOND;

/// The most rows that are kept: what is least and oldest goes first.
pub const MOST_ROWS: i64 = 100_000;

/// Rows that are removed in one go.
const CHUNK: i64 = 5_000;

/// So many answers of the code FORBIDDEN within a minute are a burst.
pub const BURST: u32 = 20;

/// The name of a kind in the log and in metrics. Never renamed: alerts go by it.
pub const fn name(kind: ThreatKind) -> &'static str {
    match kind {
        ThreatKind::RefreshTokenReused => "refresh_token_reused",
        ThreatKind::SignInsFailed => "sign_ins_failed",
        ThreatKind::ManyAccountsTried => "many_accounts_tried",
        ThreatKind::PasswordSprayed => "password_sprayed",
        ThreatKind::ForbiddenBurst => "forbidden_burst",
        ThreatKind::SecondFactorFailed => "second_factor_failed",
        ThreatKind::SecondFactorReused => "second_factor_reused",
    }
}

/// The word for how bad it is.
pub const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Grave => "grave",
    }
}

/// Something that was seen once.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What.
    pub kind: ThreatKind,
    /// How bad it is.
    pub severity: Severity,
    /// Whom or what it is about, in any form: only a keyed hash of it is kept. Empty where it is about many.
    pub subject: String,
    /// The account that it is about, where there is one.
    pub account: Option<AccountId>,
    /// From where it came, where that is known.
    pub from: Option<IpAddr>,
}

/// What is written down of something seen as often as it says.
#[derive(Clone, Debug)]
struct Row {
    kind: ThreatKind,
    severity: Severity,
    subject: String,
    window: i64,
    account: Option<AccountId>,
    network: Option<String>,
    times: i64,
    first: Timestamp,
    last: Timestamp,
}

/// Notes something that was seen: it is counted and logged now, and written down within a second.
pub fn note(app: &AppContext, seen: &Sighting) {
    app.security.note(&app.metrics, seen, app.now());
}

/// The same for something too grave to be lost within that second: it is written down before this returns. That is a
/// change of its own, after the one that did something about it: the row's account must not be waited for while what hangs
/// on the account is held. Where it fails, it is noted.
pub async fn record(app: &AppContext, seen: &Sighting) {
    if let Err(error) = write(app, &[app.security.row(seen, app.now())]).await {
        tracing::warn!(%error, "what was noticed of attacks could not be written down yet");
        return note(app, seen);
    }
    app.security.tell(&app.metrics, seen, 1);
}

/// Counts an answer that told somebody that something is not theirs; many of them within a minute are noted.
pub fn forbidden(app: &AppContext, viewer: &Viewer, from: IpAddr) {
    let subject = match viewer {
        Viewer::Anonymous => format!("network {}", crate::services::budgets::network(from)),
        Viewer::Customer { account, .. } | Viewer::Staff { account, .. } => format!("account {}", account.0),
        Viewer::App { token, .. } => format!("app {}", token.0),
        Viewer::Operator => return,
    };
    if app.security.forbidden.count(&subject, app.now()) >= BURST {
        let (kind, severity) = (ThreatKind::ForbiddenBurst, Severity::Warning);
        note(app, &Sighting { kind, severity, subject, account: viewer.account(), from: Some(from) });
    }
}

/// Writes down what was noted since the last time, and tells whether there was anything.
///
/// # Errors
/// Where the database fails: then it is kept for the next time.
pub async fn flush(app: &AppContext) -> Result<bool> {
    let rows = app.security.take();
    if rows.is_empty() {
        return Ok(false);
    }
    let written = write(app, &rows).await;
    if written.is_err() {
        app.security.put_back(&rows);
    }
    written.map(|()| true)
}

async fn write(app: &AppContext, rows: &[Row]) -> Result<()> {
    let change = app.begin().await?;
    for row in rows {
        keep(&change, row).await?;
    }
    change.commit().await
}

async fn keep(change: &Change<'_>, row: &Row) -> Result<()> {
    static KEEP: Sql = Sql::new(
        "INSERT INTO security_event (id, kind, severity, subject, window_start, account_id, network, occurrences, \
         first_at, last_at) VALUES ($1, $2, $3, $4, $5, (SELECT id FROM account WHERE id = $6), $7, $8, $9, $10) \
         ON CONFLICT (kind, subject, window_start) DO UPDATE SET \
         occurrences = security_event.occurrences + excluded.occurrences, \
         severity = CASE WHEN excluded.severity > security_event.severity THEN excluded.severity \
         ELSE security_event.severity END, \
         network = CASE WHEN excluded.network = security_event.network THEN security_event.network END, \
         last_at = CASE WHEN excluded.last_at > security_event.last_at THEN excluded.last_at \
         ELSE security_event.last_at END",
    );
    let values: [Value; 10] = [
        entity::id::SecurityEventId::generate().0.into(),
        row.kind.into(),
        row.severity.into(),
        row.subject.clone().into(),
        row.window.into(),
        row.account.map(|account| account.0).into(),
        row.network.clone().into(),
        row.times.into(),
        row.first.0.into(),
        row.last.0.into(),
    ];
    KEEP.run(&change.tx, values).await?;
    Ok(())
}

/// Forgets what is older than it is to be kept, and what is above [`MOST_ROWS`]; at most so many rows as one change
/// should. Answers how many were forgotten.
pub async fn sweep(app: &AppContext) -> Result<u64> {
    let change = app.begin().await?;
    let forgotten = forget(&change, app.security.oldest(change.now), MOST_ROWS).await?;
    change.commit().await?;
    Ok(forgotten)
}

/// The same down to so many rows.
pub async fn forget(change: &Change<'_>, before: Timestamp, most: i64) -> Result<u64> {
    static OLD: Sql = Sql::new(
        "DELETE FROM security_event WHERE id IN (SELECT id FROM security_event WHERE last_at < $1 LIMIT $2)",
    );
    static SURPLUS: Sql = Sql::new(
        "DELETE FROM security_event WHERE id IN (SELECT id FROM security_event ORDER BY severity, last_at LIMIT \
         (SELECT CASE WHEN count(*) <= $1 THEN 0 WHEN count(*) - $1 < $2 THEN count(*) - $1 ELSE $2 END \
         FROM security_event))",
    );
    let old = OLD.run(&change.tx, [before.0.into(), CHUNK.into()]).await?;
    Ok(old + SURPLUS.run(&change.tx, [most.into(), CHUNK.into()]).await?)
}

/// Forgets everything that was seen of an account: for an account that is erased.
pub async fn forget_account(change: &Change<'_>, account: AccountId) -> Result<()> {
    use entity::security::event::{Column, Entity};
    Entity::delete_many().filter(Column::AccountId.eq(account)).exec(&change.tx).await?;
    Ok(())
}
