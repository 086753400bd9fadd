use std::collections::{BTreeSet, HashMap};

use entity::catalog::{category, category_closure};
use entity::id::CategoryId;
use sea_orm::EntityTrait;

use super::{files, sample};
use crate::services::Code;
use crate::services::catalog::{categories, collections, media, options};
use crate::services::imports::scratch::Scratch;
use crate::services::markets::Locale;
use crate::services::page::Window;
use crate::services::search::filter::Filter;
use crate::services::search::listings::{self, Listing, Request};
use crate::services::search::sort::Sort;

const ALL: u32 = 100;

async fn filled() -> (Scratch, super::Summary) {
    let shop = Scratch::new().await;
    let summary = sample(&shop.app, &shop.folder.join("media")).await.unwrap();
    (shop, summary)
}

fn locale(shop: &Scratch, market: &str, language: &str) -> Locale {
    shop.app.markets().locale(Some(market), language).unwrap()
}

async fn listed(shop: &Scratch, locale: &Locale, filter: Filter) -> Vec<Listing> {
    let db = shop.app.db.read().unwrap();
    let count = listings::count(db, locale, shop.app.now(), &filter, None).await.unwrap();
    let request = Request { filter, sort: Sort::Newest, reverse: false };
    let window = Window::first(ALL);
    let page = listings::page(db, locale, shop.app.now(), &request, None, &window).await.unwrap();
    assert_eq!(page.rows.len(), usize::try_from(count).unwrap());
    page.rows
}

fn by_handle(listings: Vec<Listing>) -> HashMap<String, Listing> {
    listings.into_iter().map(|listing| (listing.handle.clone(), listing)).collect()
}

#[tokio::test]
async fn each_market_shows_at_least_sixty_products() {
    let (shop, summary) = filled().await;
    let files = files::Sample::read().unwrap();

    assert_eq!(summary.products, files.products.len() as u64);
    assert_eq!(shop.app.markets().markets[0].handle, "us");
    for (market, language) in [("us", "en"), ("de", "de"), ("de", "en")] {
        let shown = listed(&shop, &locale(&shop, market, language), Filter::default()).await;
        assert!(shown.len() >= 60, "{market} {language}: {}", shown.len());
        assert!(shown.windows(2).all(|pair| pair[0].published_at >= pair[1].published_at));
        assert!(shown.iter().all(|listing| listing.published_at <= shop.app.now()));
        assert!(shown.iter().any(|listing| listing.rating.count > 3));
        assert!(shown.iter().any(|listing| !listing.available));
    }
}

#[tokio::test]
async fn what_is_unpublished_withdrawn_or_still_to_come_is_not_shown() {
    let (shop, _) = filled().await;
    let files = files::Sample::read().unwrap();
    let mut hidden = 0;
    for market in ["us", "de"] {
        let shown = by_handle(listed(&shop, &locale(&shop, market, ""), Filter::default()).await);
        for product in &files.products {
            let date = product.publish[market].as_deref();
            let expected = matches!(product.status, files::Status::Active)
                && date.is_some_and(|date| date.starts_with('-'));
            assert_eq!(shown.contains_key(&product.handle), expected, "{} {market}", product.handle);
            hidden += usize::from(!expected);
        }
    }
    assert!(hidden > 4, "{hidden}");
}

#[tokio::test]
async fn texts_are_translated_and_fall_back_to_the_base_language() {
    let (shop, _) = filled().await;
    let files = files::Sample::read().unwrap();
    let (german, english) = (locale(&shop, "de", "de"), locale(&shop, "de", "en"));
    let in_german = by_handle(listed(&shop, &german, Filter::default()).await);
    let in_english = by_handle(listed(&shop, &english, Filter::default()).await);
    let (mut translated, mut fell_back) = (0, 0);
    for product in files.products.iter().filter(|product| in_german.contains_key(&product.handle)) {
        let texts = product.translations.get("de").and_then(|texts| texts.title.as_ref());
        let expected = texts.unwrap_or(&product.title);
        assert_eq!(&in_german[&product.handle].title, expected);
        assert_eq!(in_english[&product.handle].title, product.title);
        *if texts.is_some() { &mut translated } else { &mut fell_back } += 1;
    }
    assert!(translated >= 50 && fell_back > 0, "{translated} {fell_back}");

    let db = shop.app.db.read().unwrap();
    let towel = in_german["cloud-bath-towel"].product_id;
    let of_towel = options::of_products(db, &german, [towel]).await.unwrap().remove(&towel).unwrap();
    let read: Vec<_> = of_towel.iter().map(|option| (option.key.as_str(), option.name.as_str())).collect();
    assert_eq!(read, [("Color", "Farbe"), ("Size", "Größe")]);
    assert_eq!((of_towel[0].values[0].key.as_str(), of_towel[0].values[0].value.as_str()), ("White", "Weiß"));
    let images = media::of_products(db, &german, [towel], &Window::first(1)).await.unwrap();
    assert_eq!(images[&towel].rows[0].alt, "Badetuch an der Stange in Weiß");
}

