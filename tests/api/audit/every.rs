//! Every change that staff may make leaves an entry that names them, and it.

use std::collections::BTreeSet;
use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use vitrine::services::Viewer;

use super::entries;
use crate::backoffice::{category, location, market, variant};
use crate::harness::{TestShop, on_each_engine};
use crate::identity::{customer, staff_member};

on_each_engine! {
    sample: every_change_that_staff_may_make_leaves_an_entry, who_may_leave_no_entry_is_a_closed_list;
}

/// Somebody who works through all changes, and which of them are done.
struct Office {
    shop: TestShop,
    viewer: Viewer,
    done: BTreeSet<String>,
}

impl Office {
    /// Makes a change and looks whether it left an entry of its name in this one's name.
    async fn make(&mut self, field: &str, input: Value, read: &str) -> Value {
        let kind = match field {
            "documentsKill" | "documentsRevive" => "DocumentsSwitch".to_owned(),
            name if name.ends_with("Rename") => "LabelRename".to_owned(),
            "tagDelete" | "vendorDelete" | "productTypeDelete" => "LabelDelete".to_owned(),
            name => format!("{}{}", name[..1].to_uppercase(), &name[1..]),
        };
        let text = format!(
            "mutation ($input: {kind}Input!) {{ it: {field}(input: $input) {{ {read} userErrors {{ code field message }} }} }}"
        );
        self.send(field, &text, input).await
    }

    async fn send(&mut self, field: &str, text: &str, input: Value) -> Value {
        let before = entries(&self.shop).await;
        let reply = self.shop.query(text).variable("input", input).asked_by(self.viewer).await;
        assert_eq!(reply.at("/it/userErrors"), &json!([]), "{field}: {:#}", reply.json);
        assert!(entries(&self.shop).await > before, "{field} left no entry");
        let log = self
            .shop
            .query(
                "query ($action: String!, $who: ID!) { me { id } auditEntries(filter: {action: $action, actorId: $who, \
                 kind: CHANGE}, first: 1) { nodes { requestId subjects { id name changes { field } } } } }",
            )
            .variable("action", field)
            .variable("who", self.me().await)
            .asked_by(self.viewer)
            .await;
        let entry = log.at("/auditEntries/nodes/0");
        assert_eq!(entry["requestId"], "test-request", "{field}");
        assert!(!entry["subjects"].as_array().unwrap().is_empty(), "{field} names nothing: {entry}");
        self.done.insert(field.to_owned());
        reply.at("/it").clone()
    }

    async fn me(&self) -> String {
        self.shop.query("{ me { id } }").asked_by(self.viewer).await.text("/me/id").to_owned()
    }

