//! Which pages may call from a browser: those whose origin (RFC 6454) is trusted.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};

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
            || options.origins.iter().any(|known| origin.as_bytes().eq_ignore_ascii_case(known.as_bytes()));
        if is_trusted && origins.next().is_none() { Self::Trusted } else { Self::Foreign }
    }
}

/// Whether an origin is `http` or `https` on `localhost`, `127.0.0.1` or `[::1]`, on any port.
pub fn is_loopback(origin: &HeaderValue) -> bool {
    ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .filter_map(|host| authority(origin)?.strip_prefix(host))
        .any(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
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

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_origins_on_any_port_are_known() {
        for origin in [
            "http://localhost",
            "http://localhost:3000",
            "https://localhost:8443",
            "http://127.0.0.1:5173",
            "https://[::1]:1",
        ] {
            assert!(is_loopback(&HeaderValue::from_static(origin)), "{origin}");
        }
    }

    #[test]
    fn origins_that_only_look_like_loopback_are_not() {
        for origin in [
            "null",
            "localhost",
            "ftp://localhost",
            "http://localhost.example.com",
            "http://localhost:80@example.com",
            "http://localhost:",
            "http://localhost:+80",
            "http://localhost:99999",
            "http://127.0.0.10",
            "http://example.com",
            "http://example.com/http://localhost",
        ] {
            assert!(!is_loopback(&HeaderValue::from_static(origin)), "{origin}");
        }
    }

    fn page(pairs: &[(&'static str, &'static str)], development: bool) -> Page {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let origins = vec!["https://www.shop.example".to_owned()];
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
