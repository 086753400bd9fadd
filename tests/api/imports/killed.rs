//! An import that is cut off and run again ends where an uninterrupted one does.

use std::process::{Command, Stdio};
use std::time::Duration;

use vitrine::infrastructure::database::Address;
use vitrine::services::imports::run::{self, Watch};
use vitrine::services::imports::shopify::Problem;
use vitrine::services::imports::target::Wish;

use super::{catalogue, exported, import};
use crate::harness::{Engine, Filling, TestShop, on_each_engine};

on_each_engine! {
    empty: dropped_in_the_middle_it_is_finished_by_another_run, killed_with_minus_nine_it_is_finished_by_another_run;
}

const PRODUCTS: usize = 400;

/// Says when so many chunks are done, and stops there for ever.
struct Until {
    chunks: u32,
    done: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Watch for Until {
    fn progress(&mut self, _bytes: u64) {
        self.chunks = self.chunks.saturating_sub(1);
        if self.chunks == 0 {
            let _ = self.done.take().map(|done| done.send(()));
        }
    }

    fn problem(&mut self, _problem: &Problem) {}
}

/// What an uninterrupted run makes of the file.
fn uninterrupted(engine: Engine) -> String {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        crate::harness::run(engine, Filling::Empty, |shop| async move {
            import(&shop, &catalogue(PRODUCTS), false).await;
            send.send(exported(&shop).await).unwrap();
        });
    });
    receive.recv().unwrap()
}

async fn finished_by_another_run(shop: &TestShop) {
    let there = shop.number("SELECT count(*) FROM product").await;
    assert!(
        there > 0 && there < i64::try_from(PRODUCTS).unwrap(),
        "{there} products: not cut off in the middle"
    );
    let (summary, problems) = import(shop, &catalogue(PRODUCTS), false).await;
    assert_eq!(problems, []);
    assert!(summary.created > 0 && summary.unchanged > 0);
    let found = exported(shop).await;
    assert!(found == uninterrupted(shop.engine), "the result is not that of an uninterrupted run");
    assert_eq!(shop.number("SELECT count(*) FROM variant").await, i64::try_from(2 * PRODUCTS).unwrap());
    let total = shop.query("{ products { totalCount } }").await.number("/products/totalCount");
    assert_eq!(total, i64::try_from(PRODUCTS).unwrap(), "the projection is complete");
}

async fn dropped_in_the_middle_it_is_finished_by_another_run(shop: TestShop) {
    let (done, wait) = tokio::sync::oneshot::channel();
    let mut watch = Until { chunks: 3, done: Some(done) };
    let csv = catalogue(PRODUCTS);
    let wish = Wish::default();
    {
        let importing = std::pin::pin!(run::shopify(&shop.app, csv.as_bytes(), &wish, false, &mut watch));
        tokio::select! {
            _ = importing => panic!("the import ended before it was dropped"),
            _ = wait => {}
        }
    }
    finished_by_another_run(&shop).await;
}

async fn killed_with_minus_nine_it_is_finished_by_another_run(shop: TestShop) {
    let file = shop.folder.join("catalogue.csv");
    std::fs::write(&file, catalogue(PRODUCTS)).unwrap();
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args(["import", "shopify"])
        .arg(&file)
        .env_clear()
        .env("DATABASE_URL", url)
        .current_dir(&shop.folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..2000 {
        if shop.number("SELECT count(*) FROM product").await > 20 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    shop.app.refresh_markets().await.unwrap();
    finished_by_another_run(&shop).await;
}
