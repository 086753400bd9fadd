//! The short cut for fields that are at hand tells what their resolvers tell.
//!
//! Lists take the short cut; `nodes` leaves its objects to the library. Both are asked for every field that the schema
//! has, so that a field which reads another value on one of the ways is found.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: lists_tell_what_nodes_tell, lists_tell_what_nodes_tell_in_another_language,
        what_cannot_be_loaded_is_told_where_it_is_asked_for, brief_rows_tell_what_whole_rows_tell,
        stock_that_came_with_variants_is_the_stock, reviews_name_their_products_whatever_else_is_asked,
        levels_are_loaded_whatever_their_first_row_lacks;
}

/// Where objects of each type are listed.
const LISTS: [(&str, &str); 6] = [
    ("Product", "products(first: 12) { nodes { # } }"),
    ("Variant", "products(first: 6) { nodes { variants(first: 3) { nodes { # } } } }"),
    ("Media", "products(first: 6) { nodes { media(first: 3) { nodes { # } } } }"),
    ("Review", "products(first: 6) { nodes { reviews(first: 3) { nodes { # } } } }"),
    ("Category", "categories(first: 8) { nodes { # } }"),
    ("Collection", "collections(first: 8) { nodes { # } }"),
];

async fn lists_tell_what_nodes_tell(shop: TestShop) {
    compare(&shop, "").await;
}

async fn lists_tell_what_nodes_tell_in_another_language(shop: TestShop) {
    compare(&shop, "de").await;
}

/// Makes fields differ that are the same throughout the sample, so that none can stand in for another.
const UNLIKE: [&str; 3] = [
    "UPDATE variant SET taxable = false, barcode = 'b' || sku",
    "UPDATE media SET width = 640, height = 480",
    "UPDATE product SET created_at = 1, updated_at = 2, seo_title = 's' || handle",
];

async fn compare(shop: &TestShop, language: &str) {
    for statement in UNLIKE {
        shop.sql(statement).await;
    }
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let schema = Schema::read(shop).await;
    for (of, list) in LISTS {
        for selection in schema.selections(of) {
            let text = format!("{{ {} }}", list.replace('#', &format!("id {selection}")));
            let listed = shop.query(&text).language(language).await;
            let mut objects = Vec::new();
            objects_with_ids(listed.data(), of, &mut objects);
            assert!(objects.len() > 3, "{of} is hardly listed");
            let ids: Vec<Value> = objects.iter().map(|object| object["id"].clone()).collect();
            let text =
                format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ id {selection} }} }} }}");
            let found = shop.query(&text).language(language).variable("ids", ids).await;
            assert_eq!(&json!(objects), found.at("/nodes"), "{of} {{ {selection} }}");
        }
    }
}

/// The objects of the innermost list.
fn objects_with_ids(value: &Value, of: &str, found: &mut Vec<Value>) {
    let inner = ["variants", "media", "reviews"];
    let Some(nodes) = value.pointer("/nodes").and_then(Value::as_array) else {
        for value in value.as_object().into_iter().flat_map(|object| object.values()) {
            objects_with_ids(value, of, found);
        }
        return;
    };
    let outer = !matches!(of, "Product" | "Category" | "Collection");
    for node in nodes {
        match inner.iter().find_map(|name| node.get(name).filter(|_| outer)) {
            Some(list) => found.extend(list["nodes"].as_array().into_iter().flatten().cloned()),
            None => found.push(node.clone()),
        }
    }
}

async fn what_cannot_be_loaded_is_told_where_it_is_asked_for(shop: TestShop) {
    shop.sql("ALTER TABLE media RENAME TO media_gone").await;
    let text = "{ products(first: 3) { nodes { title featuredImage { url } variants(first: 1) { nodes { sku } } } } }";
    let reply = shop.query(text).await;
    let nodes = reply.json["data"]["products"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    for node in nodes {
        assert!(node["title"].is_string() && node["variants"]["nodes"][0]["sku"].is_string(), "{node}");
        assert_eq!(node["featuredImage"], Value::Null);
    }
    let errors = reply.json["errors"].as_array().unwrap();
    let paths: Vec<&Value> = errors.iter().map(|error| &error["path"]).collect();
    let expected: Vec<Value> =
        (0..3).map(|place| json!(["products", "nodes", place, "featuredImage"])).collect();
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "INTERNAL"), "{errors:?}");
}

