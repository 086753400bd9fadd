//! Reads the model from SDL.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::parser::types::{
    ConstDirective, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition,
    TypeKind as Definition, TypeSystemDefinition,
};
use async_graphql::parser::{Positioned, parse_schema};
use async_graphql::{Name, Value};

use super::introspection::INTROSPECTION;
use super::model::{FieldModel, InputModel, ListSize, Model, ModelError, TypeKind, TypeModel, named};
use super::names::visible_types;
use crate::graphql::rule::Rule;
use crate::services::Viewer;

/// See [`Model::parse`].
pub fn read(sdl: &str) -> Result<Model, ModelError> {
    let mut model = Model {
        types: HashMap::new(),
        query: Name::new("Query"),
        mutation: None,
        subscription: None,
        public: HashSet::new(),
    };
    let mut members = Vec::new();
    for text in [INTROSPECTION, sdl] {
        let document = parse_schema(text).map_err(|error| ModelError(error.to_string()))?;
        read_document(&mut model, &mut members, document)?;
    }
    for (part, whole) in members {
        let Some(ty) = model.types.get_mut(&whole) else {
            return Err(ModelError(format!("{part} belongs to {whole}, which is not defined")));
        };
        ty.possible.push(part);
    }
    model.types.values_mut().for_each(|ty| ty.possible.sort());
    close_undeclared_roots(&mut model);
    add_introspection_fields(&mut model)?;
    share_prices_with_interfaces(&mut model);
    check_names(&model)?;
    model.public = visible_types(&model, &Viewer::Anonymous);
    Ok(model)
}

/// `members` collects (object, interface or union that it is part of).
fn read_document(
    model: &mut Model,
    members: &mut Vec<(Name, Name)>,
    document: ServiceDocument,
) -> Result<(), ModelError> {
    let mut roots = None;
    for definition in document.definitions {
        match definition {
            TypeSystemDefinition::Schema(schema) => roots = Some(schema.node),
            TypeSystemDefinition::Type(ty) => {
                if ty.node.extend {
                    return Err(ModelError(format!("{} is extended; write it as one", ty.node.name)));
                }
                read_type(model, members, ty.node);
            }
            TypeSystemDefinition::Directive(_) => {}
        }
    }
    if let Some(roots) = roots {
        model.query = roots.query.map_or_else(|| Name::new("Query"), |name| name.node);
        model.mutation = roots.mutation.map(|name| name.node);
        model.subscription = roots.subscription.map(|name| name.node);
    } else {
        let defined = |name| model.types.contains_key(name).then(|| Name::new(name));
        (model.mutation, model.subscription) = (defined("Mutation"), defined("Subscription"));
    }
    Ok(())
}

fn read_type(model: &mut Model, members: &mut Vec<(Name, Name)>, definition: TypeDefinition) {
    let name = definition.name.node;
    let weight = weight(&definition.directives);
    let mut fields = HashMap::new();
    let mut possible = Vec::new();
    let kind = match definition.kind {
        Definition::Scalar => TypeKind::Scalar,
        Definition::Enum(values) => {
            TypeKind::Enum(values.values.into_iter().map(|v| v.node.value.node).collect())
        }
        Definition::InputObject(input) => TypeKind::Input {
            fields: input.fields.into_iter().map(|field| input_model(field.node)).collect(),
            one_of: directive(&definition.directives, "oneOf").is_some(),
        },
        Definition::Object(object) => {
            members.extend(object.implements.into_iter().map(|interface| (name.clone(), interface.node)));
            fields = field_models(object.fields);
            possible.push(name.clone());
            TypeKind::Object
        }
        Definition::Interface(interface) => {
            fields = field_models(interface.fields);
            TypeKind::Interface
        }
        Definition::Union(union) => {
            members.extend(union.members.into_iter().map(|member| (member.node, name.clone())));
            TypeKind::Union
        }
    };
    model.types.insert(name, TypeModel { kind, fields, possible, weight });
}

fn field_models(fields: Vec<Positioned<FieldDefinition>>) -> HashMap<Name, FieldModel> {
    let model = |field: FieldDefinition| FieldModel {
        ty: field.ty.node,
        arguments: field.arguments.into_iter().map(|argument| input_model(argument.node)).collect(),
        weight: weight(&field.directives),
        max_age: max_age(&field.directives),
        size: directive(&field.directives, "listSize").map(list_size),
        rule: rule(&field.directives),
    };
    fields.into_iter().map(|field| (field.node.name.node.clone(), model(field.node))).collect()
}

