//! A small shop with every kind of type, behind a gate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, Interface, MaybeUndefined, Object, OneofObject, Scalar,
    ScalarType, Schema, SimpleObject, Subscription, TypeDirective, Union, ValidationMode, Value,
};
use serde_json::{Map, Value as Json};

use crate::graphql::gate::names::visible_types;
use crate::graphql::gate::{Admitted, CheckOnly, Gate, Limits, Model, Refusal};
use crate::graphql::outline::{self, Outlined};
use crate::graphql::rule::Rule;
use crate::services::Viewer;

pub type Shop = Schema<Outlined<Query>, Mutation, Events>;

#[TypeDirective(location = "FieldDefinition", location = "Object")]
fn cost(weight: i32) {}

#[TypeDirective(location = "FieldDefinition", name = "listSize")]
fn list_size(
    assumed_size: Option<i32>,
    slicing_arguments: Option<Vec<String>>,
    sized_fields: Option<Vec<String>>,
) {
}

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// How often resolvers that count themselves were run.
#[derive(Clone, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub fn so_far(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn count(ctx: &Context<'_>) {
        ctx.data_unchecked::<Self>().0.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(SimpleObject, Clone)]
pub struct Image {
    url: String,
    alt: String,
}

#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Product {
    id: ID,
    title: String,
    tags: Vec<String>,
}

#[ComplexObject]
impl Product {
    async fn images(&self, ctx: &Context<'_>) -> Vec<Image> {
        Calls::count(ctx);
        vec![Image { url: "/1".into(), alt: "one".into() }]
    }
    async fn grid(&self) -> Vec<Vec<Image>> {
        vec![vec![Image { url: "/g".into(), alt: "grid".into() }]]
    }
    #[graphql(directive = list_size::apply(None, Some(names(["first", "last"])), Some(names(["edges", "nodes"]))))]
    async fn reviews(&self, first: Option<i32>, last: Option<i32>) -> Reviews {
        let _ = (first, last);
        Reviews
    }
}

pub struct Reviews;

#[Object]
impl Reviews {
    async fn nodes(&self) -> Vec<Review> {
        vec![Review { id: "rev_1".into(), body: "good".into() }]
    }
    async fn edges(&self) -> Vec<Edge> {
        Vec::new()
    }
    async fn page_info(&self) -> PageInfo {
        PageInfo { has_next_page: false }
    }
}

#[derive(SimpleObject)]
pub struct PageInfo {
    has_next_page: bool,
}

#[derive(SimpleObject)]
pub struct Edge {
    node: Review,
}

#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Review {
    id: ID,
    body: String,
}

#[ComplexObject]
impl Review {
    async fn product(&self) -> Product {
        product()
    }
}

#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Category {
    id: ID,
    name: String,
}

#[ComplexObject]
impl Category {
    async fn images(&self, ctx: &Context<'_>) -> Vec<Image> {
        Calls::count(ctx);
        Vec::new()
    }
}

#[derive(Interface, Clone)]
#[graphql(field(name = "id", ty = "&ID"))]
pub enum Node {
    Product(Product),
    Review(Review),
    Category(Category),
}

#[derive(Interface, Clone)]
#[graphql(field(name = "images", ty = "Vec<Image>"))]
pub enum HasImages {
    Product(Product),
    Category(Category),
}

#[derive(Union, Clone)]
pub enum Hit {
    Product(Product),
    Review(Review),
    Category(Category),
}

#[derive(Enum, Copy, Clone, PartialEq, Eq)]
pub enum SortKey {
    Newest,
    Price,
}

#[derive(InputObject)]
pub struct Filter {
    title: Option<String>,
    limit: i32,
    #[graphql(default = 7)]
    weight: i32,
    sort: Option<SortKey>,
    ids: Option<Vec<ID>>,
    and: Option<Vec<Filter>>,
}

#[derive(OneofObject)]
pub enum Pick {
    Id(ID),
    Handle(String),
}

/// A scalar that accepts only even numbers.
pub struct Even(i64);

#[Scalar]
impl ScalarType for Even {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        match &value {
            Value::Number(number) if Self::is_valid(&value) => Ok(Self(number.as_i64().unwrap_or(0))),
            _ => Err(async_graphql::InputValueError::custom("not even")),
        }
    }
    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Number(number) if number.as_i64().is_some_and(|number| number % 2 == 0))
    }
    fn to_value(&self) -> Value {
        self.0.into()
    }
}

fn product() -> Product {
    Product { id: "prd_1".into(), title: "Vase".into(), tags: vec!["glass".into()] }
}

pub struct Query;