#[tokio::test]
async fn prices_and_stock_are_those_of_the_market() {
    let (shop, _) = filled().await;
    let files = files::Sample::read().unwrap();
    for (market, language) in [("us", "en"), ("de", "de")] {
        let shown = by_handle(listed(&shop, &locale(&shop, market, language), Filter::default()).await);
        for product in files.products.iter().filter(|product| shown.contains_key(&product.handle)) {
            let prices = product.variants.iter().map(|variant| &variant.prices[market]);
            let prices = prices.map(|price| entity::money::from_decimal(price, 2).unwrap());
            let range = (prices.clone().min().unwrap(), prices.max().unwrap());
            assert_eq!(shown[&product.handle].price, range, "{} {market}", product.handle);
            let can_be_bought = product.variants.iter().any(|variant| {
                let anywhere: i64 = variant.stock.values().sum();
                anywhere > 0 || !variant.tracked || matches!(variant.policy, files::Policy::Continue)
            });
            assert_eq!(shown[&product.handle].available, can_be_bought, "{}", product.handle);
        }
    }
}

#[tokio::test]
async fn categories_are_three_levels_deep_and_the_closure_equals_the_tree() {
    let (shop, summary) = filled().await;
    let db = shop.app.db.read().unwrap();
    let rows = category::Entity::find().all(db).await.unwrap();
    let parents: HashMap<CategoryId, Option<CategoryId>> =
        rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let mut expected = BTreeSet::new();
    for id in parents.keys() {
        let (mut above, mut depth) = (Some(*id), 0);
        while let Some(ancestor) = above {
            expected.insert((*id, ancestor, depth));
            above = parents[&ancestor];
            depth += 1;
        }
    }
    let closure = category_closure::Entity::find().all(db).await.unwrap();
    let closure: BTreeSet<_> =
        closure.into_iter().map(|row| (row.descendant_id, row.ancestor_id, row.depth)).collect();

    assert_eq!(rows.len() as u64, summary.categories);
    assert_eq!(closure, expected);
    assert_eq!(closure.iter().map(|(_, _, depth)| *depth).max(), Some(2));
    let german = locale(&shop, "de", "de");
    let roots = categories::roots(db, &german, &Window::first(ALL)).await.unwrap().rows;
    let titles: Vec<_> = roots.iter().map(|category| category.title.as_str()).collect();
    assert_eq!(titles[0], "Wohnen");
    let below_home = Filter { categories: vec!["home".to_owned()], ..Filter::default() };
    assert!(listed(&shop, &german, below_home).await.len() > 10);
}

#[tokio::test]
async fn collections_keep_the_order_of_their_file() {
    let (shop, _) = filled().await;
    let files = files::Sample::read().unwrap();
    let english = locale(&shop, "us", "en");
    let db = shop.app.db.read().unwrap();
    let all = collections::list(db, &english, &Window::first(ALL)).await.unwrap().rows;
    assert_eq!(all.len(), files.collections.len());
    for (collection, file) in all.iter().zip(&files.collections) {
        let request = Request { filter: Filter::default(), sort: Sort::Manual, reverse: false };
        let window = Window::first(ALL);
        let now = shop.app.now();
        let mut pages =
            listings::of_collections(db, &english, now, &[collection.id], &request, &window).await.unwrap();
        let shown = pages.remove(&collection.id).unwrap().rows;
        let shown: Vec<_> = shown.iter().map(|listing| listing.handle.as_str()).collect();
        let mut told: Vec<_> = file.products.iter().map(String::as_str).collect();
        told.retain(|handle| shown.contains(handle));
        assert_eq!((collection.handle.as_str(), shown), (file.handle.as_str(), told));
    }
}

#[tokio::test]
async fn every_image_is_a_file_in_its_colours() {
    let (shop, summary) = filled().await;
    let files = std::fs::read_dir(shop.folder.join("media")).unwrap();
    let paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();

    assert_eq!(paths.len() as u64, summary.images);
    for path in paths {
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("{{"), "{}", path.display());
    }
    let towel = std::fs::read_to_string(shop.folder.join("media/cloud-bath-towel-2.svg")).unwrap();
    assert!(towel.contains("#6f9f92"));
}

#[tokio::test]
async fn a_second_run_is_refused_and_changes_nothing() {
    let (shop, _) = filled().await;
    let before = listed(&shop, &locale(&shop, "us", "en"), Filter::default()).await.len();

    let refused = sample(&shop.app, &shop.folder.join("media")).await.unwrap_err();

    assert_eq!(refused.code(), Code::BadRequest);
    assert!(refused.to_string().contains("products"), "{refused}");
    assert_eq!(listed(&shop, &locale(&shop, "us", "en"), Filter::default()).await.len(), before);
}