    async fn products(&mut self) {
        const READ: &str = "product { id options { optionId values { valueId } } variants(first: 9) { nodes { id } } \
                            media(first: 9) { nodes { id } } }";
        let made = self
            .make(
                "productCreate",
                json!({ "title": "Shirt", "tags": ["t1"], "vendor": "v1", "productType": "p1" }),
                READ,
            )
            .await;
        let id = made["product"]["id"].clone();
        self.make("productUpdate", json!({ "id": id, "title": "Shirts" }), "product { id }").await;
        let us = market(&self.shop, "us").await;
        self.make(
            "productPublish",
            json!({ "productId": id, "markets": [{ "marketId": us }] }),
            "product { id }",
        )
        .await;
        self.make("productUnpublish", json!({ "productId": id, "marketIds": [us] }), "product { id }").await;
        let option = json!({ "productId": id, "name": "Size", "values": ["S", "M"] });
        self.make("productOptionCreate", option, READ).await;
        let option = json!({ "productId": id, "name": "Cut", "values": ["Wide"] });
        let made = self.make("productOptionCreate", option, READ).await;
        let options: Vec<Value> =
            made["product"]["options"].as_array().unwrap().iter().map(|it| it["optionId"].clone()).collect();
        self.make("productOptionUpdate", json!({ "id": options[0], "name": "Sizes" }), "product { id }")
            .await;
        let order = json!({ "productId": id, "optionIds": [options[1], options[0]] });
        self.make("productOptionsReorder", order, "product { id }").await;
        let said = json!({ "id": options[0], "language": "de", "text": "Größe" });
        self.make("productPartTranslationSet", said, "product { id }").await;
        self.make("productOptionDelete", json!({ "id": options[1] }), "product { id }").await;
        let other = json!({ "productId": id, "optionValues": ["M"] });
        let made = self.make("productVariantCreate", other, "variant { id }").await;
        let second = made["variant"]["id"].clone();
        let made = self.make("productVariantUpdate", json!({ "id": second, "sku": "S-1" }), READ).await;
        let variants: Vec<Value> = made["product"]["variants"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect();
        let order = json!({ "productId": id, "variantIds": [variants[1], variants[0]] });
        self.make("productVariantsReorder", order, "product { id }").await;
        self.make("productVariantDelete", json!({ "id": second }), "product { id }").await;
        let mut images = Vec::new();
        for name in ["a", "b"] {
            let image = json!({ "productId": id, "url": format!("https://img.example/{name}.png") });
            let made = self.make("productMediaCreate", image, "media { id }").await;
            images.push(made["media"]["id"].clone());
        }
        self.make("productMediaUpdate", json!({ "id": images[0], "alt": "Front" }), "media { id }").await;
        let order = json!({ "productId": id, "mediaIds": [images[1], images[0]] });
        self.make("productMediaReorder", order, "product { id }").await;
        self.make("productMediaDelete", json!({ "id": images[0] }), "product { id }").await;
        let field = json!({ "namespace": "a", "key": "x", "type": "t", "value": "1" });
        self.make("metafieldsSet", json!({ "ownerId": id, "metafields": [field] }), "product { id }").await;
        let field = json!({ "namespace": "a", "key": "x" });
        self.make("metafieldsDelete", json!({ "ownerId": id, "metafields": [field] }), "product { id }")
            .await;
        let said = json!({ "productId": id, "language": "de", "title": "Hemd" });
        self.make("productTranslationSet", said, "product { id }").await;
        self.make("productTranslationDelete", json!({ "id": id, "language": "de" }), "product { id }").await;
        let set = json!({ "handle": "shirt-set", "title": "Set" });
        self.make("productSet", set.clone(), "product { id }").await;
        let text = "mutation ($input: [ProductSetInput!]!) { it: productsSet(inputs: $input) { userErrors { message } } }";
        self.send("productsSet", text, json!([{ "handle": "shirt-set", "title": "Sets" }])).await;
        for label in ["tag", "vendor", "productType"] {
            let name = format!("{}1", &label[..1]);
            let renamed = json!({ "name": name, "newName": "never seen" });
            self.make(&format!("{label}Rename"), renamed, "productCount").await;
            self.make(&format!("{label}Delete"), json!({ "name": "never seen" }), "productCount").await;
        }
        self.make("productDelete", json!({ "id": id }), "deletedId").await;
    }

    async fn shelves(&mut self) {
        let home = category(&self.shop, "home").await;
        let mut made = Vec::new();
        for title in ["One", "Two"] {
            let input = json!({ "parentId": home, "title": title });
            made.push(self.make("categoryCreate", input, "category { id }").await["category"]["id"].clone());
        }
        self.make("categoryUpdate", json!({ "id": made[0], "title": "First" }), "category { id }").await;
        let order = json!({ "parentId": home, "ids": [made[1], made[0]] });
        self.make("categoriesReorder", order, "parent { id }").await;
        self.make("categoryMove", json!({ "id": made[0], "parentId": made[1] }), "category { id }").await;
        let said = json!({ "id": made[0], "language": "de", "title": "Eins" });
        self.make("categoryTranslationSet", said, "category { id }").await;
        self.make("categoryDelete", json!({ "id": made[0] }), "deletedId").await;

        let lamp = crate::backoffice::product(&self.shop, "jorn-desk-lamp").await;
        let mug =
            self.shop.query("{ products(first: 3) { nodes { id } } }").await.texts("/products/nodes", "/id");
        let other = mug.into_iter().find(|id| *id != lamp).unwrap();
        let made = self.make("collectionCreate", json!({ "title": "Light" }), "collection { id }").await;
        let id = made["collection"]["id"].clone();
        self.make("collectionUpdate", json!({ "id": id, "title": "Lights" }), "collection { id }").await;
        let products = json!({ "id": id, "productIds": [lamp, other] });
        self.make("collectionAddProducts", products, "collection { id }").await;
        let moves = json!({ "id": id, "moves": [{ "productId": other, "position": 0 }] });
        self.make("collectionReorderProducts", moves, "collection { id }").await;
        let gone = json!({ "id": id, "productIds": [lamp] });
        self.make("collectionRemoveProducts", gone, "collection { id }").await;
        let said = json!({ "id": id, "language": "de", "title": "Licht" });
        self.make("collectionTranslationSet", said, "collection { id }").await;
        self.make("collectionDelete", json!({ "id": id }), "deletedId").await;
    }

    async fn places(&mut self) {
        self.make("shopUpdate", json!({ "name": "Other" }), "shop { name }").await;
        let input = json!({ "handle": "mars", "name": "Mars", "currency": "EUR", "languages": ["en"] });
        let id = self.make("marketCreate", input, "market { id }").await["market"]["id"].clone();
        self.make("marketUpdate", json!({ "id": id, "name": "Red" }), "market { id }").await;
        self.make("marketDelete", json!({ "id": id }), "deletedId").await;
        let input = json!({ "handle": "moon", "name": "Moon" });
        let id = self.make("locationCreate", input, "location { id }").await["location"]["id"].clone();
        self.make("locationUpdate", json!({ "id": id, "name": "Luna" }), "location { id }").await;
        self.make("locationDelete", json!({ "id": id }), "deletedId").await;

        let lamp = variant(&self.shop, "jorn-desk-lamp").await;
        let (us, here) = (market(&self.shop, "us").await, location(&self.shop));
        let price = json!({ "prices": [{ "variantId": lamp, "marketId": us, "amount": "12.34" }] });
        self.make("pricesSet", price, "variants { id }").await;
        let price = json!({ "prices": [{ "variantId": lamp, "marketId": us }] });
        self.make("pricesDelete", price, "variants { id }").await;
        let count = json!({ "counts": [{ "variantId": lamp, "locationId": here, "quantity": 77 }], "idempotencyKey": "1" });
        self.make("stockSet", count, "levels { quantity }").await;
        let delta = json!({ "adjustments": [{ "variantId": lamp, "locationId": here, "delta": 1 }], "reason": "RECEIVED",
            "idempotencyKey": "2" });
        self.make("stockAdjust", delta, "levels { quantity }").await;

        let mut image = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01".to_vec();
        image.resize(100, 7);
        let input = json!({ "filename": "a.png", "mimeType": "image/png", "size": image.len() });
        let upload = self.make("uploadCreate", input, "upload { id url }").await["upload"].clone();
        let url = upload["url"].as_str().unwrap().strip_prefix("http://shop.test").unwrap().to_owned();
        let sent = self.shop.http(Request::put(url).body(Body::from(image)).unwrap()).await;
        assert!(sent.status().is_success(), "{}", sent.status());
        let lamp = crate::backoffice::product(&self.shop, "jorn-desk-lamp").await;
        let input = json!({ "productId": lamp, "uploadId": upload["id"], "alt": "" });
        self.make("mediaCreateFromUpload", input, "media { id }").await;
    }

    async fn people(&mut self) {
        let input = json!({ "handle": "clerk", "name": "Clerk", "permissions": ["stock.write"] });
        let role = self.make("roleCreate", input, "role { id }").await["role"]["id"].clone();
        self.make("roleUpdate", json!({ "id": role, "name": "Clerks" }), "role { id }").await;
        let input = json!({ "email": "eve@example.com", "roles": [] });
        let eve = self.make("staffInvite", input, "staffMember { id }").await["staffMember"]["id"].clone();
        self.make("staffRolesSet", json!({ "id": eve, "roles": [role] }), "staffMember { id }").await;
        self.make("staffRolesSet", json!({ "id": eve, "roles": [] }), "staffMember { id }").await;
        self.shop
            .sql("INSERT INTO second_factor (account_id, secret, last_step, failures, created_at) SELECT id, '', 0, 0, 0 FROM account")
            .await;
        self.make("staffSecondFactorReset", json!({ "id": eve }), "staffMember { id }").await;
        self.make("roleDelete", json!({ "id": role }), "deletedId").await;
        self.make("staffDeactivate", json!({ "id": eve }), "staffMember { id }").await;
        let input = json!({ "name": "CI", "scopes": ["products.read"] });
        let token = self.make("appTokenCreate", input, "appToken { id }").await["appToken"]["id"].clone();
        self.make("appTokenRevoke", json!({ "id": token }), "appToken { id }").await;
        let input = json!({ "handle": "ios" });
        let client = self.make("clientAppCreate", input, "clientApp { id }").await["clientApp"]["id"].clone();
        self.make("clientAppUpdate", json!({ "id": client, "name": "iOS" }), "clientApp { id }").await;
        let manifest = json!({ "a": "query A { shop { name } }" }).to_string();
        let input = json!({ "client": "ios", "version": "1", "manifest": manifest });
        self.make("documentsPublish", input, "added").await;
        let documents = json!({ "client": "ios", "documents": ["a"] });
        self.make("documentsRetire", documents.clone(), "").await;
        self.make("documentsKill", documents.clone(), "").await;
        self.make("documentsRevive", documents, "").await;
    }
}

impl Office {
    async fn reviews(&mut self) {
        let text = "{ reviews(status: PUBLISHED, first: 1) { nodes { id version } } }";
        let found = self.shop.query(text).asked_by(self.viewer).await;
        let review = found.at("/reviews/nodes/0");
        let input = json!({ "id": review["id"], "version": review["version"], "decision": "REJECT" });
        self.make("reviewModerate", input, "review { id }").await;
    }

