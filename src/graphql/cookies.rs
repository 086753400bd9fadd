//! Cookies of browsers: what came with a request, and what its answer sets.

use std::sync::{Arc, Mutex, PoisonError};

/// Which cookie it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// By which a device shows that it knows an account. It stays when the user signs out.
    Device,
}

/// A cookie to be set, or to be deleted where it has no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Which one.
    pub kind: CookieKind,
    /// What it holds.
    pub value: Option<String>,
    /// How long the browser keeps it, in seconds.
    pub seconds: i64,
}

/// Never shows the token.
impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cookie").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The cookies of one request. Clones share what is set.
#[derive(Clone, Default)]
pub struct Cookies {
    refresh_token: Option<String>,
    device_token: Option<String>,
    set: Arc<Mutex<Vec<Cookie>>>,
    is_out_of_reach: bool,
}

/// Never shows a token.
impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let has_refresh_token = self.refresh_token.is_some();
        f.debug_struct("Cookies").field("has_refresh_token", &has_refresh_token).finish_non_exhaustive()
    }
}

impl Cookies {
    /// Those of a socket, whose answers cannot set any.
    pub fn out_of_reach() -> Self {
        Self { is_out_of_reach: true, ..Self::default() }
    }

    /// Whether the answer cannot set any.
    pub fn are_out_of_reach(&self) -> bool {
        self.is_out_of_reach
    }

    /// What came with a request.
    pub fn new(refresh_token: Option<String>) -> Self {
        Self { refresh_token, ..Self::default() }
    }

    /// The same with the token of a device.
    #[must_use]
    pub fn with_device(self, device_token: Option<String>) -> Self {
        Self { device_token, ..self }
    }

    /// The token by which the device shows that it knows an account.
    pub fn device_token(&self) -> Option<&str> {
        self.device_token.as_deref()
    }

    /// The refresh token that came as a cookie.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_deref()
    }

    /// Sets a cookie with the answer.
    pub fn set(&self, cookie: Cookie) {
        self.set.lock().unwrap_or_else(PoisonError::into_inner).push(cookie);
    }

    /// Deletes the cookies of who is signed in with the answer.
    pub fn clear(&self) {
        for kind in [CookieKind::Access, CookieKind::Refresh] {
            self.set(Cookie { kind, value: None, seconds: 0 });
        }
    }

    /// What the answer sets.
    pub fn take(&self) -> Vec<Cookie> {
        std::mem::take(&mut *self.set.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graphql::Decoded;

    #[test]
    fn what_holds_a_secret_does_not_show_it() {
        let cookies = Cookies::new(Some("hunter2".to_owned()));
        cookies.set(Cookie { kind: CookieKind::Access, value: Some("hunter2".to_owned()), seconds: 1 });
        let variables = json!({ "input": { "password": "hunter2" } }).as_object().cloned();
        let decoded = Decoded {
            query: Some("mutation { signIn(password: \"hunter2\") }".to_owned()),
            variables: variables.unwrap_or_default(),
            extensions: json!({ "token": "hunter2" }).as_object().cloned().unwrap_or_default(),
            ..Decoded::default()
        };
        let shown = format!("{cookies:?} {:?} {decoded:?} {decoded:#?}", cookies.take());
        assert!(shown.contains("input") && !shown.contains("hunter2"), "{shown}");
    }
}
