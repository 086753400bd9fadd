//! `docs/security.md` names the tests that hold its promises: each has to be there.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use vitrine::monitoring::metrics::{Answered, Executed, Metrics, Pool, Sample, Source};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn functions(folder: &Path, found: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            found.extend(names.map(ToOwned::to_owned));
        }
    }
}

/// Words in back quotes that can only be the names of tests.
fn named(text: &str) -> Vec<&str> {
    let words = text.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| {
        word.matches('_').count() > 2
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
    };
    words.filter(is_test).collect()
}

#[test]
fn every_test_that_security_names_is_there() {
    let mut found = HashSet::new();
    for folder in ["src", "tests"] {
        functions(&Path::new(ROOT).join(folder), &mut found);
    }
    let text = fs::read_to_string(Path::new(ROOT).join("docs/security.md")).unwrap();
    let named = named(&text);
    assert!(named.len() > 50, "only {} tests are named", named.len());
    let missing: Vec<_> = named.into_iter().filter(|name| !found.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Metrics in which something of each kind has been counted.
fn told() -> String {
    let metrics = Metrics::new();
    for is_executed in [true, false] {
        let operation = Executed {
            name: None,
            client: None,
            is_executed,
            source: Some(Source::Text),
            cost: 1,
            statements: 1,
            database: Duration::ZERO,
        };
        let code = (!is_executed).then_some("BAD_REQUEST");
        let took = Duration::from_millis(1);
        metrics.answered(&Answered {
            route: "/graphql",
            status: 200,
            code,
            took,
            operation: Some(operation),
        });
    }
    metrics.batch("ProductById", 1);
    metrics.threat("sign_ins_failed", "notice", 1);
    metrics.connection_refused("full");
    metrics.connection_cut("idle");
    let pool = Pool { name: "read", open: 1, idle: 1, most: 1 };
    metrics.text(&Sample { pools: vec![pool], ..Sample::default() })
}

#[test]
fn alerts_ask_for_metrics_that_there_are() {
    let alerts = fs::read_to_string(Path::new(ROOT).join("deploy/alerts.yml")).unwrap();
    let guide = fs::read_to_string(Path::new(ROOT).join("docs/operations.md")).unwrap();
    let told = told();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = |text: &str| {
        let words = text
            .split(|c| !is_part(c))
            .filter(|word| word.starts_with("vitrine_") || word.starts_with("process_"));
        words.map(ToOwned::to_owned).collect::<HashSet<_>>()
    };
    let (_, section) = guide.split_once("\n## Metrics\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let named: HashSet<_> = words(&alerts).union(&words(section)).cloned().collect();
    assert!(named.len() > 20, "{named:?}");
    let is_there = |name: &str| {
        let family =
            ["_total", "_bucket", "_info"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        told.contains(&format!("# TYPE {family} ")) || told.contains(&format!("# TYPE {name} "))
    };
    let missing: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let undescribed: Vec<_> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .filter(|family| !section.contains(*family))
        .map(ToOwned::to_owned)
        .collect();
    assert!(undescribed.is_empty(), "the guide does not tell of {undescribed:?}");
}
