//! What is found out about a document when it is registered, and kept beside it.

use std::collections::BTreeSet;

use async_graphql::parser::types::OperationType;
use serde::{Deserialize, Serialize};

use super::prepare::Prepared;
use super::quote::quoted;

/// What is known of a document without looking at its text again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Its operations, in the order of the text.
    pub operations: Vec<OperationFacts>,
    /// The words of the rules that let in who may run all of it, sorted; empty where everybody may.
    pub needs: Vec<String>,
}

/// What is known of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationFacts {
    /// Its name; `None` for the anonymous one.
    pub name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub kind: String,
    /// How its cost is reckoned, for people.
    pub cost: String,
    /// The most that it costs, whatever its variables are.
    pub most: u64,
    /// For how many seconds a shared cache may keep its answer; 0 where it must not.
    pub max_age: u32,
}

impl Facts {
    /// The facts about a document.
    pub fn of(prepared: &Prepared) -> Self {
        let operations = prepared.operations.iter().map(|operation| {
            let quote = quoted(operation);
            OperationFacts {
                name: quote.name,
                kind: kind(operation.kind).to_owned(),
                cost: quote.formula,
                most: quote.most,
                max_age: operation.max_age,
            }
        });
        let rules = prepared.names.rules();
        let needs: BTreeSet<String> =
            rules.into_iter().filter_map(|rule| rule.as_str().map(str::to_owned)).collect();
        Self { operations: operations.collect(), needs: needs.into_iter().collect() }
    }

    /// The names of its operations, with spaces between them.
    pub fn names(&self) -> String {
        let names = self.operations.iter().filter_map(|operation| operation.name.as_deref());
        names.collect::<Vec<_>>().join(" ")
    }
}

fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
