//! Coerces a request's variables to the types that the operation declares (specification section
//! 6.1.2, `CoerceVariableValues`, and the input coercion of each kind of type in section 3).
//!
//! A variable that is left out stays left out, as does a field of an input object: whether that
//! means "leave it alone" or "use the default" is for the field that it is given to. Defaults of
//! input fields are filled in by the schema, which knows them best.

use async_graphql::parser::types::{BaseType, Type, VariableDefinition};
use async_graphql::{Name, Number, Value, Variables};
use serde_json::{Map, Value as Json};

use super::model::{InputModel, Model, TypeKind};
use super::path::Path;
use super::refusal::{Problem, Refusal, excerpt};

/// Levels of lists and objects in one variable.
const DEEPEST: usize = 32;
/// Problems collected; more help nobody.
const PROBLEMS: usize = 20;

/// The variables of an operation, coerced.
///
/// # Errors
/// A refusal that tells every value that does not fit its type, with the variable and the path in it.
pub fn coerce(
    definitions: &[VariableDefinition],
    model: &Model,
    mut given: Map<String, Json>,
) -> Result<Variables, Refusal> {
    let mut variables = Variables::default();
    let mut problems = Vec::new();
    for definition in definitions {
        let name = &definition.name.node;
        let value = match given.swap_remove(name.as_str()) {
            Some(value) => {
                let mut coercion = Coercion { model, variable: name, problems: &mut problems };
                coercion.value(&definition.var_type.node, value, &Path::Root)
            }
            None if definition.default_value.is_some() => {
                definition.default_value.as_ref().map(|value| value.node.clone())
            }
            None if definition.var_type.node.nullable => None,
            None => {
                let message =
                    format!("Variable \"${name}\" of type \"{}\" is required.", definition.var_type.node);
                problems.push(Problem::at(message, [definition.name.pos]));
                None
            }
        };
        if let Some(value) = value {
            variables.insert(name.clone(), value);
        }
    }
    Refusal::unless_empty(problems).map(|()| variables)
}

struct Coercion<'a> {
    model: &'a Model,
    variable: &'a Name,
    problems: &'a mut Vec<Problem>,
}

