//! How long the service takes until it answers, what it keeps in memory when idle, and how large it is.

use std::time::{Duration, Instant};

use crate::Result;
use crate::options::Options;
use crate::report::{head, ms, percentile, row};
use crate::server::Server;
use crate::shop::Engine;

/// How often it is started.
const STARTS: usize = 9;

/// After this time it counts as idle.
const IDLE: Duration = Duration::from_secs(2);

/// Measures and prints the table.
pub async fn run(options: &Options) -> Result<()> {
    let products = options.products.unwrap_or(10_000);
    println!("binary: {:.1} MB\n", megabytes(std::fs::metadata(env!("CARGO_BIN_EXE_vitrine"))?.len()));
    head(&["engine", ">start ms (median)", ">slowest ms", ">idle MB"]);
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let database = engine.shop(products, true).await?;
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let began = Instant::now();
            let server = Server::service(&database).await?;
            times.push(began.elapsed());
            drop(server);
        }
        let server = Server::service(&database).await?;
        tokio::time::sleep(IDLE).await;
        let memory = resident(server.process())?;
        row(&[
            engine.name().to_owned(),
            ms(percentile(&mut times, 50)),
            ms(percentile(&mut times, 100)),
            format!("{:.1}", megabytes(memory)),
        ]);
    }
    Ok(())
}

/// The memory that a process has of its own and shared, in bytes.
pub fn resident(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no memory told")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
