//! What the owners have to be told by mail: of each kind one mail in a while, whatever happens.

use entity::time::{SECOND, Timestamp};

use super::{Severity, ThreatKind};
use crate::services::sql::Sql;
use crate::services::{Change, Result};

/// How long nothing more is told of the same kind, in microseconds.
const QUIET: i64 = 6 * 3_600 * SECOND;

/// Something that the owners are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What was seen.
    pub kind: ThreatKind,
    /// How often since the last mail, as far as is known.
    pub times: i64,
}

/// What is to be told now, and is taken as told once the change is made: of several processes one tells it.
pub async fn due(change: &Change<'_>) -> Result<Vec<Notice>> {
    static GRAVE: Sql = Sql::new(
        "SELECT e.kind, CAST(sum(e.occurrences) AS bigint) FROM security_event e \
         LEFT JOIN security_notice n ON n.kind = e.kind \
         WHERE e.severity = $1 AND e.last_at > coalesce(n.told_at, $2) AND e.last_at > $2 \
         AND coalesce(n.told_at, $3) <= $3 GROUP BY e.kind ORDER BY e.kind",
    );
    static CLAIM: Sql = Sql::new(
        "INSERT INTO security_notice (kind, told_at) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE \
         SET told_at = excluded.told_at WHERE security_notice.told_at <= $3",
    );
    let (now, quiet) = (change.now, change.now.plus(-QUIET));
    // What was told a while ago is over: after a long pause it is not told again.
    let recent: Timestamp = now.plus(-2 * QUIET);
    let mut notices = Vec::new();
    for row in GRAVE.all(&change.tx, [Severity::Grave.into(), recent.0.into(), quiet.0.into()]).await? {
        let notice = Notice { kind: row.try_get_by_index(0)?, times: row.try_get_by_index(1)? };
        if CLAIM.run(&change.tx, [notice.kind.into(), now.0.into(), quiet.0.into()]).await? > 0 {
            notices.push(notice);
        }
    }
    Ok(notices)
}
