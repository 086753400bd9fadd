//! The introspection types (specification section 4), with prices.
//!
//! Sizes are fixed and generous, not counted: the usual introspection query costs some 6,000 with
//! any schema and passes, while asking for the types of the fields of the types of the fields of
//! all types does not. A type reference (`type`, `ofType`) is a name that is at hand, so it is free;
//! what is listed below it is not.

use async_graphql::parser::types::{Selection, SelectionSet};

use super::Admitted;

/// The types and root fields that every schema has.
pub const INTROSPECTION: &str = r"
type __Root {
  __schema: __Schema!
  __type(name: String!): __Type
}
type __Schema {
  description: String
  types: [__Type!]! @listSize(assumedSize: 100)
  queryType: __Type!
  mutationType: __Type
  subscriptionType: __Type
  directives: [__Directive!]! @listSize(assumedSize: 10)
}
type __Type {
  kind: __TypeKind!
  name: String
  description: String
  specifiedByURL: String
  isOneOf: Boolean
  fields(includeDeprecated: Boolean = false): [__Field!] @listSize(assumedSize: 12)
  interfaces: [__Type!] @listSize(assumedSize: 3)
  possibleTypes: [__Type!] @listSize(assumedSize: 5)
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!] @listSize(assumedSize: 5)
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] @listSize(assumedSize: 5)
  ofType: __Type @cost(weight: 0)
}
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
type __Field {
  name: String!
  description: String
  args(includeDeprecated: Boolean = false): [__InputValue!]! @listSize(assumedSize: 3)
  type: __Type! @cost(weight: 0)
  isDeprecated: Boolean!
  deprecationReason: String
}
type __InputValue {
  name: String!
  description: String
  type: __Type! @cost(weight: 0)
  defaultValue: String
  isDeprecated: Boolean!
  deprecationReason: String
}
type __EnumValue {
  name: String!
  description: String
  isDeprecated: Boolean!
  deprecationReason: String
}
type __Directive {
  name: String!
  description: String
  isRepeatable: Boolean!
  locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]! @listSize(assumedSize: 3)
}
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT
  VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION
  ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION
}
scalar Int
scalar Float
scalar String
scalar Boolean
scalar ID
";

impl Admitted {
    /// Whether any root field is one of introspection (GraphQL specification, section 4.1).
    pub fn asks_for_the_schema(&self) -> bool {
        any(&self.definition.node.selection_set.node)
    }
}

fn any(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => matches!(field.node.name.node.as_str(), "__schema" | "__type"),
        Selection::InlineFragment(fragment) => any(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
