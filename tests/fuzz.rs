//! Bounded random input for everything that reads what strangers send: the scanner and preparer of documents, the wire,
//! and the CSV import.
//!
//! Seeds are the repository's own documents and the product files of the shared data, where these are there; they are
//! changed by their structure (tokens, parameters, cells) and by bytes. Every run does the same inputs and then some
//! that nobody has tried: a failure tells the seed. `VITRINE_TEST_FUZZ_SECONDS` says how long each target goes on
//! (3 by default), `VITRINE_TEST_FUZZ_SEED` repeats a run.

#[path = "fuzz/csv.rs"]
mod csv;
#[path = "fuzz/documents.rs"]
mod documents;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/random.rs"]
mod random;
#[path = "fuzz/seeds.rs"]
mod seeds;
#[path = "fuzz/wire.rs"]
mod wire;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use random::Random;

/// No input may take longer, in a debug build on a busy machine.
const SLOWEST: Duration = Duration::from_secs(5);
/// No run may take more memory, in bytes.
const MOST_MEMORY: u64 = 2 << 30;
/// The inputs that every run does.
const SAME_IN_EVERY_RUN: u64 = 0x5EED;

#[expect(clippy::disallowed_methods, reason = "the one place of these tests that reads the environment")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// How long these are tried.
const SAME_FOR: Duration = Duration::from_millis(1500);

/// Tries inputs for as long as was asked for, at first those of every run; `once` makes one, tries it and tells whether
/// it was accepted.
fn fuzz(target: &str, mut once: impl FnMut(&mut Random) -> bool) {
    let time = Duration::from_secs(setting("VITRINE_TEST_FUZZ_SECONDS").unwrap_or(3));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.subsec_nanos() | 1);
    let fresh = setting("VITRINE_TEST_FUZZ_SEED").unwrap_or_else(|| now.into());
    for (seed, time) in [(SAME_IN_EVERY_RUN, SAME_FOR), (fresh, time.saturating_sub(SAME_FOR))] {
        let (began, mut count, mut accepted) = (Instant::now(), 0_u64, 0_u64);
        while began.elapsed() < time {
            // Each input has a seed of its own, so that one that fails can be tried alone.
            let own = seed.wrapping_add(count.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let started = Instant::now();
            let failing = Failing { target, seed: own };
            accepted += u64::from(once(&mut Random::new(own)));
            let took = started.elapsed();
            assert!(took < SLOWEST, "{took:?}");
            std::mem::forget(failing);
            count += 1;
        }
        println!("{target}: {count} inputs from seed {seed}, {accepted} accepted");
        // Input that is always refused at the first look tries nothing.
        assert!(count < 100 || accepted * 50 > count, "{target}: {accepted} of {count} were accepted");
    }
    let peak = peak_memory();
    assert!(peak < MOST_MEMORY, "{target}: {peak} bytes of memory");
}

/// Tells which input failed, where a test unwinds.
struct Failing<'a> {
    target: &'a str,
    seed: u64,
}

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        println!("{}: the input of seed {} failed", self.target, self.seed);
    }
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

#[test]
fn documents_are_prepared_or_refused() {
    let target = documents::Target::new();
    fuzz("documents", |random| target.once(random));
}

#[test]
fn requests_are_answered_or_refused() {
    let target = wire::Target::new();
    fuzz("wire", |random| target.once(random));
}

#[test]
fn product_files_are_read_or_refused() {
    let target = csv::Target::new();
    fuzz("csv", |random| target.once(random));
}
