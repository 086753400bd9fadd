//! Credentials on the wire: a bearer token (RFC 6750), or the cookies of a browser.

use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::error::Rejection;
use crate::graphql::{Cookie, CookieKind, Cookies};
use crate::services::error::Code;
use crate::services::identity::{Known, believe};
use crate::services::{AppContext, Error, Viewer};

/// The header that browsers send across origins only after asking: a page of somebody else's cannot.
pub const PREFLIGHT: HeaderName = HeaderName::from_static("apollo-require-preflight");

/// Browsers keep an access token for so many seconds less than it is good: they ask for a new one rather than be refused.
const MARGIN: i64 = 5;

/// What a request shows of who sends it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    token: Option<String>,
    by_cookie: bool,
    refresh_token: Option<String>,
    device_token: Option<String>,
}

impl Credentials {
    /// Reads the headers. A bearer token goes before cookies, which then mean nothing.
    ///
    /// # Errors
    /// 401 for an `Authorization` that is no bearer token; 400 for cookies without the preflight header.
    pub fn from_headers(headers: &HeaderMap, secure: bool) -> Result<Self, Rejection> {
        let mut sent = headers.get_all(AUTHORIZATION).iter();
        if let Some(value) = sent.next() {
            let token = bearer(value).filter(|_| sent.next().is_none()).ok_or_else(unauthenticated)?;
            return Ok(Self { token: Some(token.to_owned()), ..Self::default() });
        }
        let sent = Self::of_cookies(headers, secure);
        if (sent.token.is_some() || sent.refresh_token.is_some()) && !headers.contains_key(PREFLIGHT) {
            let message = "Requests with a session cookie must send the header `Apollo-Require-Preflight`.";
            return Err(Rejection::bad_request(message));
        }
        Ok(sent)
    }

    fn of_cookies(headers: &HeaderMap, secure: bool) -> Self {
        let token = cookie(headers, name(CookieKind::Access, secure));
        let refresh_token = cookie(headers, name(CookieKind::Refresh, secure));
        let device_token = cookie(headers, name(CookieKind::Device, secure));
        Self { by_cookie: token.is_some(), token, refresh_token, device_token }
    }

    /// Reads the headers of a handshake for a socket. Browsers cannot add a header to it, and tell the page's origin
    /// instead: cookies count where that is trusted, or with the header that other requests need. Answers on a socket
    /// set no cookies, so a refresh token in one means nothing.
    ///
    /// # Errors
    /// 401 for an `Authorization` that is no bearer token.
    pub fn from_handshake(headers: &HeaderMap, secure: bool, is_trusted: bool) -> Result<Self, Rejection> {
        if headers.contains_key(AUTHORIZATION) {
            return Self::from_headers(headers, secure);
        }
        if !is_trusted && !headers.contains_key(PREFLIGHT) {
            return Ok(Self::default());
        }
        Ok(Self { refresh_token: None, ..Self::of_cookies(headers, secure) })
    }

    /// Reads what stands behind `Authorization:` from elsewhere.
    ///
    /// # Errors
    /// 401 where it is no bearer token.
    pub fn from_authorization(text: &str) -> Result<Self, Rejection> {
        let token = bearer_in(text).ok_or_else(unauthenticated)?;
        Ok(Self { token: Some(token.to_owned()), ..Self::default() })
    }

    /// A bare token.
    pub fn from_token(token: String) -> Self {
        Self { token: Some(token), ..Self::default() }
    }

    /// Who it is.
    ///
    /// # Errors
    /// 401 where the token is forged, expired or revoked; a cookie with such a token is deleted with the answer.
    pub async fn viewer(&self, app: Option<&AppContext>, secure: bool) -> Result<Viewer, Rejection> {
        Ok(self.known(app, secure).await?.map_or(Viewer::Anonymous, |known| known.viewer))
    }

    /// The token, verified; `None` where there is none.
    ///
    /// # Errors
    /// As [`Self::viewer`].
    pub async fn known(&self, app: Option<&AppContext>, secure: bool) -> Result<Option<Known>, Rejection> {
        let Some(token) = &self.token else { return Ok(None) };
        let Some(app) = app else { return Err(unauthenticated()) };
        match believe(app, token).await {
            Ok(known) => Ok(Some(known)),
            Err(Error::Unauthenticated) if self.by_cookie => {
                let gone = Cookie { kind: CookieKind::Access, value: None, seconds: 0 };
                Err(unauthenticated().with_value(SET_COOKIE, written(&gone, secure)))
            }
            Err(Error::Unauthenticated) => Err(unauthenticated()),
            Err(error @ (Error::Unavailable | Error::Timeout)) => {
                Err(Rejection::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), "Try again in a moment."))
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause, "a token could not be looked at");
                Err(Rejection::internal())
            }
        }
    }

    /// The cookies that resolvers see.
    pub fn cookies(self) -> Cookies {
        Cookies::new(self.refresh_token).with_device(self.device_token)
    }
}

/// 401: the token is not believed. Why is not told.
fn unauthenticated() -> Rejection {
    let message = "The token is not valid, or not any more.";
    Rejection::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
        .with_header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}

