//! What the rows of a product come to.

use super::{Group, Options, Reader};
use crate::services::catalog::draft::{InventoryPolicy, Status, WeightUnit};

fn groups(csv: &str) -> Vec<Group> {
    Reader::new(csv.as_bytes(), Options { currency_exponent: 2 }).unwrap().collect()
}

pub(super) fn only(csv: &str) -> Group {
    let mut groups = groups(csv);
    assert_eq!(groups.len(), 1);
    groups.remove(0)
}

/// Line, column and the beginning of the reason of each problem.
pub(super) fn told(group: &Group) -> Vec<(u64, &str, &str)> {
    let problems = group.problems.iter();
    problems
        .map(|problem| (problem.line, problem.column.as_deref().unwrap_or(""), problem.reason.as_str()))
        .collect()
}

#[test]
fn a_classic_row_tells_everything_of_a_product() {
    let group = only(concat!(
        "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,",
        "Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,",
        "Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,",
        "Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Cost per item,Status\n",
        "tee, Tee ,<p>A </p> ,Acme,Apparel & Accessories > Clothing,Shirts,\"Red, blue,red\",TRUE,Size,S,T-1,",
        "250.5,shopify,-3,continue,manual,9.99,12,true,FALSE,0123,https://a/1.jpg,1,Front,false,Buy tee,Soft,https://a/1.jpg,kg,4.5,Draft\n",
    ));
    assert_eq!(group.problems, []);
    let product = &group.draft;
    assert_eq!((product.handle.as_str(), product.title.as_deref()), ("tee", Some("Tee")));
    assert_eq!(product.description_html.as_deref(), Some("<p>A </p> "));
    assert_eq!((product.vendor.as_deref(), product.product_type.as_deref()), (Some("Acme"), Some("Shirts")));
    assert_eq!(product.tags.as_deref().unwrap(), ["Red", "blue"]);
    assert_eq!(
        (product.status, product.published, product.gift_card),
        (Some(Status::Draft), Some(true), Some(false))
    );
    assert_eq!(product.categories.as_deref().unwrap(), [["Apparel & Accessories", "Clothing"]]);
    assert_eq!(
        (product.seo_title.as_deref(), product.seo_description.as_deref()),
        (Some("Buy tee"), Some("Soft"))
    );
    assert_eq!(product.options.as_deref().unwrap(), ["Size"]);
    let variant = &product.variants[0];
    assert_eq!(variant.option_values, ["S"]);
    assert_eq!((variant.sku.as_deref(), variant.barcode.as_deref()), (Some("T-1"), Some("0123")));
    assert_eq!(
        (variant.price, variant.compare_at_price, variant.unit_cost),
        (Some(999), Some(Some(1_200)), Some(Some(450)))
    );
    assert_eq!((variant.weight_grams, variant.weight_unit), (Some(250.5), Some(WeightUnit::Kilogram)));
    assert_eq!((variant.inventory_tracker.as_deref(), variant.quantity), (Some("shopify"), Some(-3)));
    assert_eq!(variant.inventory_policy, Some(InventoryPolicy::Continue));
    assert_eq!((variant.requires_shipping, variant.taxable), (Some(true), Some(false)));
    assert_eq!(variant.image_url.as_deref(), Some("https://a/1.jpg"));
    let media = &product.media[0];
    assert_eq!(
        (media.url.as_str(), media.position, media.alt.as_deref()),
        ("https://a/1.jpg", Some(1), Some("Front"))
    );
}

#[test]
fn todays_headers_tell_the_same_as_the_classic_ones() {
    let cells = "tee,Tee,<p>A</p>,true,S,Size,T-1,9.99,12,4,true,shopify,5,deny,250,g,https://a/1.jpg,Front,https://a/1.jpg,Buy\n";
    let classic = "Handle,Title,Body (HTML),Published,Option1 Value,Option1 Name,Variant SKU,Variant Price,\
        Variant Compare At Price,Cost per item,Variant Taxable,Variant Inventory Tracker,Variant Inventory Qty,\
        Variant Inventory Policy,Variant Grams,Variant Weight Unit,Image Src,Image Alt Text,Variant Image,SEO Title\n";
    let today = "URL handle,Title,Description,Published on online store,Option1 value,Option1 name,SKU,Price,\
        Compare-at price,Cost per item,Charge tax,Inventory tracker,Inventory quantity,\
        Continue selling when out of stock,Weight value (grams),Weight unit for display,Product image URL,Image alt text,Variant image URL,SEO title\n";
    let draft = |header: &str| only(&format!("{header}{cells}")).draft;
    assert_eq!(draft(classic), draft(today));
    assert!(draft(today).metafields.is_empty(), "no column was taken for a metafield");
}

