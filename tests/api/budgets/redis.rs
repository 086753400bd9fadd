//! Budgets that replicas share: Redis killed and started again under load, its clock set back, one round trip a charge.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redis::{AsyncCommands as _, Client};
use vitrine::infrastructure::throttle::{Forgive, Growth, Quota, Throttle, Verdict};

use super::until;
use crate::harness::setting;

/// A Redis of one test, which keeps nothing and ends with its value.
struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    fn start(port: u16) -> Option<Self> {
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        match command.stdin(Stdio::null()).stdout(Stdio::null()).spawn() {
            Ok(process) => Some(Self { process, port }),
            Err(error) => {
                assert!(setting("VITRINE_REQUIRE_ALL").is_none(), "redis-server is required: {error}");
                None
            }
        }
    }

    fn kill(mut self) -> u16 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.port
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let client = Client::open(self.url()).unwrap();
        let began = Instant::now();
        loop {
            match client.get_multiplexed_async_connection().await {
                Ok(connection) => return connection,
                Err(error) => assert!(began.elapsed() < Duration::from_secs(10), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn replica(&self, replicas: u32) -> Arc<Throttle> {
        let throttle = Arc::new(Throttle::with_redis(&self.url(), replicas).unwrap());
        joined(&throttle).await;
        throttle
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A Redis, or nothing where there is no such program.
async fn redis() -> Option<Redis> {
    let redis = Redis::start(free_port())?;
    redis.connection().await;
    Some(redis)
}

fn points(points: u32) -> NonZeroU32 {
    NonZeroU32::new(points).unwrap()
}

/// Nothing comes back while a test runs.
fn quota(whole: u32) -> Quota {
    Quota::new(points(whole), Duration::from_hours(1))
}

/// Charges until Redis answers.
async fn joined(throttle: &Throttle) {
    let asked = async || {
        throttle.charge("joining", quota(1_000_000), points(1)).await;
        throttle.is_shared() == Some(true)
    };
    until("an answer of Redis", asked).await;
}

fn left(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Paid(state) => state.remaining,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn replicas_share_one_budget() {
    let Some(redis) = redis().await else { return };
    let (one, other) = (redis.replica(2).await, redis.replica(2).await);
    assert_eq!(left(one.charge("ann", quota(100), points(30)).await), 70);
    assert_eq!(left(other.charge("ann", quota(100), points(30)).await), 40);
    assert_eq!(left(other.charge("bob", quota(100), points(30)).await), 70);
    let refused = one.charge("ann", quota(100), points(41)).await;
    let Verdict::Refused { state, wait } = refused else { panic!("{refused:?}") };
    assert_eq!(state.remaining, 40);
    assert!(wait <= Duration::from_hours(1) && wait > Duration::from_mins(59), "{wait:?}");
    assert_eq!(left(other.charge("ann", quota(100), points(40)).await), 0, "a refusal charges nothing");
    assert_eq!(one.charge("ann", quota(100), points(101)).await, Verdict::TooMuch);
    // Whole milliseconds: what is in Redis goes away by itself when the budget is full.
    let left: i64 = redis.connection().await.pttl("vitrine:bob").await.unwrap();
    assert!((29 * 3_600_000..=30 * 3_600_000 + 1).contains(&left), "{left}");
}

#[tokio::test]
async fn a_charge_is_one_round_trip_and_a_known_refusal_none() {
    let Some(redis) = redis().await else { return };
    let throttle = redis.replica(1).await;
    let mut connection = redis.connection().await;
    redis::cmd("CONFIG").arg("RESETSTAT").exec_async(&mut connection).await.unwrap();
    for _ in 0..50 {
        throttle.charge("ann", quota(50), points(1)).await;
    }
    for _ in 0..1000 {
        assert!(matches!(throttle.charge("ann", quota(50), points(1)).await, Verdict::Refused { .. }));
    }
    let told: String = redis::cmd("INFO").arg("commandstats").query_async(&mut connection).await.unwrap();
    let calls = |command: &str| -> u32 {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    };
    assert_eq!((calls("evalsha"), calls("eval"), calls("script|load")), (50, 0, 0), "{told}");
}

#[tokio::test]
async fn a_clock_that_was_set_back_shuts_nobody_out() {
    let Some(redis) = redis().await else { return };
    let throttle = redis.replica(1).await;
    let mut connection = redis.connection().await;
    // To a clock that was set back what is written already lies far ahead.
    let fast = Quota::new(points(100), Duration::from_millis(1));
    for (key, value) in [("ann", "9000000000000000"), ("bob", "nonsense"), ("eve", "-5")] {
        let _: () = connection.set(format!("vitrine:{key}"), value).await.unwrap();
    }
    let refused = throttle.charge("ann", fast, points(1)).await;
    let Verdict::Refused { wait, .. } = refused else { panic!("{refused:?}") };
    assert!(wait <= Duration::from_millis(2), "{wait:?}");
    let paid = async || matches!(throttle.charge("ann", fast, points(100)).await, Verdict::Paid(_));
    until("a budget that is full again", paid).await;
    for key in ["bob", "eve"] {
        assert_eq!(left(throttle.charge(key, quota(100), points(1)).await), 99, "{key}");
    }
}

#[tokio::test]
async fn a_redis_that_forgot_the_script_is_told_it_again() {
    let Some(redis) = redis().await else { return };
    let throttle = redis.replica(1).await;
    let mut connection = redis.connection().await;
    redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
    assert_eq!(left(throttle.charge("ann", quota(10), points(1)).await), 9);
    assert_eq!(throttle.is_shared(), Some(true));
}

#[tokio::test]
async fn without_redis_each_replica_gives_its_share_from_what_it_knew_last() {
    let Some(redis) = redis().await else { return };
    let (one, other) = (redis.replica(2).await, redis.replica(2).await);
    one.charge("ann", quota(100), points(60)).await;
    other.charge("bob", quota(100), points(100)).await;
    let port = redis.kill();

    // The first one to ask waits a moment and goes on alone, the others do not wait.
    one.charge("lost", quota(100), points(1)).await;
    assert_eq!(one.is_shared(), Some(false));
    assert_eq!(
        left(one.charge("ann", quota(100), points(1)).await),
        19,
        "40 of 100 were left: 20 of its share of 50"
    );
    assert_eq!(
        left(one.charge("new", quota(100), points(100)).await),
        0,
        "more than the share costs all of it"
    );
    other.charge("lost", quota(100), points(1)).await;
    assert!(
        matches!(other.charge("bob", quota(100), points(1)).await, Verdict::Refused { .. }),
        "bob spent his"
    );

    let redis = Redis::start(port).unwrap();
    joined(&one).await;
    joined(&other).await;
    one.charge("dan", quota(100), points(10)).await;
    assert_eq!(left(other.charge("dan", quota(100), points(10)).await), 80, "shared again, by itself");
    assert!(
        matches!(other.charge("bob", quota(100), points(1)).await, Verdict::Refused { .. }),
        "also after it forgot"
    );
    drop(redis);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_started_again_under_load_nobody_waits_and_no_budget_is_lost() {
    let Some(mut redis) = redis().await else { return };
    let replicas = [redis.replica(2).await, redis.replica(2).await];
    let (stop, paid, slowest) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = Vec::new();
    for throttle in &replicas {
        for _ in 0..4 {
            let (throttle, stop) = (Arc::clone(throttle), Arc::clone(&stop));
            let (paid, slowest) = (Arc::clone(&paid), Arc::clone(&slowest));
            tasks.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    if let Verdict::Paid(_) = throttle.charge("ann", quota(100_000), points(1)).await {
                        paid.fetch_add(1, Ordering::Relaxed);
                    }
                    let took = u32::try_from(began.elapsed().as_millis()).unwrap();
                    slowest.fetch_max(took, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }));
        }
    }
    for _ in 0..2 {
        let port = redis.kill();
        for throttle in &replicas {
            until("a loss that is noticed", async || throttle.is_shared() == Some(false)).await;
        }
        let before = paid.load(Ordering::Relaxed);
        until("charges without Redis", async || paid.load(Ordering::Relaxed) > before + 20).await;
        redis = Redis::start(port).unwrap();
        for throttle in &replicas {
            until("a Redis that is found again", async || throttle.is_shared() == Some(true)).await;
        }
        let before = paid.load(Ordering::Relaxed);
        until("charges with Redis", async || paid.load(Ordering::Relaxed) > before + 20).await;
    }
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    let slowest = slowest.load(Ordering::Relaxed);
    assert!(slowest < 1000, "somebody waited {slowest} ms");
    // What a replica charged meanwhile it still knows: Redis began anew, but it did not.
    for throttle in &replicas {
        assert!(throttle.look("ann", quota(100_000), points(99_990)).is_some());
    }
}

#[tokio::test]
async fn a_redis_that_hangs_holds_nobody_up() {
    // Somebody accepts connections and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let keep = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            open.push(stream);
        }
    });
    let throttle = Throttle::with_redis(&format!("redis://{address}"), 1).unwrap();
    let began = Instant::now();
    for _ in 0..1000 {
        throttle.charge("ann", quota(2000), points(1)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(throttle.is_shared(), Some(false));
    assert_eq!(left(throttle.charge("ann", quota(2000), points(1)).await), 999);
    keep.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn delays_are_shared_and_grow_on_while_redis_is_away() {
    let Some(redis) = redis().await else { return };
    let growth = Growth { free: 3, most: Duration::from_mins(10) };
    let (one, other) = (redis.replica(2).await, redis.replica(2).await);
    for replica in [&one, &other, &one] {
        replica.begin("ann", growth, 0).await.unwrap();
    }
    for replica in [&one, &other] {
        let wait = replica.begin("ann", growth, 0).await.unwrap_err();
        assert!(wait <= Duration::from_secs(1) && wait > Duration::from_millis(1), "{wait:?}");
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    other.begin("ann", growth, 0).await.unwrap();
    let wait = one.begin("ann", growth, 0).await.unwrap_err();
    assert!(wait > Duration::from_secs(1) && wait <= Duration::from_secs(2), "{wait:?}");
    other.forgive("ann", Forgive::One).await;
    assert!(one.begin("ann", growth, 0).await.unwrap_err() <= Duration::from_secs(1));
    other.forgive("ann", Forgive::All).await;
    one.begin("ann", growth, 0).await.unwrap();
    redis.kill();
    for _ in 0..3 {
        one.begin("bob", growth, 0).await.unwrap();
    }
    assert_eq!(one.begin("bob", growth, 0).await, Err(Duration::from_secs(1)), "each goes on by itself");
}
