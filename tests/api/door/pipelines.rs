//! What one operation reads at a time goes over one connection to PostgreSQL, and what becomes of that connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use sea_orm::{DbErr, Value};
use vitrine::infrastructure::database::operation::{self, Operation};
use vitrine::infrastructure::database::{Address, Database, RowSource as _};
use vitrine::monitoring::metrics::Pool;
use vitrine::services::Error;
use vitrine::services::sql::{self, Columns};

use crate::harness::{Engine, TestShop, draft, on_each_engine};

on_each_engine! {
    empty: what_an_operation_reads_at_once_goes_over_one_connection,
        operations_do_not_wait_for_each_other_on_a_connection,
        every_kind_of_value_goes_there_and_back,
        a_failure_is_told_and_leaves_the_others_alone,
        pipelines_refuse_to_write,
        what_nobody_waits_for_holds_nobody_up,
        what_outlives_its_operation_is_ended,
        reads_go_on_over_new_connections_when_the_database_ended_the_old_ones,
        encrypted_connections_believe_whom_the_mode_names;
}

async fn read<T>(
    db: &Database,
    text: &str,
    values: Vec<Value>,
    read: impl Fn(&mut Columns<'_>) -> Result<T, DbErr>,
) -> Result<Vec<T>, Error> {
    Ok(sql::each(&db.read()?.fetch(text, values).await?, read)?)
}

fn whole(row: &mut Columns<'_>) -> Result<i64, DbErr> {
    row.get()
}

fn words(row: &mut Columns<'_>) -> Result<String, DbErr> {
    row.get()
}

fn flag(row: &mut Columns<'_>) -> Result<bool, DbErr> {
    row.get()
}

async fn number(db: &Database, text: &str) -> Result<i64, Error> {
    Ok(read(db, text, Vec::new(), whole).await?[0])
}

fn pool(shop: &TestShop) -> Pool {
    shop.app.db.pools().into_iter().find(|pool| pool.name == "pipelined").unwrap()
}

fn operation() -> Arc<Operation> {
    Operation::until(Instant::now() + Duration::from_secs(30))
}

/// The process of the database behind a connection. It takes its time, so that reads at the same time are seen as such.
const PROCESS: &str = "SELECT pg_backend_pid()::bigint FROM pg_sleep(0.05)";

async fn what_an_operation_reads_at_once_goes_over_one_connection(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return assert!(shop.app.db.pools().iter().all(|pool| pool.name != "pipelined"));
    }
    let db = &shop.app.db;
    let all = operation::within(operation(), join_all((0..10).map(|_| number(db, PROCESS)))).await;
    let processes: Vec<i64> = all.into_iter().map(Result::unwrap).collect();
    assert!(processes.iter().all(|process| *process == processes[0]), "{processes:?}");
    assert_eq!((pool(&shop).open, pool(&shop).idle), (1, 1));
}

async fn operations_do_not_wait_for_each_other_on_a_connection(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return;
    }
    let db = &shop.app.db;
    let one = || operation::within(operation(), number(db, PROCESS));
    let (first, second) = join(one(), one()).await;
    assert_ne!(first.unwrap(), second.unwrap());

    // More operations than connections: they take turns.
    let began = Instant::now();
    let all = join_all((0..pool(&shop).most * 3).map(|_| one())).await;
    assert!(all.into_iter().all(|found| found.is_ok()));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

async fn every_kind_of_value_goes_there_and_back(shop: TestShop) {
    let db = &shop.app.db;
    let id = uuid::Uuid::now_v7();
    let values: Vec<Value> =
        vec![true.into(), 1.5_f64.into(), 7_i64.into(), "Größe \u{1f375}".into(), id.into()];
    let text = match shop.engine {
        Engine::Postgres => "SELECT $1, $2, $3, $4, $5, NULL::bigint, 3::smallint, 4::int",
        Engine::Sqlite => "SELECT $1, $2, $3, $4, $5, NULL, 3, 4",
    };
    let found = read(db, text, values, |row| {
        let scalars: (bool, f64, i64) = (row.get()?, row.get()?, row.get()?);
        let rest: (String, uuid::Uuid, Option<i64>) = (row.get()?, row.get()?, row.maybe()?);
        Ok((scalars, rest, row.get::<i16>()?, row.get::<i32>()?))
    });
    let expected = ((true, 1.5, 7), ("Größe \u{1f375}".to_owned(), id, None), 3, 4);
    assert_eq!(found.await.unwrap(), [expected]);
    assert!(
        read(db, "SELECT 1", Vec::new(), |row| Ok((row.get::<i32>()?, row.get::<i32>()?))).await.is_err()
    );
}

async fn a_failure_is_told_and_leaves_the_others_alone(shop: TestShop) {
    let db = &shop.app.db;
    let [good, bad] =
        ["SELECT count(*) FROM product", "SELECT abs(-9223372036854775807 - 1) + count(*) FROM product"];
    for _ in 0..3 {
        let (before, failed, after) = operation::within(operation(), async {
            let (before, (failed, after)) =
                join(number(db, good), join(number(db, bad), number(db, good))).await;
            (before, failed, after)
        })
        .await;
        assert_eq!((before.unwrap(), after.unwrap()), (0, 0));
        assert!(matches!(failed, Err(Error::Internal(_))), "{failed:?}");
    }
    if shop.engine == Engine::Postgres {
        // 57014: what takes too long is told as a timeout, whichever driver was asked.
        let late = number(db, "SELECT 1::bigint FROM pg_sleep(20)").await;
        assert!(matches!(late, Err(Error::Timeout)), "{late:?}");
        assert_eq!((pool(&shop).open, pool(&shop).idle), (1, 1));
    }
}

