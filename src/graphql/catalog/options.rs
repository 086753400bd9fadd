//! The choices that a product offers.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object, SimpleObject};
use entity::id::OptionValueId;

use crate::graphql::access::Needs;
use crate::graphql::directives::About;
use crate::graphql::id;
use crate::graphql::quick::{Ask, Plain};
use crate::services::Permission;
use crate::services::catalog::options;
use crate::services::inventory::availability::Choice;

/// A choice that a product offers, such as size or colour. It has no id, because what it tells depends on what has been
/// chosen: a cache must not take it for the same object everywhere.
pub struct ProductOption {
    option: options::ProductOption,
    selected: Arc<Vec<(usize, OptionValueId)>>,
    choices: Arc<Vec<Choice>>,
    place: usize,
}

impl ProductOption {
    /// The options of a product, given what has been chosen so far.
    pub fn all(
        options: &[options::ProductOption],
        choices: &Arc<Vec<Choice>>,
        selected: &[SelectedOptionInput],
    ) -> Vec<Self> {
        let selected = Arc::new(find(options, selected));
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
        let others: Vec<OptionValueId> =
            self.selected.iter().filter(|(place, _)| *place != self.place).map(|(_, value)| *value).collect();
        let value = |value: &options::OptionValue| {
            let mut wanted = others.clone();
            wanted.push(value.id);
            ProductOptionValue {
                value_id: id::show(value.id),
                value: value.value.clone(),
                key: value.key.clone(),
                available_for_sale: self.choices.iter().any(|choice| choice.available && choice.has(&wanted)),
                exists: self.choices.iter().any(|choice| choice.has(&wanted)),
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

/// The chosen values that a product has, with the place of their option; others are left out.
fn find(options: &[options::ProductOption], selected: &[SelectedOptionInput]) -> Vec<(usize, OptionValueId)> {
    let chosen = selected.iter().filter_map(|wanted| {
        let is_it =
            |option: &&options::ProductOption| option.name == wanted.name || option.key == wanted.name;
        let place = options.iter().position(|option| is_it(&option))?;
        let values = &options[place].values;
        let value = values.iter().find(|value| value.value == wanted.value || value.key == wanted.value)?;
        Some((place, value.id))
    });
    chosen.collect()
}

/// The choice that has exactly the chosen values: one for each option.
pub fn choice<'a>(
    options: &[options::ProductOption],
    choices: &'a [Choice],
    selected: &[SelectedOptionInput],
) -> Option<&'a Choice> {
    let found = find(options, selected);
    let is_complete = (0..options.len()).all(|place| found.iter().any(|(chosen, _)| *chosen == place));
    let values: Vec<OptionValueId> = found.into_iter().map(|(_, value)| value).collect();
    choices.iter().find(|choice| is_complete && selected.len() == options.len() && choice.has(&values))
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
