//! The schema as clients see it: kept in `schema.graphql`, described to the last word, priced to the last list.
//!
//! `UPDATE=1 cargo test --test schema` writes the file anew.

use std::collections::BTreeSet;
use std::fs;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch that writes the file anew")]
fn the_file_is_the_schema_that_is_served() {
    let now = vitrine::graphql::sdl();
    if std::env::var("UPDATE").is_ok() {
        fs::write(FILE, &now).unwrap();
    }
    let kept = fs::read_to_string(FILE).unwrap_or_default();

    assert!(
        kept == now,
        "schema.graphql is out of date: run UPDATE=1 cargo test --test schema, and read the difference"
    );
}

#[test]
fn everything_is_described() {
    let missing = undescribed(&parse_schema(vitrine::graphql::sdl()).unwrap());
    assert!(missing.is_empty(), "without a description:\n{}", missing.join("\n"));
}

#[test]
fn every_list_of_objects_tells_its_size() {
    let missing = unsized_lists(&parse_schema(vitrine::graphql::sdl()).unwrap());
    assert!(missing.is_empty(), "without @listSize:\n{}", missing.join("\n"));
}

#[test]
fn every_argument_and_type_that_is_named_is_there() {
    let schema = parse_schema(vitrine::graphql::sdl()).unwrap();
    let names: BTreeSet<&str> = types(&schema).map(|of| of.name.node.as_str()).collect();
    for root in [
        "Query",
        "Product",
        "Variant",
        "Category",
        "Collection",
        "Media",
        "Market",
        "Review",
        "Reviewer",
        "Shop",
    ] {
        assert!(names.contains(root), "{root} is not in the schema");
    }
    let query = types(&schema).find(|of| of.name.node == "Query").unwrap();
    let fields: Vec<&str> = fields(query).iter().map(|field| field.node.name.node.as_str()).collect();
    for field in [
        "product",
        "products",
        "category",
        "categories",
        "collection",
        "collections",
        "search",
        "suggest",
        "node",
        "nodes",
        "shop",
        "market",
        "markets",
    ] {
        assert!(fields.contains(&field), "{field} is no root field");
    }
}

fn types(schema: &ServiceDocument) -> impl Iterator<Item = &TypeDefinition> {
    schema.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) => Some(&of.node),
        _ => None,
    })
}

fn fields(of: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &of.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn has_text(description: Option<&Positioned<String>>) -> bool {
    description.is_some_and(|text| text.node.trim().len() > 2)
}

/// What has no description: types, fields, arguments, values of enums, fields of inputs.
fn undescribed(schema: &ServiceDocument) -> Vec<String> {
    let mut missing = Vec::new();
    let mut demand = |name: String, description: Option<&Positioned<String>>| {
        if !has_text(description) {
            missing.push(name);
        }
    };
    for of in types(schema) {
        let name = &of.name.node;
        demand(name.to_string(), of.description.as_ref());
        for field in fields(of) {
            let path = format!("{name}.{}", field.node.name.node);
            demand(path.clone(), field.node.description.as_ref());
            for argument in &field.node.arguments {
                demand(format!("{path}({})", argument.node.name.node), argument.node.description.as_ref());
            }
        }
        if let TypeKind::Enum(values) = &of.kind {
            for value in &values.values {
                demand(format!("{name}.{}", value.node.value.node), value.node.description.as_ref());
            }
        }
        for input in inputs(of) {
            demand(format!("{name}.{}", input.node.name.node), input.node.description.as_ref());
        }
    }
    for definition in &schema.definitions {
        if let TypeSystemDefinition::Directive(directive) = definition {
            let name = format!("@{}", directive.node.name.node);
            demand(name, directive.node.description.as_ref());
        }
    }
    missing
}

fn inputs(of: &TypeDefinition) -> &[Positioned<InputValueDefinition>] {
    if let TypeKind::InputObject(input) = &of.kind { &input.fields } else { &[] }
}

/// Fields that return several objects and do not say how many: those of connections hang on the connection's field.
fn unsized_lists(schema: &ServiceDocument) -> Vec<String> {
    let is_object = |of: &&TypeDefinition| {
        matches!(of.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
    };
    let objects: BTreeSet<&str> = types(schema).filter(is_object).map(|of| of.name.node.as_str()).collect();
    let mut missing = Vec::new();
    for of in types(schema) {
        let in_connection = of.name.node.ends_with("Connection");
        for field in fields(of) {
            let (is_list, inner) = innermost(&field.node.ty.node);
            let is_counted = in_connection && ["nodes", "edges"].contains(&field.node.name.node.as_str());
            let is_many = (is_list && objects.contains(inner)) || inner.ends_with("Connection");
            let is_sized =
                field.node.directives.iter().any(|directive| directive.node.name.node == "listSize");
            if is_many && !is_counted && !is_sized {
                missing.push(format!("{}.{}", of.name.node, field.node.name.node));
            }
        }
    }
    missing
}

fn innermost(of: &Type) -> (bool, &str) {
    match &of.base {
        BaseType::Named(name) => (false, name.as_str()),
        BaseType::List(inner) => (true, innermost(inner).1),
    }
}

mod the_checks {
    use super::*;

    const BARE: &str = r#"
        type Query { "Told." things("Told." first: Int, last: Int): [Thing!]! sized: [Thing!] @listSize(assumedSize: 2) }
        "Told." type Thing { "Told." id: ID! list: ThingConnection! words: [String!]! }
        "Told." type ThingConnection { "Told." nodes: [Thing!]! "Told." facets: [Thing!]! }
        "Told." enum Kind { "Told." A B }
        "Told." input Filter { "Told." a: Int b: Int }
        scalar Decimal
        directive @bare(a: Int) on FIELD_DEFINITION
        "Told." directive @told on FIELD_DEFINITION
    "#;

    #[test]
    fn find_what_is_not_described() {
        let missing = undescribed(&parse_schema(BARE).unwrap());

        let expected = [
            "Query",
            "Query.things(last)",
            "Query.sized",
            "Thing.list",
            "Thing.words",
            "Kind.B",
            "Filter.b",
            "Decimal",
            "@bare",
        ];
        assert_eq!(missing, expected);
    }

    #[test]
    fn find_lists_without_a_size() {
        let missing = unsized_lists(&parse_schema(BARE).unwrap());

        assert_eq!(missing, ["Query.things", "Thing.list", "ThingConnection.facets"]);
    }
}