#[test]
fn rows_may_carry_only_a_variant_or_only_an_image() {
    let group = only(
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price,Image Src,Image Position\n\
         tee,Tee,Size,S,Color,Red,1,https://a/1.jpg,1\n\
         tee,,,M,,Red,2,,\n\
         tee,,,,,,,https://a/2.jpg,2\n\
         tee,,Size,L,Color,Red,3,https://a/1.jpg,\n",
    );
    assert_eq!(group.problems, []);
    assert_eq!((group.first_line, group.lines), (2, 4));
    let values: Vec<_> = group.draft.variants.iter().map(|variant| variant.option_values.join("/")).collect();
    assert_eq!(values, ["S/Red", "M/Red", "L/Red"]);
    let urls: Vec<_> = group.draft.media.iter().map(|media| (media.url.as_str(), media.position)).collect();
    assert_eq!(urls, [("https://a/1.jpg", Some(1)), ("https://a/2.jpg", Some(2))]);
}

#[test]
fn an_absent_column_keeps_and_an_empty_cell_on_the_first_row_clears() {
    let group = only(
        "Handle,Title,Vendor,Tags,Variant Price,Variant Compare At Price,Care (product.metafields.custom.care)\ntee,Tee,,,1,,\ntee,,Acme,,,,x\n",
    );
    let product = &group.draft;
    assert_eq!((product.vendor.as_deref(), product.tags.as_deref()), (Some(""), Some(&[] as &[String])));
    assert_eq!((product.product_type.as_deref(), product.categories.as_deref()), (None, None));
    assert_eq!((product.metafields.len(), product.metafields[0].value.as_str()), (1, ""));
    assert_eq!(product.variants[0].compare_at_price, Some(None));
    assert_eq!((product.variants[0].unit_cost, product.variants[0].sku.as_deref()), (None, None));
}

#[test]
fn a_group_without_a_title_tells_only_what_it_has() {
    let groups = groups(
        "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant Price,Status\na,A,V,Size,S,1,active\nb,B,V,Size,S,1,\na,,,,M,2,archived\n",
    );
    let handles: Vec<_> = groups.iter().map(|group| group.draft.handle.as_str()).collect();
    assert_eq!(handles, ["a", "b", "a"]);
    let later = &groups[2].draft;
    assert_eq!((later.title.as_deref(), later.vendor.as_deref()), (None, None));
    assert_eq!(
        later.options.as_deref(),
        Some(&["Size".to_owned()][..]),
        "values without a name mean nothing"
    );
    assert_eq!(later.status, None);
    assert_eq!(
        (later.variants[0].option_values.as_slice(), &groups[2].variant_lines),
        (&["M".to_owned()][..], &vec![4])
    );
    assert_eq!(told(&groups[2]), [(4, "Status", "the product has another value on line 2, which stays")]);
}

#[test]
fn unknown_columns_become_metafields_of_the_product_or_the_variant() {
    let group = only(
        "Handle,Title,Variant Price,Google Shopping / MPN,Variant Tax Code,Color (product.metafields.shopify.color-pattern),Price / EU,Fulfillment service\n\
         a,A,1,M-1,P01,\"red\nblue\",9,amazon\n",
    );
    let shown = |own: &[crate::services::catalog::draft::MetafieldDraft]| -> Vec<String> {
        own.iter()
            .map(|own| format!("{}.{}={} {}", own.namespace, own.key, own.value, own.value_type))
            .collect()
    };
    assert_eq!(
        shown(&group.draft.metafields),
        [
            "google_shopping.mpn=M-1 single_line_text_field",
            "shopify.color-pattern=red\nblue multi_line_text_field"
        ]
    );
    assert_eq!(
        shown(&group.draft.variants[0].metafields),
        [
            "shopify_csv.variant_tax_code=P01 single_line_text_field",
            "market_price.EU=9 single_line_text_field",
            "shopify_csv.variant_fulfillment_service=amazon single_line_text_field"
        ]
    );
}

