//! Who may use a field: declared once, as `@access` on the field.
//!
//! The gate reads the declaration in the schema's text and refuses documents that use a field which is not for the
//! viewer, as if there were no such field; introspection shows it to those who may use it. A root field without a
//! declaration is for nobody.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaType, Registry, location_traits};
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, TypeDirective, Value,
};

use super::context::ContextExt;
use super::error::or_null;
use super::rule::{ANYONE, Rule, SIGNED_IN};
use crate::services::{Permission, acting};

/// Who may use the field: `anyone`, `signed-in` (customers and staff), or staff and apps with the right that is named.
/// A field without it is for whoever may use the field around it.
#[TypeDirective(location = "FieldDefinition", name = "access")]
pub fn access(
    #[graphql(desc = "`anyone`, `signed-in`, or the name of a right such as `stock.write`.")] to: String,
) {
}

/// Shorter ways to say `@access`.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty)?) => $word:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl location_traits::Directive_At_FIELD_DEFINITION for $name {
            fn check() {}
        }

        impl TypeDirective for $name {
            fn name(&self) -> Cow<'static, str> {
                access.name()
            }

            fn register(&self, registry: &mut Registry) {
                access.register(registry);
            }
        }

        impl $name {
            pub fn apply($($argument: $kind)?) -> MetaDirectiveInvocation {
                access::apply($word.to_owned())
            }
        }
    )+};
}

rules! {
    /// Everybody, signed in or not.
    Anyone() => ANYONE;
    /// Customers and staff who have signed in.
    SignedIn() => SIGNED_IN;
    /// Staff and apps with this right.
    Needs(permission: Permission) => permission.as_str();
}

/// The root of changes. It is registered last: with it, introspection shows each field of the whole schema to those who
/// may use it. What a change is called in the audit log, it says here for all of them.
#[derive(Default)]
pub struct Veiled<T>(T);

impl<T: ObjectType> ContainerType for Veiled<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let work = acting::doing(ctx.item.node.name.node.as_str(), self.0.resolve_field(ctx));
        or_null(ctx, &T::type_name(), work.await)
    }
}

impl<T: ObjectType> OutputType for Veiled<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = T::create_type_info(registry);
        veil(registry);
        name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<T: ObjectType> ObjectType for Veiled<T> {}

fn veil(registry: &mut Registry) {
    for ty in registry.types.values_mut() {
        if let MetaType::Object { fields, .. } | MetaType::Interface { fields, .. } = ty {
            for field in fields.values_mut() {
                field.visible = declared(field).and_then(visibility).or(field.visible);
            }
        }
    }
}

fn declared(field: &MetaField) -> Option<Rule> {
    let declaration = field.directive_invocations.iter().find(|directive| directive.name == "access")?;
    match declaration.args.get("to") {
        Some(Value::String(word)) => Rule::parse(word),
        _ => None,
    }
}

/// How the library is told whether somebody may see a field.
type MetaVisibleFn = fn(&Context<'_>) -> bool;

/// The library wants a function for each rule, without anything bound to it.
fn visibility(rule: Rule) -> Option<MetaVisibleFn> {
    match rule {
        Rule::Anyone => None,
        Rule::Nobody => Some(|_| false),
        Rule::SignedIn => Some(|ctx| Rule::SignedIn.allows(ctx.viewer())),
        Rule::Needs(permission) => Some(BY_PERMISSION[permission as usize]),
    }
}

fn may<const INDEX: usize>(ctx: &Context<'_>) -> bool {
    Permission::ALL.get(INDEX).is_some_and(|permission| ctx.viewer().may(*permission))
}

/// One function for each of the 64 rights that a set can hold.
static BY_PERMISSION: [MetaVisibleFn; 64] = {
    macro_rules! each {
        ($($index:literal)+) => { [$(may::<$index>),+] };
    }
    each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
          32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_can_be_declared() {
        assert!(Permission::ALL.len() <= BY_PERMISSION.len());
    }
}
