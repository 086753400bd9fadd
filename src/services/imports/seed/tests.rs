use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::catalog::{
    category, category_closure, collection_product, media, product, product_category, product_tag,
    product_type, publication, tag, variant, vendor,
};
use entity::engagement::{review, reviewer};
use entity::inventory::{location, stock_level, stock_movement};
use entity::pricing::price;
use entity::time::{DAY, Timestamp};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use super::departments::{LEAVES, Leaf};
use super::product::Plan;
use super::random::Random;
use super::{Seed, Summary, seed, text};
use crate::services::Code;
use crate::services::imports::scratch::Scratch;
use crate::services::page::Window;
use crate::services::search::filter::Filter;
use crate::services::search::listings::{self, Request};
use crate::services::search::sort::Sort;
use crate::services::search::text::Query;

async fn filled(products: u64, reviews: bool) -> (Scratch, Summary) {
    let shop = Scratch::new().await;
    let summary = seed(&shop.app, &Seed { products, reviews }, |_| ()).await.unwrap();
    (shop, summary)
}

fn plan(products: u64) -> Plan {
    Plan { products, now: Timestamp(1_800_000_000_000_000), digits: 2 }
}

/// Products with their variants and prices, without ids.
async fn content(shop: &Scratch) -> BTreeMap<String, Vec<String>> {
    let db = shop.app.db.read().unwrap();
    let prices = price::Entity::find().all(db).await.unwrap();
    let prices: HashMap<_, _> =
        prices.into_iter().map(|row| (row.variant_id, (row.amount, row.compare_at))).collect();
    let levels = stock_level::Entity::find().all(db).await.unwrap();
    let mut stock: HashMap<_, i64> = HashMap::new();
    for level in levels {
        *stock.entry(level.variant_id).or_default() += level.available;
    }
    let dates = publication::Entity::find().all(db).await.unwrap();
    let dates: HashMap<_, _> = dates.into_iter().map(|row| (row.product_id, row.published_at)).collect();
    let mut content = BTreeMap::new();
    let mut handles = HashMap::new();
    for row in product::Entity::find().all(db).await.unwrap() {
        let date = dates[&row.id];
        let told = format!(
            "{} {} {date} {} {} {}",
            row.title, row.description_html, row.created_at, row.rating_count, row.rating_sum
        );
        handles.insert(row.id, row.handle.clone());
        content.insert(row.handle, vec![told]);
    }
    let variants = variant::Entity::find().order_by_asc(variant::Column::Sku).all(db).await.unwrap();
    for row in variants {
        let told = format!("{:?} {} {:?} {}", row.sku, row.weight_grams, prices[&row.id], stock[&row.id]);
        content.get_mut(&handles[&row.product_id]).unwrap().push(told);
    }
    content
}

#[tokio::test]
async fn two_shops_of_the_same_size_have_the_same_content() {
    let (one, first) = filled(250, true).await;
    let (other, second) = filled(250, true).await;

    assert_eq!(first, second);
    assert_eq!(first.products, 250);
    let content_of_one = content(&one).await;
    assert_eq!(content_of_one.len(), 250);
    assert_eq!(content_of_one, content(&other).await);
}

