//! Builds the cost formula of an operation from its merged selection set and the model's weights.
//!
//! An object counts 1 (or the `@cost` of its field, else of its type); a list counts its length
//! times its item; a leaf counts only its `@cost`, once a field. A root field of a mutation counts
//! 10 in place of the object it returns. An interface or union counts as its dearest object.

use std::collections::BTreeSet;

use async_graphql::Name;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Directive, Field, InlineFragment, OperationType, Selection, SelectionSet,
};
use async_graphql_value::Value;

use super::cost::{Formula, Size, Slice, length, page};
use super::level::is_condition;
use super::model::{FieldModel, ListSize, Model, is_list, named};

/// Price of a mutation's root field.
const CHANGE: u64 = 10;
/// Length of a list that nothing is known of.
const UNKNOWN_LIST: u64 = 10;
/// Length of a page where neither the client nor the schema says one.
const DEFAULT_PAGE: u64 = 20;

/// The formula of an operation whose fragments are inlined.
pub fn price(model: &Model, kind: OperationType, set: &SelectionSet) -> Formula {
    let pricing = Pricing { model, change: kind == OperationType::Mutation };
    model.root(kind).map_or(Formula::constant(0), |root| pricing.set(root, set, &None))
}

struct Pricing<'a> {
    model: &'a Model,
    /// Whether the fields being priced are root fields of a mutation.
    change: bool,
}

/// The length that a connection gives to some of its fields.
type Sized<'a> = Option<(&'a [Name], Size)>;

impl Pricing<'_> {
    fn set(&self, parent: &Name, set: &SelectionSet, sized: &Sized<'_>) -> Formula {
        let mut always = Vec::new();
        let mut typed: Vec<(&Name, Formula)> = Vec::new();
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => always.push(self.field(parent, &field.node, sized.as_ref())),
                Selection::InlineFragment(fragment) => {
                    let (condition, formula) = self.fragment(parent, &fragment.node, sized);
                    match condition {
                        Some(condition) => typed.push((condition, formula)),
                        None => always.push(formula),
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        if !typed.is_empty() {
            always.push(self.dearest(parent, typed));
        }
        Formula::sum(always)
    }

    /// The price of a fragment, and its type condition where not every object of `parent` meets it.
    fn fragment<'f>(
        &self,
        parent: &Name,
        fragment: &'f InlineFragment,
        sized: &Sized<'_>,
    ) -> (Option<&'f Name>, Formula) {
        let condition = fragment.type_condition.as_ref().map(|condition| &condition.node.on.node);
        let formula = self.set(condition.unwrap_or(parent), &fragment.selection_set.node, sized);
        let narrowing = condition.filter(|condition| {
            let met = |object| self.model.applies(condition, object);
            !self.model.possible(parent).iter().all(met)
        });
        (narrowing, conditional(formula, &fragment.directives))
    }

    fn dearest(&self, parent: &Name, typed: Vec<(&Name, Formula)>) -> Formula {
        let group = |object: &Name| -> Vec<usize> {
            let applying =
                typed.iter().enumerate().filter(|(_, (condition, _))| self.model.applies(condition, object));
            applying.map(|(index, _)| index).collect()
        };
        let groups: BTreeSet<Vec<usize>> = self.model.possible(parent).iter().map(group).collect();
        let parts = typed.into_iter().map(|(_, formula)| formula).collect();
        Formula::dearest(parts, groups.into_iter().collect())
    }

    fn field(&self, parent: &Name, field: &Field, sized: Option<&(&[Name], Size)>) -> Formula {
        let Some(model) = self.model.field(parent, &field.name.node) else { return Formula::constant(0) };
        let target = named(&model.ty);
        let own = self.own(model, target);
        if self.model.is_leaf(target) {
            return conditional(Formula::constant(own), &field.directives);
        }
        let length = model.size.as_ref().map(|size| sliced(model, size, field));
        let fields = model.size.as_ref().map_or(&[][..], |size| &size.sized);
        let inside = length.clone().filter(|_| !fields.is_empty()).map(|length| (fields, length));
        let below = Pricing { model: self.model, change: false };
        let object =
            Formula::sum([Formula::constant(own), below.set(target, &field.selection_set.node, &inside)]);
        let length = match sized {
            Some((names, length)) if names.contains(&field.name.node) => Some(length.clone()),
            _ if !is_list(&model.ty) || inside.is_some() => None,
            _ => Some(length.unwrap_or(Size::Known(UNKNOWN_LIST))),
        };
        let formula = match length {
            Some(length) if is_list(&model.ty) => object.times(length),
            _ => object,
        };
        conditional(formula, &field.directives)
    }

    fn own(&self, field: &FieldModel, target: &Name) -> u64 {
        let by_kind = match () {
            () if self.change => CHANGE,
            () if self.model.is_leaf(target) => 0,
            () => 1,
        };
        let by_type = self.model.get(target).and_then(|ty| ty.weight);
        field.weight.or(by_type.filter(|_| !self.change)).unwrap_or(by_kind)
    }
}

/// The length of the list that a field returns, by its arguments.
fn sliced(model: &FieldModel, size: &ListSize, field: &Field) -> Size {
    let written = |name: &Name| field.get_argument(name).and_then(|value| slice(&value.node));
    let arguments: Vec<Slice> = size.slicing.iter().filter_map(written).collect();
    let default = |name: &Name| {
        let argument = model.arguments.iter().find(|argument| argument.name == *name)?;
        length(argument.default.as_ref()?)
    };
    let usual = if size.slicing.is_empty() { UNKNOWN_LIST } else { DEFAULT_PAGE };
    let otherwise = size.slicing.iter().filter_map(default).max().or(size.assumed).unwrap_or(usual);
    let known = |slice: &Slice| match slice {
        Slice::Known(length) => Some(*length),
        Slice::Variable(_) => None,
    };
    match arguments.iter().map(known).collect::<Option<Vec<u64>>>() {
        Some(lengths) => Size::Known(lengths.into_iter().max().unwrap_or(otherwise)),
        None => Size::Sliced { arguments, otherwise },
    }
}

fn slice(value: &Value) -> Option<Slice> {
    match value {
        Value::Null => None,
        Value::Variable(name) => Some(Slice::Variable(name.clone())),
        Value::Number(number) => Some(Slice::Known(page(number.as_i64()))),
        Value::List(items) => Some(Slice::Known(items.len() as u64)),
        _ => Some(Slice::Known(1)),
    }
}

/// The price under `@skip` and `@include`.
fn conditional(formula: Formula, directives: &[Positioned<Directive>]) -> Formula {
    directives.iter().map(|directive| &directive.node).filter(|directive| is_condition(directive)).fold(
        formula,
        |formula, directive| {
            let wanted = directive.name.node == "include";
            match directive.get_argument("if").map(|value| &value.node) {
                Some(Value::Boolean(value)) if *value != wanted => Formula::constant(0),
                Some(Value::Variable(name)) => formula.when(name.clone(), wanted),
                _ => formula,
            }
        },
    )
}
