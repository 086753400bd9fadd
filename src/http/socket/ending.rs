//! Why a socket ends, and what its client is told: the close codes of the protocol (4400 and above) and of RFC 6455,
//! section 7.4.1.

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, Message};
use http::StatusCode;
use tokio_tungstenite::tungstenite::Error as WireError;

use crate::http::error::Rejection;

/// The end of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client is told why.
    Close(u16, Cow<'static, str>),
    /// The client has gone or does not listen.
    Gone,
}

/// The longest reason that fits into a close frame, in bytes (RFC 6455, section 5.5).
const LONGEST_REASON: usize = 123;

impl Ending {
    /// Nothing was asked for a long time.
    pub const IDLE: Self = Self::of(1000, "Idle for too long");
    /// The server stops.
    pub const STOPPING: Self = Self::of(1001, "The server is stopping");
    /// A message is larger than it may be.
    pub const TOO_LARGE: Self = Self::of(1009, "Message too large");
    /// Something that is needed does not answer.
    pub const UNAVAILABLE: Self = Self::of(1013, "Try again in a moment");
    /// An operation before `connection_init`.
    pub const UNAUTHORIZED: Self = Self::of(4401, "Unauthorized");
    /// The token is forged, expired or revoked.
    pub const FORBIDDEN: Self = Self::of(4403, "Forbidden");
    /// The client speaks another protocol.
    pub const SUBPROTOCOL: Self = Self::of(4406, "Subprotocol not acceptable");
    /// No `connection_init` in time.
    pub const INIT_TIMEOUT: Self = Self::of(4408, "Connection initialisation timeout");
    /// A second `connection_init`.
    pub const TWO_INITS: Self = Self::of(4429, "Too many initialisation requests");
    /// A fault of ours.
    pub const INTERNAL: Self = Self::of(4500, "Internal server error");

    const fn of(code: u16, reason: &'static str) -> Self {
        Self::Close(code, Cow::Borrowed(reason))
    }

    /// A message that the protocol does not know.
    pub fn bad_message(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Close(4400, reason.into())
    }

    /// An id that is taken.
    pub fn taken(id: &str) -> Self {
        Self::Close(4409, format!("Subscriber for {id} already exists").into())
    }

    /// The frame that tells the client.
    pub fn frame(self) -> Option<Message> {
        let Self::Close(code, mut reason) = self else { return None };
        if reason.len() > LONGEST_REASON {
            let end = reason.floor_char_boundary(LONGEST_REASON);
            reason.to_mut().truncate(end);
        }
        Some(Message::Close(Some(CloseFrame { code, reason: reason.into_owned().into() })))
    }
}

/// Credentials that were not believed, or could not be looked at.
impl From<Rejection> for Ending {
    fn from(rejection: Rejection) -> Self {
        match rejection.status {
            StatusCode::UNAUTHORIZED => Self::FORBIDDEN,
            StatusCode::SERVICE_UNAVAILABLE => Self::UNAVAILABLE,
            _ => Self::INTERNAL,
        }
    }
}

/// Frames that cannot be read.
impl From<axum::Error> for Ending {
    fn from(error: axum::Error) -> Self {
        match error.into_inner().downcast_ref::<WireError>() {
            Some(WireError::Capacity(_)) => Self::TOO_LARGE,
            Some(WireError::Protocol(_)) => Self::of(1002, "Protocol error"),
            Some(WireError::Utf8(_)) => Self::of(1007, "Text that is not UTF-8"),
            _ => Self::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(ending: Ending) -> (u16, String) {
        match ending.frame() {
            Some(Message::Close(Some(frame))) => (frame.code, frame.reason.to_string()),
            other => panic!("no close frame: {other:?}"),
        }
    }

    #[test]
    fn a_reason_fits_into_a_frame_whatever_the_client_sent() {
        assert_eq!(reason(Ending::taken("1")), (4409, "Subscriber for 1 already exists".to_owned()));
        let (code, long) = reason(Ending::bad_message("ä".repeat(100)));
        assert_eq!((code, long), (4400, "ä".repeat(61)));
        assert_eq!(reason(Ending::FORBIDDEN), (4403, "Forbidden".to_owned()));
        assert!(Ending::Gone.frame().is_none());
    }
}