#[test]
fn a_bad_cell_of_a_variant_loses_that_variant_and_nothing_else() {
    for (column, bad, reason) in [
        ("Variant Price", "1.234", "the currency has 2 decimals"),
        ("Variant Price", "-5", "a price must not be negative"),
        ("Variant Compare At Price", "cheap", "not a number"),
        ("Cost per item", "€4", "not a number"),
        ("Variant Inventory Qty", "1.5", "not a whole number"),
        ("Variant Grams", "1kg", "not a number of grams"),
        ("Variant Weight Unit", "stone", "unknown; it may be g, kg"),
        ("Variant Inventory Policy", "maybe", "unknown; it may be deny"),
        ("Variant Taxable", "perhaps", "unknown; it may be true"),
        ("Variant Image", "javascript:x", "not an address"),
    ] {
        let header = if column == "Variant Price" { "SEO Title" } else { "Variant Price" };
        let group = only(&format!(
            "Handle,Title,Option1 Name,Option1 Value,{header},{column},Image Src\n\
             a,A,Size,S,1,{bad},https://a/1.jpg\na,,,M,1,,\n"
        ));
        assert_eq!(group.problems.len(), 1, "{column}");
        let problem = &group.problems[0];
        assert_eq!(
            (problem.line, problem.column.as_deref(), problem.value.as_deref()),
            (2, Some(column), Some(bad))
        );
        assert!(problem.reason.starts_with(reason), "{problem}");
        assert_eq!(group.draft.title.as_deref(), Some("A"));
        assert_eq!(group.draft.media.len(), 1);
        let left: Vec<_> =
            group.draft.variants.iter().map(|variant| variant.option_values.join("/")).collect();
        assert_eq!(left, ["M"], "{column}");
    }
}

#[test]
fn a_bad_cell_of_the_product_or_of_an_image_loses_only_that_cell() {
    let group = only(
        "Handle,Title,Vendor,Status,Published,Variant Price,Image Src,Image Position,Image Alt Text\n\
         a,A,Acme,darft,maybe,1,https://a/1.jpg,first,Front\n\
         a,,,,,,ftp://a/2.jpg,2,\n\
         a,,,,,,,,Lost\n",
    );
    assert_eq!(
        told(&group),
        [
            (2, "Status", "unknown; it may be active, draft, archived"),
            (2, "Published", "unknown; it may be true, false"),
            (2, "Image Position", "not a whole number from 1"),
            (3, "Image Src", "not an address that begins with https://"),
            (4, "Image Alt Text", "an alternative text without an image"),
        ]
    );
    let product = &group.draft;
    assert_eq!((product.vendor.as_deref(), product.status, product.published), (Some("Acme"), None, None));
    assert_eq!((product.status_if_new, product.published_if_new), (Some(Status::Draft), Some(false)));
    assert_eq!((product.variants.len(), product.media.len()), (1, 1));
    assert_eq!((product.media[0].position, product.media[0].alt.as_deref()), (None, Some("Front")));
}

#[test]
fn a_title_that_is_no_text_leaves_its_place_to_the_next() {
    let file = b"Handle,Title,Vendor,Variant Price,Option1 Value\na,caf\xe9,V,1,S\na,Cafe,,2,M\n";
    let groups: Vec<_> = Reader::new(file.as_slice(), Options { currency_exponent: 2 }).unwrap().collect();
    let product = &groups[0].draft;
    assert_eq!((product.title.as_deref(), product.vendor.as_deref()), (Some("Cafe"), Some("V")));
    assert_eq!((product.variants.len(), groups[0].problems.len()), (2, 1));
}

