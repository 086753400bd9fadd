//! Which of a product's options are those of a draft, and what becomes of its variants where the options changed.
//!
//! Options are matched by name, so that a draft may have them in another order. The product's own order stays.

use std::collections::{HashMap, HashSet};

use entity::catalog::variant;

use crate::services::catalog::draft::{ProductDraft, VariantDraft};
use crate::services::catalog::whole::{MAX_OPTIONS, NO_CHOICE, Selection, Whole, selection_of};

/// For each option of the product the place of its value among those of the draft's variants.
pub(super) type Places = Vec<usize>;

/// Gives the product the draft's options.
///
/// # Errors
/// Why it cannot have them without losing one of its variants; it is as it was then.
pub(super) fn fit(whole: &mut Whole, draft: &ProductDraft) -> Result<Places, String> {
    let told = match draft.options.as_deref().filter(|names| !names.is_empty()) {
        Some(names) => names.iter().take(MAX_OPTIONS).map(String::as_str).collect(),
        None if whole.options.is_empty() => vec![NO_CHOICE.0],
        None => return Ok((0..whole.options.len()).collect()),
    };
    let own: Vec<String> = whole.options.iter().map(|choice| choice.option.name.clone()).collect();
    if own.is_empty() || own == told {
        told.iter().skip(own.len()).for_each(|name| whole.add_option(name));
        return Ok((0..told.len()).collect());
    }
    if is_without_choice(whole) {
        return begin(whole, draft, &told);
    }
    let has_fewer = told.len() < own.len() || told == [NO_CHOICE.0];
    let places = if has_fewer { None } else { assign(whole, draft, &told) };
    let Some(places) = places else {
        let (here, there) = (own.join(", "), told.join(", "));
        return Err(format!("its options are {here}, and its variants have no place under {there}"));
    };
    grow(whole, draft, &told, places)
}

/// Whether it has the one option of products without a choice, and no value but that one's.
fn is_without_choice(whole: &Whole) -> bool {
    let [choice] = whole.options.as_slice() else { return false };
    let is_default = choice.values.iter().all(|value| value.value == NO_CHOICE.1);
    choice.option.name == NO_CHOICE.0 && is_default && whole.variants.len() <= 1
}

/// A product without a choice gets one: its variant becomes the draft's first, or the one with its SKU.
fn begin(whole: &mut Whole, draft: &ProductDraft, told: &[&str]) -> Result<Places, String> {
    let heir = whole.variants.first().map(|row| heir(row, &draft.variants.iter().collect::<Vec<_>>()));
    let values = match heir {
        Some(Some(heir)) if heir.option_values.len() == told.len() => Some(heir.option_values.clone()),
        Some(_) => {
            return Err(format!("none of its rows tells what its variant is under {}", told.join(", ")));
        }
        None => None,
    };
    if let Some(choice) = whole.options.first_mut() {
        told[0].clone_into(&mut choice.option.name);
        choice.values.clear();
    }
    told.iter().skip(1).for_each(|name| whole.add_option(name));
    if let Some(values) = values {
        let selection = whole.select(&values);
        whole.variants.iter_mut().for_each(|row| choose(row, selection));
    }
    Ok((0..told.len()).collect())
}

/// The place of each of the product's options among those that were told. Names that are the same belong together;
/// others are new names of old options, in the way in which most variants are found again.
fn assign(whole: &Whole, draft: &ProductDraft, told: &[&str]) -> Option<Places> {
    let named = |name: &str| told.iter().position(|other| *other == name);
    let known: Vec<Option<usize>> = whole.options.iter().map(|choice| named(&choice.option.name)).collect();
    if known.iter().all(Option::is_some) {
        return known.into_iter().collect();
    }
    let texts: HashSet<Vec<&str>> = whole.variants.iter().map(|row| texts_of(whole, row)).collect();
    let found = |places: &Places| {
        let chosen = draft.variants.iter().filter_map(|wanted| chosen(wanted, places));
        chosen.filter(|values| texts.contains(values)).count()
    };
    let mut best: Option<(usize, Places)> = None;
    for places in ways(&known, told.len()) {
        let count = found(&places);
        if best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, places));
        }
    }
    best.filter(|(count, _)| *count > 0 || whole.variants.is_empty()).map(|(_, places)| places)
}

