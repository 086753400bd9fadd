//! Options of a product and their values.

use std::collections::HashSet;

use entity::catalog::variant;
use entity::id::{OptionValueId, ProductId, ProductOptionId};

use super::fields::{each_once, rows, text_of, value_name};
use super::{Editing, NOT_HERE};
use crate::services::catalog::whole::{MAX_OPTIONS, NO_CHOICE, Selection, Whole, new_variant, selection_of};
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer};

/// Values of an option.
pub const VALUES: usize = 100;

/// A value as it is to be.
#[derive(Clone, Debug)]
pub struct ValueInput {
    /// The value; `None` for a new one.
    pub id: Option<OptionValueId>,
    /// Its text.
    pub name: String,
}

/// Adds an option; variants that are there get its first value.
pub async fn create(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    name: &str,
    values: &[String],
) -> Result<ProductId> {
    let mut problems = Problems::default();
    let name = value_name(&mut problems, &[&"name"], name);
    rows(&mut problems, &[&"values"], values.len(), 1, VALUES);
    let texts = value_names(&mut problems, values.iter().map(String::as_str));
    problems.none()?;
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let (whole, problems) = editing.parts();
    if has_choice(whole) {
        if whole.options.len() == MAX_OPTIONS {
            problems.add(Reason::Invalid, &[], "a product has at most 3 options");
        }
        if whole.options.iter().any(|choice| choice.option.name == name) {
            problems.add(Reason::Taken, &[&"name"], "another option of the product has this name");
        }
        if problems.is_empty() {
            whole.add_option(&name);
            add_values(whole, &texts);
        }
    } else {
        // What offered no choice becomes the first one.
        let choice = &mut whole.options[0];
        choice.option.name = name;
        if let (Some(value), Some(text)) = (choice.values.first_mut(), texts.first()) {
            value.value.clone_from(text);
        }
        for text in &texts {
            choice.ensure(text);
        }
    }
    editing.save().await
}

/// Gives the last option its values, and all variants the first of them.
fn add_values(whole: &mut Whole, texts: &[String]) {
    let place = whole.options.len() - 1;
    let ids: Vec<OptionValueId> = texts.iter().map(|text| whole.options[place].ensure(text)).collect();
    for row in &mut whole.variants {
        let mut selection = selection_of(row);
        selection[place] = ids.first().copied();
        select(row, selection);
    }
}

/// What an option is to be; `None` leaves what is there.
#[derive(Clone, Debug, Default)]
pub struct OptionInput {
    /// Its name.
    pub name: Option<String>,
    /// All its values in their order: known ones by id, new ones without; those that are missing go.
    pub values: Option<Vec<ValueInput>>,
}

/// Changes an option: renames it, and adds, renames, orders and removes values.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: ProductOptionId,
    version: Option<i32>,
    input: &OptionInput,
) -> Result<ProductId> {
    let mut problems = Problems::default();
    let name = input.name.as_ref().map(|name| value_name(&mut problems, &[&"name"], name));
    let texts = input.values.as_ref().map(|values| {
        rows(&mut problems, &[&"values"], values.len(), 1, VALUES);
        each_once(&mut problems, &[&"values"], values.iter().map(|value| value.id));
        value_names(&mut problems, values.iter().map(|value| value.name.as_str()))
    });
    problems.none()?;
    let mut editing = Editing::open_part(app, id, version, "id").await?;
    let (whole, problems) = editing.parts();
    if let Some(name) = name {
        let others = whole.options.iter().filter(|choice| choice.option.id != id);
        if others.into_iter().any(|choice| choice.option.name == name) {
            problems.add(Reason::Taken, &[&"name"], "another option of the product has this name");
        }
        if let Some(choice) = whole.options.iter_mut().find(|choice| choice.option.id == id) {
            choice.option.name = name;
        }
    }
    if let (Some(values), Some(texts)) = (&input.values, texts) {
        tell_values(whole, problems, id, values, texts);
    }
    editing.save().await
}

fn tell_values(
    whole: &mut Whole,
    problems: &mut Problems,
    id: ProductOptionId,
    values: &[ValueInput],
    texts: Vec<String>,
) {
    let used = whole.used_values();
    let Some(choice) = whole.options.iter_mut().find(|choice| choice.option.id == id) else { return };
    let mut known = std::mem::take(&mut choice.values);
    for (index, (value, text)) in values.iter().zip(texts).enumerate() {
        let place = value.id.and_then(|id| known.iter().position(|row| row.id == id));
        match (value.id, place) {
            (Some(_), None) => problems.add(Reason::NotFound, &[&"values", &index, &"id"], NOT_HERE),
            (_, Some(place)) => {
                let mut row = known.remove(place);
                row.value = text;
                choice.values.push(row);
            }
            (None, None) => drop(choice.ensure(&text)),
        }
    }
    for (row, position) in choice.values.iter_mut().zip(1..) {
        row.position = position;
    }
    for gone in known.iter().filter(|row| used.contains(&row.id)) {
        let message = format!("variants have the value {:?}", gone.value);
        problems.add(Reason::InUse, &[&"values"], message);
    }
}

