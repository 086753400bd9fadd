//! What an operation costs, told before it runs, is never less than the objects that it returns.

use std::collections::HashMap;
use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use entity::id::{AccountId, SessionId};
use serde_json::Value;
use vitrine::services::{Permissions, Viewer};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: no_random_operation_returns_more_than_it_cost, no_random_change_returns_more_than_it_cost;
}

/// A xorshift generator: the same operations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// The fields and members of every type that can be asked for.
struct Schema {
    fields: HashMap<String, Vec<FieldDefinition>>,
    objects: Vec<String>,
    nodes: Vec<String>,
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

impl Schema {
    fn read() -> Self {
        let document = parse_schema(vitrine::graphql::sdl()).unwrap();
        let mut schema = Self { fields: HashMap::new(), objects: Vec::new(), nodes: Vec::new() };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let name = ty.node.name.node.to_string();
            let fields = match ty.node.kind {
                TypeKind::Object(object) => {
                    if object.implements.iter().any(|interface| interface.node == "Node") {
                        schema.nodes.push(name.clone());
                    }
                    schema.objects.push(name.clone());
                    object.fields
                }
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            schema.fields.insert(name, fields.into_iter().map(|field| field.node).collect());
        }
        assert!(schema.objects.len() > 50 && schema.nodes.len() > 5, "{:?}", schema.nodes);
        schema
    }

    fn is_leaf(&self, field: &FieldDefinition) -> bool {
        !self.fields.contains_key(named(&field.ty.node))
    }
}

/// What is there to be asked for.
struct Known {
    handles: Vec<String>,
    ids: Vec<String>,
}

struct Writer<'a> {
    schema: &'a Schema,
    known: &'a Known,
    random: Random,
    aliases: usize,
}

