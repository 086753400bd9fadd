//! The process as the system sees it: read from `/proc`, so on Linux only.
//!
//! Names as in the Prometheus client guidelines, so that ready-made dashboards find them.

use std::fs;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Linux tells times in hundredths of a second, whatever its own clock ticks at (`USER_HZ`).
const TICKS: f64 = 100.0;

/// What is told of the process.
pub struct Process {
    resident: Gauge,
    cpu: Counter<f64, AtomicU64>,
    files: Gauge,
}

/// One look at the process.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    /// Memory in bytes.
    resident: i64,
    /// Processor time in seconds.
    cpu: f64,
    /// Open files.
    files: i64,
}

impl Process {
    /// Registers the metrics of the process; none where the system does not tell.
    pub fn register(all: &mut Registry) -> Option<Self> {
        look()?;
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64()));
        let process = Self { resident: Gauge::default(), cpu: Counter::default(), files: Gauge::default() };
        all.register("process_resident_memory_bytes", "Memory of the process", process.resident.clone());
        all.register("process_cpu_seconds", "Processor time of the process", process.cpu.clone());
        all.register("process_open_fds", "Open files and sockets", process.files.clone());
        all.register("process_start_time_seconds", "When the process began to count, since 1970", started);
        Some(process)
    }

    /// Looks at the process.
    pub fn sample(&self) {
        let Some(look) = look() else { return };
        self.resident.set(look.resident);
        self.cpu.inc_by((look.cpu - self.cpu.get()).max(0.0));
        self.files.set(look.files);
    }
}

fn look() -> Option<Look> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let files = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(Look { resident: resident(&status)?, cpu: cpu(&stat)?, files: i64::try_from(files).ok()? })
}

fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The name of the program stands second and may hold anything, so fields are counted from its closing bracket.
fn cpu(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((f64::from(user) + f64::from(system)) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_time_are_read_as_linux_writes_them() {
        assert_eq!(resident("Name:\tx\nVmHWM:\t  900 kB\nVmRSS:\t   812 kB\n"), Some(831_488));
        assert_eq!(resident("Name:\tx\n"), None);
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 100 1 2";
        assert_eq!(cpu(stat), Some(3.0));
        assert_eq!(cpu("nonsense"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_files() {
        let look = look().expect("Linux tells");
        assert!(look.resident > 1_000_000 && look.files > 2 && look.cpu >= 0.0, "{look:?}");
    }
}
