//! What inputs of several changes have in common.

use async_graphql::{Enum, InputObject, MaybeUndefined};
use entity::catalog::product::Status;
use entity::catalog::variant::InventoryPolicy;

use crate::graphql::catalog::variant::WeightUnit;
use crate::graphql::payload::or_none;
use crate::services::catalog::draft::MetafieldDraft;

/// Whether a product is on offer at all; in which markets, publication says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProductStatus {
    /// On offer wherever it is published.
    Active,
    /// Being prepared: no shopper sees it.
    Draft,
    /// Taken off the shelves, kept for what refers to it.
    Archived,
}

impl From<ProductStatus> for Status {
    fn from(status: ProductStatus) -> Self {
        match status {
            ProductStatus::Active => Self::Active,
            ProductStatus::Draft => Self::Draft,
            ProductStatus::Archived => Self::Archived,
        }
    }
}

impl From<Status> for ProductStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Draft => Self::Draft,
            Status::Archived => Self::Archived,
        }
    }
}

/// What happens to an order for more than there is in stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum VariantInventoryPolicy {
    /// It is refused.
    Deny,
    /// It is taken, and delivered later.
    Continue,
}

impl From<VariantInventoryPolicy> for InventoryPolicy {
    fn from(policy: VariantInventoryPolicy) -> Self {
        match policy {
            VariantInventoryPolicy::Deny => Self::Deny,
            VariantInventoryPolicy::Continue => Self::Continue,
        }
    }
}

/// A weight.
#[derive(InputObject)]
pub struct WeightInput {
    /// How much: 0 to a thousand tonnes.
    pub value: f64,
    /// Of what.
    pub unit: WeightUnit,
}

/// A piece of custom data.
#[derive(InputObject)]
pub struct MetafieldInput {
    /// Who defines it: 1 to 255 characters.
    pub namespace: String,
    /// Its name there: 1 to 255 characters.
    pub key: String,
    /// What kind of value it is, such as `single_line_text_field` or `number_integer`: 1 to 64 characters.
    #[graphql(name = "type")]
    pub value_type: String,
    /// The value as text: 1 to 65,536 bytes.
    pub value: String,
}

impl From<MetafieldInput> for MetafieldDraft {
    fn from(input: MetafieldInput) -> Self {
        let MetafieldInput { namespace, key, value_type, value } = input;
        Self { namespace, key, value_type, value }
    }
}

/// Custom data as services take it.
pub fn drafts(inputs: Vec<MetafieldInput>) -> Vec<MetafieldDraft> {
    inputs.into_iter().map(MetafieldDraft::from).collect()
}

/// A list that may be left as it is (`None`); null empties it.
pub fn or_no<T>(list: MaybeUndefined<Vec<T>>) -> Option<Vec<T>> {
    or_none(list).map(Option::unwrap_or_default)
}