fn input_model(input: InputValueDefinition) -> InputModel {
    InputModel {
        name: input.name.node,
        ty: input.ty.node,
        default: input.default_value.map(|value| value.node),
    }
}

fn directive<'a>(directives: &'a [Positioned<ConstDirective>], name: &str) -> Option<&'a ConstDirective> {
    directives.iter().map(|directive| &directive.node).find(|directive| directive.name.node == name)
}

fn weight(directives: &[Positioned<ConstDirective>]) -> Option<u64> {
    number(directive(directives, "cost")?.get_argument("weight").map(|value| &value.node))
}

fn max_age(directives: &[Positioned<ConstDirective>]) -> Option<u32> {
    let seconds = directive(directives, "cacheControl")?.get_argument("maxAge");
    number(seconds.map(|value| &value.node)).and_then(|seconds| u32::try_from(seconds).ok())
}

/// A rule that is misspelt lets nobody in.
fn rule(directives: &[Positioned<ConstDirective>]) -> Option<Rule> {
    match directive(directives, "access")?.get_argument("to").map(|value| &value.node) {
        Some(Value::String(word)) => Some(Rule::parse(word).unwrap_or(Rule::Nobody)),
        _ => Some(Rule::Nobody),
    }
}

/// What is not declared on a root field is for nobody.
fn close_undeclared_roots(model: &mut Model) {
    let roots = [Some(&model.query), model.mutation.as_ref(), model.subscription.as_ref()];
    for root in roots.into_iter().flatten() {
        for field in model.types.get_mut(root).into_iter().flat_map(|ty| ty.fields.values_mut()) {
            field.rule.get_or_insert(Rule::Nobody);
        }
    }
}

fn list_size(directive: &ConstDirective) -> ListSize {
    let argument = |name| directive.get_argument(name).map(|value| &value.node);
    ListSize {
        assumed: number(argument("assumedSize")),
        slicing: names(argument("slicingArguments")),
        sized: names(argument("sizedFields")),
    }
}

fn number(value: Option<&Value>) -> Option<u64> {
    match value {
        Some(Value::Number(number)) => number.as_u64(),
        _ => None,
    }
}

fn names(value: Option<&Value>) -> Vec<Name> {
    match value {
        Some(Value::List(items)) => items.iter().flat_map(|item| names(Some(item))).collect(),
        Some(Value::String(name)) => vec![Name::new(name)],
        _ => Vec::new(),
    }
}

/// `__typename` everywhere, `__schema` and `__type` at the root (specification section 4.1 and 4.2).
fn add_introspection_fields(model: &mut Model) -> Result<(), ModelError> {
    let root = model.types.remove("__Root").map(|ty| ty.fields).unwrap_or_default();
    let query = model.query.clone();
    let Some(ty) = model.types.get_mut(&query) else {
        return Err(ModelError(format!("the query type {query} is not defined")));
    };
    ty.fields.extend(root);
    let typename = Type::new("String!").ok_or_else(|| ModelError("String".to_owned()))?;
    let typename = FieldModel {
        ty: typename,
        arguments: Vec::new(),
        weight: None,
        size: None,
        max_age: None,
        rule: None,
    };
    for ty in model.types.values_mut() {
        if matches!(ty.kind, TypeKind::Object | TypeKind::Interface | TypeKind::Union) {
            ty.fields.insert(Name::new("__typename"), typename.clone());
        }
    }
    Ok(())
}

/// A field costs on an interface what it costs on its dearest object, whether or not the interface says so.
fn share_prices_with_interfaces(model: &mut Model) {
    let interfaces: Vec<Name> = model
        .types
        .iter()
        .filter(|(_, ty)| matches!(ty.kind, TypeKind::Interface))
        .map(|(name, _)| name.clone())
        .collect();
    for name in interfaces {
        let Some(mut interface) = model.types.remove(&name) else { continue };
        for (field_name, field) in &mut interface.fields {
            let objects = interface.possible.iter().filter_map(|object| model.field(object, field_name));
            for twin in objects {
                field.weight = field.weight.max(twin.weight);
                field.size = field.size.take().or_else(|| twin.size.clone());
            }
        }
        model.types.insert(name, interface);
    }
}

