//! Who acts: on whose behalf changes are made and personal data is read, known to the whole task.
//!
//! The API sets it around each operation and each change in it, the command line around each command. A
//! [`Change`](super::Change) asks here who makes it, so that no service has to hand it on and none can forget it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use entity::audit::audit_entry::ActorKind;
use entity::id::{AccountId, AppTokenId, Id};
use uuid::Uuid;

use super::Viewer;

tokio::task_local! {
    static CURRENT: Acting;
}

/// Somebody whose deeds are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of the staff.
    Staff(AccountId),
    /// A program with a token.
    App(AppTokenId),
    /// Somebody at the server's command line.
    Operator,
}

impl Actor {
    /// The actor that a viewer is; shoppers are none.
    pub fn of(viewer: &Viewer) -> Option<Self> {
        match viewer {
            Viewer::Anonymous | Viewer::Customer { .. } => None,
            Viewer::Staff { account, .. } => Some(Self::Staff(*account)),
            Viewer::App { token, .. } => Some(Self::App(*token)),
            Viewer::Operator => Some(Self::Operator),
        }
    }

    /// What kind of actor it is.
    pub const fn kind(self) -> ActorKind {
        match self {
            Self::Staff(_) => ActorKind::Staff,
            Self::App(_) => ActorKind::App,
            Self::Operator => ActorKind::Operator,
        }
    }

    /// The account or the token.
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Staff(account) => Some(account.0),
            Self::App(token) => Some(token.0),
            Self::Operator => None,
        }
    }
}

/// Whose personal data was read: the kind of the id, and the id.
pub type Read = BTreeMap<Uuid, &'static str>;

/// Who acts, doing what, in which request.
#[derive(Clone, Debug)]
pub struct Acting {
    /// Who; nobody where nothing is written down.
    pub actor: Option<Actor>,
    /// The root field, or the command.
    pub action: Arc<str>,
    /// The request.
    pub request_id: Option<Arc<str>>,
    read: Arc<Mutex<Read>>,
}

impl Acting {
    /// Somebody in a request, who does nothing yet.
    pub fn in_request(viewer: &Viewer, request_id: &str) -> Self {
        Self {
            actor: Actor::of(viewer),
            action: "".into(),
            request_id: Some(request_id.into()),
            read: Arc::default(),
        }
    }

    /// Somebody at the command line, who runs a command.
    pub fn at_command_line(command: &str) -> Self {
        Self { actor: Some(Actor::Operator), action: command.into(), request_id: None, read: Arc::default() }
    }

    /// What happens before it is known who asks; [`Change::by`](super::Change::by) may name somebody.
    pub fn of_nobody(action: &str) -> Self {
        Self { actor: None, action: action.into(), request_id: None, read: Arc::default() }
    }

    /// The same, doing something.
    #[must_use]
    pub fn doing(self, action: &str) -> Self {
        Self { action: action.into(), ..self }
    }

    /// The same in the name of somebody, where nobody is known.
    #[must_use]
    pub fn or_by(self, actor: Option<Actor>) -> Self {
        Self { actor: self.actor.or(actor), ..self }
    }

    /// Whose personal data was read so far, which is forgotten by it.
    pub fn take_read(&self) -> Read {
        std::mem::take(&mut *self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Who acts here.
pub fn current() -> Option<Acting> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Does some work in somebody's name.
pub async fn within<F: Future>(acting: Acting, work: F) -> F::Output {
    CURRENT.scope(acting, work).await
}

/// Names what is done by a part of the work.
pub async fn doing<F: Future>(action: &str, work: F) -> F::Output {
    match current() {
        Some(acting) => within(acting.doing(action), work).await,
        None => work.await,
    }
}

/// Notes that personal data was read. Where staff or an app acts, the answer goes out only once an entry tells of it.
/// One's own data does not count.
pub fn note_read<I: Id>(ids: impl IntoIterator<Item = I>) {
    let _ = CURRENT.try_with(|acting| {
        let Some(actor) = acting.actor else { return };
        let mut read = acting.read.lock().unwrap_or_else(PoisonError::into_inner);
        let others = ids.into_iter().map(Id::uuid).filter(|id| Some(*id) != actor.id());
        read.extend(others.map(|id| (id, I::PREFIX)));
    });
}