/// Removes an option with its values; refused where it would leave two variants the same.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: ProductOptionId,
    version: Option<i32>,
) -> Result<ProductId> {
    let mut editing = Editing::open_part(app, id, version, "id").await?;
    let now = editing.change.now;
    let (whole, problems) = editing.parts();
    let Some(place) = whole.options.iter().position(|choice| choice.option.id == id) else {
        return Err(super::not_found(&[&"id"]));
    };
    whole.options.remove(place);
    for row in &mut whole.variants {
        let kept = selection_of(row).into_iter().enumerate().filter(|(index, _)| *index != place);
        let mut selection: Selection = [None; MAX_OPTIONS];
        for ((_, value), slot) in kept.zip(&mut selection) {
            *slot = value;
        }
        select(row, selection);
    }
    let selections: HashSet<Selection> = whole.variants.iter().map(selection_of).collect();
    if selections.len() < whole.variants.len() || (whole.options.is_empty() && whole.variants.len() > 1) {
        problems.add(Reason::InUse, &[&"id"], "without this option two variants would be the same");
    }
    if whole.options.is_empty() {
        without_choice(whole, now);
    } else {
        number(whole);
    }
    editing.save().await
}

fn without_choice(whole: &mut Whole, now: entity::time::Timestamp) {
    whole.add_option(NO_CHOICE.0);
    let selection = whole.select(&[NO_CHOICE.1.to_owned()]);
    if whole.variants.is_empty() {
        let row = new_variant(whole, selection, now);
        whole.variants.push(row);
    }
    for row in &mut whole.variants {
        select(row, selection);
    }
}

/// Puts all options of a product into another order.
pub async fn reorder(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    ids: &[ProductOptionId],
) -> Result<ProductId> {
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let (whole, problems) = editing.parts();
    let order = places(problems, "optionIds", ids, whole.options.iter().map(|choice| choice.option.id));
    if let Some(order) = order {
        for row in &mut whole.variants {
            let before = selection_of(row);
            let mut selection: Selection = [None; MAX_OPTIONS];
            for (from, slot) in order.iter().zip(&mut selection) {
                *slot = before[*from];
            }
            select(row, selection);
        }
        whole.options = order.iter().map(|from| whole.options[*from].clone()).collect();
        number(whole);
    }
    editing.save().await
}

/// Where each of the rows that an input names in their new order is now; it has to name each once.
pub fn places<I: Copy + Eq + std::hash::Hash>(
    problems: &mut Problems,
    field: &str,
    named: &[I],
    known: impl Iterator<Item = I>,
) -> Option<Vec<usize>> {
    let known: std::collections::HashMap<I, usize> = known.zip(0..).collect();
    let mut order = Vec::with_capacity(known.len());
    let mut seen = HashSet::new();
    for (index, id) in named.iter().enumerate() {
        match known.get(id) {
            None => problems.add(Reason::NotFound, &[&field, &index], NOT_HERE),
            Some(_) if !seen.insert(*id) => {
                problems.add(Reason::Invalid, &[&field, &index], "it is named twice");
            }
            Some(place) => order.push(*place),
        }
    }
    if order.len() == known.len() {
        return Some(order);
    }
    if problems.is_empty() {
        problems.add(Reason::Invalid, &[&field], "name all of them in their new order");
    }
    None
}

/// Gives a variant other values.
pub fn select(row: &mut variant::Model, [first, second, third]: Selection) {
    if let Some(first) = first {
        row.option_value1_id = first;
    }
    row.option_value2_id = second;
    row.option_value3_id = third;
}

/// Whether the product offers any choice.
pub fn has_choice(whole: &Whole) -> bool {
    let plain = |values: &[entity::catalog::option_value::Model]| values.len() <= 1;
    match whole.options.as_slice() {
        [] => false,
        [only] => only.option.name != NO_CHOICE.0 || !plain(&only.values),
        _ => true,
    }
}

fn number(whole: &mut Whole) {
    for (choice, position) in whole.options.iter_mut().zip(1..) {
        choice.option.position = position;
    }
}

fn value_names<'a>(problems: &mut Problems, typed: impl Iterator<Item = &'a str>) -> Vec<String> {
    let texts: Vec<String> =
        typed.enumerate().map(|(index, typed)| value_name(problems, &[&"values", &index], typed)).collect();
    each_once(problems, &[&"values"], texts.iter().map(text_of));
    texts
}