/// All ways to give those without a place one of their own, by place.
fn ways(known: &[Option<usize>], count: usize) -> Vec<Places> {
    known.iter().fold(vec![Vec::new()], |begun, place| {
        let mut further = Vec::new();
        for way in begun {
            let free = |at: &usize| !known.contains(&Some(*at)) && !way.contains(at);
            let choices: Vec<usize> = match place {
                Some(place) => vec![*place],
                None => (0..count).filter(free).collect(),
            };
            further.extend(choices.into_iter().map(|at| [way.as_slice(), &[at]].concat()));
        }
        further
    })
}

/// Renames options, and adds those that are new: each variant gets its values for them from the first of the draft's
/// that has the same values for the others, or the one with its SKU.
fn grow(
    whole: &mut Whole,
    draft: &ProductDraft,
    told: &[&str],
    mut places: Places,
) -> Result<Places, String> {
    let new: Places = (0..told.len()).filter(|at| !places.contains(at)).collect();
    let mut heirs = Vec::new();
    if !new.is_empty() {
        let mut alike: HashMap<Vec<&str>, Vec<&VariantDraft>> = HashMap::new();
        for wanted in &draft.variants {
            if let Some(values) = chosen(wanted, &places) {
                alike.entry(values).or_default().push(wanted);
            }
        }
        for row in &whole.variants {
            let texts = texts_of(whole, row);
            let found = alike.get(&texts).and_then(|all| chosen(heir(row, all)?, &new));
            let Some(values) = found else {
                let names: Vec<&str> = new.iter().map(|at| told[*at]).collect();
                return Err(format!(
                    "none of its rows tells what its variant {:?} has for {}",
                    texts.join(" / "),
                    names.join(", ")
                ));
            };
            heirs.push(values.into_iter().map(str::to_owned).collect::<Vec<_>>());
        }
    }
    for (choice, at) in whole.options.iter_mut().zip(&places) {
        if choice.option.name != told[*at] {
            told[*at].clone_into(&mut choice.option.name);
        }
    }
    let first_new = whole.options.len();
    for at in &new {
        whole.add_option(told[*at]);
    }
    for (index, values) in heirs.iter().enumerate() {
        let mut selection = selection_of(&whole.variants[index]);
        let choices = whole.options.iter_mut().skip(first_new);
        for ((choice, value), place) in choices.zip(values).zip(selection.iter_mut().skip(first_new)) {
            *place = Some(choice.ensure(value));
        }
        choose(&mut whole.variants[index], selection);
    }
    places.extend(new);
    Ok(places)
}

/// Which of some drafts a variant becomes.
fn heir<'a>(row: &variant::Model, drafts: &[&'a VariantDraft]) -> Option<&'a VariantDraft> {
    let same_sku = drafts.iter().find(|draft| row.sku.is_some() && draft.sku == row.sku);
    same_sku.or(drafts.first()).copied()
}

fn choose(row: &mut variant::Model, [first, second, third]: Selection) {
    row.option_value1_id = first.unwrap_or(row.option_value1_id);
    row.option_value2_id = second;
    row.option_value3_id = third;
}

/// The values at some places, if there are values at all of them.
pub(super) fn chosen<'a>(wanted: &'a VariantDraft, places: &[usize]) -> Option<Vec<&'a str>> {
    places.iter().map(|place| wanted.option_values.get(*place).map(String::as_str)).collect()
}

fn texts_of<'a>(whole: &'a Whole, row: &variant::Model) -> Vec<&'a str> {
    selection_of(row).into_iter().flatten().map(|id| whole.value(id).unwrap_or_default()).collect()
}
