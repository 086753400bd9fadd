//! Shoppers who turn list pages while something else goes on.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use vitrine::graphql::{Answer, Api, Caller, Decoded};
use vitrine::services::Viewer;

const PAGE: &str = "{ products(first: 20) { nodes { id handle title priceRange { min { amount } } } } }";

/// Asks for a page every 20 ms until it is stopped; tells how many were answered and what 99 of 100 took at most.
pub async fn turn_pages(api: Arc<Api>, mut stopped: oneshot::Receiver<()>) -> (usize, Duration) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let mut pages = Vec::new();
    while stopped.try_recv().is_err() {
        ticks.tick().await;
        let api = Arc::clone(&api);
        let due = Instant::now();
        pages.push(tokio::spawn(async move {
            let decoded = Decoded { query: Some(PAGE.to_owned()), ..Decoded::default() };
            let answer = api.execute(decoded, false, &caller()).await;
            assert!(matches!(answer, Answer::Executed { code: None, .. }), "a page was refused");
            due.elapsed()
        }));
    }
    let mut times = Vec::with_capacity(pages.len());
    for page in pages {
        times.push(page.await.expect("every page is answered"));
    }
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    (times.len(), p99)
}

fn caller() -> Caller {
    Caller {
        request_id: "bench".to_owned(),
        client_name: None,
        client_version: None,
        market: None,
        accept_language: None,
        language: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        viewer: Viewer::Anonymous,
        cookies: vitrine::graphql::Cookies::default(),
    }
}