impl Writer<'_> {
    fn selections(&mut self, ty: &str, depth: usize) -> String {
        let fields = &self.schema.fields[ty];
        let mut text = "{ __typename ".to_owned();
        if ty == "Node" {
            for _ in 0..2 {
                let node = self.schema.nodes[self.random.below(self.schema.nodes.len())].clone();
                write!(text, "... on {node} {} ", self.selections(&node, depth)).unwrap();
            }
            return text + "}";
        }
        for _ in 0..=self.random.below(3) {
            let field = &fields[self.random.below(fields.len())];
            if self.schema.is_leaf(field) || depth == 0 || self.aliases > 80 {
                continue;
            }
            let Some(arguments) = self.arguments(field) else { continue };
            self.aliases += 1;
            let below = self.selections(named(&field.ty.node), depth - 1);
            write!(text, "a{}: {}{arguments} {below} ", self.aliases, field.name.node).unwrap();
        }
        text + "}"
    }

    /// Arguments that fit, or nothing where we know of none.
    fn arguments(&mut self, field: &FieldDefinition) -> Option<String> {
        let mut given = Vec::new();
        let size = [0, 1, 2, 3, 5, 12, 40][self.random.below(7)];
        let by_end = self.random.below(4) == 0;
        for argument in &field.arguments {
            let argument = &argument.node;
            let name = argument.name.node.as_str();
            let is_required = !argument.ty.node.nullable && argument.default_value.is_none();
            let value = match name {
                "first" if !by_end || is_required || field.arguments.len() < 4 => {
                    size.min(10).max(size.min(3)).to_string()
                }
                "last" if by_end => size.to_string(),
                "handle" => {
                    format!("\"{}\"", self.known.handles[self.random.below(self.known.handles.len())])
                }
                "id" if is_required => self.id(),
                "variantId" => self.id_of("var_"),
                "ids" => format!("[{}]", (0..size).map(|_| self.id()).collect::<Vec<_>>().join(" ")),
                "query" => format!("\"{}\"", self.random.pick(&["mug", "shirt", "la", "b", "blue cotton"])),
                _ if is_required => return None,
                _ => continue,
            };
            given.push(format!("{name}: {value}"));
        }
        Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
    }

    /// A change that can be made again and again, or is refused for what is wrong with its input, and any part of what it
    /// returns.
    fn change(&mut self, depth: usize) -> String {
        let (name, input) = match self.random.below(8) {
            0 => ("shopUpdate", "description: \"As before\"".to_owned()),
            1 => ("productUpdate", format!("id: {}, vendor: \"Maker {depth}\"", self.id_of("prd_"))),
            2 => ("productUpdate", format!("id: {}, {}", self.id_of("prd_"), self.mistakes())),
            3 => ("categoryUpdate", format!("id: {}, description: \"{depth}\"", self.id_of("cat_"))),
            4 => ("collectionUpdate", format!("id: {}, seoTitle: \"{depth}\"", self.id_of("col_"))),
            5 => ("marketUpdate", format!("id: {}, name: \"Market {depth}\"", self.id_of("mkt_"))),
            6 => ("productVariantUpdate", format!("id: {}, barcode: \"{depth}\"", self.id_of("var_"))),
            _ => ("metafieldsSet", format!("ownerId: {}, {}", self.id_of("prd_"), self.metafields())),
        };
        let field = self.schema.fields["Mutation"].iter().find(|field| field.name.node == name);
        let payload = named(&field.expect("there is such a change").ty.node).to_owned();
        self.aliases += 1;
        let (alias, below) = (self.aliases, self.selections(&payload, depth));
        // What was wrong is asked for each time, because random choice seldom does where it matters.
        let below = below.replacen('{', "{ userErrors { __typename } ", 1);
        format!("a{alias}: {name}(input: {{ {input} }}) {below} ")
    }

    /// Up to five, which is what the schema says of `userErrors`.
    fn mistakes(&mut self) -> String {
        let long = "x".repeat(300);
        let all = [
            "title: \"\"".to_owned(),
            "handle: \"No Slug!\"".to_owned(),
            format!("vendor: \"{long}\""),
            format!("productType: \"{long}\""),
            format!("seoTitle: \"{long}\""),
        ];
        all[..=self.random.below(all.len())].join(", ")
    }

    /// Custom data of which nothing is right but that it is custom data: four mistakes, or one where there is none.
    fn metafields(&mut self) -> String {
        let one = "{ namespace: \"\", key: \"\", type: \"\", value: \"\" }";
        format!("metafields: [{}]", vec![one; self.random.below(2)].join(" "))
    }

    fn id(&mut self) -> String {
        format!("\"{}\"", self.known.ids[self.random.below(self.known.ids.len())])
    }

    fn id_of(&mut self, prefix: &str) -> String {
        let ids: Vec<&str> =
            self.known.ids.iter().map(String::as_str).filter(|id| id.starts_with(prefix)).collect();
        format!("\"{}\"", self.random.pick(&ids))
    }
}

/// Everything in an answer that is an object, without the one around all of it.
fn objects(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => 1 + fields.values().map(objects).sum::<u64>(),
        Value::Array(items) => items.iter().map(objects).sum(),
        _ => 0,
    }
}

fn ids_in(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| ids_in(value, found)),
        Value::Array(items) => items.iter().for_each(|value| ids_in(value, found)),
        Value::String(text) => found.push(text.clone()),
        _ => {}
    }
}

async fn known(shop: &TestShop) -> Known {
    let handles = shop
        .query("{ products(first: 60) { nodes { handle } } categories { nodes { handle } } collections { nodes { handle } } }")
        .await;
    let ids = shop
        .query("{ products(first: 30) { nodes { id variants(first: 3) { nodes { id } } reviews(first: 2) { nodes { id } } media(first: 2) { nodes { id } } } }
            categories { nodes { id } } collections { nodes { id } } markets { nodes { id } } }")
        .await;
    let mut known = Known { handles: Vec::new(), ids: Vec::new() };
    ids_in(handles.data(), &mut known.handles);
    ids_in(ids.data(), &mut known.ids);
    known
}