/// Lists that show only names and prices read only those: beside others that show more, and for pages and cursors.
async fn brief_rows_tell_what_whole_rows_tell(shop: TestShop) {
    let shown = "edges { cursor node { id title position price { amount } compareAtPrice { amount } # } } \
        pageInfo { hasNextPage endCursor } totalCount";
    let (brief, whole) = (shown.replace('#', ""), shown.replace('#', "sku"));
    for language in ["", "de"] {
        let text = format!(
            "{{ products(first: 9) {{ nodes {{ brief: variants(first: 2) {{ {brief} }} \
               whole: variants(first: 2) {{ {whole} }} }} }} }}"
        );
        let mut answer = shop.query(&text).language(language).await.data().clone();
        let mut seen = 0;
        for node in answer["products"]["nodes"].as_array_mut().unwrap() {
            for edge in node["whole"]["edges"].as_array_mut().unwrap() {
                assert!(edge["node"].as_object_mut().unwrap().remove("sku").unwrap().is_string());
                seen += 1;
            }
            assert_eq!(node["brief"], node["whole"], "{language}");
        }
        assert!(seen > 9);
        let cursor = answer.pointer("/products/nodes/0/brief/edges/0/cursor").unwrap().as_str().unwrap();
        let text = format!(
            "{{ products(first: 1) {{ nodes {{ variants(first: 1, after: \"{cursor}\") {{ {brief} }} }} }} }}"
        );
        let next = shop.query(&text).language(language).await;
        let second = answer.pointer("/products/nodes/0/brief/edges/1").unwrap();
        assert_eq!(next.at("/products/nodes/0/variants/edges/0"), second);
    }
}

/// Lists of a product read the stock with its variants, `nodes` reads it afterwards: no pieces, some, debts, none ever
/// counted, and nobody who counts.
async fn stock_that_came_with_variants_is_the_stock(shop: TestShop) {
    for statement in [
        "UPDATE stock_level SET available = 0 WHERE variant_id IN (SELECT id FROM variant WHERE position = 5)",
        "UPDATE stock_level SET available = -3 WHERE variant_id IN (SELECT id FROM variant WHERE position = 2)",
        "DELETE FROM stock_level WHERE variant_id IN (SELECT id FROM variant WHERE position = 3)",
        "UPDATE variant SET inventory_tracker = '' WHERE position = 4",
    ] {
        shop.sql(statement).await;
    }
    let shown = "id availableForSale quantityAvailable stockLevels { available location { name } }";
    let text =
        format!("{{ products(first: 12) {{ nodes {{ variants(first: 5) {{ nodes {{ {shown} }} }} }} }} }}");
    let listed = shop.query(&text).await;
    assert_eq!(listed.statements(), 2, "products, and variants with their stock");
    let mut variants = Vec::new();
    objects_with_ids(listed.data(), "Variant", &mut variants);
    let quantities: HashSet<Option<i64>> =
        variants.iter().map(|variant| variant["quantityAvailable"].as_i64()).collect();
    assert!(
        quantities.contains(&Some(0)) && quantities.contains(&None) && quantities.len() > 3,
        "{quantities:?}"
    );
    let ids: Vec<Value> = variants.iter().map(|variant| variant["id"].clone()).collect();
    let text = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Variant {{ {shown} }} }} }}");
    let found = shop.query(&text).variable("ids", ids).await;
    assert_eq!(&json!(variants), found.at("/nodes"));
}

/// The first product has neither a category nor an image of its first variant, so a walk sees only later what to load.
async fn levels_are_loaded_whatever_their_first_row_lacks(shop: TestShop) {
    let first = "{ products(first: 1) { nodes { id handle variants(first: 1) { nodes { id } } } } }";
    let handle = shop.query(first).await.text("/products/nodes/0/handle").to_owned();
    for statement in [
        format!(
            "DELETE FROM product_category WHERE product_id = (SELECT id FROM product WHERE handle = '{handle}')"
        ),
        format!(
            "UPDATE variant SET media_id = NULL WHERE product_id = (SELECT id FROM product WHERE handle = '{handle}')"
        ),
        "UPDATE variant SET media_id = (SELECT m.id FROM media m WHERE m.product_id = variant.product_id \
         ORDER BY m.position LIMIT 1) WHERE position > 1"
            .to_owned(),
    ] {
        shop.sql(&statement).await;
    }
    vitrine::services::search::project::rebuild(&shop.app).await.unwrap();
    let asked = "id category { handle } variants(first: 3) { nodes { id image { url } } }";
    let listed = shop.query(&format!("{{ products(first: 8) {{ nodes {{ {asked} }} }} }}")).await;
    let nodes = listed.list("/products/nodes");
    assert_eq!(nodes[0]["category"], Value::Null);
    assert!(nodes.iter().any(|node| node["category"]["handle"].is_string()));
    assert!(nodes.iter().any(|node| node["variants"]["nodes"][1]["image"]["url"].is_string()));
    assert!(listed.statements() <= 4, "{}", listed.statements());
    let ids: Vec<Value> = nodes.iter().map(|node| node["id"].clone()).collect();
    let text = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {asked} }} }} }}");
    let found = shop.query(&text).variable("ids", ids).await;
    assert_eq!(&json!(nodes), found.at("/nodes"));
}

/// What introspection tells of a field.
struct Field {
    name: String,
    of: String,
    is_object: bool,
    is_connection: bool,
}

