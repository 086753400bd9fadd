//! Modules that name each other, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::File;
use crate::source;

/// Who names whom.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The circles among the modules of a layer. Tests may name whatever they test.
pub fn circles(files: &[File], layer: &str) -> BTreeSet<Vec<String>> {
    let arrows = arrows(files, layer);
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.to_owned()];
        while let Some(module) = next.pop() {
            for other in arrows.get(&module).into_iter().flatten() {
                if seen.insert(other.clone()) {
                    next.push(other.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|module| (module, reach(module))).collect();
    let leads = |from: &String, to: &String| reached.get(from).is_some_and(|all| all.contains(to));
    let circle = |module: &&String| -> Vec<String> {
        arrows.keys().filter(|other| leads(module, other) && leads(other, module)).cloned().collect()
    };
    arrows.keys().filter(|module| leads(module, module)).map(|module| circle(&module)).collect()
}

fn arrows(files: &[File], layer: &str) -> Arrows {
    let mut arrows = Arrows::new();
    for file in files {
        let [first, own, inner @ ..] = file.module.as_slice() else { continue };
        if file.of != "vitrine" || first != layer || own == "tests" || inner.iter().any(|it| is_test(it)) {
            continue;
        }
        let code = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let named = source::paths(code, &file.module).into_iter().filter_map(|path| match path.as_slice() {
            [root, of, other, ..] if root == "crate" && of == layer && other != own => Some(other.clone()),
            _ => None,
        });
        arrows.entry(own.clone()).or_default().extend(named);
    }
    arrows
}

fn is_test(module: &str) -> bool {
    module == "tests" || module.ends_with("_tests")
}
