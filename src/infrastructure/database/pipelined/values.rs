//! Values of parameters, as the protocol has them.

use bytes::BytesMut;
use sea_orm::Value;
use sea_orm::sea_query::ArrayType;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// The type that a parameter with such a value has; `None` for kinds that no statement is given here.
pub fn type_of(value: &Value) -> Option<Type> {
    Some(match value {
        Value::Bool(_) => Type::BOOL,
        Value::SmallInt(_) => Type::INT2,
        Value::Int(_) => Type::INT4,
        Value::BigInt(_) => Type::INT8,
        Value::Double(_) => Type::FLOAT8,
        Value::String(_) => Type::TEXT,
        Value::Uuid(_) => Type::UUID,
        Value::Array(ArrayType::BigInt, _) => Type::INT8_ARRAY,
        Value::Array(ArrayType::String, _) => Type::TEXT_ARRAY,
        Value::Array(ArrayType::Uuid, _) => Type::UUID_ARRAY,
        _ => return None,
    })
}

/// A value to be written.
#[derive(Debug)]
pub struct Written<'a>(pub &'a Value);

type Result = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Written<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result {
        match self.0 {
            Value::Bool(value) => value.to_sql(ty, out),
            Value::SmallInt(value) => value.to_sql(ty, out),
            Value::Int(value) => value.to_sql(ty, out),
            Value::BigInt(value) => value.to_sql(ty, out),
            Value::Double(value) => value.to_sql(ty, out),
            Value::String(value) => value.to_sql(ty, out),
            Value::Uuid(value) => value.to_sql(ty, out),
            Value::Array(_, Some(values)) => values.iter().map(Written).collect::<Vec<_>>().to_sql(ty, out),
            Value::Array(_, None) => Ok(IsNull::Yes),
            _ => Err("a value of a kind that is not bound here".into()),
        }
    }

    /// Statements are prepared with the types of their values.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::Uuid;

    use super::*;

    fn written(value: impl Into<Value>) -> (Type, Vec<u8>) {
        let value = value.into();
        let (ty, mut out) = (type_of(&value).unwrap(), BytesMut::new());
        Written(&value).to_sql_checked(&ty, &mut out).unwrap();
        (ty, out.to_vec())
    }

    #[test]
    fn values_are_written_with_the_width_of_their_types() {
        assert_eq!(written(true), (Type::BOOL, vec![1]));
        assert_eq!(written(3_i16), (Type::INT2, vec![0, 3]));
        assert_eq!(written(3_i32), (Type::INT4, vec![0, 0, 0, 3]));
        assert_eq!(written(-1_i64), (Type::INT8, vec![255; 8]));
        assert_eq!(written("tea"), (Type::TEXT, b"tea".to_vec()));
        assert_eq!(written(Uuid::from_u128(7)).1.len(), 16);
    }

    #[test]
    fn keys_are_one_array() {
        let keys = Value::Array(ArrayType::Uuid, Some(Box::new(vec![Uuid::from_u128(7).into(); 3])));
        let (ty, bytes) = written(keys);
        // One dimension, its length, where it begins, and each key with its length.
        assert_eq!((ty, bytes.len()), (Type::UUID_ARRAY, 20 + 3 * (4 + 16)));
    }

    #[test]
    fn what_no_statement_is_given_has_no_type() {
        assert_eq!(type_of(&Value::Float(Some(1.0))), None);
        let mut out = BytesMut::new();
        assert!(Written(&Value::Float(Some(1.0))).to_sql_checked(&Type::FLOAT4, &mut out).is_err());
    }
}
