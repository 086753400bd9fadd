//! `/mails`: what would have been sent, for a developer to read. Only in development.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::services::AppContext;
use crate::services::identity::Mail;

/// No script, no style, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub fn page(app: &AppContext) -> Response {
    let mails = app.identity().map(|identity| identity.mailer().mails()).unwrap_or_default();
    let mut response = Response::new(Body::from(write(&mails)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn write(mails: &[Mail]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mails</title><h1>Mails</h1>\
         <p>What would have been sent, the newest first. Load the page again to see more.</p>",
    );
    for mail in mails {
        let _ = write!(
            page,
            "<article><h2>{}</h2><p>To {}</p><pre>{}</pre></article>",
            escape(&mail.subject),
            escape(&mail.to),
            linked(&mail.body),
        );
    }
    page.push_str("</html>");
    page
}

/// Text with its links to be clicked.
fn linked(text: &str) -> String {
    let line = |line: &str| {
        let safe = escape(line);
        if line.starts_with("https://") || line.starts_with("http://") {
            format!("<a href=\"{safe}\" rel=\"noreferrer\">{safe}</a>")
        } else {
            safe
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_text_whatever_they_hold() {
        let mail = Mail {
            to: "ann@example.com".to_owned(),
            subject: "<script>alert(1)</script>".to_owned(),
            body: "Hello \"Ann\" & <b>\n\nhttps://shop.test/#code=\"x\"\n".to_owned(),
        };
        let page = write(&[mail]);
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<a href=\"https://shop.test/#code=&quot;x&quot;\""), "{page}");
    }
}
