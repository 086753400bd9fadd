//! A shop for each test, on each engine.

mod ask;
mod engine;
mod shop;

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;

pub use self::ask::{Ask, Reply, text_at};
pub use self::engine::{Engine, Filling};
pub use self::shop::{TestShop, draft};

/// The moment at which the sample shop was filled, and that the clock of a test shows until it is set.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// What the environment says about how to run tests.
#[expect(clippy::disallowed_methods, reason = "the one place of the tests that reads the environment")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs a test with a shop of its own, which is gone afterwards whatever happened.
pub fn run<F, T>(engine: Engine, filling: Filling, test: F)
where
    F: FnOnce(TestShop) -> T,
    T: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(4 * 1024 * 1024)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        if let Err(why) = engine.is_there().await {
            assert!(setting("VITRINE_REQUIRE_ALL").is_none(), "{engine:?} is required: {why}");
            engine::tell_left_out(engine, &why);
            return;
        }
        let place = engine.place(filling).await;
        let result = AssertUnwindSafe(async { test(TestShop::open(engine, filling, &place).await).await });
        let result = result.catch_unwind().await;
        place.remove().await;
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Makes tests of functions: one with each engine, in the modules `sqlite` and `postgres`.
///
/// `sample` functions get the sample shop, `empty` ones a shop with tables only, `bare` ones not even these.
macro_rules! on_each_engine {
    ($($filling:ident: $($name:ident),+;)+) => {
        mod sqlite {
            $($(#[test] fn $name() {
                crate::harness::run(crate::harness::Engine::Sqlite, crate::harness::on_each_engine!(@ $filling), super::$name);
            })+)+
        }
        mod postgres {
            $($(#[test] fn $name() {
                crate::harness::run(crate::harness::Engine::Postgres, crate::harness::on_each_engine!(@ $filling), super::$name);
            })+)+
        }
    };
    (@ sample) => { crate::harness::Filling::Sample };
    (@ empty) => { crate::harness::Filling::Empty };
    (@ bare) => { crate::harness::Filling::Bare };
}
pub(crate) use on_each_engine;

/// Says which engines are left out, where somebody sees it.
#[test]
fn which_engines_are_there() {
    run(Engine::Sqlite, Filling::Bare, |_| async {});
    run(Engine::Postgres, Filling::Bare, |_| async {});
}
