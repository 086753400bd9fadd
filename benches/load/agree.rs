//! The floor must tell exactly what the service tells, or nothing is measured.

use serde_json::Value;

use crate::Result;
use crate::client::Client;
use crate::operations::Operation;
use crate::server::Server;
use crate::shop::Places;

/// Requests of each operation that are compared.
const SAMPLES: usize = 25;

/// Asks both servers the same and compares what they say, field by field, in its order.
///
/// # Errors
/// Where they differ, and in what.
pub async fn check(operation: Operation, service: &Server, floor: &Server, places: &Places) -> Result<()> {
    let values = operation.values(places);
    let step = (values.len() / SAMPLES).max(1);
    let (mut ours, mut theirs) =
        (Client::connect(service.address).await?, Client::connect(floor.address).await?);
    for value in values.iter().step_by(step) {
        let (of_service, of_floor) =
            (operation.of_service(value.as_deref()), operation.of_floor(value.as_deref()));
        let (left, right) = (ours.data(&of_service).await?, theirs.data(&of_floor).await?);
        let difference = difference("data", &left, &right);
        if let Some(difference) = difference {
            let name = operation.name;
            return Err(format!("service and floor differ in {name} ({value:?}): {difference}").into());
        }
    }
    Ok(())
}

/// The first place where two values differ.
fn difference(path: &str, left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            if names(left) != names(right) {
                return Some(format!("{path} has the fields {:?} and {:?}", names(left), names(right)));
            }
            left.iter().find_map(|(name, value)| difference(&format!("{path}.{name}"), value, &right[name]))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(index, (left, right))| difference(&format!("{path}[{index}]"), left, right))
        }
        (left, right) => (left != right).then(|| format!("{path} is {left} and {right}")),
    }
}
