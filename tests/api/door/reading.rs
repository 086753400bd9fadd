//! Connections that read: what they refuse, what becomes of them when nobody waits, and when the database ends them.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbErr, Statement};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use vitrine::infrastructure::database::operation::{self, Operation};
use vitrine::monitoring::metrics::Pool;

use crate::harness::{Engine, TestShop, draft, on_each_engine};
use crate::sockets::client::Server;

on_each_engine! {
    empty: connections_that_read_refuse_to_write,
        a_read_that_nobody_waits_for_gives_its_connection_back,
        the_next_read_does_not_wait_for_one_that_was_given_up,
        a_read_that_takes_too_long_is_ended_and_the_next_is_not,
        reads_go_on_when_the_database_ended_all_connections;
    sample: a_read_ends_when_its_client_hangs_up;
}

/// How long what takes no time may take where other things are running.
const PATIENCE: Duration = Duration::from_secs(30);

fn statement(shop: &TestShop, text: &str) -> Statement {
    Statement::from_string(shop.app.db.read().unwrap().get_database_backend(), text)
}

async fn number(shop: &TestShop, text: &str) -> Result<i64, DbErr> {
    let row = shop.app.db.read().unwrap().query_one_raw(statement(shop, text)).await?;
    row.unwrap().try_get_by_index(0)
}

/// A statement that takes longer than anybody waits: some seconds on PostgreSQL, and on SQLite until its connection ends
/// it.
fn slow(shop: &TestShop, seconds: u32) -> String {
    match shop.engine {
        Engine::Postgres => format!("SELECT 1::bigint FROM pg_sleep({seconds})"),
        Engine::Sqlite => {
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c".to_owned()
        }
    }
}

/// A statement that takes a while, so that others begin meanwhile.
fn lasting(shop: &TestShop) -> &'static str {
    match shop.engine {
        Engine::Postgres => "SELECT 1::bigint FROM pg_sleep(0.2)",
        Engine::Sqlite => {
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000) SELECT max(n) FROM c"
        }
    }
}

async fn connections_that_read_refuse_to_write(shop: TestShop) {
    shop.save(&[draft("cup", "Cup", 1000)]).await;
    let text = "UPDATE product SET handle = 'pot' RETURNING 1";

    let reader = shop.app.db.read().unwrap();
    assert!(reader.query_all_raw(statement(&shop, text)).await.is_err());
    assert!(reader.execute_raw(statement(&shop, text)).await.is_err());
    assert!(reader.execute_unprepared(text).await.is_err());

    assert_eq!(shop.rows("SELECT handle FROM product").await, ["cup"]);
}

fn read_pool(shop: &TestShop) -> Pool {
    shop.app.db.pools().into_iter().find(|pool| pool.name == "read").unwrap()
}