#[Object]
impl Query {
    async fn product(&self, ctx: &Context<'_>) -> Option<Product> {
        Calls::count(ctx);
        Some(product())
    }
    #[graphql(directive = list_size::apply(None, Some(names(["first"])), Some(names(["edges", "nodes"]))))]
    async fn reviews(&self, first: Option<i32>) -> Reviews {
        let _ = first;
        Reviews
    }
    #[graphql(directive = cost::apply(6), directive = list_size::apply(Some(8), None, None))]
    async fn search(&self) -> Vec<Hit> {
        let category = Category { id: "cat_1".into(), name: "Home".into() };
        vec![Hit::Product(product()), Hit::Category(category)]
    }
    async fn nodes_unbounded(&self) -> Vec<Node> {
        Vec::new()
    }
    #[graphql(directive = list_size::apply(None, Some(names(["ids"])), None))]
    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.into_iter().map(|id| Some(Node::Product(Product { id, ..product() }))).collect()
    }
    async fn echo(&self, title: MaybeUndefined<String>) -> String {
        tell(&title)
    }
    async fn page(&self, #[graphql(default = 20)] first: i32) -> i32 {
        first
    }
    async fn page_or_null(&self, #[graphql(default = 20)] first: Option<i32>) -> Option<i32> {
        first
    }
    async fn find(&self, filter: Option<Filter>, ids: Option<Vec<ID>>, sort: Option<SortKey>) -> String {
        let ids = ids.map_or(0, |ids| ids.len());
        let sort = sort.map(|sort| sort == SortKey::Price);
        filter.map_or(format!("{ids} {sort:?}"), |filter| {
            let inner =
                (filter.ids.map(|ids| ids.len()), filter.and.map(|and| and.len()), filter.sort.is_some());
            format!("{:?} {} {} {inner:?}", filter.title, filter.limit, filter.weight)
        })
    }
    async fn pick(&self, by: Pick) -> String {
        match by {
            Pick::Id(id) => id.to_string(),
            Pick::Handle(handle) => handle,
        }
    }
    async fn scalars(
        &self,
        int: Option<i32>,
        float: Option<f64>,
        yes: Option<bool>,
        even: Option<Even>,
    ) -> String {
        format!("{int:?} {float:?} {yes:?} {:?}", even.map(|even| even.0))
    }
    async fn interfaces(&self) -> Vec<HasImages> {
        vec![HasImages::Product(product())]
    }
}

fn tell(title: &MaybeUndefined<String>) -> String {
    match title {
        MaybeUndefined::Undefined => "omitted".into(),
        MaybeUndefined::Null => "null".into(),
        MaybeUndefined::Value(title) => title.clone(),
    }
}

#[derive(InputObject)]
pub struct Update {
    title: MaybeUndefined<String>,
}

#[derive(SimpleObject)]
pub struct Receipt {
    number: usize,
    product: Product,
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn pay(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 1)] amount: i32,
        even: Option<Even>,
    ) -> Receipt {
        let _ = (amount, even);
        Calls::count(ctx);
        Receipt { number: ctx.data_unchecked::<Calls>().so_far(), product: product() }
    }
    async fn update(&self, input: Update) -> String {
        tell(&input.title)
    }
}

pub struct Events;

#[Subscription]
impl Events {
    async fn ticks(&self) -> impl Stream<Item = i32> {
        stream::iter([1])
    }
    async fn tocks(&self) -> impl Stream<Item = i32> {
        stream::iter([2])
    }
}

pub fn schema(mode: ValidationMode, checks_only: bool) -> Shop {
    let builder = Schema::build(Outlined(Query), Mutation, Events)
        .register_output_type::<HasImages>()
        .validation_mode(mode);
    if checks_only { builder.extension(CheckOnly).finish() } else { builder.finish() }
}

pub fn model() -> Model {
    opened(Model::parse(&schema(ValidationMode::Fast, false).sdl()).unwrap())
}

/// The small shop declares nothing: everything in it is for anyone.
fn opened(mut model: Model) -> Model {
    for field in model.types.values_mut().flat_map(|ty| ty.fields.values_mut()) {
        field.rule = field.rule.filter(|rule| *rule != Rule::Nobody);
    }
    model.public = visible_types(&model, &Viewer::Anonymous);
    model
}

pub fn gate() -> Gate<Shop> {
    let (executor, checker) = (schema(ValidationMode::Fast, false), schema(ValidationMode::Strict, true));
    Gate::new(executor, checker, model(), Limits::default())
}

pub fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

pub async fn admit(text: &str, variables: Json) -> Result<Admitted, Refusal> {
    gate().admit(text, None, object(variables), &Viewer::Anonymous).await
}

/// The refusal's messages, joined; panics where the request is admitted.
pub async fn refusal(text: &str, variables: Json) -> String {
    match admit(text, variables).await {
        Ok(_) => panic!("admitted: {text}"),
        Err(refusal) => refusal.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("\n"),
    }
}

/// The response's data as JSON text, and how many counting resolvers ran.
pub async fn run(text: &str, variables: Json) -> (String, usize) {
    let gate = gate();
    let admitted = gate
        .admit(text, None, object(variables), &Viewer::Anonymous)
        .await
        .unwrap_or_else(|refusal| panic!("{refusal}: {text}"));
    let calls = Calls::default();
    let response = gate.executor().execute(outline::request(&admitted).data(calls.clone())).await;
    assert_eq!(response.errors, [], "{text}");
    (serde_json::to_string(&response.data).unwrap(), calls.so_far())
}
