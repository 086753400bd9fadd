//! Numbers as people read them.

use std::time::Duration;

/// What one server did with one operation, over all rounds.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Requests a second, a round each.
    pub rates: Vec<f64>,
    /// How long each request took.
    pub latencies: Vec<Duration>,
    /// Bytes of all answers.
    pub bytes: usize,
}

impl Measured {
    /// The median of the rounds, in requests a second.
    pub fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }

    /// How far apart the slowest and the fastest round are, as a part of the median.
    pub fn spread(&self) -> f64 {
        let least = self.rates.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.rates.iter().copied().fold(0.0, f64::max);
        (most - least) / self.rate()
    }

    /// Adds what another round measured.
    pub fn add(&mut self, other: Self) {
        self.rates.extend(other.rates);
        self.latencies.extend(other.latencies);
        self.bytes += other.bytes;
    }

    /// The average length of an answer in bytes.
    pub fn length(&self) -> usize {
        self.bytes.checked_div(self.latencies.len()).unwrap_or_default()
    }
}

/// The latency below which so many percent of the requests stayed.
pub fn percentile(latencies: &mut [Duration], percent: usize) -> Duration {
    latencies.sort_unstable();
    let place = (latencies.len() * percent / 100).min(latencies.len().saturating_sub(1));
    latencies.get(place).copied().unwrap_or_default()
}

/// Milliseconds with two digits after the point.
pub fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// Prints a row of a Markdown table.
pub fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// Prints the head of a Markdown table: names that begin with `>` are of columns of numbers.
pub fn head(names: &[&str]) {
    let plain: Vec<String> = names.iter().map(|name| name.trim_start_matches('>').to_owned()).collect();
    row(&plain);
    let lines: Vec<&str> =
        names.iter().map(|name| if name.starts_with('>') { "---:" } else { "---" }).collect();
    println!("|{}|", lines.join("|"));
}