fn somebody_with_all_rights() -> Viewer {
    let permissions = Permissions::all();
    Viewer::Staff { account: AccountId::generate(), session: SessionId::generate(), permissions }
}

/// What came of many operations.
#[derive(Default)]
struct Tried {
    answered: usize,
    returned: u64,
    types: HashMap<String, u64>,
    too_cheap: Vec<String>,
}

impl Tried {
    async fn ask(&mut self, shop: &TestShop, viewer: Viewer, text: &str) {
        let reply = shop.query(text).asked_by(viewer).await;
        if reply.is_refused {
            assert!(["BAD_REQUEST", "COST_EXCEEDED"].contains(&reply.code()), "{}\n{text}", reply.json);
            return;
        }
        let objects = objects(&reply.json["data"]).saturating_sub(1);
        types_in(&reply.json["data"], &mut self.types);
        self.answered += 1;
        self.returned += objects;
        if objects > reply.cost() {
            self.too_cheap.push(format!("{objects} objects for {}: {text}", reply.cost()));
        }
    }

    /// Of how many types objects came.
    fn assert_none_is_too_cheap(mut self) -> (usize, u64, usize) {
        self.too_cheap.sort_by_key(String::len);
        let (count, shortest) = (self.too_cheap.len(), self.too_cheap.first());
        assert!(count == 0, "{count} operations cost too little, the shortest: {}", shortest.unwrap());
        (self.answered, self.returned, self.types.len())
    }
}

const STEP: u64 = 0x2545_F491_4F6C_DD1D;

async fn no_random_operation_returns_more_than_it_cost(shop: TestShop) {
    const OPERATIONS: usize = 600;
    let (schema, known) = (Schema::read(), known(&shop).await);
    let viewer = somebody_with_all_rights();
    let (mut tried, mut seed) = (Tried::default(), 0x9E37_79B9_7F4A_7C15_u64);
    for number in 0..OPERATIONS {
        seed = seed.wrapping_add(STEP);
        let mut writer = Writer { schema: &schema, known: &known, random: Random(seed), aliases: 0 };
        let text = writer.selections("Query", 2 + number % 5);
        tried.ask(&shop, viewer, &text).await;
    }
    let (answered, returned, types) = tried.assert_none_is_too_cheap();
    assert!(answered > OPERATIONS / 2 && returned > 5000, "{answered} answered with {returned} objects");
    assert!(types > 25, "only of {types} types");
}

/// Changes return objects like queries do, and what their input has wrong on top.
async fn no_random_change_returns_more_than_it_cost(shop: TestShop) {
    const OPERATIONS: usize = 200;
    let (schema, known) = (Schema::read(), known(&shop).await);
    let viewer = somebody_with_all_rights();
    let (mut tried, mut seed) = (Tried::default(), 0xD1B5_4A32_D192_ED03_u64);
    for number in 0..OPERATIONS {
        seed = seed.wrapping_add(STEP);
        let mut writer = Writer { schema: &schema, known: &known, random: Random(seed), aliases: 0 };
        let changes: String = (0..=number % 3).map(|_| writer.change(1 + number % 5)).collect();
        tried.ask(&shop, viewer, &format!("mutation {{ {changes} }}")).await;
    }
    let mistakes = tried.types.get("UserError").copied().unwrap_or_default();
    let (answered, returned, types) = tried.assert_none_is_too_cheap();
    assert!(answered > OPERATIONS / 2 && returned > 1000, "{answered} answered with {returned} objects");
    assert!(mistakes > 20 && types > 15, "{mistakes} mistakes, {types} types");
}

fn types_in(value: &Value, seen: &mut HashMap<String, u64>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("__typename").and_then(Value::as_str) {
                *seen.entry(name.to_owned()).or_default() += 1;
            }
            fields.values().for_each(|value| types_in(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|value| types_in(value, seen)),
        _ => {}
    }
}
