//! What was noticed of attacks, as staff see it.

use async_graphql::{Enum, ID, InputObject, Object};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::DateTime;
use crate::services::security::{SecurityEvent as EventRow, Severity, ThreatKind};

/// What was seen. The list may grow: show a kind that you do not know by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ThreatKind")]
pub enum SecurityEventKind {
    /// Somebody showed a refresh token that had been exchanged before: perhaps it was copied. The device was signed out.
    RefreshTokenReused,
    /// Five wrong passwords or more for one account within a quarter of an hour.
    SignInsFailed,
    /// Wrong passwords for ten accounts or more within ten minutes, all from one address.
    ManyAccountsTried,
    /// One password, wrong for ten accounts or more within an hour, wherever it came from.
    PasswordSprayed,
    /// Twenty times within a minute somebody asked for what takes a right that they do not have, or for a document that is not
    /// registered.
    ForbiddenBurst,
    /// The right password, and five wrong codes or more in a row after it: the password is known to somebody.
    SecondFactorFailed,
    /// A code of a second factor that had been used before.
    SecondFactorReused,
}

/// How bad something is that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Severity", name = "SecuritySeverity")]
pub enum SecuritySeverity {
    /// Happens every day: somebody has forgotten a password.
    Notice,
    /// Worth a look.
    Warning,
    /// The owners of the shop are told by mail.
    Grave,
}

/// Which events are to be listed: those that fit all that is given.
#[derive(Default, InputObject)]
pub struct SecurityEventFilter {
    /// Any of these kinds.
    pub kinds: Option<Vec<SecurityEventKind>>,
    /// At least as bad.
    pub severity: Option<SecuritySeverity>,
    /// About the account with this id.
    pub account: Option<ID>,
    /// Last seen at this moment or later.
    pub since: Option<DateTime>,
    /// First seen before this moment.
    pub until: Option<DateTime>,
}

/// Something that looks like an attack: as often as it was seen within one hour.
pub struct SecurityEvent(Row<EventRow>);

impl Listed for SecurityEvent {
    type Row = EventRow;

    const CONNECTION: &'static str = "SecurityEventConnection";
    const EDGE: &'static str = "SecurityEventEdge";

    fn of(row: Row<EventRow>) -> Self {
        Self(row)
    }
}

impl Plain for SecurityEvent {
    fn plain(&self, _ask: &mut Ask<'_>) -> Option<()> {
        None
    }
}

/// Something that looks like an attack: as often as it was seen within one hour.
#[Object]
impl SecurityEvent {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// What was seen.
    async fn kind(&self) -> SecurityEventKind {
        self.0.kind.into()
    }

    /// How bad it is.
    async fn severity(&self) -> SecuritySeverity {
        self.0.severity.into()
    }

    /// How often it was seen within the hour.
    async fn occurrences(&self) -> i64 {
        self.0.occurrences
    }

    /// When it was first seen within the hour.
    async fn first_at(&self) -> DateTime {
        DateTime(self.0.first_at)
    }

    /// When it was last seen within the hour.
    async fn last_at(&self) -> DateTime {
        DateTime(self.0.last_at)
    }

    /// The id of the account that it is about; null where there is no such account, or where it is about many.
    async fn account_id(&self) -> Option<ID> {
        self.0.account_id.map(id::show)
    }

    /// The network of the address that it came from, such as `203.0.113.0/24`; null where there were several, or where
    /// it is not known.
    async fn network(&self) -> Option<&str> {
        self.0.network.as_deref()
    }

    /// Events of one kind with the same subject are about the same account, address or program. It tells nothing else;
    /// null where it is about many.
    async fn subject(&self) -> Option<&str> {
        Some(self.0.subject.as_str()).filter(|subject| !subject.is_empty())
    }
}
