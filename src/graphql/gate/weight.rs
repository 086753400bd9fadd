//! How much the values in a document or its variables weigh: what copying or reading them costs.

use async_graphql::Value as ConstValue;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{Directive, Field};
use async_graphql_value::Value;

/// Bytes of text that weigh as much as a value.
const TEXT: usize = 64;

/// A value with everything in it: 1 for each scalar, list, object and field, and 1 for each 64 bytes of text.
pub fn of_value(value: &Value) -> u64 {
    match value {
        Value::String(text) => of_text(text),
        Value::List(items) => 1 + items.iter().map(of_value).sum::<u64>(),
        Value::Object(fields) => {
            1 + fields.iter().map(|(name, value)| of_text(name) + of_value(value)).sum::<u64>()
        }
        _ => 1,
    }
}

/// The same of a value without variables.
pub fn of_const(value: &ConstValue) -> u64 {
    match value {
        ConstValue::String(text) => of_text(text),
        ConstValue::List(items) => 1 + items.iter().map(of_const).sum::<u64>(),
        ConstValue::Object(fields) => {
            1 + fields.iter().map(|(name, value)| of_text(name) + of_const(value)).sum::<u64>()
        }
        _ => 1,
    }
}

/// What the arguments and directives of a field weigh.
pub fn of_field(field: &Field) -> u64 {
    let arguments = field.arguments.iter().map(|(_, value)| of_value(&value.node));
    arguments.sum::<u64>() + of_directives(&field.directives)
}

/// What directives weigh with their arguments.
pub fn of_directives(directives: &[Positioned<Directive>]) -> u64 {
    let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
    directives.len() as u64 + arguments.map(|(_, value)| of_value(&value.node)).sum::<u64>()
}

fn of_text(text: &str) -> u64 {
    1 + (text.len() / TEXT) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_a_value_weighs() {
        let weight = |json| of_const(&ConstValue::from_json(json).unwrap());
        assert_eq!(weight(serde_json::json!(1)), 1);
        assert_eq!(weight(serde_json::json!([1, [2, null]])), 5);
        assert_eq!(weight(serde_json::json!({ "a": true, "b": [] })), 5);
        assert_eq!(weight(serde_json::json!("x".repeat(6400))), 101);
    }
}
