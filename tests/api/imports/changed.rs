//! Files that say something else than the one before: what is the same stays the same, and nothing is lost.

use super::{exported, import};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: options_in_another_order_are_the_same_options, a_new_option_keeps_the_variants,
        a_variant_without_a_value_for_a_new_option_keeps_its_product_as_it_is,
        a_product_gets_a_choice_and_keeps_its_variant, fewer_options_are_refused, options_get_other_names,
        skus_change_hands, skus_change_hands_across_changes, a_product_told_of_twice_settles_at_once,
        a_replaced_image_is_another_image, what_only_the_shop_finds_is_told_with_its_own_line,
        an_unreadable_word_puts_nothing_on_sale, limits_are_problems_of_their_cells,
        categories_do_not_depend_on_how_a_file_is_cut, former_handles_lead_to_the_product,
        rows_apart_have_the_options_of_the_first;
}

const SIZES: &str =
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n";

/// Imports rows twice; the second time nothing changes. Answers the problems.
async fn settled(shop: &TestShop, header: &str, rows: &str) -> Vec<(u64, String)> {
    let csv = format!("{header}{rows}");
    let (first, problems) = import(shop, &csv, false).await;
    let before = exported(shop).await;
    let (again, same) = import(shop, &csv, false).await;
    assert_eq!((again.created, again.changed), (0, 0), "{csv}");
    assert_eq!((first.problems, &problems), (again.problems, &same), "{csv}");
    assert_eq!(exported(shop).await, before, "{csv}");
    problems.into_iter().map(|problem| (problem.line, problem.reason)).collect()
}

async fn variants(shop: &TestShop) -> Vec<String> {
    shop.rows("SELECT title || ' ' || coalesce(sku, '-') FROM variant ORDER BY position, title").await
}

async fn ids(shop: &TestShop) -> Vec<String> {
    let text = if shop.engine == crate::harness::Engine::Sqlite { "hex(id)" } else { "id::text" };
    shop.rows(&format!("SELECT {text} FROM variant ORDER BY position, title")).await
}

async fn options_in_another_order_are_the_same_options(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Color,Red,Size,S,,1\na,,,Blue,,S,,2\n").await;
    let before = (ids(&shop).await, exported(&shop).await);

    let problems = settled(&shop, SIZES, "a,A,Size,S,Color,Red,,1\na,,,S,,Blue,,2\n").await;

    assert_eq!(problems, []);
    assert_eq!((ids(&shop).await, exported(&shop).await), before);
}

async fn a_new_option_keeps_the_variants(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Size,S,,,X1,1\na,,,M,,,X2,1\n").await;
    let before = ids(&shop).await;

    let rows = "a,A,Color,Blue,Size,S,,1\na,,,Red,,S,X1,1\na,,,Red,,M,X2,1\n";
    assert_eq!(settled(&shop, SIZES, rows).await, []);

    assert_eq!(variants(&shop).await, ["S / Red X1", "M / Red X2", "S / Blue -"]);
    assert_eq!(ids(&shop).await[..2], before[..]);
    assert!(exported(&shop).await.contains("a,A,"), "the product is not left out");
}

async fn a_variant_without_a_value_for_a_new_option_keeps_its_product_as_it_is(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Size,S,,,,1\na,,,L,,,,1\n").await;
    let before = exported(&shop).await;

    let problems = settled(&shop, SIZES, "b,B,Size,S,,,,1\na,New,Size,S,Color,Red,,1\na,,,M,,Red,,1\n").await;

    assert_eq!(problems.len(), 1);
    assert!(problems[0].0 == 3 && problems[0].1.contains("\"L\" has for Color"), "{problems:?}");
    let after = exported(&shop).await;
    assert!(before.lines().skip(1).all(|line| after.lines().any(|other| other == line)), "{after}");
    assert!(after.lines().any(|line| line.starts_with("b,B,")));
}

async fn a_product_gets_a_choice_and_keeps_its_variant(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Title,Default Title,,,,1\nb,B,Title,Default Title,,,Y,1\n").await;
    let before = ids(&shop).await;

    let rows = "a,A,Size,S,,,,1\na,,,M,,,,1\nb,B,Size,S,Color,Red,X,1\nb,,,M,,Red,Y,1\n";
    assert_eq!(settled(&shop, SIZES, rows).await, []);

    let mut now = variants(&shop).await;
    now.sort_unstable();
    assert_eq!(now, ["M -", "M / Red Y", "S -", "S / Red X"]);
    let after = ids(&shop).await;
    assert!(before.iter().all(|id| after.contains(id)));
    assert_eq!(shop.number("SELECT count(*) FROM option_value WHERE value = 'Default Title'").await, 0);
}

async fn fewer_options_are_refused(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Size,S,Color,Red,,1\na,,,M,,Red,,1\n").await;
    let before = exported(&shop).await;
    for rows in ["a,A,Size,S,,,,5\n", "a,A,Color,Red,,,,5\n", "a,A,Title,Default Title,,,,5\n"] {
        let problems = settled(&shop, SIZES, rows).await;
        assert_eq!((problems.len(), problems[0].0), (1, 2), "{problems:?}");
        assert_eq!(exported(&shop).await, before);
    }
}

