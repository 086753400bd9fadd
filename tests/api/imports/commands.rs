//! What the program itself does with files.

use std::process::{Command, Output};

use vitrine::infrastructure::database::Address;

use super::{HEADER, catalogue, exported};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: a_dry_run_finds_what_the_run_finds, no_file_that_is_needed_is_overwritten,
        nothing_to_change_is_only_said_where_nothing_was_refused, handles_that_cannot_be_are_refused;
}

fn vitrine(shop: &TestShop, arguments: &[&str]) -> (Option<i32>, String, String) {
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(&shop.folder).env_clear().env("DATABASE_URL", url);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn write(shop: &TestShop, name: &str, text: &str) {
    std::fs::write(shop.folder.join(name), text).unwrap();
}

fn read(shop: &TestShop, name: &str) -> String {
    std::fs::read_to_string(shop.folder.join(name)).unwrap()
}

async fn a_dry_run_finds_what_the_run_finds(shop: TestShop) {
    // A product that comes back, one that has no title, and SKUs that are taken far away.
    let mut one = catalogue(150);
    one.push_str("thing-0,,,,,,Size,L,SKU-149-S,shopify,1,deny,1.00,,,,\nnew,,,,,,Size,L,,,,,1.00,,,,\n");
    write(&shop, "one.csv", &one);
    write(&shop, "two.csv", &format!("{HEADER}thing-1,,,,,,Size,XL,SKU-2-S,,,,1.00,,,,\n"));
    let before = exported_or_nothing(&shop).await;

    let dry =
        vitrine(&shop, &["import", "shopify", "one.csv", "two.csv", "--dry-run", "--errors", "dry.csv"]);
    assert_eq!(exported_or_nothing(&shop).await, before);
    let run = vitrine(&shop, &["import", "shopify", "one.csv", "two.csv", "--errors", "run.csv"]);

    assert_eq!((dry.0, run.0), (Some(3), Some(3)), "{}{}", dry.2, run.2);
    assert_eq!(dry.1.replace(" (tried, nothing kept)", ""), run.1);
    assert!(dry.1.contains("150 products (150 new"), "{}", dry.1);
    assert_eq!(read(&shop, "dry.csv"), read(&shop, "run.csv"));
    assert_eq!(read(&shop, "run.csv").lines().count(), 4, "{}", read(&shop, "run.csv"));
}

async fn exported_or_nothing(shop: &TestShop) -> String {
    let products = shop.number("SELECT count(*) FROM product").await;
    if products == 0 {
        format!("{}", shop.number("SELECT count(*) FROM market").await)
    } else {
        exported(shop).await
    }
}

async fn no_file_that_is_needed_is_overwritten(shop: TestShop) {
    let csv = catalogue(2);
    write(&shop, "in.csv", &csv);
    std::fs::hard_link(shop.folder.join("in.csv"), shop.folder.join("other-name.csv")).unwrap();
    for errors in ["in.csv", "./in.csv", "other-name.csv"] {
        let (code, _, told) = vitrine(&shop, &["import", "shopify", "in.csv", "--errors", errors]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("would overwrite"), "{told}");
        assert_eq!(read(&shop, "in.csv"), csv);
    }
    assert_eq!(shop.number("SELECT count(*) FROM product").await, 0);
}

async fn nothing_to_change_is_only_said_where_nothing_was_refused(shop: TestShop) {
    write(&shop, "in.csv", &catalogue(2));
    vitrine(&shop, &["import", "shopify", "in.csv"]);
    let (_, again, _) = vitrine(&shop, &["import", "shopify", "in.csv"]);
    assert!(again.contains("the shop is as the file has it"), "{again}");
    write(&shop, "in.csv", &catalogue(2).replace("1.50", "much"));
    let (_, again, _) = vitrine(&shop, &["import", "shopify", "in.csv"]);
    assert!(again.contains("apart from what could not be used"), "{again}");
}

async fn handles_that_cannot_be_are_refused(shop: TestShop) {
    write(&shop, "in.csv", &catalogue(2));
    for wish in [["--market", ""], ["--market", "A B/ü"], ["--location", ""]] {
        let (code, _, told) = vitrine(&shop, &["import", "shopify", "in.csv", wish[0], wish[1]]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("cannot be a handle"), "{told}");
    }
    assert_eq!(shop.number("SELECT count(*) FROM market").await, 0);
}