fn check_names(model: &Model) -> Result<(), ModelError> {
    let mut used: BTreeSet<&Name> = BTreeSet::new();
    used.extend(model.mutation.iter().chain(&model.subscription));
    for ty in model.types.values() {
        used.extend(&ty.possible);
        if let TypeKind::Input { fields, .. } = &ty.kind {
            used.extend(fields.iter().map(|field| named(&field.ty)));
        }
        for field in ty.fields.values() {
            used.insert(named(&field.ty));
            used.extend(field.arguments.iter().map(|argument| named(&argument.ty)));
        }
    }
    match used.into_iter().find(|name| !model.types.contains_key(*name)) {
        Some(name) => Err(ModelError(format!("type {name} is used and not defined"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::OperationType;

    use super::*;
    use crate::services::Permission;

    const SDL: &str = r#"
        directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT
        type Query { node(id: ID!): Node, hits(first: Int = 20): [Hit!]! @listSize(slicingArguments: ["first"]) }
        interface Node { id: ID! parts: [Part!]! }
        type Part implements Node @cost(weight: 3) { id: ID! parts: [Part!]! @cost(weight: 7) }
        type Other implements Node { id: ID! parts: [Part!]! @listSize(assumedSize: 4) }
        union Hit = Part | Other
        input Pick @oneOf { a: Int b: Int = 3 }
        enum Sort { UP DOWN }
        scalar Money
        schema { query: Query }
    "#;

    #[test]
    fn types_prices_and_possible_types_are_read() {
        let model = Model::parse(SDL).unwrap();
        assert_eq!(model.possible("Hit"), [Name::new("Other"), Name::new("Part")]);
        assert_eq!(model.possible("Part"), [Name::new("Part")]);
        assert_eq!(model.get("Part").unwrap().weight, Some(3));
        let size = model.field("Query", "hits").unwrap().size.clone().unwrap();
        assert_eq!(size.slicing, [Name::new("first")]);
        assert!(
            matches!(&model.get("Pick").unwrap().kind, TypeKind::Input { one_of: true, fields } if fields.len() == 2)
        );
        assert!(model.applies("Node", &Name::new("Other")) && !model.applies("Part", &Name::new("Other")));
        assert_eq!(model.root(OperationType::Mutation), None);
    }

    #[test]
    fn an_interface_field_costs_what_its_dearest_object_costs() {
        let model = Model::parse(SDL).unwrap();
        let parts = model.field("Node", "parts").unwrap();
        assert_eq!(parts.weight, Some(7));
        assert_eq!(parts.size.as_ref().unwrap().assumed, Some(4));
    }

    #[test]
    fn introspection_fields_exist_without_being_written() {
        let model = Model::parse(SDL).unwrap();
        assert_eq!(model.target(Some(&model.query), "__schema"), Some(&Name::new("__Schema")));
        assert!(model.field("Hit", "__typename").is_some());
        assert!(model.get("__Root").is_none());
    }

    #[test]
    fn a_root_field_without_a_declaration_is_for_nobody() {
        let model = Model::parse(
            r#"
            directive @access(to: String!) on FIELD_DEFINITION
            type Query { open: Part @access(to: "anyone") closed: Int typo: Int @access(to: "everybody") }
            type Mutation { change: Int }
            type Part { plain: Int guarded: Int @access(to: "stock.write") }
            "#,
        );
        let model = model.unwrap();
        let mut undeclared = model.undeclared();
        undeclared.sort();
        assert_eq!(undeclared, ["Mutation.change", "Query.closed", "Query.typo"]);
        assert_eq!(model.field("Part", "plain").unwrap().rule, None);
        assert_eq!(model.field("Part", "guarded").unwrap().rule, Some(Rule::Needs(Permission::StockWrite)));
        assert_eq!(model.field("Query", "__schema").unwrap().rule, None);
    }

    #[test]
    fn a_schema_with_a_hole_in_it_is_an_error() {
        for sdl in ["type Query { a: Nope }", "type Nope { a: Int }", "extend type Query { a: Int }", "{"] {
            assert!(Model::parse(sdl).is_err(), "{sdl}");
        }
        let error = Model::parse("type Query { a: Nope }").unwrap_err();
        assert_eq!(error.to_string(), "the schema cannot be read: type Nope is used and not defined");
    }
}