struct Schema(HashMap<String, Vec<Field>>);

impl Schema {
    async fn read(shop: &TestShop) -> Self {
        let text = "{ __schema { types { name kind fields { name
            args { name defaultValue type { kind } }
            type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";
        let reply = shop.query(text).await;
        let types = reply.list("/__schema/types").iter();
        let objects = types.filter(|of| of["kind"] == "OBJECT");
        Self(objects.map(|of| (of["name"].as_str().unwrap().to_owned(), fields(of))).collect())
    }

    /// Every field of a type, one selection each: scalars alone, objects with theirs, connections with a page.
    fn selections(&self, of: &str) -> Vec<String> {
        self.0[of].iter().filter_map(|field| self.selection(field, 2)).collect()
    }

    fn selection(&self, field: &Field, depth: u32) -> Option<String> {
        let Field { name, of, .. } = field;
        if !field.is_object {
            return Some(name.clone());
        }
        if field.is_connection {
            let node = self.0[of].iter().find(|field| field.name == "nodes")?;
            let inner = self.scalars(&node.of, depth.checked_sub(1)?);
            let page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
            return Some(format!(
                "{name}(first: 2) {{ __typename nodes {{ {inner} }} edges {{ cursor node {{ {inner} }} }} {page} }}"
            ));
        }
        let inner = self.scalars(of, depth.checked_sub(1)?);
        Some(format!("{name} {{ __typename {inner} }}"))
    }

    fn scalars(&self, of: &str, depth: u32) -> String {
        let fields = self.0[of].iter().filter(|field| !field.is_object || depth > 0 && !field.is_connection);
        fields.filter_map(|field| self.selection(field, depth)).collect::<Vec<_>>().join(" ")
    }
}

/// The fields that need no argument.
fn fields(of: &Value) -> Vec<Field> {
    let needs = |arg: &Value| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null();
    let all = of["fields"].as_array().into_iter().flatten();
    let free = all.filter(|field| !field["args"].as_array().into_iter().flatten().any(needs));
    let field = |field: &Value| {
        let mut of = &field["type"];
        while !of["ofType"].is_null() {
            of = &of["ofType"];
        }
        Field {
            name: field["name"].as_str().unwrap().to_owned(),
            of: of["name"].as_str().unwrap().to_owned(),
            is_object: of["kind"] == "OBJECT",
            is_connection: field["args"].as_array().into_iter().flatten().any(|arg| arg["name"] == "after"),
        }
    };
    free.map(field).collect()
}

/// What products are called is read along with reviews; whatever else is asked of them, is loaded.
async fn reviews_name_their_products_whatever_else_is_asked(shop: TestShop) {
    let ask = async |product: &str, language: &str| {
        let text = format!(
            "{{ products(first: 20) {{ nodes {{ reviews(first: 5) {{ nodes {{ author {{ id reviews(first: 4) {{ \
             nodes {{ id {product} }} }} }} }} }} }} }} }}"
        );
        let mut answer = shop.query(&text).language(language).await.data().clone();
        let (mut found, mut reviews) = (Vec::new(), Vec::new());
        let nodes = answer["products"]["nodes"].as_array_mut().unwrap();
        for product in nodes {
            reviews.extend(product["reviews"]["nodes"].as_array_mut().unwrap().iter().cloned());
        }
        for review in reviews {
            found.extend(review["author"]["reviews"]["nodes"].as_array().unwrap().iter().cloned());
        }
        found
    };
    let names = |reviews: &[Value], handle: &Value| {
        reviews.iter().filter(|review| review["product"]["handle"] == *handle).count()
    };
    let first = ask("product { __typename id handle title }", "").await[0]["product"]["handle"].clone();
    for is_withdrawn in [false, true] {
        if is_withdrawn {
            let never =
                format!("UPDATE product_listing SET published_at = {} WHERE handle = {first}", i64::MAX);
            shop.sql(&never.replace('"', "'")).await;
        }
        for language in ["", "de"] {
            let named = ask("product { __typename id handle title }", language).await;
            let mut whole = ask("product { __typename id handle title vendor }", language).await;
            for review in &mut whole {
                review["product"].as_object_mut().unwrap().remove("vendor").unwrap();
            }
            assert_eq!(json!(named), json!(whole), "{language}");
            let twice = "name: product { title } product { __typename id handle title } all: product { vendor title }";
            let mut mixed = ask(twice, language).await;
            for review in &mut mixed {
                let review = review.as_object_mut().unwrap();
                let (name, all) = (review.remove("name").unwrap(), review.remove("all").unwrap());
                assert_eq!((&name["title"], &all["title"]), (&review["product"]["title"], &name["title"]));
            }
            assert_eq!(json!(named), json!(mixed), "{language}");
            assert!(named.len() > 20, "{}", named.len());
            assert_eq!(names(&named, &first) == 0, is_withdrawn, "{language}: {first}");
        }
    }
}
