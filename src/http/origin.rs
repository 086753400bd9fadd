//! Which pages may call from a browser: those whose origin (RFC 6454) is trusted.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};

use super::cors::is_loopback;
use super::options::Options;

/// What a handshake for a socket tells of the page that asks. Browsers always name its origin, and ask nobody before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// No origin: not a browser.
    None,
    /// A page that is trusted.
    Trusted,
    /// A page of somebody else's.
    Foreign,
}

impl Page {
    /// Reads the headers: pages of this host are trusted, those of the origins in the settings, and in development those
    /// on this machine.
    pub fn of(headers: &HeaderMap, options: &Options) -> Self {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else { return Self::None };
        let is_trusted = (options.development && is_loopback(origin))
            || is_same_host(origin, headers.get(HOST))
            || origin.to_str().is_ok_and(|origin| options.origins.ask(&origin.to_ascii_lowercase()));
        if is_trusted && origins.next().is_none() { Self::Trusted } else { Self::Foreign }
    }
}

/// Whether the page comes from the host that it calls.
fn is_same_host(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let host = host.and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
    authority(origin).zip(host).is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
}

/// What stands behind the scheme.
fn authority(origin: &HeaderValue) -> Option<&str> {
    let origin = origin.to_str().ok()?;
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::question::Question;

    fn page(pairs: &[(&'static str, &'static str)], development: bool) -> Page {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let origins = Question::new(|origin: &str| origin == "https://www.shop.example");
        Page::of(&headers, &Options { development, origins, ..Options::default() })
    }

    #[test]
    fn pages_of_the_same_host_and_of_known_origins_are_trusted() {
        let host = ("host", "api.shop.example:8080");
        assert_eq!(page(&[host], false), Page::None);
        for origin in
            ["https://api.shop.example:8080", "http://API.shop.example:8080", "https://www.shop.example"]
        {
            assert_eq!(page(&[host, ("origin", origin)], false), Page::Trusted, "{origin}");
        }
        for origin in [
            "null",
            "https://api.shop.example",
            "https://api.shop.example:8080.evil.example",
            "https://www.shop.example.evil.example",
            "http://www.shop.example",
            "http://localhost:8080",
            "",
        ] {
            assert_eq!(page(&[host, ("origin", origin)], false), Page::Foreign, "{origin}");
        }
        assert_eq!(page(&[("origin", "https://")], false), Page::Foreign);
        let twice = [host, ("origin", "https://www.shop.example"), ("origin", "https://evil.example")];
        assert_eq!(page(&twice, false), Page::Foreign);
        assert_eq!(page(&[host, ("origin", "http://localhost:5173")], true), Page::Trusted);
        assert_eq!(page(&[host, ("origin", "https://evil.example")], true), Page::Foreign);
    }
}
