//! JSON read strictly: no key twice, no deep nesting, no null characters in text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting of arrays and objects that is read. Below the depth at which `serde_json`
/// itself gives up (128), and far below any stack.
pub const DEEPEST: usize = 100;

/// Reads one JSON value.
///
/// # Errors
/// What is wrong and where, in words that repeat nothing of the text: not JSON, more than one value,
/// a key twice in an object, nested deeper than [`DEEPEST`], a null character in a text.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { deeper: DEEPEST }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads one value that may nest `deeper` more levels.
#[derive(Clone, Copy)]
struct Strict {
    deeper: usize,
}

impl Strict {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let deeper = self.deeper.checked_sub(1);
        deeper
            .map(|deeper| Self { deeper })
            .ok_or_else(|| E::custom(format_args!("nested deeper than {DEEPEST} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        without_null(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inside)?;
            if map.insert(without_null(key)?, value).is_some() {
                return Err(A::Error::custom("an object has the same key twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

/// No text that a shop keeps has a null character, and `PostgreSQL` cannot store one.
fn without_null<E: Error>(text: String) -> Result<String, E> {
    if text.contains('\0') {
        return Err(E::custom("a text holds a null character"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(text).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_json_reads_as_serde_json_reads_it_with_keys_in_order() {
        let text = r#" {"z":1,"a":[null,true,-2,3.5,18446744073709551615,"ü\n\ud83d\ude00"],"m":{"":{}}} "#;
        let value = parse(text).expect("valid");
        assert_eq!(value, serde_json::from_str::<Value>(text).expect("valid"));
        let keys: Vec<_> = value.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["z", "a", "m"]);
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        assert!(message(r#"{"a":1,"a":1}"#).contains("same key twice"));
        assert!(message(r#"[{"b":{"a":1,"c":2,"\u0061":3}}]"#).contains("same key twice"));
    }

    #[test]
    fn nesting_is_read_down_to_the_limit_and_no_further() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(&nested(DEEPEST)).is_ok());
        assert!(message(&nested(DEEPEST + 1)).contains("nested deeper"));
        let objects = r#"{"a":"#.repeat(DEEPEST + 1) + "1" + &"}".repeat(DEEPEST + 1);
        assert!(message(&objects).contains("nested deeper"));
    }

    #[test]
    fn a_hundred_thousand_brackets_are_refused_at_once() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&r#"{"a":"#.repeat(100_000)).is_err());
    }

    #[test]
    fn null_characters_are_refused_in_values_and_keys() {
        assert!(message(r#"{"a":"x\u0000y"}"#).contains("null character"));
        assert!(message(r#"{"\u0000":1}"#).contains("null character"));
        assert!(parse("\"\0\"").is_err());
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        for text in ["", " ", "NONSENSE", r#"{"query":"#, "{} {}", "{'a':1}", "[1,]", "1e999", "nan"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn messages_repeat_nothing_of_the_text() {
        for text in [r#"{"secret":1,"secret":2}"#, r#"{"a":secret}"#, r#"["secret\u0000"]"#] {
            assert!(!message(text).contains("secret"), "{text}");
        }
    }
}