async fn options_get_other_names(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Color,Red,Size,S,,1\na,,,Blue,,S,,1\n").await;
    let before = ids(&shop).await;

    assert_eq!(settled(&shop, SIZES, "a,A,Size,S,Colour,Red,,1\na,,,S,,Blue,,1\n").await, []);
    assert_eq!(
        (variants(&shop).await, ids(&shop).await),
        (vec!["Red / S -".to_owned(), "Blue / S -".to_owned()], before)
    );
    assert_eq!(shop.rows("SELECT name FROM product_option ORDER BY position").await, ["Colour", "Size"]);

    let problems = settled(&shop, SIZES, "a,A,Material,Wool,Fit,Slim,,1\n").await;
    assert_eq!(problems.len(), 1, "nothing tells what the variants are now: {problems:?}");
}

async fn skus_change_hands(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Size,S,,,S1,1\na,,,M,,,S2,1\nb,B,Title,Default Title,,,,1\n").await;

    assert_eq!(
        settled(&shop, SIZES, "a,A,Size,S,,,,1\na,,,M,,,S1,1\nb,B,Title,Default Title,,,S2,1\n").await,
        []
    );
    assert_eq!(shop.rows("SELECT coalesce(sku, '-') FROM variant ORDER BY 1").await, ["-", "S1", "S2"]);

    assert_eq!(
        settled(&shop, SIZES, "a,A,Size,S,,,S2,1\na,,,M,,,,1\nb,B,Title,Default Title,,,S1,1\n").await,
        []
    );
    assert_eq!(
        settled(&shop, SIZES, "a,A,Size,S,,,S1,1\nb,B,Title,Default Title,,,S2,1\n").await,
        [],
        "a plain swap"
    );
}

async fn skus_change_hands_across_changes(shop: TestShop) {
    let file = |shift: usize| {
        let row =
            |number: usize| format!("p{number},P,Title,Default Title,,,K{},1\n", (number + shift) % 300);
        (0..300).map(row).collect::<String>()
    };
    settled(&shop, SIZES, &file(0)).await;
    assert_eq!(settled(&shop, SIZES, &file(7)).await, []);
    assert_eq!(shop.number("SELECT count(*) FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = 'p0' AND v.sku = 'K7'").await, 1);
}

async fn a_product_told_of_twice_settles_at_once(shop: TestShop) {
    let rows = "a,A,Size,S,,,,1\nb,B,Size,S,,,,1\na,Other,Size,S,,,,2\na,,,M,,,,3\n";
    let problems = settled(&shop, SIZES, rows).await;
    assert_eq!(problems.iter().map(|problem| problem.0).collect::<Vec<_>>(), [4, 4], "{problems:?}");
    let (summary, _) = import(&shop, &format!("{SIZES}{rows}"), false).await;
    assert_eq!((summary.unchanged, summary.variants), (2, 3), "a product counts once");
}

async fn a_replaced_image_is_another_image(shop: TestShop) {
    let header = "Handle,Title,Variant Price,Image Src,Image Position,Variant Image\n";
    settled(&shop, header, "a,A,1,https://a/1.jpg,1,https://a/1.jpg\n").await;
    shop.sql("UPDATE media SET width = 10, height = 20, mime_type = 'image/jpeg', alt = 'Front'").await;
    shop.sql("INSERT INTO media_translation (media_id, language, alt) SELECT id, 'de', 'Vorne' FROM media")
        .await;

    let header = "Handle,Title,Variant Price,Image Src,Image Position\n";
    assert_eq!(settled(&shop, header, "a,A,1,https://a/2.jpg,1\n").await, []);

    let known = "SELECT count(*) FROM media WHERE width IS NOT NULL OR height IS NOT NULL OR mime_type IS NOT NULL OR alt <> ''";
    assert_eq!(shop.number(known).await, 0);
    assert_eq!(shop.number("SELECT count(*) FROM media_translation").await, 0);
    assert_eq!(
        shop.rows("SELECT m.url FROM variant v JOIN media m ON m.id = v.media_id").await,
        ["https://a/2.jpg"]
    );
}

async fn what_only_the_shop_finds_is_told_with_its_own_line(shop: TestShop) {
    let rows = "a,A,Size,S,,,X,1\nb,B,Size,S,,,,1\nb,,,M,,,,1\nb,,,L,,,X,1\nb,,,XL,,,,\n";
    let (_, problems) = import(&shop, &format!("{SIZES}{rows}"), false).await;
    let mut lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [5, 6], "{problems:?}");
}

async fn an_unreadable_word_puts_nothing_on_sale(shop: TestShop) {
    let header = "Handle,Title,Variant Price,Status,Published\n";
    let csv = format!(
        "{header}a,A,1,unlisted,TRUE\nb,B,1,darft,TRUE\nc,C,1,active,no\nd,D,1,Active,0\ne,E,1,ACTIVE,True\n"
    );
    let (_, problems) = import(&shop, &csv, false).await;
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3, 4, 5]);
    let seen = shop.query("{ products(first: 10) { nodes { handle } } }").await.handles("/products");
    assert_eq!(seen, ["e"]);

    import(&shop, &format!("{header}e,E,1,darft,no\n"), false).await;
    let seen = shop.query("{ products(first: 10) { nodes { handle } } }").await.handles("/products");
    assert_eq!(seen, ["e"], "a product that is there keeps what it has");
}