#[tokio::test]
async fn everything_stays_in_its_range() {
    let (shop, summary) = filled(250, true).await;
    let db = shop.app.db.read().unwrap();
    let now = shop.app.now();

    let variants = variant::Entity::find().all(db).await.unwrap();
    assert_eq!(variants.len() as u64, summary.variants);
    let mut of_product: HashMap<_, u64> = HashMap::new();
    for row in &variants {
        *of_product.entry(row.product_id).or_default() += 1;
    }
    assert_eq!(of_product.values().copied().collect::<BTreeSet<_>>(), (1..=6).collect());
    assert!(variants.iter().any(|row| row.sku.as_deref() == Some("SEED-000123-1")));
    assert_eq!(media::Entity::find().count(db).await.unwrap(), 750);

    assert_eq!(location::Entity::find().count(db).await.unwrap(), 3);
    assert_eq!(stock_level::Entity::find().count(db).await.unwrap(), summary.variants * 3);
    let mut ledger: HashMap<_, i64> = HashMap::new();
    for row in stock_movement::Entity::find().all(db).await.unwrap() {
        *ledger.entry((row.variant_id, row.location_id)).or_default() += row.delta;
    }
    for row in stock_level::Entity::find().all(db).await.unwrap() {
        let moved = ledger.get(&(row.variant_id, row.location_id)).copied().unwrap_or(0);
        assert_eq!(moved, row.available);
    }

    for row in price::Entity::find().all(db).await.unwrap() {
        assert!((499..100_000).contains(&row.amount), "{row:?}");
        assert!(row.compare_at.is_none_or(|before| before > row.amount), "{row:?}");
    }
    for row in publication::Entity::find().all(db).await.unwrap() {
        assert!(row.published_at < now && row.published_at >= now.plus(-730 * DAY), "{row:?}");
    }

    let reviews = review::Entity::find().all(db).await.unwrap();
    assert_eq!(reviews.len() as u64, summary.reviews);
    assert!((250 * 10..250 * 20).contains(&summary.reviews), "{}", summary.reviews);
    assert_eq!(reviewer::Entity::find().count(db).await.unwrap(), 125);
    let mut of_product: HashMap<_, HashSet<_>> = HashMap::new();
    for row in &reviews {
        assert!(of_product.entry(row.product_id).or_default().insert(row.reviewer_id));
        assert!(row.created_at <= now);
    }
    assert!(of_product.values().all(|writers| writers.len() <= 30));
    for row in product::Entity::find().all(db).await.unwrap() {
        let words = row.description_text.split_whitespace().count();
        assert!((20..=60).contains(&words), "{words}: {}", row.description_text);
    }
}

#[tokio::test]
async fn the_tree_has_two_hundred_categories_and_products_hang_on_leaves() {
    let (shop, summary) = filled(250, false).await;
    let db = shop.app.db.read().unwrap();
    let rows = category::Entity::find().all(db).await.unwrap();
    let parents: HashMap<_, _> = rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let inner: HashSet<_> = parents.values().flatten().copied().collect();

    assert_eq!((rows.len(), summary.categories), (200, 200));
    assert_eq!(parents.values().filter(|parent| parent.is_none()).count(), 8);
    assert_eq!(rows.len() - inner.len(), LEAVES);
    assert_eq!(category_closure::Entity::find().count(db).await.unwrap(), 8 + 32 * 2 + 160 * 3);
    let mut of_product: HashMap<_, usize> = HashMap::new();
    for row in product_category::Entity::find().all(db).await.unwrap() {
        assert!(!inner.contains(&row.category_id));
        *of_product.entry(row.product_id).or_default() += 1;
    }
    assert_eq!(of_product.len(), 250);
    assert_eq!(of_product.values().copied().collect::<BTreeSet<_>>(), [1, 2].into());
    assert_eq!(product_tag::Entity::find().count(db).await.unwrap(), 750);
    for (name, count, most) in [
        ("vendors", vendor::Entity::find().count(db).await.unwrap(), 150),
        ("types", product_type::Entity::find().count(db).await.unwrap(), 64),
        ("tags", tag::Entity::find().count(db).await.unwrap(), 300),
    ] {
        assert!(count <= most && count * 3 >= most, "{count} {name}");
    }
    assert_eq!(summary.collections, 20);
    assert_eq!(collection_product::Entity::find().count(db).await.unwrap(), 20 * 50);
}

#[tokio::test]
async fn lists_show_every_product_and_some_are_sold_out() {
    let (shop, _) = filled(250, true).await;
    let (db, now) = (shop.app.db.read().unwrap(), shop.app.now());
    let locale = shop.app.markets().locale(Some("us"), "en").unwrap();
    let count = async |filter: Filter, words: &str| {
        let wanted = (!words.is_empty()).then(|| Query::parse(words, "en"));
        listings::count(db, &locale, now, &filter, wanted.as_ref()).await.unwrap()
    };
    assert_eq!(count(Filter::default(), "").await, 250);
    let sold_out = count(Filter { available: Some(false), ..Filter::default() }, "").await;
    assert!((10..=50).contains(&sold_out), "{sold_out}");
    let gifts = Filter { collections: vec!["gifts".to_owned()], ..Filter::default() };
    assert_eq!(count(gifts, "").await, 50);
    let home = Filter { categories: vec!["home".to_owned()], ..Filter::default() };
    assert!((20..150).contains(&count(home, "").await));

    let request = Request { filter: Filter::default(), sort: Sort::Newest, reverse: false };
    let window = Window::first(100);
    let newest = listings::page(db, &locale, now, &request, None, &window).await.unwrap().rows;
    let mut dates: Vec<_> = (0..250).map(|place| plan(250).product(place).published).collect();
    dates.sort_unstable_by(|one, other| other.cmp(one));
    let shown: Vec<_> = newest.iter().map(|listing| listing.published_at).collect();
    assert_eq!(shown, dates[..100]);
}