async fn until(is_so: impl Fn() -> bool) {
    let asked = Instant::now();
    while !is_so() {
        assert!(asked.elapsed() < PATIENCE, "still not so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Opens every connection that reads, so that what is given up later has begun: to open one may take longer.
async fn open_all(shop: &TestShop) {
    let pool = || read_pool(shop);
    let asked = Instant::now();
    while pool().open < pool().most {
        assert!(asked.elapsed() < PATIENCE, "still not open: {:?}", pool());
        let all = futures_util::future::join_all((0..pool().most).map(|_| number(shop, lasting(shop)))).await;
        assert!(all.into_iter().all(|found| found.is_ok()));
    }
    assert_eq!(pool().idle, pool().most);
}

/// Asks something that takes so many seconds, and does not wait for the answer.
async fn give_up(shop: &TestShop, seconds: u32) {
    let given_up = tokio::time::timeout(Duration::from_millis(30), number(shop, &slow(shop, seconds))).await;
    assert!(given_up.is_err(), "nobody waited: {given_up:?}");
}

async fn a_read_that_nobody_waits_for_gives_its_connection_back(shop: TestShop) {
    let pool = || read_pool(&shop);
    open_all(&shop).await;
    futures_util::future::join_all((0..pool().most).map(|_| give_up(&shop, 1))).await;

    until(|| pool().idle == pool().open).await;
    assert_eq!(pool().idle, pool().most, "come back, not given up");
    for expected in 0..i64::from(pool().most) {
        assert_eq!(
            number(&shop, &format!("SELECT {expected} + 0 * count(*) FROM product")).await.unwrap(),
            expected
        );
    }
}

/// Its connection, which was the last to be used, is not lent before the statement on it has come to its end.
async fn the_next_read_does_not_wait_for_one_that_was_given_up(shop: TestShop) {
    let pool = || read_pool(&shop);
    open_all(&shop).await;

    give_up(&shop, 2).await;
    let next = tokio::time::timeout(PATIENCE, number(&shop, "SELECT count(*) FROM product")).await;
    assert_eq!(next.expect("not behind the other").unwrap(), 0);
    if shop.engine == Engine::Postgres {
        assert_eq!(pool().idle, pool().most - 1, "answered while the other one still runs");
    }
}

async fn a_read_that_takes_too_long_is_ended_and_the_next_is_not(shop: TestShop) {
    if shop.engine == Engine::Postgres {
        // Ended by the server after a fixed time.
        let asked = Instant::now();
        assert!(number(&shop, "SELECT 1::bigint FROM pg_sleep(20)").await.is_err());
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    } else {
        let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
        let soon = Operation::until(Instant::now() + operation_time());
        let asked = Instant::now();
        assert!(operation::within(soon, number(&shop, endless)).await.is_err());
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    }
    for _ in 0..20 {
        assert_eq!(number(&shop, "SELECT count(*) FROM product").await.unwrap(), 0);
    }
}

/// Time enough to be allowed to begin, little enough to be over soon.
fn operation_time() -> Duration {
    vitrine::infrastructure::database::STATEMENT_TIMEOUT.saturating_sub(Duration::from_millis(500))
}

async fn reads_go_on_when_the_database_ended_all_connections(shop: TestShop) {
    shop.save(&[draft("cup", "Cup", 1000)]).await;
    let count = "SELECT count(*) FROM product";
    let many = || futures_util::future::join_all((0..8).map(|_| number(&shop, count)));
    assert!(many().await.into_iter().all(|found| found.unwrap() == 1));
    if shop.engine == Engine::Sqlite {
        // Nobody else can end these.
        return;
    }

    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended =
        shop.number(&format!("SELECT count(*) FROM (SELECT pg_terminate_backend(pid) {others}) ended")).await;
    assert!(ended >= 1);
    tokio::time::sleep(Duration::from_millis(200)).await;

    for found in many().await {
        assert_eq!(found.unwrap(), 1);
    }
}

/// Long before its deadline, and not only for who asked: SQLite reads no further.
async fn a_read_ends_when_its_client_hangs_up(mut shop: TestShop) {
    if shop.engine == Engine::Postgres {
        // There the database looks every half second: `pipelines`.
        return;
    }
    shop.configure(|config| config.deadline = Duration::from_mins(1));
    shop.sql("ALTER TABLE collection RENAME TO shelf").await;
    let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)";
    shop.sql(&format!("CREATE VIEW collection AS {endless} SELECT shelf.* FROM shelf, c WHERE n < 0")).await;
    let is_running = || read_pool(&shop).idle < read_pool(&shop).open;
    let server = Server::start(&shop).await;

    let mut client = TcpStream::connect(server.address).await.unwrap();
    let body = r#"{ "query": "{ collections(first: 1) { nodes { id } } }" }"#;
    let head = "POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    client.write_all(request.as_bytes()).await.unwrap();
    until(is_running).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(is_running(), "it goes on while its client waits");

    let open = read_pool(&shop).open;
    drop(client);
    until(|| !is_running()).await;
    assert_eq!(read_pool(&shop).open, open, "come back, not given up");
    server.stop().await;
}
