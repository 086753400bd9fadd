//! Fields of a thing before and after a change, without what nobody is to read in a log.

use entity::time::Timestamp;
use sea_orm::{EntityTrait, IdenStatic as _, Iterable as _, ModelTrait, Value};
use serde_json::{Map, Value as Json};

/// Shown in place of personal data and secrets.
pub const MASK: &str = "(masked)";

/// Letters of a text that are shown.
const LONGEST: usize = 1_000;

/// Parts of the names of columns that hold personal data or secrets, whatever their table.
const HIDDEN: [&str; 8] = ["password", "email", "phone", "token", "secret", "private", "sealed", "address"];

/// Fields of a thing at one moment. Values of masked ones are compared, and never shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<(String, Json, bool)>);

impl Fields {
    /// The columns of a row. Those whose names sound of personal data or secrets are masked.
    pub fn of<M: ModelTrait>(row: &M) -> Self {
        let columns = <M::Entity as EntityTrait>::Column::iter();
        let field = |column: <M::Entity as EntityTrait>::Column| {
            let name = column.as_str().to_owned();
            let value = shown(&name, row.get(column));
            let is_hidden = HIDDEN.iter().any(|part| name.contains(part));
            (camel(&name), value, is_hidden)
        };
        Self(columns.map(field).collect())
    }

    /// One more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.retain(|(known, _, _)| known != name);
        self.0.push((name.to_owned(), value.into(), false));
        self
    }

    /// One more field of which is told only that it differs.
    #[must_use]
    pub fn masked(mut self, name: &str, value: impl Into<Json>) -> Self {
        self = self.with(name, value);
        self.mask(&[name])
    }

    /// Tells of these fields only that they differ.
    #[must_use]
    pub fn mask(mut self, names: &[&str]) -> Self {
        for (name, _, is_hidden) in &mut self.0 {
            *is_hidden |= names.contains(&name.as_str());
        }
        self
    }

    /// Leaves fields out that tell nothing.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(name, _, _)| !names.contains(&name.as_str()));
        self
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _, _)| known == name).map(|(_, value, _)| value)
    }

    /// What is shown of fields that differ from another state; of all that have a value where there is no other.
    fn unlike(&self, other: Option<&Self>) -> Map<String, Json> {
        let differs = |name: &str, value: &Json| match other {
            Some(other) => other.get(name).unwrap_or(&Json::Null) != value,
            None => !value.is_null(),
        };
        let unlike = self.0.iter().filter(|(name, value, _)| differs(name, value));
        let told = unlike.map(|(name, value, is_hidden)| {
            let shown = if *is_hidden && !value.is_null() { Json::from(MASK) } else { cut(value) };
            (name.clone(), shown)
        });
        told.collect()
    }
}

/// What is told before and after.
type Both = (Option<Map<String, Json>>, Option<Map<String, Json>>);

/// What differs between two states, as it is shown.
pub fn difference(before: Option<&Fields>, after: Option<&Fields>) -> Both {
    (before.map(|before| before.unlike(after)), after.map(|after| after.unlike(before)))
}

/// A column's value as JSON: moments as RFC 3339, keys as text.
fn shown(name: &str, value: Value) -> Json {
    let is_moment = ["_at", "_from", "_until"].iter().any(|end| name.ends_with(end));
    match value {
        Value::Bool(Some(it)) => it.into(),
        Value::SmallInt(Some(it)) => it.into(),
        Value::Int(Some(it)) => it.into(),
        Value::BigInt(Some(it)) if is_moment => Timestamp(it).to_string().into(),
        Value::BigInt(Some(it)) => it.into(),
        Value::Float(Some(it)) => it.into(),
        Value::Double(Some(it)) => it.into(),
        Value::String(Some(it)) => it.into(),
        Value::Uuid(Some(it)) => it.to_string().into(),
        _ => Json::Null,
    }
}

/// Column names as clients know them: `priceIncludesTax`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        match letter {
            '_' => upper = true,
            letter if upper => {
                out.push(letter.to_ascii_uppercase());
                upper = false;
            }
            letter => out.push(letter),
        }
    }
    out
}

/// Long texts are cut, and so is what is long as JSON.
fn cut(value: &Json) -> Json {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Array(_) | Json::Object(_) => value.to_string(),
        _ => return value.clone(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}... ({} letters)", &text[..end], text.chars().count()).into(),
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told_and_nothing_masked_is_shown() {
        let before = Fields::default().with("title", "Old").with("stock", 1).masked("email", "a@b.example");
        let after = Fields::default().with("title", "New").with("stock", 1).masked("email", "c@d.example");
        let (was, is) = difference(Some(&before), Some(&after));
        assert_eq!(json!(was), json!({"title": "Old", "email": "(masked)"}));
        assert_eq!(json!(is), json!({"title": "New", "email": "(masked)"}));
        let (was, is) = difference(None, Some(&after.with("note", Json::Null)));
        assert_eq!(was, None);
        assert_eq!(json!(is), json!({"title": "New", "stock": 1, "email": "(masked)"}));
    }

    #[test]
    fn rows_are_told_by_their_columns_and_those_with_secrets_are_masked() {
        let row = entity::identity::account::Model {
            id: entity::id::AccountId::generate(),
            kind: entity::identity::account::AccountKind::Staff,
            email: "sealed text".to_owned(),
            email_hash: "hash".to_owned(),
            name: "sealed name".to_owned(),
            language: "en".to_owned(),
            password_hash: Some("argon".to_owned()),
            verified_at: None,
            deactivated_at: None,
            created_at: Timestamp(0),
        };
        let (_, told) = difference(None, Some(&Fields::of(&row).mask(&["name"])));
        let told = Json::from(told.unwrap()).to_string();
        assert!(told.contains(r#""createdAt":"1970-01-01T00:00:00Z""#), "{told}");
        for hidden in ["sealed text", "hash\":\"hash", "argon", "sealed name"] {
            assert!(!told.contains(hidden), "{told}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let cut = cut(&Json::from("ü".repeat(1_001)));
        assert!(cut.as_str().unwrap().ends_with("... (1001 letters)"), "{cut}");
    }
}