    async fn customers(&mut self) {
        customer(&self.shop, "ann@example.com").await;
        let text = "{ customers(email: \"ann@example.com\") { nodes { id } } }";
        let found = self.shop.query(text).asked_by(self.viewer).await;
        let id = found.text("/customers/nodes/0/id").to_owned();
        let input = json!({ "id": id, "phone": "+49 30 901820", "name": "Ann Zweig" });
        self.make("staffCustomerUpdate", input, "customer { id }").await;
        let input = json!({ "id": id, "purpose": "SMS_MARKETING", "isGiven": true });
        self.make("staffCustomerConsentSet", input, "customer { id }").await;
        self.make("staffCustomerErase", json!({ "id": id }), "erasedAt").await;
        let kept = self.shop.rows("SELECT content FROM audit_entry").await.join(" ");
        assert!(kept.contains("phone") && kept.contains("smsMarketing"), "{kept}");
        assert!(!kept.contains("901820") && !kept.contains("Zweig"), "what is personal is masked");
    }
}

/// The changes that need a right, which only staff and apps have.
fn staff_changes() -> BTreeSet<String> {
    let schema = parse_schema(vitrine::graphql::sdl()).unwrap();
    let mutation = schema.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == "Mutation" => match &ty.node.kind {
            TypeKind::Object(object) => Some(&object.fields),
            _ => None,
        },
        _ => None,
    });
    let rule = |field: &async_graphql::parser::types::FieldDefinition| {
        let access = field.directives.iter().find(|directive| directive.node.name.node == "access").unwrap();
        access.node.get_argument("to").unwrap().node.to_string()
    };
    let needs = mutation.unwrap().iter().filter(|field| rule(&field.node).contains('.'));
    needs.map(|field| field.node.name.node.to_string()).collect()
}

