//! The program itself: what it prints, and with which code it ends.

use std::process::{Command, Output, Stdio};

use vitrine::infrastructure::database::Address;

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: doctor_finds_a_sound_shop_sound_and_a_broken_one_broken, migrate_tells_what_is_there, export_writes_what_import_reads, a_backup_is_a_whole_shop;
}

fn vitrine(folder: &std::path::Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(folder).env_clear();
    command.envs(settings.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn on(shop: &TestShop, arguments: &[&str]) -> Output {
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    vitrine(&shop.folder, &[("DATABASE_URL", &url)], arguments)
}

async fn doctor_finds_a_sound_shop_sound_and_a_broken_one_broken(shop: TestShop) {
    // The clock of a test is ahead of the system's.
    shop.sql("UPDATE outbox_event SET created_at = 0").await;
    let sound = on(&shop, &["doctor"]);
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound.stdout));
    assert!(!text(&sound.stdout).contains("WRONG"));

    shop.sql("UPDATE stock_level SET available = available + 1").await;
    shop.sql("DELETE FROM category_closure WHERE depth = 1").await;

    let broken = on(&shop, &["doctor"]);
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(text(&broken.stdout).matches("WRONG").count(), 2, "{}", text(&broken.stdout));
}

async fn migrate_tells_what_is_there(shop: TestShop) {
    let status = on(&shop, &["migrate", "status"]);
    assert_eq!(status.status.code(), Some(0));
    let lines = text(&status.stdout);
    assert!(lines.lines().count() >= 8 && lines.lines().all(|line| line.starts_with("applied ")), "{lines}");

    assert_eq!(on(&shop, &["migrate", "down"]).status.code(), Some(0));
    assert_eq!(text(&on(&shop, &["migrate", "status"]).stdout).matches("missing ").count(), 1);
    let doctor = on(&shop, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(text(&doctor.stdout).contains("migrate up"));
}

async fn export_writes_what_import_reads(shop: TestShop) {
    let out = on(&shop, &["export", "shopify", "--out", "all.csv"]);
    assert!(matches!(out.status.code(), Some(0 | 3)), "{}", text(&out.stderr));
    let back = on(&shop, &["import", "shopify", "all.csv", "--errors", "errors.csv"]);
    // Variants without a price in this market are told of: 3.
    assert!(matches!(back.status.code(), Some(0 | 3)), "{}{}", text(&back.stdout), text(&back.stderr));
    assert!(text(&back.stdout).contains("Nothing to change"), "{}", text(&back.stdout));

    std::fs::write(
        shop.folder.join("bad.csv"),
        "Handle,Title,Variant Price,Option1 Name,Option1 Value\nx,X,much,Title,Default Title\n",
    )
    .unwrap();
    let bad = on(&shop, &["import", "shopify", "bad.csv", "--errors", "errors.csv"]);
    assert_eq!(bad.status.code(), Some(3), "{}", text(&bad.stderr));
    let errors = std::fs::read_to_string(shop.folder.join("errors.csv")).unwrap();
    assert!(
        errors.starts_with("file,line,column,reason,value\n") && errors.contains("bad.csv,2,Variant Price,"),
        "{errors}"
    );
    let missing = on(&shop, &["import", "shopify", "nowhere.csv"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("nowhere.csv"));
}

#[test]
fn the_schema_is_printed_as_it_is_kept() {
    let out = vitrine(&std::env::temp_dir(), &[], &["schema"]);

    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(text(&out.stdout).trim(), kept.trim());
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.arg("schema").current_dir(std::env::temp_dir()).env_clear();
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());

    let out = process.wait_with_output().unwrap();

    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    let out = command.arg("schema").env_clear().stdout(full).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("cannot write to standard output"), "{}", text(&out.stderr));
}

