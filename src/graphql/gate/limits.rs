//! How large a document may be before it is refused.

use serde::Deserialize;

/// Limits of one document, checked before anything of it is executed.
///
/// Counts are taken as the client wrote the document: before duplicate fields are merged, and
/// with every fragment spread counted as often as it is spread.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Length of the text, in bytes of UTF-8.
    pub text_bytes: usize,
    /// Lexical tokens in the text; comments, commas and white space are none.
    pub tokens: usize,
    /// Levels of open brackets `(`, `[`, `{` of any kind together, in the text; also levels of
    /// selection sets once fragments are expanded.
    pub nesting: usize,
    /// Levels of fields below an operation; a root field is at level 1.
    pub depth: usize,
    /// Operations in a document.
    pub operations: usize,
    /// Fragment definitions in a document.
    pub fragments: usize,
    /// Aliases in an operation.
    pub aliases: usize,
    /// Selections between one pair of braces, as written.
    pub selections: usize,
    /// Fields at the root of an operation.
    pub root_fields: usize,
    /// Directives on one field, fragment, variable or operation.
    pub directives: usize,
    /// Fields of all operations of a document together.
    pub expanded_fields: usize,
    /// Weight of all arguments and directives, with every fragment spread counted as often as it is spread: 1 for each
    /// value, list, object and field of an object, and for each 64 bytes of text.
    pub expanded_values: usize,
    /// Price of an operation, in objects that it may return.
    pub cost: u64,
    /// The price times the weight of the heaviest argument or variable, which may be read for each object.
    pub work: u64,
    /// Memory for prepared documents, in bytes.
    pub cache_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 64 * 1024,
            tokens: 10_000,
            nesting: 32,
            depth: 20,
            operations: 50,
            fragments: 100,
            aliases: 100,
            selections: 200,
            root_fields: 20,
            directives: 5,
            expanded_fields: 10_000,
            expanded_values: 50_000,
            cost: 20_000,
            work: 2_000_000,
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn what_an_operator_leaves_out_keeps_its_default() {
        let limits: Limits = serde_json::from_str(r#"{"depth": 7}"#).unwrap();
        assert_eq!((limits.depth, limits.text_bytes), (7, 65_536));
    }

    #[test]
    fn a_misspelt_limit_is_an_error() {
        assert!(serde_json::from_str::<Limits>(r#"{"dept": 7}"#).is_err());
    }
}