async fn limits_are_problems_of_their_cells(shop: TestShop) {
    let noise: String =
        (0..10_000_u32).map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000).unwrap()).collect();
    let header = "Handle,Title,Vendor,Type,Tags,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price,Note\n";
    let deep = ["d"; 15].join(" > ");
    let piece: String = noise.chars().take(255).collect();
    let long = [piece.as_str(); 10].join(" > ");
    let csv = format!(
        "{header}a,A,{noise},,,,Size,S,,1,\nb,B,,{noise},,,Size,S,,1,\nc,C,,,{noise},,Size,S,,1,\n\
         d,D,,,,{deep},Size,S,,1,\ne,E,,,,,Size,{noise},,1,\nf,F,,,,,Size,S,{noise},1,\ng,G,n\0l,,,,Size,S,,1,\n\
         h,H,,,,,Size,S,,1,n\0l\ni,I,,,,{long},Size,S,,1,\n"
    );
    let (summary, problems) = import(&shop, &csv, false).await;
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(problems.iter().all(|problem| problem.column.is_some()), "{problems:?}");
    assert_eq!((summary.created, summary.variants), (9, 7));
    assert_eq!(shop.number("SELECT CAST(max(length(handle)) AS bigint) FROM category").await.max(256), 256);
    assert_eq!(shop.number("SELECT CAST(max(depth) AS bigint) FROM category_closure").await, 9);
}

async fn categories_do_not_depend_on_how_a_file_is_cut(shop: TestShop) {
    let header = "Handle,Title,Variant Price,Product Category\n";
    let pair = |n: usize| format!("p{n}a,P,1,cat{n}\np{n}b,P,1,Cat{n}\n");
    let rows = (0..150).map(pair).collect::<String>();
    assert_eq!(settled(&shop, header, &rows).await, []);
    let own = "SELECT count(*) FROM product p JOIN product_category t ON t.product_id = p.id JOIN category c ON c.id = t.category_id \
        WHERE c.title = CASE WHEN p.handle LIKE '%a' THEN 'cat' ELSE 'Cat' END || substr(p.handle, 2, length(p.handle) - 2)";
    assert_eq!(shop.number(own).await, 300);
    assert_eq!(shop.number("SELECT count(*) FROM category").await, 300);
}

async fn rows_apart_have_the_options_of_the_first(shop: TestShop) {
    settled(&shop, SIZES, "a,A,Size,S,Color,Red,,1\n").await;
    let apart = "a,A,Color,Red,Size,S,,1\nb,B,Size,S,,,,1\na,,,Blue,,L,,2\n";
    assert_eq!(settled(&shop, SIZES, apart).await, []);
    let of_a = "SELECT v.title FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = 'a' ORDER BY v.position";
    assert_eq!(shop.rows(of_a).await, ["S / Red", "L / Blue"]);

    // What makes no sense on the first row makes none on the others.
    let apart = "c,C,Size,S,Size,Red,,1\nb,B,Size,S,,,,1\nc,,,Blue,,L,,2\n";
    let problems = settled(&shop, SIZES, apart).await;
    assert_eq!(problems.iter().map(|problem| problem.0).collect::<Vec<_>>(), [2, 4], "{problems:?}");
}

async fn former_handles_lead_to_the_product(shop: TestShop) {
    settled(&shop, SIZES, "old,A,Size,S,,,X,1\n").await;
    shop.sql("INSERT INTO handle_redirect (kind, handle, target_id) SELECT 0, 'old', id FROM product").await;
    shop.sql("UPDATE product SET handle = 'new'").await;

    assert_eq!(settled(&shop, SIZES, "old,B,Size,S,,,X,2\n").await, []);
    assert_eq!(shop.rows("SELECT handle || ' ' || title FROM product").await, ["new B"]);

    let problems = settled(&shop, SIZES, "new,C,Size,S,,,X,2\nold,D,Size,S,,,Y,2\n").await;
    assert_eq!(problems.iter().map(|problem| problem.0).collect::<Vec<_>>(), [3], "{problems:?}");

    // The first counts, however far apart they stand and whichever it is.
    let between = (0..300).map(|n| format!("p{n},P,Size,S,,,,1\n")).collect::<String>();
    let rows = format!("old,E,Size,S,,,X,2\n{between}new,F,Size,M,,,Z,2\n");
    let problems = settled(&shop, SIZES, &rows).await;
    assert_eq!(problems.iter().map(|problem| problem.0).collect::<Vec<_>>(), [303], "{problems:?}");
    let own = "SELECT p.title || ' ' || count(*) FROM product p JOIN variant v ON v.product_id = p.id \
        WHERE p.handle = 'new' GROUP BY p.title";
    assert_eq!(shop.rows(own).await, ["E 1"]);
}
