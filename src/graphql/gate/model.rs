//! The schema as the gate sees it: types, arguments, and what things cost.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{BaseType, OperationType, Type};
use async_graphql::{Name, Value};

use super::sdl;
use crate::graphql::rule::Rule;

/// The schema of this service, read from its own SDL.
#[derive(Debug)]
pub struct Model {
    pub(super) types: HashMap<Name, TypeModel>,
    pub(super) query: Name,
    pub(super) mutation: Option<Name>,
    pub(super) subscription: Option<Name>,
    /// The types that everybody can reach.
    pub(super) public: HashSet<Name>,
}

/// The SDL could not be read as a schema; tells why.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be read: {0}")]
pub struct ModelError(pub(super) String);

/// A named type.
#[derive(Debug)]
pub struct TypeModel {
    /// What kind of type, with what belongs to the kind.
    pub kind: TypeKind,
    /// Fields of an object or interface, `__typename` and the like included; of others none.
    pub fields: HashMap<Name, FieldModel>,
    /// Objects that a value of this type can be, sorted; an object only itself, a leaf none.
    pub possible: Vec<Name>,
    /// `@cost` on the type: the price of one such object, or of one field of this leaf type.
    pub weight: Option<u64>,
}

/// The kinds of named types.
#[derive(Debug)]
pub enum TypeKind {
    /// A scalar, built in or custom.
    Scalar,
    /// An enum and its values.
    Enum(Vec<Name>),
    /// An input object.
    Input {
        /// Its fields in order.
        fields: Vec<InputModel>,
        /// Whether exactly one field must be given (`@oneOf`).
        one_of: bool,
    },
    /// An object.
    Object,
    /// An interface.
    Interface,
    /// A union.
    Union,
}

/// A field of an object or interface.
#[derive(Clone, Debug)]
pub struct FieldModel {
    /// Its type.
    pub ty: Type,
    /// Its arguments in order.
    pub arguments: Vec<InputModel>,
    /// `@cost` on the field.
    pub weight: Option<u64>,
    /// `@listSize` on the field.
    pub size: Option<ListSize>,
    /// `@cacheControl` on the field, in seconds.
    pub max_age: Option<u32>,
    /// `@access` on the field; `None` where it is for whoever may use the field around it.
    pub rule: Option<Rule>,
}

/// An argument, or a field of an input object.
#[derive(Clone, Debug)]
pub struct InputModel {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its default.
    pub default: Option<Value>,
}

impl InputModel {
    /// Whether a value must be given (specification section 5.4.2.1).
    pub fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

/// What `@listSize` tells about the length of a list.
#[derive(Clone, Debug, Default)]
pub struct ListSize {
    /// Length where no slicing argument is given.
    pub assumed: Option<u64>,
    /// Arguments that bound the length: numbers, or lists by their own length.
    pub slicing: Vec<Name>,
    /// Fields of the returned connection that have this length; empty where the field is the list itself.
    pub sized: Vec<Name>,
}

impl Model {
    /// Reads a complete schema (no type extensions) with `@cost` and `@listSize`; adds the
    /// introspection types and the built-in scalars.
    ///
    /// # Errors
    /// Text that is no SDL, or names a type that it does not define.
    pub fn parse(sdl: &str) -> Result<Self, ModelError> {
        sdl::read(sdl)
    }

    /// The type of that name.
    pub fn get(&self, name: &str) -> Option<&TypeModel> {
        self.types.get(name)
    }

    /// The root type for a kind of operation, where the schema has one.
    pub fn root(&self, kind: OperationType) -> Option<&Name> {
        match kind {
            OperationType::Query => Some(&self.query),
            OperationType::Mutation => self.mutation.as_ref(),
            OperationType::Subscription => self.subscription.as_ref(),
        }
    }

    /// A field of a type.
    pub fn field(&self, parent: &str, field: &str) -> Option<&FieldModel> {
        self.types.get(parent)?.fields.get(field)
    }

    /// The named type that a field's selection set selects from.
    pub fn target(&self, parent: Option<&Name>, field: &str) -> Option<&Name> {
        self.field(parent?, field).map(|field| named(&field.ty))
    }

    /// Root fields that nobody is let in to: those without a declaration.
    pub fn undeclared(&self) -> Vec<String> {
        let roots = [Some(&self.query), self.mutation.as_ref(), self.subscription.as_ref()];
        let fields = roots.into_iter().flatten().flat_map(|root| {
            let fields = self.types.get(root).into_iter().flat_map(|ty| &ty.fields);
            fields
                .filter(|(_, field)| field.rule == Some(Rule::Nobody))
                .map(move |(name, _)| format!("{root}.{name}"))
        });
        fields.collect()
    }

    /// The objects that a value of the type can be (specification section 5.5.2.3, `GetPossibleTypes`).
    pub fn possible(&self, name: &str) -> &[Name] {
        self.types.get(name).map_or(&[], |ty| &ty.possible)
    }

    /// Whether an object of type `object` matches the type condition (section 6.3.2, `DoesFragmentTypeApply`).
    pub fn applies(&self, condition: &str, object: &Name) -> bool {
        self.possible(condition).binary_search(object).is_ok()
    }

    /// Whether the type is an interface or a union.
    pub fn is_abstract(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| matches!(ty.kind, TypeKind::Interface | TypeKind::Union))
    }

    /// Whether the type is a union.
    pub fn is_union(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| matches!(ty.kind, TypeKind::Union))
    }

    /// Whether the type is a scalar or an enum.
    pub fn is_leaf(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| matches!(ty.kind, TypeKind::Scalar | TypeKind::Enum(_)))
    }

    /// Whether values of the type may be sent in (section 3.4.2, `IsInputType`).
    pub fn is_input(&self, name: &str) -> bool {
        self.is_leaf(name) || self.types.get(name).is_some_and(|ty| matches!(ty.kind, TypeKind::Input { .. }))
    }
}

/// The named type inside lists and non-nulls.
pub fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

/// Whether the type is a list (of anything), non-null or not.
pub fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}