async fn every_change_that_staff_may_make_leaves_an_entry(mut shop: TestShop) {
    let media = shop.folder.join("media");
    shop.configure(|config| config.media = Some(media));
    shop.api = shop.api_with(|_| {});
    let (_, viewer) = staff_member(&shop, "owner@example.com", "owner").await;
    let mut office = Office { shop, viewer, done: BTreeSet::new() };
    office.products().await;
    office.shelves().await;
    office.places().await;
    office.people().await;
    office.reviews().await;
    office.customers().await;

    let all = staff_changes();
    assert!(all.len() > 60, "{all:?}");
    let left_out: Vec<_> = all.difference(&office.done).collect();
    assert!(left_out.is_empty(), "these were not looked at: {left_out:?}");
}

/// Changes that nobody asked for leave no entry; a service that could say so of any change would be a way around.
async fn who_may_leave_no_entry_is_a_closed_list(_shop: TestShop) {
    fn files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if std::fs::read_to_string(&path).is_ok_and(|text| text.contains(".begin_upkeep()")) {
                let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/services/");
                found.push(path.to_str().unwrap().strip_prefix(root).unwrap_or("elsewhere").to_owned());
            }
        }
    }
    let mut found = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    found.sort();
    let expected = [
        "audit/head.rs",
        "audit/retention.rs",
        "audit/seal.rs",
        "backoffice/statistics.rs",
        "identity/seals.rs",
        "search/project/mod.rs",
        "search/project/terms.rs",
    ];
    assert_eq!(found, expected);
}
