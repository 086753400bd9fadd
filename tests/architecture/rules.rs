//! What the design says about who may name whom.

use std::collections::BTreeSet;

use crate::source;

/// A source file of a crate.
pub struct File {
    /// Its path in the repository.
    pub name: String,
    /// Its crate: `vitrine`, `entity` or `migration`.
    pub of: String,
    /// Its module's path in the crate.
    pub module: Vec<String>,
    /// What it says.
    pub text: String,
}

/// The order of modules, read from the code.
pub struct Order {
    /// Modules of `src/lib.rs`, each above those that it may use.
    pub layers: Vec<String>,
    /// Modules at the root of the services, below all others.
    pub roots: Vec<String>,
    /// The services, each after those that it may use.
    pub services: Vec<String>,
}

impl Order {
    /// Reads `src/lib.rs` and `src/services/mod.rs`; there an empty line parts the roots from the services.
    pub fn read(lib: &str, services: &str) -> Self {
        let modules = |text: &str| {
            let names = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
            names.map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        let first = services.find("pub mod ").unwrap_or_default();
        let (roots, others) = services[first..].split_once("\n\n").unwrap_or((&services[first..], ""));
        Self { layers: modules(lib), roots: modules(roots), services: modules(others) }
    }
}

/// A line of the design's table: who may not name what. Crates of the outside stand by their names, our own
/// modules after `crate::`.
pub struct Line {
    pub layer: &'static str,
    pub not: &'static [&'static str],
}

/// The table of the design, section 2. The order of the layers is checked beside it.
pub const TABLE: &[Line] = &[
    Line {
        layer: "cli",
        not: &["sea_orm", "sqlx", "tokio_postgres", "entity", "migration", "async_graphql"],
    },
    Line {
        layer: "http",
        not: &["sea_orm", "sqlx", "tokio_postgres", "entity", "migration", "async_graphql", "crate::config"],
    },
    Line {
        layer: "workers",
        not: &["sea_orm", "sqlx", "tokio_postgres", "entity", "migration", "async_graphql", "axum"],
    },
    Line {
        layer: "graphql",
        not: &[
            "sea_orm",
            "sqlx",
            "tokio_postgres",
            "migration",
            "axum",
            "http",
            "hyper",
            "tower_http",
            "crate::infrastructure",
            "crate::config",
        ],
    },
    Line {
        layer: "services",
        not: &[
            "async_graphql",
            "axum",
            "http",
            "hyper",
            "tower",
            "tower_http",
            "dataloader",
            "crate::config",
        ],
    },
    Line { layer: "infrastructure", not: &["entity", "async_graphql", "axum"] },
    Line { layer: "monitoring", not: &["entity", "migration", "sea_orm", "crate::config"] },
];

/// Crates that may not be named in one of our own crates.
pub const CRATES: &[Line] = &[
    Line { layer: "entity", not: &["vitrine", "migration", "async_graphql", "axum"] },
    Line { layer: "migration", not: &["vitrine", "entity", "async_graphql", "axum"] },
];

/// The only module that may name everything, and who may name it.
const ASSEMBLY: &str = "app";
const MAY_ASSEMBLE: [&str; 2] = ["cli", "main"];

/// Something that the design forbids: the file and what it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub file: String,
    pub names: String,
}

/// Every violation in some files.
pub fn check(order: &Order, files: &[File]) -> BTreeSet<Violation> {
    let mut found = BTreeSet::new();
    for file in files {
        for path in source::paths(&file.text, &file.module) {
            if !is_allowed(order, file, &path) {
                let depth = if path[0] == "crate" { 3 } else { 1 };
                let names = path[..path.len().min(depth)].join("::");
                found.insert(Violation { file: file.name.clone(), names });
            }
        }
    }
    found
}

fn is_allowed(order: &Order, file: &File, path: &[String]) -> bool {
    if file.of != "vitrine" {
        return !forbidden(CRATES, &file.of, path);
    }
    let own = file.module.first().map_or("main", String::as_str);
    if forbidden(TABLE, own, path) {
        return false;
    }
    let [first, layer, ..] = path else { return true };
    if first != "crate" && first != "vitrine" {
        return true;
    }
    in_layers(order, own, layer)
        && (own != "services" || layer != "services" || in_services(order, file, path))
}

fn forbidden(table: &[Line], layer: &str, path: &[String]) -> bool {
    let text = path.join("::");
    let begins = |name: &&str| text == **name || text.starts_with(&format!("{name}::"));
    table.iter().filter(|line| line.layer == layer).any(|line| line.not.iter().any(&begins))
}

/// Each module may use those below it, never one above; only some may use the assembly.
fn in_layers(order: &Order, own: &str, other: &str) -> bool {
    let place = |name: &str| order.layers.iter().position(|layer| layer == name);
    if other == ASSEMBLY && own != ASSEMBLY {
        return MAY_ASSEMBLE.contains(&own);
    }
    match (place(own), place(other)) {
        (Some(own), Some(other)) => other >= own,
        _ => true,
    }
}

/// Each service may use the roots and those before it.
fn in_services(order: &Order, file: &File, path: &[String]) -> bool {
    let place = |name: Option<&String>| order.services.iter().position(|service| Some(service) == name);
    match (place(file.module.get(1)), place(path.get(2))) {
        (Some(own), Some(other)) => other <= own,
        (None, Some(_)) => file.module.len() == 1,
        (_, None) => true,
    }
}
