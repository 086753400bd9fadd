//! What `schema.graphql` tells beside types: how many objects a field may return. The gate reads it there.
//!
//! The names and meanings are those of the cost directives specification by IBM
//! (<https://ibm.github.io/graphql-specs/cost-spec.html>).

#![expect(non_snake_case, reason = "arguments are named as in GraphQL")]

use std::borrow::Cow;

use async_graphql::TypeDirective;
use async_graphql::registry::{MetaDirectiveInvocation, Registry, location_traits};

/// What a field costs, in objects. A field without it costs 1 where it returns an object, and nothing where it returns
/// a scalar.
#[TypeDirective(location = "FieldDefinition", name = "cost")]
pub fn cost(#[graphql(desc = "How much: at least 0.")] weight: i32) {}

/// How many objects a list counts as; what is selected of an object counts so many times.
#[TypeDirective(location = "FieldDefinition", name = "listSize")]
pub fn list_size(
    #[graphql(desc = "So many, where no argument says.")] assumedSize: Option<i32>,
    #[graphql(desc = "The arguments that say how many; of a list that is given, its length.")]
    slicingArguments: Option<Vec<String>>,
    #[graphql(desc = "The fields of the object that are the lists; without, the field itself is the list.")]
    sizedFields: Option<Vec<String>>,
) {
}

/// How long shared caches may keep an answer with this field.
#[TypeDirective(location = "FieldDefinition", name = "cacheControl")]
pub fn cache_control(#[graphql(desc = "Seconds; the least of an answer's fields holds.")] maxAge: i32) {}

/// Says `@cacheControl`: for so many seconds.
pub struct Fresh;

impl location_traits::Directive_At_FIELD_DEFINITION for Fresh {
    fn check() {}
}

impl TypeDirective for Fresh {
    fn name(&self) -> Cow<'static, str> {
        cache_control.name()
    }

    fn register(&self, registry: &mut Registry) {
        cache_control.register(registry);
    }
}

impl Fresh {
    pub fn apply(seconds: i32) -> MetaDirectiveInvocation {
        cache_control::apply(seconds)
    }
}

/// Seconds for what the shop shows: a text or a price that was changed is seen soon.
pub const SHOWN: i32 = 60;
/// Seconds for what is in stock.
pub const STOCK: i32 = 10;
/// Seconds for what hardly ever changes.
pub const SETTLED: i32 = 300;

/// Shorter ways to say `@listSize`.
macro_rules! sizes {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) => $size:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl location_traits::Directive_At_FIELD_DEFINITION for $name {
            fn check() {}
        }

        impl TypeDirective for $name {
            fn name(&self) -> Cow<'static, str> {
                list_size.name()
            }

            fn register(&self, registry: &mut Registry) {
                list_size.register(registry);
            }
        }

        impl $name {
            pub fn apply($($argument: $kind),*) -> MetaDirectiveInvocation {
                let (assumed, slicing, sized): (Option<i32>, &[&str], &[&str]) = $size;
                let names = |names: &[&str]| {
                    (!names.is_empty()).then(|| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
                };
                list_size::apply(assumed, names(slicing), names(sized))
            }
        }
    )+};
}

sizes! {
    /// A connection: `first` or `last` say how many edges and nodes it has.
    Paged() => (None, &["first", "last"], &["edges", "nodes"]);
    /// A list of about so many.
    About(size: i32) => (Some(size), &[], &[]);
    /// A list that an argument of this name says the size of.
    SlicedBy(argument: &str) => (None, &[argument], &[]);
}