async fn a_backup_is_a_whole_shop(shop: TestShop) {
    let out = on(&shop, &["backup", "backup.db"]);
    let told = text(&out.stderr);
    let file = shop.folder.join("backup.db");
    if matches!(shop.address, Address::Postgres(_)) {
        assert!(out.status.code() == Some(1) && told.contains("pg_dump") && !file.exists(), "{told}");
        return;
    }
    assert_eq!(out.status.code(), Some(0), "{told}");
    let of_backup =
        |arguments: &[&str]| vitrine(&shop.folder, &[("DATABASE_URL", "sqlite:backup.db")], arguments);
    let exported = of_backup(&["export", "shopify"]);
    assert_eq!(exported.status.code(), Some(0), "{}", text(&exported.stderr));
    assert_eq!(text(&exported.stdout), text(&on(&shop, &["export", "shopify"]).stdout));
    assert!(!text(&of_backup(&["doctor"]).stdout).contains("WRONG  table"));

    // What is there already is not replaced, and nothing is left of the try.
    let size = std::fs::metadata(&file).unwrap().len();
    let again = on(&shop, &["backup", "backup.db"]);
    assert!(again.status.code() == Some(1) && text(&again.stderr).contains("it is there already"));
    assert_eq!(std::fs::metadata(&file).unwrap().len(), size);
    let nowhere = on(&shop, &["backup", "no-such-folder/backup.db"]);
    assert_eq!(nowhere.status.code(), Some(1));
    let left = std::fs::read_dir(&shop.folder).unwrap().filter_map(Result::ok);
    assert!(!left.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().contains(".part-")));
}

#[test]
fn wrong_settings_are_told_all_at_once_without_secrets() {
    let settings = [
        ("DATABASE_URL", "mysql://root:secret@host/db"),
        ("VITRINE_LISTEN", "here"),
        ("VITRINE_CONNECTIONS", "0"),
        ("VITRINE_PROFILE", "staging"),
        ("VITRINE_COLOUR", "red"),
        ("VITRINE_DEADLINE_MS", "soon"),
    ];
    let out = vitrine(&std::env::temp_dir(), &settings, &["doctor"]);

    let told = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2));
    for name in ["database_url", "listen", "connections", "profile", "colour", "deadline_ms"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    assert!(!told.contains("secret"));
}

#[test]
fn a_wrong_command_line_ends_with_two_and_help_with_nought() {
    for (arguments, code) in [
        (&["frobnicate"][..], 2),
        (&["import", "shopify"][..], 2),
        (&["migrate"][..], 2),
        (&["--help"][..], 0),
        (&["--version"][..], 0),
        (&["import", "--help"][..], 0),
    ] {
        let out = vitrine(&std::env::temp_dir(), &[], arguments);
        assert_eq!(out.status.code(), Some(code), "{arguments:?}");
    }
    let nowhere = [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")];
    let out = vitrine(&std::env::temp_dir(), &nowhere, &["doctor"]);
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn doctor_makes_no_database_where_there_is_none() {
    let file = std::env::temp_dir().join(format!("vitrine-none-{}.db", std::process::id()));
    let url = format!("sqlite:{}", file.display());
    let out = vitrine(&std::env::temp_dir(), &[("DATABASE_URL", &url)], &["doctor"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("there is no such file"), "{}", text(&out.stdout));
    assert!(!file.exists());
}

#[test]
fn what_changes_nothing_makes_no_database_either() {
    let folder = std::env::temp_dir().join(format!("vitrine-nothing-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let key = ("VITRINE_SECRETS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let commands =
        [&["export", "shopify"][..], &["keys", "list"], &["audit", "verify"], &["schema", "check", schema]];
    for arguments in commands {
        let out = vitrine(&folder, &[key], arguments);
        let told = text(&out.stderr);
        assert!(
            out.status.code() == Some(1) && told.contains("there is no such file"),
            "{arguments:?}: {told}"
        );
        assert!(!told.contains("SQL") && !told.contains("no such table"), "{told}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir(&folder).unwrap();
}
