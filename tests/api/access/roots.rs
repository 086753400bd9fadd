//! One operation for each root field, with values made up for what it has to be given.

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
};

/// A root field and an operation that calls it.
pub struct Root {
    pub operation: &'static str,
    pub name: String,
    pub text: String,
}

/// Where values come from, in the words of a document.
pub trait Values {
    /// A value of a scalar type.
    fn scalar(&self, name: &str) -> String;

    /// Whether what may be left out is given, too.
    fn gives_all(&self) -> bool {
        false
    }

    /// How many items a list has.
    fn items(&self) -> usize {
        0
    }
}

/// Something that fits, and nothing more.
pub struct Plain;

impl Values for Plain {
    fn scalar(&self, name: &str) -> String {
        match name {
            "Int" | "Float" => "1",
            "Boolean" => "false",
            "DateTime" => "\"2026-01-01T00:00:00Z\"",
            "Decimal" => "\"1\"",
            _ => "\"x\"",
        }
        .to_owned()
    }
}

/// How deep made-up input objects go where everything is given.
const DEEPEST: usize = 5;

/// One operation for each root field; of an object that it returns, the type's name is asked.
pub fn roots(schema: &ServiceDocument, values: &dyn Values) -> Vec<Root> {
    let of = |type_name: &'static str, operation: &'static str| {
        fields(schema, type_name).into_iter().map(move |field| {
            let given: Vec<String> =
                field.arguments.iter().filter_map(|it| argument(schema, values, &it.node, 0)).collect();
            let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
            let selection = if is_leaf(schema, &field.ty.node) { "" } else { " { __typename }" };
            let name = field.name.node.to_string();
            let text = format!("{operation} {{ {name}{given}{selection} }}");
            Root { operation, name, text }
        })
    };
    of("Query", "query").chain(of("Mutation", "mutation")).collect()
}

fn definition<'a>(schema: &'a ServiceDocument, name: &str) -> Option<&'a TypeKind> {
    schema.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == name => Some(&ty.node.kind),
        _ => None,
    })
}

/// The fields of an object type.
pub fn fields<'a>(schema: &'a ServiceDocument, name: &str) -> Vec<&'a FieldDefinition> {
    match definition(schema, name) {
        Some(TypeKind::Object(object)) => object.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn is_leaf(schema: &ServiceDocument, ty: &Type) -> bool {
    !matches!(
        definition(schema, base(ty)),
        Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
    )
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base(item),
    }
}

fn argument(
    schema: &ServiceDocument,
    values: &dyn Values,
    argument: &InputValueDefinition,
    depth: usize,
) -> Option<String> {
    let is_required = !argument.ty.node.nullable && argument.default_value.is_none();
    let given = is_required || (values.gives_all() && depth < DEEPEST);
    given.then(|| format!("{}: {}", argument.name.node, value(schema, values, &argument.ty.node, depth)))
}

fn value(schema: &ServiceDocument, values: &dyn Values, ty: &Type, depth: usize) -> String {
    let name = match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => {
            let items: Vec<String> =
                (0..values.items()).map(|_| value(schema, values, item, depth + 1)).collect();
            return format!("[{}]", items.join(", "));
        }
    };
    match definition(schema, name) {
        Some(TypeKind::Enum(of)) => of.values[0].node.value.node.to_string(),
        Some(TypeKind::InputObject(of)) => {
            let one_of = schema_says_one_of(schema, name);
            let given = of.fields.iter().filter_map(|it| {
                let depth = depth + 1;
                if one_of {
                    return Some(format!(
                        "{}: {}",
                        it.node.name.node,
                        value(schema, values, &it.node.ty.node, depth)
                    ));
                }
                argument(schema, values, &it.node, depth)
            });
            let given: Vec<String> = if one_of { given.take(1).collect() } else { given.collect() };
            format!("{{ {} }}", given.join(", "))
        }
        _ => values.scalar(name),
    }
}

fn schema_says_one_of(schema: &ServiceDocument, name: &str) -> bool {
    schema.definitions.iter().any(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == name => {
            ty.node.directives.iter().any(|directive| directive.node.name.node == "oneOf")
        }
        _ => false,
    })
}
