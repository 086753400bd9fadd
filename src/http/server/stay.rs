//! A connection's stay, which goes on when its requests are over and it has become a socket.

use std::sync::Arc;
use std::time::Duration;

use http::Extensions;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::activity::{Activity, Busy};
use super::places::Place;
use super::unread::Unread;
use crate::monitoring::metrics::Metrics;

/// As good as for ever.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);

/// Kept for as long as the connection is open, whoever holds it: it counts against the most that may be open, and
/// shutdown waits for it. The accept loop puts it into each request.
#[derive(Clone)]
pub struct Stay(Arc<Inner>);

struct Inner {
    stopping: CancellationToken,
    cutting: CancellationToken,
    activity: Activity,
    of_server: Option<OfServer>,
}

/// What a connection has that was accepted by a server.
pub(super) struct OfServer {
    pub(super) unread: Unread,
    pub(super) metrics: Arc<Metrics>,
    pub(super) _counted: (Place, TaskTrackerToken),
}

impl Stay {
    pub(super) fn new(
        of_server: OfServer,
        activity: Activity,
        stopping: CancellationToken,
        cutting: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner { stopping, cutting, activity, of_server: Some(of_server) }))
    }

    /// The stay of a request's connection; without a server, one that nobody ends.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_else(|| {
            let (stopping, cutting) = (CancellationToken::new(), CancellationToken::new());
            Self(Arc::new(Inner { stopping, cutting, activity: Activity::new(), of_server: None }))
        })
    }

    /// Says that the connection is in use until what is answered is dropped: it does not make room for others.
    pub fn busy(&self) -> Busy {
        self.0.activity.busy()
    }

    /// How much waits to be read on the connection; `None` without a server.
    pub fn unread(&self) -> Option<&Unread> {
        self.0.of_server.as_ref().map(|of_server| &of_server.unread)
    }

    /// Returns when the client has taken nothing of what is written to it for so long, or its connection has to make room.
    /// For a connection that is [`busy`](Self::busy) without requests.
    pub async fn stalled(&self, patience: Duration) {
        let why = self.0.activity.end(FOR_EVER, patience).await;
        if let Some(of_server) = &self.0.of_server {
            of_server.metrics.connection_cut(why);
        }
    }

    /// Returns when what runs is to be finished and nothing new begun.
    pub async fn stopping(&self) {
        self.0.stopping.cancelled().await;
    }

    /// Returns when the connection is to be closed at once.
    pub async fn cutting(&self) {
        self.0.cutting.cancelled().await;
    }
}