#[tokio::test]
async fn a_shop_with_products_is_refused() {
    let (shop, _) = filled(3, true).await;

    let refused = seed(&shop.app, &Seed { products: 3, reviews: false }, |_| ()).await.unwrap_err();

    assert_eq!(refused.code(), Code::BadRequest);
    let products = product::Entity::find().count(shop.app.db.read().unwrap()).await.unwrap();
    assert_eq!(products, 3);
}

#[tokio::test]
async fn the_smallest_seeds_work_and_progress_is_told() {
    let (_, none) = filled(0, true).await;
    assert_eq!((none.products, none.reviews, none.reviewers), (0, 0, 1));

    let shop = Scratch::new().await;
    let mut told = Vec::new();
    let one = seed(&shop.app, &Seed { products: 1, reviews: true }, |done| told.push(done)).await.unwrap();
    assert_eq!((one.products, told), (1, vec![1]));
    assert!(one.reviews <= 1, "one reviewer writes once");
}

#[test]
fn a_product_depends_on_nothing_but_its_place() {
    let (small, large) = (plan(10), plan(1_000_000));
    assert_eq!(small.product(3), small.product(3));
    assert_eq!(small.product(3).draft, large.product(3).draft);
    assert_ne!(small.product(3).draft.title, small.product(4).draft.title);
}

#[test]
fn currencies_have_their_own_digits() {
    let with = |digits| Plan { digits, ..plan(10) }.product(7).draft.variants[0].price.unwrap();
    assert_eq!(with(0), with(2));
    assert_eq!(with(3), with(2) * 10);
}

#[test]
fn handles_and_option_values_are_never_repeated() {
    let products: Vec<_> = (0..5000).map(|place| plan(5000).product(place).draft).collect();
    let handles: HashSet<_> = products.iter().map(|draft| &draft.handle).collect();
    assert_eq!(handles.len(), 5000);
    for draft in products {
        let options = draft.options.unwrap().len();
        let selections: HashSet<_> =
            draft.variants.iter().map(|variant| variant.option_values.clone()).collect();
        assert_eq!(selections.len(), draft.variants.len(), "{}", draft.handle);
        assert!(selections.iter().all(|values| values.len() == options && options <= 2));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(draft.handle.chars().all(plain), "{}", draft.handle);
        let words = draft.description_html.unwrap().replace(['<', '>'], " ").split(' ').count();
        assert!(words < 90);
    }
}

#[test]
fn leaves_have_titles_of_their_own() {
    let paths: HashSet<_> = (0..LEAVES).map(|number| Leaf::new(number).path()).collect();
    assert_eq!(paths.len(), LEAVES);
    assert_eq!(Leaf::new(2).path(), ["Home", "Lighting", "Pendant lamps"]);
    assert!(paths.contains(["Clothing", "Bottoms", "Culottes"].map(str::to_owned).as_slice()));
    assert!(paths.contains(["Home", "Furniture", "Benches"].map(str::to_owned).as_slice()));
}

#[test]
fn few_words_are_frequent_and_most_are_rare() {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for number in 0..10_000 {
        *counts.entry(text::place(&mut Random::new(9, number))).or_default() += 1;
    }
    let most = *counts.values().max().unwrap();
    let rare = counts.values().filter(|count| **count <= 3).count();
    assert!((500..1500).contains(&most), "{most}");
    assert!(counts.len() > 1500 && rare > 1000, "{} places, {rare} rare", counts.len());
}
