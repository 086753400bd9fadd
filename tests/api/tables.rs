//! Tables and the types that stand for them.

use entity::{
    audit, catalog, customers, engagement, events, idempotency, identity, inventory, markets, pricing,
    search, security, uploads,
};
use sea_orm::{EntityTrait, QuerySelect};
use vitrine::infrastructure::database::{Database, migrate};

use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: every_entity_reads_all_its_columns;
    bare: migrations_go_down_to_nothing_and_up_again, two_migrating_at_once_do_it_once;
}

macro_rules! read_each {
    ($shop:ident: $($entity:path),+ $(,)?) => {
        $({
            use $entity as table;
            let rows = table::Entity::find().limit(3).all($shop.app.db.writer()).await;
            rows.unwrap_or_else(|error| panic!("{}: {error}", stringify!($entity)));
        })+
    };
}

async fn every_entity_reads_all_its_columns(shop: TestShop) {
    read_each!(shop:
        audit::audit_entry, audit::audit_head, audit::audit_subject,
        catalog::category, catalog::category_closure, catalog::category_translation, catalog::collection,
        catalog::collection_product, catalog::collection_translation, catalog::handle_redirect, catalog::media,
        catalog::media_translation, catalog::metafield, catalog::option_value, catalog::option_value_translation,
        catalog::product, catalog::product_category, catalog::product_option, catalog::product_option_translation,
        catalog::product_tag, catalog::product_translation, catalog::product_type, catalog::publication, catalog::tag,
        catalog::variant, catalog::vendor, customers::consent_change, customers::customer_address,
        customers::customer_profile, customers::erased_account, engagement::review, engagement::reviewer,
        engagement::reviewer_account, engagement::wishlist, engagement::wishlist_item, events::outbox_event,
        identity::account, identity::account_role, identity::app_token, identity::data_key, identity::lookup_key,
        identity::one_time_code, identity::outside_identity, identity::role, identity::session, identity::signing_key,
        inventory::location, inventory::stock_level, inventory::stock_movement, markets::market, markets::market_country,
        markets::market_language, markets::shop, pricing::price, search::facet, search::facet_label, search::listing_facet,
        search::product_listing, search::search_fragment, search::search_term,
        identity::second_factor, identity::recovery_code, identity::sign_in_challenge, security::event,
        idempotency::idempotency_key, search::stale_product, uploads::upload,
    );
    assert!(shop.number("SELECT count(*) FROM outbox_event").await > 0, "every change tells of itself");
}

async fn tables(shop: &TestShop) -> Vec<String> {
    let text = match shop.engine {
        crate::harness::Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1"
        }
        crate::harness::Engine::Postgres => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'seaql_%' ORDER BY 1"
        }
    };
    shop.rows(text).await
}

async fn migrations_go_down_to_nothing_and_up_again(shop: TestShop) {
    let steps = migrate::status(&shop.app.db).await.unwrap();
    assert!(steps.len() >= 8 && steps.iter().all(|step| step.applied));
    let there = tables(&shop).await;
    assert!(there.len() > 40, "{there:?}");

    for left in (0..steps.len()).rev() {
        migrate::down(&shop.app.db, 1).await.unwrap();
        let applied = migrate::status(&shop.app.db).await.unwrap().iter().filter(|step| step.applied).count();
        assert_eq!(applied, left);
    }
    assert_eq!(tables(&shop).await, [""; 0]);

    migrate::up(&shop.app.db).await.unwrap();
    assert_eq!(tables(&shop).await, there);
}

async fn two_migrating_at_once_do_it_once(shop: TestShop) {
    let steps = migrate::status(&shop.app.db).await.unwrap();
    migrate::down(&shop.app.db, u32::try_from(steps.len()).unwrap()).await.unwrap();
    let (one, two) = (
        Database::connect(&shop.address, 1).await.unwrap(),
        Database::connect(&shop.address, 1).await.unwrap(),
    );

    let (first, second) = tokio::join!(migrate::up(&one), migrate::up(&two));

    first.unwrap();
    second.unwrap();
    let rows = shop.number("SELECT count(*) FROM seaql_migrations").await;
    assert_eq!(rows, i64::try_from(steps.len()).unwrap());
    one.close().await.unwrap();
    two.close().await.unwrap();
}
