//! Ten thousand connections that never say a word.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::program::{Program, exchange};
use crate::harness::{Engine, TestShop, on_each_engine};

on_each_engine! {
    sample: ten_thousand_connections_that_never_speak_disturb_nobody;
}

const SILENT: usize = 10_000;

/// Every place is taken by somebody who says nothing, or next to nothing; still everybody else is answered at once.
async fn ten_thousand_connections_that_never_speak_disturb_nobody(shop: TestShop) {
    if shop.engine == Engine::Postgres {
        // The database has no part in it.
        return;
    }
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    assert!(files > 11_000, "this test needs 11,000 open files, and may have {files}");
    let settings = [
        ("VITRINE_METRICS_LISTEN", "127.0.0.1:0"),
        ("VITRINE_DOCUMENTS", "open"),
        ("VITRINE_ACCEPT_UNSAFE", "documents"),
    ];
    let (program, addresses) = Program::start(&shop, &settings, &["serving", "telling metrics"]);
    let mut silent = Vec::with_capacity(SILENT);
    for number in 0..SILENT {
        let mut stream = TcpStream::connect(program.address).await.expect("connected");
        match number % 4 {
            0 => stream.write_all(b"POST /graphql HTTP/1.1\r\nhost:").await.expect("written"),
            1 => stream.write_all(b"P").await.expect("written"),
            _ => {}
        }
        silent.push(stream);
    }
    for _ in 0..50 {
        let began = Instant::now();
        let answer = program.ask("{ products(first: 2) { nodes { title } } }").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    let metrics = exchange(addresses[1], "GET /metrics HTTP/1.1\r\n", "").await;
    let open = metrics.lines().find_map(|line| line.strip_prefix("vitrine_connections_open ")).unwrap();
    let open: usize = open.trim().parse().unwrap();
    assert!(open <= SILENT + 64, "{open} connections are open");
    let resident = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    let resident: u64 = resident.unwrap().trim().parse().unwrap();
    println!("{open} connections open, {} MiB", resident / 1024 / 1024);
    assert!(resident < 1024 * 1024 * 1024, "{resident} bytes");
    drop(silent);
}
