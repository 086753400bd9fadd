//! The category tree.

use serde_json::json;

use super::{category, change, check_projections, made, product, unknown, wrong};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: categories_are_created_changed_and_deleted, a_new_handle_leaves_a_redirect_and_moves_the_lists,
        what_a_category_cannot_be_is_told, a_branch_moves_with_its_products, a_category_is_not_moved_below_itself,
        moves_at_once_close_no_circle, siblings_are_put_in_order, a_version_that_is_gone_is_a_conflict,
        a_category_in_use_is_not_deleted_by_mistake, categories_are_translated,
        what_search_engines_are_told_of_categories_is_translated_field_by_field;
    empty: the_tree_has_a_bottom;
}

async fn categories_are_created_changed_and_deleted(shop: TestShop) {
    let home = category(&shop, "home").await;
    let input = json!({ "parentId": home, "title": " Garden & Terrace ", "description": "Outside", "seoTitle": "Garden", "position": 0 });
    let reply = change(
        &shop,
        "categoryCreate",
        input,
        "category { id handle title description version parent { handle } seo { title } }",
    )
    .await;
    let id = made(&reply)["category"]["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.text("/it/category/handle"), "garden-terrace");
    assert_eq!(reply.text("/it/category/title"), "Garden & Terrace");
    assert_eq!(reply.text("/it/category/parent/handle"), "home");
    assert_eq!(reply.text("/it/category/seo/title"), "Garden");
    assert_eq!(reply.number("/it/category/version"), 1);
    let first =
        shop.query("{ category(handle: \"home\") { children(first: 1) { nodes { handle } } } }").await;
    assert_eq!(first.handles("/category/children"), ["garden-terrace"]);

    let again =
        change(&shop, "categoryCreate", json!({ "title": "Garden & Terrace" }), "category { handle }").await;
    assert_eq!(made(&again)["category"]["handle"], "garden-terrace-2");

    let input = json!({ "id": id, "version": 1, "title": "Garden", "description": null, "seoTitle": null });
    let reply =
        change(&shop, "categoryUpdate", input, "category { title description version seo { title } }").await;
    assert_eq!(
        made(&reply)["category"],
        json!({ "title": "Garden", "description": "", "version": 2, "seo": { "title": null } })
    );
    let same =
        change(&shop, "categoryUpdate", json!({ "id": id, "title": "Garden" }), "category { version }").await;
    assert_eq!(made(&same)["category"]["version"], 2, "nothing was changed");

    let reply = change(&shop, "categoryDelete", json!({ "id": id }), "deletedId").await;
    assert_eq!(made(&reply)["deletedId"], json!(id));
    assert!(shop.query("{ category(handle: \"garden-terrace\") { id } }").await.at("/category").is_null());
}

async fn a_new_handle_leaves_a_redirect_and_moves_the_lists(shop: TestShop) {
    let count = "{ it: products(first: 1, filter: { categories: \"HANDLE\" }) { totalCount } category(handle: \"HANDLE\") { handle productCount } }";
    let before = shop.query(&count.replace("HANDLE", "lighting")).await.number("/category/productCount");
    assert!(before > 0);
    let id = category(&shop, "lighting").await;

    made(
        &change(
            &shop,
            "categoryUpdate",
            json!({ "id": id, "handle": "lamps-and-lights" }),
            "category { id }",
        )
        .await,
    );

    let now = shop.query(&count.replace("HANDLE", "lamps-and-lights")).await;
    assert_eq!((now.number("/category/productCount"), now.number("/it/totalCount")), (before, before));
    assert_eq!(
        shop.query(&count.replace("HANDLE", "lighting")).await.text("/category/handle"),
        "lamps-and-lights"
    );
    check_projections(&shop).await;
    // The former handle is free again, and leads to who takes it.
    made(
        &change(&shop, "categoryCreate", json!({ "title": "New", "handle": "lighting" }), "category { id }")
            .await,
    );
    let taken = shop.query(&count.replace("HANDLE", "lighting")).await;
    assert_eq!((taken.text("/category/handle"), taken.number("/category/productCount")), ("lighting", 0));
    let back = json!({ "id": id, "handle": "lighting" });
    assert_eq!(wrong(&change(&shop, "categoryUpdate", back, "category { id }").await), ["TAKEN handle"]);
}

async fn what_a_category_cannot_be_is_told(shop: TestShop) {
    let id = category(&shop, "home").await;
    let table = product(&shop, "jorn-desk-lamp").await;
    let long = "x".repeat(256);
    for (input, expected) in [
        (json!({ "title": "" }), "INVALID title"),
        (json!({ "title": long }), "INVALID title"),
        (json!({ "title": "a\u{0}b" }), "INVALID title"),
        (json!({ "title": "a", "handle": "Home" }), "INVALID handle"),
        (json!({ "title": "a", "handle": "home" }), "TAKEN handle"),
        (json!({ "title": "a", "description": "x".repeat(65_537) }), "INVALID description"),
        (json!({ "title": "a", "description": "\u{1b}" }), "INVALID description"),
        (json!({ "title": "a", "seoTitle": "x".repeat(501) }), "INVALID seoTitle"),
        (json!({ "title": "a", "seoDescription": "a\nb" }), "INVALID seoDescription"),
        (json!({ "title": "a", "position": -1 }), "INVALID position"),
        (json!({ "title": "a", "parentId": unknown("cat") }), "NOT_FOUND parentId"),
        (json!({ "title": "a", "parentId": table }), "NOT_FOUND parentId"),
        (json!({ "title": "a", "parentId": "" }), "NOT_FOUND parentId"),
    ] {
        let reply = change(&shop, "categoryCreate", input.clone(), "category { id }").await;
        assert_eq!(wrong(&reply), [expected], "{input}");
        assert!(reply.at("/it/category").is_null());
    }
    for (field, input) in [
        ("categoryUpdate", json!({ "id": "ID", "title": "x" })),
        ("categoryMove", json!({ "id": "ID" })),
        ("categoryDelete", json!({ "id": "ID" })),
        ("categoryTranslationSet", json!({ "id": "ID", "language": "fr", "title": "x" })),
    ] {
        for stranger in [unknown("cat"), table.clone(), "cat_".to_owned(), String::new()] {
            let mut input = input.clone();
            input["id"] = json!(stranger);
            assert_eq!(wrong(&change(&shop, field, input, "").await), ["NOT_FOUND id"], "{field} {stranger}");
        }
    }
    let several = json!({ "id": id, "title": "", "handle": "A", "seoTitle": "\u{7}" });
    let told = wrong(&change(&shop, "categoryUpdate", several, "").await);
    assert_eq!(told, ["INVALID handle", "INVALID title", "INVALID seoTitle"], "everything at once");
}

async fn a_branch_moves_with_its_products(shop: TestShop) {
    let (lighting, kitchen) = (category(&shop, "lighting").await, category(&shop, "kitchen").await);
    let count = "{ a: category(handle: \"home\") { productCount } b: category(handle: \"kitchen\") { productCount } c: category(handle: \"lighting\") { productCount } }";
    let before = shop.query(count).await;
    let moved = before.number("/c/productCount");

    let reply = change(
        &shop,
        "categoryMove",
        json!({ "id": lighting, "parentId": kitchen, "position": 0 }),
        "category { version breadcrumbs { handle } }",
    )
    .await;

    assert_eq!(
        made(&reply)["category"]["breadcrumbs"],
        json!([{ "handle": "kitchen" }, { "handle": "lighting" }])
    );
    let after = shop.query(count).await;
    assert_eq!(after.number("/a/productCount"), before.number("/a/productCount") - moved);
    assert_eq!(after.number("/b/productCount"), before.number("/b/productCount") + moved);
    let first =
        shop.query("{ category(handle: \"kitchen\") { children(first: 1) { nodes { handle } } } }").await;
    assert_eq!(first.handles("/category/children"), ["lighting"]);
    check_projections(&shop).await;
    made(&change(&shop, "categoryMove", json!({ "id": lighting, "parentId": null }), "").await);
    assert!(
        shop.query("{ category(handle: \"lighting\") { parent { id } } }")
            .await
            .at("/category/parent")
            .is_null()
    );
}

async fn a_category_is_not_moved_below_itself(shop: TestShop) {
    let (home, lighting, table) = (
        category(&shop, "home").await,
        category(&shop, "lighting").await,
        category(&shop, "table-lamps").await,
    );
    for below in [&home, &lighting, &table] {
        let reply = change(&shop, "categoryMove", json!({ "id": home, "parentId": below }), "").await;
        assert_eq!(wrong(&reply), ["INVALID parentId"]);
    }
    let crumbs = shop.query("{ category(handle: \"table-lamps\") { breadcrumbs { handle } } }").await;
    assert_eq!(crumbs.texts("/category/breadcrumbs", "/handle"), ["home", "lighting", "table-lamps"]);
}

async fn moves_at_once_close_no_circle(shop: TestShop) {
    let (a, b) = (category(&shop, "home").await, category(&shop, "kitchen").await);
    for _ in 0..5 {
        let one = change(&shop, "categoryMove", json!({ "id": a, "parentId": b }), "");
        let other = change(&shop, "categoryMove", json!({ "id": b, "parentId": a }), "");
        let (one, other) = tokio::join!(one, other);
        let refused = [wrong(&one), wrong(&other)].concat();
        assert_eq!(refused, ["INVALID parentId"], "one of them wins");
        let circles = shop
            .number("SELECT count(*) FROM category_closure WHERE ancestor_id = descendant_id AND depth > 0")
            .await;
        assert_eq!(circles, 0);
        for id in [&a, &b] {
            made(&change(&shop, "categoryMove", json!({ "id": id, "parentId": null }), "").await);
        }
    }
}

async fn siblings_are_put_in_order(shop: TestShop) {
    let children = "{ category(handle: \"home\") { children(first: 50) { nodes { id handle } } } }";
    let before = shop.query(children).await;
    let ids = before.texts("/category/children/nodes", "/id");
    let last = ids.last().unwrap().clone();
    let home = category(&shop, "home").await;

    let input = json!({ "parentId": home, "ids": [last, ids[0]] });
    made(&change(&shop, "categoriesReorder", input, "parent { handle }").await);

    let after = shop.query(children).await.texts("/category/children/nodes", "/id");
    assert_eq!(after[..2], [last.clone(), ids[0].clone()]);
    assert_eq!(after[2..], ids[1..ids.len() - 1]);
    for (ids, expected) in [
        (json!([last, last]), "INVALID ids.1"),
        (json!([home]), "NOT_FOUND ids.0"),
        (json!([last, unknown("prd")]), "NOT_FOUND ids.1"),
    ] {
        let reply = change(&shop, "categoriesReorder", json!({ "parentId": home, "ids": ids }), "").await;
        assert_eq!(wrong(&reply), [expected]);
    }
    made(&change(&shop, "categoriesReorder", json!({ "ids": [home] }), "").await);
}

async fn a_version_that_is_gone_is_a_conflict(shop: TestShop) {
    let id = category(&shop, "home").await;
    made(&change(&shop, "categoryUpdate", json!({ "id": id, "version": 1, "title": "First" }), "").await);
    for field in ["categoryUpdate", "categoryMove", "categoryDelete"] {
        let reply =
            change(&shop, field, json!({ "id": id, "version": 1 }), "category { title version }").await;
        assert_eq!(wrong(&reply), ["CONFLICT version"], "{field}");
        assert_eq!(reply.at("/it/category"), &json!({ "title": "First", "version": 2 }));
    }
    let (one, other) = tokio::join!(
        change(&shop, "categoryUpdate", json!({ "id": id, "version": 2, "title": "A" }), ""),
        change(&shop, "categoryUpdate", json!({ "id": id, "version": 2, "title": "B" }), ""),
    );
    assert_eq!([wrong(&one), wrong(&other)].concat(), ["CONFLICT version"], "one of two editors wins");
}

async fn a_category_in_use_is_not_deleted_by_mistake(shop: TestShop) {
    let id = category(&shop, "lighting").await;
    let products = shop.number("SELECT count(*) FROM product").await;
    let reply = change(&shop, "categoryDelete", json!({ "id": id }), "deletedId").await;
    assert_eq!(wrong(&reply), ["IN_USE id"]);
    let before = shop.number("SELECT count(*) FROM category").await;

    made(&change(&shop, "categoryDelete", json!({ "id": id, "withDescendants": true }), "deletedId").await);

    assert!(shop.number("SELECT count(*) FROM category").await < before - 1);
    assert_eq!(shop.number("SELECT count(*) FROM product").await, products);
    let gaps = "SELECT count(*) FROM product_category a WHERE position > 0 AND NOT EXISTS \
        (SELECT 1 FROM product_category b WHERE b.product_id = a.product_id AND b.position = a.position - 1)";
    assert_eq!(shop.number(gaps).await, 0, "the first category that is left is the main one");
    check_projections(&shop).await;
}

async fn categories_are_translated(shop: TestShop) {
    let id = category(&shop, "home").await;
    let input = json!({ "id": id, "language": "de", "title": "Zuhause" });
    made(&change(&shop, "categoryTranslationSet", input, "category { id }").await);
    let german = shop.query("{ category(handle: \"home\") { title } }").market("de").language("de");
    assert_eq!(german.await.text("/category/title"), "Zuhause");

    made(
        &change(&shop, "categoryTranslationSet", json!({ "id": id, "language": "de" }), "category { id }")
            .await,
    );
    let german = shop.query("{ category(handle: \"home\") { title } }").market("de").language("de");
    assert_eq!(german.await.text("/category/title"), "Home");
    for (input, expected) in [
        (json!({ "id": id, "language": "German", "title": "x" }), "INVALID language"),
        (json!({ "id": id, "language": "en", "title": "x" }), "INVALID language"),
        (json!({ "id": id, "language": "fr", "title": "" }), "INVALID title"),
        (json!({ "id": id, "language": "fr", "seoTitle": "x".repeat(501) }), "INVALID seoTitle"),
        (json!({ "id": id, "language": "fr", "seoDescription": "a\nb" }), "INVALID seoDescription"),
    ] {
        assert_eq!(wrong(&change(&shop, "categoryTranslationSet", input, "").await), [expected]);
    }
}

async fn what_search_engines_are_told_of_categories_is_translated_field_by_field(shop: TestShop) {
    let id = category(&shop, "home").await;
    let english = json!({ "id": id, "seoTitle": "For the home", "seoDescription": "Lamps and more" });
    made(&change(&shop, "categoryUpdate", english, "category { id }").await);
    let seo = "{ category(handle: \"home\") { title seo { title description } } }";
    let (german, none) = ("Wohnen", serde_json::Value::Null);
    for (title, seo_title, seo_description, expected) in [
        (json!(german), json!("Für zu Hause"), json!(""), (german, "Für zu Hause", "Lamps and more")),
        (json!(german), none.clone(), json!("Lampen und mehr"), (german, "For the home", "Lampen und mehr")),
        (none.clone(), json!("Für zu Hause"), none.clone(), ("Home", "Für zu Hause", "Lamps and more")),
        (none.clone(), json!(""), json!(""), ("Home", "For the home", "Lamps and more")),
    ] {
        let input = json!({ "id": id, "language": "de", "title": title, "seoTitle": seo_title, "seoDescription": seo_description });
        made(&change(&shop, "categoryTranslationSet", input, "category { id }").await);
        let told = shop.query(seo).market("de").language("de").await;
        let texts = ["/category/title", "/category/seo/title", "/category/seo/description"];
        assert_eq!(texts.map(|text| told.text(text)), <[&str; 3]>::from(expected));
        assert_eq!(shop.query(seo).await.text("/category/seo/title"), "For the home");
    }
    let left = "SELECT count(*) FROM category_translation t JOIN category c ON c.id = t.category_id \
        WHERE c.handle = 'home' AND t.language = 'de'";
    assert_eq!(shop.number(left).await, 0, "what says nothing is no translation");
}

async fn the_tree_has_a_bottom(shop: TestShop) {
    shop.save(&[]).await;
    let mut parent = serde_json::Value::Null;
    let mut ids = Vec::new();
    for level in 1..=10 {
        let input = json!({ "parentId": parent, "title": format!("Level {level}") });
        let reply = change(&shop, "categoryCreate", input, "category { id }").await;
        parent = made(&reply)["category"]["id"].clone();
        ids.push(parent.clone());
    }
    let deeper =
        change(&shop, "categoryCreate", json!({ "parentId": parent, "title": "Level 11" }), "").await;
    assert_eq!(wrong(&deeper), ["INVALID parentId"]);
    let reply = change(&shop, "categoryCreate", json!({ "title": "Above all" }), "category { id }").await;
    let above = &made(&reply)["category"]["id"];
    let moved = change(&shop, "categoryMove", json!({ "id": ids[0], "parentId": above }), "").await;
    assert_eq!(wrong(&moved), ["INVALID parentId"]);
    made(&change(&shop, "categoryMove", json!({ "id": ids[1], "parentId": above }), "").await);
}