#[test]
fn what_is_said_twice_of_a_product_stays_as_it_was_said_first() {
    let groups = groups(
        "Handle,Title,Vendor,Published,Note,Option1 Name,Option1 Value,Variant Price,Image Src,Image Position\n\
         a,A,V,TRUE,x,Size,S,1,https://a/1.jpg,1\na,,W,true,,,M,2,,\nb,B,,,,,,,,\n\
         a,A,V,FALSE,y,Size,S,9,https://a/1.jpg,2\na,Z,V,TRUE,x,Size,L,3,https://a/2.jpg,1\n",
    );
    assert_eq!(told(&groups[0]), [(3, "Vendor", "the product has another value on line 2, which stays")]);
    assert_eq!(groups[0].draft.variants.len(), 2, "no variant is lost for it");
    assert_eq!(
        told(&groups[2]),
        [
            (5, "Published", "the product has another value on line 2, which stays"),
            (5, "Note", "the product has another value on line 2, which stays"),
            (5, "Option1 Value", "line 2 has a variant with the same option values"),
            (6, "Title", "the product has another title on line 2, which stays"),
        ]
    );
    let later = &groups[2].draft;
    assert_eq!((&later.title, &later.vendor, later.published), (&None, &None, None));
    assert_eq!((later.variants.len(), later.variants[0].option_values[0].as_str()), (1, "L"));
    assert_eq!((later.media.len(), later.media[0].position), (1, None), "that place is taken");
}

#[test]
fn cells_hold_as_much_as_the_same_fields_of_the_api() {
    let long = "x".repeat(256);
    let deep = ["c"; 11].join(" > ");
    for (column, text, loses_variant) in [
        ("Title", long.as_str(), false),
        ("Vendor", &long, false),
        ("Type", &long, false),
        ("Tags", &long, false),
        ("Product Category", &long, false),
        ("Product Category", &deep, false),
        ("SEO Title", &long, false),
        ("SEO Description", &"x".repeat(1_001), false),
        ("Body (HTML)", &"x".repeat(512 * 1024 + 1), false),
        ("Note", &"x".repeat(64 * 1024 + 1), false),
        ("Vendor", "a\0b", false),
        ("Note", "a\0b", false),
        ("Variant SKU", &long, true),
        ("Variant SKU", "a\0b", true),
        ("Variant Barcode", &long, true),
        ("Option1 Value", &long, true),
        ("Variant Inventory Qty", "-9223372036854775808", true),
        ("Variant Inventory Qty", "1000000001", true),
        ("Variant Price", "99999999999999.99", true),
        ("Variant Grams", "1000000001", true),
    ] {
        let all = ["Handle", "Title", "Variant Price", "Option1 Name", "Option1 Value", "Image Alt Text"];
        let is_more = !all.contains(&column);
        let cell = |name: &str, usual: &str| if name == column { text.to_owned() } else { usual.to_owned() };
        let group = only(&format!(
            "{}{}\na,{},{},Size,{},{}\n",
            all.join(","),
            if is_more { format!(",{column}") } else { String::new() },
            cell("Title", "A"),
            cell("Variant Price", "1"),
            cell("Option1 Value", "S"),
            if is_more { format!(",{text}") } else { String::new() },
        ));
        let problems: Vec<_> =
            told(&group).iter().map(|(line, column, _)| (*line, (*column).to_owned())).collect();
        assert_eq!(problems, [(2, column.to_owned())], "{column} {:?}", group.problems);
        assert_eq!(group.draft.variants.is_empty(), loses_variant, "{column}");
    }
    let oversold = only("Handle,Title,Variant Inventory Qty\na,A,-1000000000\n");
    assert_eq!((oversold.draft.variants[0].quantity, oversold.problems), (Some(-1_000_000_000), vec![]));
}

#[test]
fn an_unlisted_product_becomes_a_draft_and_is_told_of() {
    let group = only("Handle,Title,Status,Published\na,A,Unlisted,TRUE\n");
    assert_eq!((group.draft.status, group.problems.len()), (Some(Status::Draft), 1));
    let group = only("Handle,Title,Status,Published\na,A,,no\n");
    assert_eq!(
        (group.draft.status, group.draft.status_if_new, group.draft.published_if_new),
        (None, None, Some(false))
    );
}
