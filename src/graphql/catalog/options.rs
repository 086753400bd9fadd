//! The choices that a product offers.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object, SimpleObject};
use entity::id::OptionValueId;

use crate::graphql::access::Needs;
use crate::graphql::directives::{About, Fresh, STOCK};
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::services::Permission;
use crate::services::catalog::options;
use crate::services::inventory::availability::{Choice, Chosen, chosen_values};

/// A choice that a product offers, such as size or colour. It has no id, because what it tells depends on what has been
/// chosen: a cache must not take it for the same object everywhere.
pub struct ProductOption {
    option: options::ProductOption,
    selected: Arc<Vec<(usize, Option<OptionValueId>)>>,
    choices: Arc<Vec<Choice>>,
    place: usize,
}

impl ProductOption {
    /// The options of a product, given what has been chosen so far.
    pub fn all(
        options: &[options::ProductOption],
        choices: &Arc<Vec<Choice>>,
        selected: &[Chosen],
    ) -> Vec<Self> {
        let selected = Arc::new(chosen_values(options, selected));
        let option = |(place, option): (usize, &options::ProductOption)| Self {
            option: option.clone(),
            selected: Arc::clone(&selected),
            choices: Arc::clone(choices),
            place,
        };
        options.iter().enumerate().map(option).collect()
    }
}

/// A choice that a product offers, such as size or colour. It has no id, because what it tells depends on what has been
/// chosen: a cache must not take it for the same object everywhere.
#[Object]
impl ProductOption {
    /// By what changes name it.
    #[graphql(directive = Needs::apply(Permission::ProductsRead))]
    async fn option_id(&self) -> ID {
        id::show(self.option.id)
    }

    /// Its name, in the language of the request.
    async fn name(&self) -> &str {
        &self.option.name
    }

    /// Its name in the shop's base language, by which filters know it.
    async fn key(&self) -> &str {
        &self.option.key
    }

    /// Its values in their order.
    #[graphql(directive = About::apply(10))]
    async fn values(&self) -> Vec<ProductOptionValue> {
        let others = self.selected.iter().filter(|(place, _)| *place != self.place);
        // With a value that there is not, nothing goes.
        let others: Option<Vec<OptionValueId>> = others.map(|(_, value)| *value).collect();
        let value = |value: &options::OptionValue| {
            let fits = |choice: &&Choice| {
                others.as_ref().is_some_and(|others| choice.has(others) && choice.has(&[value.id]))
            };
            ProductOptionValue {
                value_id: id::show(value.id),
                value: value.value.clone(),
                key: value.key.clone(),
                available_for_sale: self.choices.iter().filter(fits).any(|choice| choice.available),
                exists: self.choices.iter().any(|choice| fits(&choice)),
            }
        };
        self.option.values.iter().map(value).collect()
    }
}

/// A value of an option.
#[derive(SimpleObject)]
pub struct ProductOptionValue {
    /// By what changes name it.
    #[graphql(directive = Needs::apply(Permission::ProductsRead))]
    value_id: ID,
    /// The value, in the language of the request.
    value: String,
    /// The value in the shop's base language, by which filters know it.
    key: String,
    /// Whether a variant with this value, and the values selected for the other options, can be bought.
    #[graphql(directive = Fresh::apply(STOCK))]
    available_for_sale: bool,
    /// Whether there is a variant with this value and the values selected for the other options.
    exists: bool,
}

/// An option with the value that a variant has for it.
#[derive(SimpleObject)]
pub struct SelectedOption {
    /// The option's name, in the language of the request.
    pub name: String,
    /// The value, in the language of the request.
    pub value: String,
}

impl Plain for SelectedOption {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "name" => ask.write(&self.name),
            "value" => ask.write(&self.value),
            _ => None,
        }
    }
}

/// An option with the value that was chosen for it.
#[derive(InputObject)]
pub struct SelectedOptionInput {
    /// The option's name, in the language of the request or the base language.
    pub name: String,
    /// The value, in the language of the request or the base language.
    pub value: String,
}

impl From<SelectedOptionInput> for Chosen {
    fn from(input: SelectedOptionInput) -> Self {
        Self { name: input.name, value: input.value }
    }
}

/// The values of a variant, one for each option of its product.
pub fn selected(
    options: &[options::ProductOption],
    values: &[Option<OptionValueId>; 3],
) -> Vec<SelectedOption> {
    let one = |(option, id): (&options::ProductOption, &Option<OptionValueId>)| {
        let value = option.values.iter().find(|value| Some(value.id) == *id)?;
        Some(SelectedOption { name: option.name.clone(), value: value.value.clone() })
    };
    options.iter().zip(values).filter_map(one).collect()
}