impl Coercion<'_> {
    /// `None` after a problem.
    fn value(&mut self, ty: &Type, value: Json, path: &Path<'_>) -> Option<Value> {
        if self.problems.len() > PROBLEMS {
            return None;
        }
        if path.depth() > DEEPEST {
            return self.refuse(path, &format!("is nested more than {DEEPEST} levels deep"));
        }
        match (&ty.base, value) {
            (_, Json::Null) if ty.nullable => Some(Value::Null),
            (_, Json::Null) => self.refuse(path, &format!("must not be null: its type is \"{ty}\"")),
            (BaseType::List(item), Json::Array(values)) => self.list(item, values, path),
            // A single value stands for a list of one (section 3.12).
            (BaseType::List(item), value) => {
                self.value(item, value, path).map(|value| Value::List(vec![value]))
            }
            (BaseType::Named(name), value) => self.named(name, value, path),
        }
    }

    fn list(&mut self, item: &Type, values: Vec<Json>, path: &Path<'_>) -> Option<Value> {
        let count = values.len();
        let items: Vec<Value> = values
            .into_iter()
            .enumerate()
            .filter_map(|(index, value)| self.value(item, value, &Path::Item(path, index)))
            .collect();
        (items.len() == count).then_some(Value::List(items))
    }

    fn named(&mut self, name: &Name, value: Json, path: &Path<'_>) -> Option<Value> {
        match self.model.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Scalar) => self.scalar(name, value, path),
            Some(TypeKind::Enum(values)) => match value {
                Json::String(text) if values.iter().any(|value| *value == text) => {
                    Some(Value::Enum(Name::new(text)))
                }
                other => self.misfit(name, &other, path),
            },
            Some(TypeKind::Input { fields, one_of }) => match value {
                Json::Object(values) => self.input_object(name, fields, *one_of, values, path),
                other => self.misfit(name, &other, path),
            },
            _ => self.refuse(path, &format!("has the type \"{}\", which is no input type", excerpt(name))),
        }
    }

    /// Sections 3.5.1 to 3.5.5; what a custom scalar accepts is its own business.
    fn scalar(&mut self, name: &Name, value: Json, path: &Path<'_>) -> Option<Value> {
        match (name.as_str(), value) {
            ("Int", Json::Number(number)) => match int(&number) {
                Some(int) => Some(Value::from(int)),
                None => self.misfit(name, &Json::Number(number), path),
            },
            ("Float", Json::Number(number)) => Some(Value::Number(number)),
            ("String" | "ID", Json::String(text)) => Some(Value::String(text)),
            ("ID", Json::Number(number)) if !number.is_f64() => Some(Value::String(number.to_string())),
            ("Boolean", Json::Bool(value)) => Some(Value::Boolean(value)),
            ("Int" | "Float" | "String" | "ID" | "Boolean", other) => self.misfit(name, &other, path),
            (_, other) if depth_within(&other, DEEPEST) => match Value::from_json(other) {
                Ok(value) => Some(value),
                Err(_) => self.refuse(path, "cannot be read"),
            },
            _ => self.refuse(path, &format!("is nested more than {DEEPEST} levels deep")),
        }
    }

    /// Section 3.10.
    fn input_object(
        &mut self,
        name: &Name,
        fields: &[InputModel],
        one_of: bool,
        values: Map<String, Json>,
        path: &Path<'_>,
    ) -> Option<Value> {
        let known = self.problems.len();
        if one_of && (values.len() != 1 || values.values().any(Json::is_null)) {
            return self.refuse(
                path,
                &format!("must have exactly one field, and that not null: its type is \"{name}\""),
            );
        }
        for field in
            fields.iter().filter(|field| field.is_required() && !values.contains_key(field.name.as_str()))
        {
            self.refuse(
                &Path::Field(path, &field.name),
                &format!("is required: its type is \"{}\"", field.ty),
            );
        }
        let mut coerced = Vec::with_capacity(values.len());
        for (key, value) in values {
            let path = Path::Field(path, &key);
            match fields.iter().find(|field| field.name == key) {
                Some(field) => coerced
                    .extend(self.value(&field.ty, value, &path).map(|value| (field.name.clone(), value))),
                None => {
                    self.refuse(&path, &format!("is not a field of \"{name}\""));
                }
            }
        }
        (self.problems.len() == known).then(|| Value::Object(coerced.into_iter().collect()))
    }

    fn misfit(&mut self, ty: &Name, value: &Json, path: &Path<'_>) -> Option<Value> {
        self.refuse(path, &format!("must be a value of \"{ty}\", not {}", describe(value)))
    }

    fn refuse(&mut self, path: &Path<'_>, what: &str) -> Option<Value> {
        if self.problems.len() <= PROBLEMS {
            self.problems.push(Problem::new(format!("Variable \"${}{path}\" {what}.", self.variable)));
        }
        None
    }
}

/// A whole number of 32 bits (section 3.5.1); JSON does not tell 1 from 1.0.
fn int(number: &Number) -> Option<i32> {
    match number.as_i64() {
        Some(int) => i32::try_from(int).ok(),
        None => number.as_f64().filter(|float| float.fract() == 0.0).and_then(|float| {
            let within = float >= f64::from(i32::MIN) && float <= f64::from(i32::MAX);
            // Written without a fraction, the number reads as a whole one.
            within.then(|| format!("{float:.0}").parse().ok()).flatten()
        }),
    }
}

fn describe(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) | Json::Number(_) => excerpt(&value.to_string()),
        Json::String(text) => format!("\"{}\"", excerpt(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

fn depth_within(value: &Json, levels: usize) -> bool {
    match value {
        Json::Array(items) => levels > 0 && items.iter().all(|item| depth_within(item, levels - 1)),
        Json::Object(fields) => levels > 0 && fields.values().all(|field| depth_within(field, levels - 1)),
        _ => true,
    }
}
