//! A connection's stay, which goes on when its requests are over and it has become a socket.

use std::sync::Arc;

use http::Extensions;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::activity::{Activity, Busy};
use super::places::Place;

/// Kept for as long as the connection is open, whoever holds it: it counts against the most that may be open, and
/// shutdown waits for it. The accept loop puts it into each request.
#[derive(Clone)]
pub struct Stay(Arc<Inner>);

struct Inner {
    stopping: CancellationToken,
    cutting: CancellationToken,
    activity: Activity,
    _counted: Option<(Place, TaskTrackerToken)>,
}

impl Stay {
    pub(super) fn new(
        counted: (Place, TaskTrackerToken),
        activity: Activity,
        stopping: CancellationToken,
        cutting: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner { stopping, cutting, activity, _counted: Some(counted) }))
    }

    /// The stay of a request's connection; without a server, one that nobody ends.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_else(|| {
            let (stopping, cutting) = (CancellationToken::new(), CancellationToken::new());
            Self(Arc::new(Inner { stopping, cutting, activity: Activity::new(), _counted: None }))
        })
    }

    /// Says that the connection is in use until what is answered is dropped: it does not make room for others.
    pub fn busy(&self) -> Busy {
        self.0.activity.busy()
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
