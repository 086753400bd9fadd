//! Scalars that GraphQL does not have by itself.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use entity::time::Timestamp;

/// A moment in UTC as RFC 3339: `2026-11-22T12:00:00Z`.
pub struct DateTime(pub Timestamp);

/// A moment in UTC as RFC 3339: `2026-11-22T12:00:00Z`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let moment = match &value {
            Value::String(text) => chrono::DateTime::parse_from_rfc3339(text).ok(),
            _ => None,
        };
        let wanted = || InputValueError::custom("a date and time like 2026-11-22T12:00:00Z is needed");
        Ok(Self(moment.ok_or_else(wanted)?.to_utc().into()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal number as a string: `"19.99"`. Never a float, so that nothing is lost.
pub struct Decimal(pub String);

/// An exact decimal number as a string: `"19.99"`. Never a float, so that nothing is lost.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(InputValueError::custom("a decimal number as a string is needed, like \"19.99\"")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The three letters of a currency in ISO 4217: `EUR`.
pub struct CurrencyCode(pub String);

/// The three letters of a currency in ISO 4217: `EUR`.
#[Scalar]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(code) if entity::money::is_currency(&code) => Ok(Self(code)),
            _ => Err(InputValueError::custom("the three letters of a currency are needed, like \"EUR\"")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
