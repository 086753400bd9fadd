//! Checks the values of arguments and the defaults of variables (specification sections 5.6 and 5.8).
//!
//! The library checks a value only once all its variables are known, never asks whether a variable's type fits its place,
//! and takes some values that do not fit theirs; all is checked here, for any values of the variables.

use std::collections::HashMap;

use async_graphql::parser::types::{BaseType, Type, VariableDefinition};
use async_graphql::{Name, Pos};
use async_graphql_value::Value;

use super::model::{InputModel, Model, TypeKind};
use super::path::Path;
use super::refusal::{Problem, excerpt};

/// Checks the argument values of one operation.
pub struct Arguments<'a> {
    model: &'a Model,
    definitions: HashMap<&'a str, &'a VariableDefinition>,
    /// What was found to be wrong.
    pub problems: Vec<Problem>,
}

/// The argument being checked, or the variable whose default is.
struct Place<'a> {
    what: &'static str,
    name: &'a str,
    pos: Pos,
}

impl<'a> Arguments<'a> {
    /// For an operation that declares these variables.
    pub fn new(model: &'a Model, definitions: &'a [VariableDefinition]) -> Self {
        let definitions = definitions.iter().map(|definition| (&*definition.name.node, definition)).collect();
        Self { model, definitions, problems: Vec::new() }
    }

    /// Checks the value of an argument.
    pub fn check(&mut self, input: &InputModel, value: &Value, pos: Pos) {
        let place = Place { what: "Argument ", name: &input.name, pos };
        self.value(&place, &input.ty, input.default.is_some(), value, &Path::Root);
    }

    /// Checks the default of a variable.
    pub fn check_default(&mut self, definition: &VariableDefinition) {
        let Some(default) = &definition.default_value else { return };
        let place = Place { what: "The default of variable ", name: &definition.name.node, pos: default.pos };
        let value = default.node.clone().into_value();
        self.value(&place, &definition.var_type.node, false, &value, &Path::Root);
    }

    fn value(&mut self, place: &Place<'_>, ty: &Type, has_default: bool, value: &Value, path: &Path<'_>) {
        match (&ty.base, value) {
            (_, Value::Variable(name)) => self.variable(place, ty, has_default, name),
            (_, Value::Null) if !ty.nullable => {
                self.refuse(place, path, &format!("must not be null: its type is \"{ty}\""));
            }
            (_, Value::Null) => {}
            (BaseType::List(item), Value::List(values)) => {
                for (index, value) in values.iter().enumerate() {
                    self.value(place, item, false, value, &Path::Item(path, index));
                }
            }
            (BaseType::List(item), value) => self.value(place, item, false, value, path),
            (BaseType::Named(name), value) => self.named(place, name, value, path),
        }
    }

    fn named(&mut self, place: &Place<'_>, name: &Name, value: &Value, path: &Path<'_>) {
        let fits = match (self.model.get(name).map(|ty| &ty.kind), value) {
            (Some(TypeKind::Input { fields, one_of }), Value::Object(values)) => {
                let values: Vec<(&Name, &Value)> = values.iter().collect();
                return self.input_object(place, name, fields, *one_of, &values, path);
            }
            (Some(TypeKind::Enum(values)), Value::Enum(value)) => values.contains(value),
            (Some(TypeKind::Scalar), value) => match name.as_str() {
                "Int" => {
                    matches!(value, Value::Number(n) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()))
                }
                "Float" => matches!(value, Value::Number(_)),
                "String" => matches!(value, Value::String(_)),
                "Boolean" => matches!(value, Value::Boolean(_)),
                "ID" => matches!(value, Value::String(_)) || matches!(value, Value::Number(n) if !n.is_f64()),
                _ => return self.variables_exist(place, value),
            },
            _ => false,
        };
        if !fits {
            self.refuse(place, path, &format!("must be a value of \"{name}\""));
        }
    }

    fn input_object(
        &mut self,
        place: &Place<'_>,
        name: &Name,
        fields: &[InputModel],
        one_of: bool,
        values: &[(&Name, &Value)],
        path: &Path<'_>,
    ) {
        if one_of && !matches!(values, [(_, value)] if !self.may_be_null(value)) {
            self.refuse(
                place,
                path,
                &format!("must have exactly one field, and that not null: its type is \"{name}\""),
            );
        }
        for (key, value) in values {
            match fields.iter().find(|field| field.name == **key) {
                Some(field) => {
                    self.value(place, &field.ty, field.default.is_some(), value, &Path::Field(path, key));
                }
                None => self.refuse(place, &Path::Field(path, key), &format!("is not a field of \"{name}\"")),
            }
        }
        let is_missing =
            |field: &&InputModel| field.is_required() && values.iter().all(|(key, _)| **key != field.name);
        for field in fields.iter().filter(is_missing) {
            self.refuse(
                place,
                &Path::Field(path, &field.name),
                &format!("is required: its type is \"{}\"", field.ty),
            );
        }
    }

    fn may_be_null(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Variable(name) => {
                self.definitions.get(name.as_str()).is_some_and(|d| d.var_type.node.nullable)
            }
            _ => false,
        }
    }

    /// Section 5.8.5, `IsVariableUsageAllowed`.
    fn variable(&mut self, place: &Place<'_>, ty: &Type, has_default: bool, name: &Name) {
        let Some(definition) = self.definitions.get(name.as_str()).copied() else {
            return self.unknown(place, name);
        };
        let declared = &definition.var_type.node;
        let defaulted =
            definition.default_value.as_ref().is_some_and(|v| v.node != async_graphql::Value::Null);
        let allowed = if ty.nullable || !declared.nullable {
            is_compatible(declared, ty)
        } else {
            (defaulted || has_default)
                && is_compatible(declared, &Type { base: ty.base.clone(), nullable: true })
        };
        if !allowed {
            let message = format!(
                "Variable \"${}\" of type \"{declared}\" is used where \"{ty}\" is expected.",
                excerpt(name)
            );
            self.problems.push(Problem::at(message, [definition.name.pos, place.pos]));
        }
    }

    /// Inside a custom scalar any type goes, but a variable must be declared.
    fn variables_exist(&mut self, place: &Place<'_>, value: &Value) {
        match value {
            Value::Variable(name) if !self.definitions.contains_key(name.as_str()) => {
                self.unknown(place, name);
            }
            Value::List(items) => items.iter().for_each(|item| self.variables_exist(place, item)),
            Value::Object(fields) => fields.values().for_each(|field| self.variables_exist(place, field)),
            _ => {}
        }
    }

    fn unknown(&mut self, place: &Place<'_>, name: &Name) {
        self.problems
            .push(Problem::at(format!("Variable \"${}\" is not declared.", excerpt(name)), [place.pos]));
    }

    fn refuse(&mut self, place: &Place<'_>, path: &Path<'_>, what: &str) {
        let message = format!("{}\"{}{path}\" {what}.", place.what, excerpt(place.name));
        self.problems.push(Problem::at(message, [place.pos]));
    }
}

/// Section 5.8.5, `AreTypesCompatible`.
fn is_compatible(variable: &Type, place: &Type) -> bool {
    if !place.nullable && variable.nullable {
        return false;
    }
    match (&variable.base, &place.base) {
        (BaseType::List(variable), BaseType::List(place)) => is_compatible(variable, place),
        (BaseType::Named(variable), BaseType::Named(place)) => variable == place,
        _ => false,
    }
}