async fn pipelines_refuse_to_write(shop: TestShop) {
    shop.save(&[draft("cup", "Cup", 1000)]).await;
    let write = "UPDATE product SET handle = 'pot' RETURNING 1";
    assert!(number(&shop.app.db, write).await.is_err());
    assert_eq!(shop.rows("SELECT handle FROM product").await, ["cup"]);
}

async fn what_nobody_waits_for_holds_nobody_up(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return;
    }
    let db = &shop.app.db;
    let slow = || number(db, "SELECT 1::bigint FROM pg_sleep(1.5)");
    let soon = Duration::from_millis(50);
    for _ in 0..pool(&shop).most - 1 {
        let given_up = operation::within(operation(), async {
            tokio::time::timeout(soon, join(slow(), slow())).await.is_err()
        });
        assert!(given_up.await);
    }
    let began = Instant::now();
    assert_eq!(number(db, "SELECT count(*) FROM product").await.unwrap(), 0);
    assert!(began.elapsed() < Duration::from_secs(1), "answered while the others still run");
    assert_eq!(pool(&shop).idle, 1);

    while pool(&shop).idle < pool(&shop).open {
        assert!(began.elapsed() < Duration::from_secs(20), "still lent: {:?}", pool(&shop));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for expected in 0..i64::from(pool(&shop).most) {
        assert_eq!(number(db, &format!("SELECT {expected}::bigint")).await.unwrap(), expected);
    }
}

/// Statements wait for each other on their connection; those of an operation that is over do not run to their end.
async fn what_outlives_its_operation_is_ended(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return;
    }
    let db = &shop.app.db;
    let deadline = Instant::now() + Duration::from_millis(2_200);
    let work = join_all((0..4).map(|_| number(db, "SELECT 1::bigint FROM pg_sleep(1.9)")));
    let late =
        operation::within(Operation::until(deadline), tokio::time::timeout_at(deadline.into(), work)).await;
    assert!(late.is_err(), "one of four is done by then");

    let running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(1.9)%' \
        AND state = 'active' AND pid <> pg_backend_pid()";
    assert_eq!(shop.number(running).await, 1);
    tokio::time::sleep_until((deadline + Duration::from_millis(1_900)).into()).await;
    assert_eq!(shop.number(running).await, 0);
    assert_eq!(number(db, "SELECT count(*) FROM product").await.unwrap(), 0);
}

async fn reads_go_on_over_new_connections_when_the_database_ended_the_old_ones(shop: TestShop) {
    if shop.engine == Engine::Sqlite {
        return;
    }
    let db = &shop.app.db;
    let count = "SELECT count(*) FROM product";
    let many = || {
        join_all((0..4).map(|_| operation::within(operation(), join(number(db, count), number(db, count)))))
    };
    assert!(many().await.into_iter().all(|(one, other)| (one.unwrap(), other.unwrap()) == (0, 0)));

    let other = Database::connect(&shop.address, 1).await.unwrap();
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let end = format!("SELECT count(*) FROM (SELECT pg_terminate_backend(pid) {others}) ended");
    // Once noticed before the next read, once in the middle of one.
    assert!(number(&other, &end).await.unwrap() >= 1);
    assert!(many().await.into_iter().all(|(one, other)| (one.unwrap(), other.unwrap()) == (0, 0)));
    let slow = number(db, "SELECT count(*) FROM product, pg_sleep(0.5)");
    let ended = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        number(&other, &end).await.unwrap()
    };
    let (found, ended) = join(slow, ended).await;
    assert_eq!(found.unwrap(), 0);
    assert!(ended >= 1);
}

/// `sslmode` and the files beside it mean the same to both drivers.
async fn encrypted_connections_believe_whom_the_mode_names(shop: TestShop) {
    let Address::Postgres(url) = &shop.address else { return };
    let mark = if url.contains('?') { '&' } else { '?' };
    let open = async |parameters: &str| {
        Database::connect(&Address::Postgres(format!("{url}{mark}{parameters}")), 1).await
    };

    let plain = open("sslmode=disable").await.unwrap();
    let encrypts = read(&plain, "SHOW ssl", Vec::new(), words).await.unwrap();
    let is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(read(&plain, is_encrypted, Vec::new(), flag).await.unwrap(), [false]);
    if encrypts == ["on"] {
        let required = open("sslmode=require").await.unwrap();
        assert_eq!(read(&required, is_encrypted, Vec::new(), flag).await.unwrap(), [true]);
        required.close().await.unwrap();
        assert!(open("sslmode=verify-full").await.is_err(), "a certificate for tests");
    } else {
        assert!(open("sslmode=require").await.is_err(), "the server speaks no TLS");
    }
    assert!(open("sslmode=require&sslrootcert=%2Fno%2Fsuch%2Ffile").await.is_err());
    plain.close().await.unwrap();
}
