//! What an operation is charged, and what its answer tells of it.

use async_graphql::{Name, Response, Value};

use super::error::refused_until;
use super::gate::{Problem, Refusal};
use super::request::Caller;
use crate::services::AppContext;
use crate::services::budgets::{Charge, Outcome, Payer, whole_seconds};
use crate::services::clients::Client;
use crate::services::error::Code;

/// What a document costs that is looked at and refused: as much as a change, for looking is work.
const REFUSED: u64 = 10;

/// Why an operation is not executed: the budget does not allow for it.
pub struct OverBudget {
    /// In words.
    pub refusal: Refusal,
    /// How the budget stands.
    pub charge: Charge,
}

/// Who pays for what a caller asks. A client app that is not registered is known by the name that it gives itself; the
/// settings may have a budget for that.
pub fn payer<'a>(caller: &'a Caller, client: Option<&'a Client>) -> Payer<'a> {
    Payer {
        viewer: &caller.viewer,
        address: caller.address,
        client: client.map(|client| client.handle.as_str()).or(caller.client_name.as_deref()),
        own: client.and_then(|client| client.budget),
    }
}

/// Refuses at once those whose budget is empty: not even their document is looked at.
///
/// # Errors
/// Where the budget is empty.
pub fn open(app: &AppContext, payer: Payer<'_>) -> Result<(), Box<OverBudget>> {
    match app.budgets.spent(payer) {
        Some(charge) => Err(Box::new(throttled(1, charge))),
        None => Ok(()),
    }
}

/// Charges an operation before it runs; `None` where nobody pays.
///
/// # Errors
/// Where there is not enough left, or never is.
pub async fn charge(
    app: &AppContext,
    payer: Payer<'_>,
    cost: u64,
) -> Result<Option<Charge>, Box<OverBudget>> {
    match app.budgets.charge(payer, cost).await {
        None => Ok(None),
        Some(Outcome::Paid(charge)) => Ok(Some(charge)),
        Some(Outcome::Throttled(charge)) => Err(Box::new(throttled(cost, charge))),
        Some(Outcome::TooMuch(charge)) => {
            let refusal = Refusal::cost(cost, charge.limit.into());
            Err(Box::new(OverBudget { refusal, charge }))
        }
    }
}

/// Charges a document that was looked at in vain. Where less is left, that is taken.
pub async fn charge_refused(app: &AppContext, payer: Payer<'_>) -> Option<Charge> {
    let (Outcome::Paid(charge) | Outcome::Throttled(charge) | Outcome::TooMuch(charge)) =
        match app.budgets.charge(payer, REFUSED).await? {
            Outcome::Throttled(charge) | Outcome::TooMuch(charge) if charge.remaining > 0 => {
                app.budgets.charge(payer, charge.remaining.into()).await?
            }
            outcome => outcome,
        };
    Some(Charge { retry_after: None, ..charge })
}

fn throttled(cost: u64, charge: Charge) -> OverBudget {
    let wait = whole_seconds(charge.retry_after.unwrap_or_default()).max(1);
    let message = format!(
        "The operation costs {}, and {} of {} are left: try again in {wait} seconds.",
        cost.max(1),
        charge.remaining,
        charge.limit
    );
    let refusal =
        Refusal { code: Code::Throttled, errors: vec![Problem::new(message)], cost, is_foreign: false };
    OverBudget { refusal, charge }
}

/// The answer to an operation that the budget does not allow for.
pub fn refused(over: &OverBudget, cost: u64, most: u64, request_id: &str) -> Response {
    let mut response = refused_until(&over.refusal, over.charge.retry_after, request_id);
    response.extensions.insert("cost".to_owned(), told(cost, most, Some(&over.charge)));
    response
}

/// `extensions.cost` of an answer that shared caches may keep.
pub fn told_to_all(cost: u64) -> Value {
    Value::Object([(Name::new("requested"), Value::from(cost))].into_iter().collect())
}

/// `extensions.cost`. Where there are no budgets, the limit is that of every operation.
pub fn told(cost: u64, most: u64, charge: Option<&Charge>) -> Value {
    let mut pairs = vec![("requested", cost)];
    match charge {
        Some(charge) => {
            pairs.push(("limit", charge.limit.into()));
            pairs.push(("remaining", charge.remaining.into()));
            pairs.push(("restoreRate", charge.restore_rate.into()));
        }
        None => pairs.push(("limit", most)),
    }
    Value::Object(pairs.into_iter().map(|(name, number)| (Name::new(name), Value::from(number))).collect())
}
