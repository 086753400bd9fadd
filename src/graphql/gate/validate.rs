//! Is a document valid? The library's strict rules, run without executing anything, and the
//! specification's rules that it lacks or has wrong.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextSubscribe};
use async_graphql::futures_util::stream::{self, BoxStream, StreamExt};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet, Type,
};
use async_graphql::{Executor, Name, Request, Response, Value, Variables, async_trait};

use super::arguments::Arguments;
use super::expose::expose;
use super::level::is_condition;
use super::model::{InputModel, Model, named};
use super::overlap::conflicts;
use super::prepare::{Prepared, PreparedOperation};
use super::refusal::{Problem, Refusal, excerpt};

/// The extension that makes a schema a checker: it validates and answers an empty response.
///
/// Put it on a second schema value built like the first; that one must stay free of extensions,
/// since any extension slows every field.
#[derive(Clone, Copy, Debug)]
pub struct CheckOnly;

impl ExtensionFactory for CheckOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for CheckOnly {
    fn subscribe<'s>(
        &self,
        _ctx: &ExtensionContext<'_>,
        _stream: BoxStream<'s, Response>,
        _next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        stream::empty().boxed()
    }

    async fn execute(
        &self,
        _ctx: &ExtensionContext<'_>,
        _name: Option<&str>,
        _next: NextExecute<'_>,
    ) -> Response {
        Response::new(Value::Null)
    }
}

/// Checks a document with the library's strict rules; with no variables, for any variables.
///
/// `checker` must be a strict schema with [`CheckOnly`].
///
/// # Errors
/// A refusal with everything that is wrong.
pub async fn validate<E: Executor>(
    checker: &E,
    mut document: ExecutableDocument,
    variables: Variables,
) -> Result<(), Refusal> {
    expose(&mut document);
    let mut request = Request::new("").variables(variables);
    // Rules look at all operations, but the library wants one chosen.
    if let DocumentOperations::Multiple(operations) = &document.operations {
        request.operation_name = operations.keys().next().map(ToString::to_string);
    }
    request.set_parsed_query(document);
    let errors = checker.execute(request).await.errors;
    let kept = errors.into_iter().filter(|error| !is_superseded(&error.message));
    Refusal::unless_empty(kept.map(Problem::from).collect())
}

/// The library takes equal response keys under nested fragments on different types for a conflict.
/// [`check`] has that rule right, so the library's findings are set aside.
fn is_superseded(message: &str) -> bool {
    message.ends_with("Use different aliases on the fields to fetch both if this was intentional.")
}

/// Checks what the library does not: variables' types and uses, conflicts between fields at any
/// depth, subscriptions, and `__typename`.
///
/// # Errors
/// A refusal with everything that is wrong.
pub fn check(prepared: &Prepared, model: &Model) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    for operation in &prepared.operations {
        check_operation(operation, model, &mut problems);
    }
    Refusal::unless_empty(problems)
}

fn check_operation(operation: &PreparedOperation, model: &Model, problems: &mut Vec<Problem>) {
    let definition = &operation.definition.node;
    let set = &definition.selection_set.node;
    for variable in &operation.variables {
        let ty = named(&variable.var_type.node);
        // The library panics on a default for a list of an unknown type.
        if !model.is_input(ty) {
            let message = format!(
                "Variable \"${}\" has the type \"{}\", which is no input type.",
                variable.name.node,
                excerpt(ty)
            );
            problems.push(Problem::at(message, [variable.name.pos]));
        }
    }
    for directive in operation.variables.iter().flat_map(|variable| &variable.directives) {
        let message =
            format!("Directive \"@{}\" may not stand on a variable.", excerpt(&directive.node.name.node));
        problems.push(Problem::at(message, [directive.pos]));
    }
    let root = model.root(operation.kind);
    if root.is_none() {
        let message = match operation.kind {
            OperationType::Subscription => "There are no subscriptions here yet: ask by queries.",
            _ => "There are no operations of this kind here.",
        };
        problems.push(Problem::new(message));
        return;
    }
    let mut walk =
        Walk { model, arguments: Arguments::new(model, &operation.variables), condition: condition() };
    walk.set(root, set);
    operation.variables.iter().for_each(|variable| walk.arguments.check_default(variable));
    problems.append(&mut walk.arguments.problems);
    problems.extend(conflicts(model, root, set));
    if operation.kind == OperationType::Subscription {
        problems.extend(check_subscription(set));
    }
}

struct Walk<'a> {
    model: &'a Model,
    arguments: Arguments<'a>,
    /// The argument of `@skip` and `@include`.
    condition: Option<InputModel>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, parent: Option<&'a Name>, set: &'a SelectionSet) {
        for item in &set.items {
            let conditions = item.node.directives().iter().filter(|directive| is_condition(&directive.node));
            for (name, value) in conditions.flat_map(|directive| &directive.node.arguments) {
                if let Some(condition) = self.condition.as_ref().filter(|it| it.name == name.node) {
                    self.arguments.check(condition, &value.node, value.pos);
                }
            }
            match &item.node {
                Selection::Field(field) => self.field(parent, field.pos, &field.node),
                Selection::InlineFragment(fragment) => {
                    let condition =
                        fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.set(condition.or(parent), &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(
        &mut self,
        parent: Option<&'a Name>,
        pos: async_graphql::Pos,
        field: &'a async_graphql::parser::types::Field,
    ) {
        // The library does not look at `__typename` at all.
        let is_bare = field.arguments.is_empty() && field.selection_set.node.items.is_empty();
        if field.name.node == "__typename" && !is_bare {
            let message = "Field \"__typename\" has no arguments and no fields.";
            self.arguments.problems.push(Problem::at(message, [pos]));
        }
        let inputs = parent
            .and_then(|parent| self.model.field(parent, &field.name.node))
            .map(|field| &field.arguments);
        for (name, value) in &field.arguments {
            let input = inputs.and_then(|inputs| inputs.iter().find(|input| input.name == name.node));
            if let Some(input) = input {
                self.arguments.check(input, &value.node, value.pos);
            }
        }
        self.set(self.model.target(parent, &field.name.node), &field.selection_set.node);
    }
}

fn condition() -> Option<InputModel> {
    Some(InputModel { name: Name::new("if"), ty: Type::new("Boolean!")?, default: None })
}

/// A subscription has one root field, without conditions (section 5.2.4.1).
fn check_subscription(set: &SelectionSet) -> Option<Problem> {
    match set.items.as_slice() {
        [item] => match &item.node {
            Selection::Field(field) if field.node.directives.is_empty() => None,
            _ => Some(Problem::at("The root field of a subscription must not be conditional.", [item.pos])),
        },
        items => Some(Problem::at(
            "A subscription must have exactly one root field.",
            items.get(1).map(|item| item.pos),
        )),
    }
}