/// Adds what resolvers set to an answer.
pub fn set_cookies(headers: &mut HeaderMap, cookies: &Cookies, secure: bool) {
    for cookie in cookies.take() {
        headers.append(SET_COOKIE, written(&cookie, secure));
    }
}

/// The token in `Authorization: Bearer ...`.
fn bearer(value: &HeaderValue) -> Option<&str> {
    bearer_in(value.to_str().ok()?)
}

fn bearer_in(text: &str) -> Option<&str> {
    let (scheme, token) = text.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// With `__Host-` a browser takes the cookie from this host over a secure connection only (RFC 6265bis, 4.1.3).
fn name(kind: CookieKind, secure: bool) -> &'static str {
    match (kind, secure) {
        (CookieKind::Access, true) => "__Host-vitrine-access",
        (CookieKind::Refresh, true) => "__Host-vitrine-refresh",
        (CookieKind::Device, true) => "__Host-vitrine-device",
        (CookieKind::Device, false) => "vitrine-device",
        (CookieKind::Access, false) => "vitrine-access",
        (CookieKind::Refresh, false) => "vitrine-refresh",
    }
}

fn written(cookie: &Cookie, secure: bool) -> HeaderValue {
    let margin = if cookie.kind == CookieKind::Access { MARGIN } else { 0 };
    let text = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}",
        name(cookie.kind, secure),
        cookie.value.as_deref().unwrap_or_default(),
        cookie.seconds.saturating_sub(margin).max(0),
        if secure { "; Secure" } else { "" },
    );
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)], secure: bool) -> Result<Credentials, Rejection> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("valid"));
        }
        Credentials::from_headers(&headers, secure)
    }

    #[test]
    fn a_bearer_token_goes_before_cookies() {
        let plain = read(&[], true).expect("anonymous");
        assert_eq!(plain.token, None);
        let bearer = read(&[("authorization", "bearer  abc"), ("cookie", "__Host-vitrine-access=x")], true);
        assert_eq!(bearer.expect("a token").token.as_deref(), Some("abc"));
        for wrong in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            let refused = read(&[("authorization", wrong)], true).err().expect("refused");
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        assert!(read(&[("authorization", "Bearer a"), ("authorization", "Bearer b")], true).is_err());
    }

    #[test]
    fn cookies_need_the_header_that_other_pages_cannot_send() {
        for cookies in ["__Host-vitrine-access=a", "x=y; __Host-vitrine-refresh=b"] {
            let refused = read(&[("cookie", cookies)], true).err().expect("refused");
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        }
        let both = "theme=dark; __Host-vitrine-access=a; __Host-vitrine-refresh=b";
        let read_both = read(&[("cookie", both), ("apollo-require-preflight", "1")], true).expect("both");
        assert_eq!((read_both.token.as_deref(), read_both.by_cookie), (Some("a"), true));
        assert_eq!(read_both.cookies().refresh_token(), Some("b"));
        assert!(read(&[("cookie", "theme=dark; vitrine-access=a")], true).expect("not ours").token.is_none());
        assert!(read(&[("cookie", "vitrine-access=a"), ("apollo-require-preflight", "1")], false).is_ok());
    }

    #[test]
    fn in_a_handshake_cookies_count_for_trusted_pages_only() {
        let shake = |pairs: &[(&'static str, &str)], is_trusted| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().expect("valid"));
            }
            Credentials::from_handshake(&headers, true, is_trusted)
        };
        let cookies = ("cookie", "__Host-vitrine-access=a; __Host-vitrine-refresh=b");
        assert!(shake(&[cookies], false).expect("anonymous").token.is_none());
        let trusted = shake(&[cookies], true).expect("trusted");
        assert_eq!((trusted.token.as_deref(), trusted.refresh_token), (Some("a"), None));
        let asked = shake(&[cookies, ("apollo-require-preflight", "1")], false).expect("no browser");
        assert_eq!(asked.token.as_deref(), Some("a"));
        let bearer = shake(&[cookies, ("authorization", "Bearer c")], true).expect("a token");
        assert_eq!((bearer.token.as_deref(), bearer.by_cookie), (Some("c"), false));
        assert!(shake(&[("authorization", "Basic c")], true).is_err());
        assert_eq!(Credentials::from_authorization("bearer d").expect("a token").token.as_deref(), Some("d"));
        assert!(Credentials::from_authorization("d").is_err());
    }

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
        let cookies = Cookies::default();
        cookies.set(Cookie { kind: CookieKind::Access, value: Some("abc".to_owned()), seconds: 600 });
        let mut headers = HeaderMap::new();
        set_cookies(&mut headers, &cookies, true);
        let expected = "__Host-vitrine-access=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=595; Secure";
        assert_eq!(headers["set-cookie"], expected);
        cookies.clear();
        let mut headers = HeaderMap::new();
        set_cookies(&mut headers, &cookies, false);
        let all: Vec<_> = headers.get_all("set-cookie").iter().collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], "vitrine-refresh=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
