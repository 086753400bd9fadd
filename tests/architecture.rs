//! The design's section 2, held against the code: who may name whom, in which order, and how long a file may be.

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use circles::circles;
use rules::{File, Order, Violation, check};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// No file may be longer.
const MAX_LINES: usize = 400;

/// What the design forbids and we do all the same, and why. One that is no longer needed fails the test.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "src/services/context.rs",
        "crate::services::markets",
        "the markets are kept in memory for every request",
    ),
    (
        "src/services/context.rs",
        "crate::services::identity",
        "keys and verified tokens are kept in memory for every request",
    ),
    (
        "src/services/context.rs",
        "crate::services::clients",
        "client apps and the ids of their documents are kept in memory for every request",
    ),
    (
        "src/services/context.rs",
        "crate::services::security",
        "what is seen of attacks is added up in memory, over all requests",
    ),
];

/// Modules of a layer that name each other all the same, and why. One that is no longer needed fails the test.
const CIRCLES: &[(&str, &[&str], &str)] = &[
    ("graphql", &["batch", "loaders"], "a key names its loader, and loaders are made of keys"),
    (
        "graphql",
        &["catalog", "engagement", "inventory", "pricing", "search"],
        "types of one schema lead to each other, as clients want them to",
    ),
    (
        "graphql",
        &["clients", "documents", "schema"],
        "a change registers documents, which are checked against the schema that it is part of",
    ),
    ("services", &["error", "problem"], "an error may be problems, and a problem alone is an error"),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The module that a file is: `catalog/mod.rs` is `catalog`, `catalog/read.rs` is `catalog::read`.
fn module(below: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        below.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

fn files() -> Vec<File> {
    let crates = [("vitrine", "src"), ("entity", "entity/src"), ("migration", "migration/src")];
    let read = |(name, folder): (&str, &str)| {
        let folder = Path::new(ROOT).join(folder);
        let file = |path: PathBuf| File {
            name: path.strip_prefix(ROOT).unwrap().display().to_string(),
            of: name.to_owned(),
            module: module(path.strip_prefix(&folder).unwrap()),
            text: fs::read_to_string(&path).unwrap(),
        };
        rust_files(&folder).into_iter().map(file).collect::<Vec<_>>()
    };
    crates.into_iter().flat_map(read).collect()
}

fn order() -> Order {
    let read = |name: &str| fs::read_to_string(Path::new(ROOT).join(name)).unwrap();
    Order::read(&read("src/lib.rs"), &read("src/services/mod.rs"))
}

#[test]
fn every_module_names_only_what_the_design_lets_it_name() {
    let files = files();
    assert!(files.len() > 150, "only {} files were found", files.len());

    let found = check(&order(), &files);

    let excepted = EXCEPTIONS
        .iter()
        .map(|(file, names, _)| Violation { file: (*file).to_owned(), names: (*names).to_owned() });
    let excepted: BTreeSet<Violation> = excepted.collect();
    let forbidden: Vec<String> =
        found.difference(&excepted).map(|it| format!("{} names {}", it.file, it.names)).collect();
    assert!(forbidden.is_empty(), "the design forbids:\n{}", forbidden.join("\n"));
    let needless: Vec<_> = excepted.difference(&found).collect();
    assert!(needless.is_empty(), "exceptions that nobody needs: {needless:?}");
}

#[test]
fn modules_of_a_layer_do_not_name_each_other_in_circles() {
    let files = files();
    for layer in ["http", "workers", "graphql", "services", "infrastructure", "monitoring", "config"] {
        let excepted = CIRCLES.iter().filter(|(of, _, _)| *of == layer);
        let excepted: BTreeSet<Vec<String>> =
            excepted.map(|(_, circle, _)| circle.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(circles(&files, layer), excepted, "circles in {layer}");
    }
}

#[test]
fn the_order_names_every_module_that_there_is() {
    let order = order();
    let there = |folder: &str| {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
        let names =
            entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
        names.filter(|name| !["lib", "main", "mod"].contains(&name.as_str())).collect::<BTreeSet<_>>()
    };

    assert_eq!(order.layers.iter().cloned().collect::<BTreeSet<_>>(), there("src"));
    let services = order.roots.iter().chain(&order.services).cloned();
    assert_eq!(services.collect::<BTreeSet<_>>(), there("src/services"));
    let first_and_last = (order.services.first().unwrap().as_str(), order.services.last().unwrap().as_str());
    assert_eq!(first_and_last, ("audit", "imports"));
}

#[test]
fn the_database_crates_depend_on_nothing_above_them() {
    for (name, not) in [("entity", ["vitrine", "migration"]), ("migration", ["vitrine", "entity"])] {
        let manifest = fs::read_to_string(Path::new(ROOT).join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split_once("[dependencies]").unwrap().1;
        for other in not {
            assert!(!dependencies.lines().any(|line| line.starts_with(other)), "{name} depends on {other}");
        }
    }
}

fn too_long(files: &[(String, usize)]) -> Vec<String> {
    let long = files.iter().filter(|(_, lines)| *lines > MAX_LINES);
    long.map(|(name, lines)| format!("{name} has {lines} lines")).collect()
}

#[test]
fn no_source_file_is_longer_than_four_hundred_lines() {
    let folders = ["src", "entity", "migration", "tests", "benches"];
    let files = folders.iter().flat_map(|folder| rust_files(&Path::new(ROOT).join(folder)));
    let lines =
        |path: PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap().lines().count());
    let long = too_long(&files.map(lines).collect::<Vec<_>>());

    assert!(long.is_empty(), "{}", long.join("\n"));
}

mod the_checker {
    use super::*;

    const LIB: &str = "pub mod cli;\npub mod app;\npub mod http;\npub mod graphql;\npub mod services;\npub mod infrastructure;\n\
                       pub mod monitoring;\n";
    const SERVICES: &str = "//! Text.\n\npub mod change;\npub mod page;\n\npub mod events;\npub mod catalog;\npub mod search;\n\n\
                            pub use change::Change;\n";

    fn found(module: &str, text: &str) -> Vec<String> {
        let mut path: Vec<String> = module.split('/').map(ToOwned::to_owned).collect();
        let of = path.remove(0);
        let file = File { name: module.to_owned(), of, module: path, text: text.to_owned() };
        check(&Order::read(LIB, SERVICES), &[file]).into_iter().map(|it| it.names).collect()
    }

    #[test]
    fn reads_the_order_from_the_code() {
        let order = Order::read(LIB, SERVICES);

        assert_eq!(order.layers[..3], ["cli", "app", "http"]);
        assert_eq!(order.roots, ["change", "page"]);
        assert_eq!(order.services, ["events", "catalog", "search"]);
    }

    #[test]
    fn finds_what_the_table_forbids() {
        for (module, text, names) in [
            ("vitrine/http/caller", "use sea_orm::EntityTrait;", "sea_orm"),
            ("vitrine/http/caller", "fn a() -> entity::id::ProductId {}", "entity"),
            ("vitrine/cli/serve", "use sqlx::Pool;", "sqlx"),
            ("vitrine/graphql/catalog/query", "use sea_orm::{QueryFilter, ConnectionTrait};", "sea_orm"),
            (
                "vitrine/graphql/api",
                "use crate::infrastructure::clock::Clock;",
                "crate::infrastructure::clock",
            ),
            ("vitrine/graphql/api", "let x = axum::Json(1);", "axum"),
            ("vitrine/services/catalog", "use async_graphql::Object;", "async_graphql"),
            ("vitrine/services/catalog", "use http::StatusCode;", "http"),
            ("vitrine/infrastructure/cache", "use entity::id::Id;", "entity"),
            ("vitrine/monitoring/logs", "use sea_orm::DbErr;", "sea_orm"),
            ("entity/catalog/product", "use async_graphql::Enum;", "async_graphql"),
            ("migration/m1", "use entity::catalog::product;", "entity"),
        ] {
            assert_eq!(found(module, text), [names], "{module}: {text}");
        }
    }

    #[test]
    fn finds_what_the_order_of_layers_forbids() {
        for (module, text, names) in [
            ("vitrine/services/catalog", "use crate::graphql::Api;", "crate::graphql::Api"),
            ("vitrine/graphql/api", "use crate::http::router;", "crate::http::router"),
            ("vitrine/infrastructure/clock", "use super::super::services::Error;", "crate::services::Error"),
            ("vitrine/http/mod", "use crate::cli::run;", "crate::cli::run"),
            ("vitrine/http/mod", "crate::app::context();", "crate::app::context"),
            ("vitrine/monitoring/logs", "use crate::infrastructure::clock;", "crate::infrastructure::clock"),
        ] {
            assert_eq!(found(module, text), [names], "{module}: {text}");
        }
    }

    #[test]
    fn finds_what_the_order_of_services_forbids() {
        let forbidden = ["crate::services::search"];
        assert_eq!(found("vitrine/services/catalog/read", "use crate::services::search::find;"), forbidden);
        assert_eq!(found("vitrine/services/catalog", "use super::search::find;"), forbidden);
        assert_eq!(found("vitrine/services/page", "use super::search::find;"), forbidden);
    }

    #[test]
    fn lets_the_allowed_pass() {
        for (module, text) in [
            (
                "vitrine/app",
                "use crate::{http, graphql, services, infrastructure}; use axum::Router; use sea_orm::DbErr;",
            ),
            ("vitrine/cli/serve", "use crate::app; use crate::services::Error;"),
            (
                "vitrine/graphql/catalog/product",
                "use entity::catalog::product; use crate::services::catalog;",
            ),
            (
                "vitrine/services/search/find",
                "use crate::services::catalog::read; use super::super::page::Page;",
            ),
            (
                "vitrine/services/catalog/read",
                "use sea_orm::EntityTrait; use crate::infrastructure::clock::Clock;",
            ),
            ("vitrine/services/catalog/read", "use super::super::catalog::draft; // crate::graphql::Api"),
        ] {
            assert_eq!(found(module, text), [""; 0], "{module}: {text}");
        }
    }

    #[test]
    fn finds_circles() {
        let file = |name: &str, text: &str| File {
            name: name.to_owned(),
            of: "vitrine".to_owned(),
            module: name.split('/').map(ToOwned::to_owned).collect(),
            text: text.to_owned(),
        };
        let files = [
            file("http/error", "use super::log::Fields; fn a() { super::error::b() }"),
            file("http/log", "use crate::http::caller::Client;"),
            file("http/caller", "use super::{error::Rejection, options};"),
            file("http/options", "#[cfg(test)]\nmod tests { use crate::http::caller; }"),
            file("http/tests/mod", "use crate::http::options;"),
            file("graphql/a", "use super::b;"),
        ];
        let circle = ["caller", "error", "log"].map(ToOwned::to_owned).to_vec();
        assert_eq!(circles(&files, "http"), BTreeSet::from([circle]));
        assert_eq!(circles(&files, "graphql"), BTreeSet::new());
    }

    #[test]
    fn finds_long_files() {
        let files = [("a.rs".to_owned(), MAX_LINES), ("b.rs".to_owned(), MAX_LINES + 1)];
        assert_eq!(too_long(&files), ["b.rs has 401 lines"]);
    }
}
