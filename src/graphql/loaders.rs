//! What resolvers load in batches: one line each.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use entity::id::{
    AccountId, CategoryId, CollectionId, MediaId, ProductId, ReviewId, ReviewerId, VariantId, WishlistId,
};
use entity::pricing::price;
use foldhash::fast::RandomState;
use uuid::Uuid;

use super::batch::{self, BatchLoader, Key, Map, Row};
use super::cursor::Frame;
use super::scope::Scope;
use crate::services::Result;
use crate::services::catalog::categories::{self, Category};
use crate::services::catalog::collections::{self, Collection};
use crate::services::catalog::media::{self, Media};
use crate::services::catalog::metafields::{self, Metafield};
use crate::services::catalog::options::{self, ProductOption};
use crate::services::catalog::products::{self, State, Texts};
use crate::services::catalog::variants::{self, Variant};
use crate::services::customers::{self, Address, Consent, Profile};
use crate::services::engagement::reviews::{self, Review, ReviewSort, Reviewer};
use crate::services::engagement::wishlists::{self, Item};
use crate::services::inventory::availability::{self, Choice, Chosen};
use crate::services::inventory::levels::{self, Level};
use crate::services::page::Page;
use crate::services::pricing::manage as prices;
use crate::services::search::facets::{self, Facets};
use crate::services::search::filter::Filter;
use crate::services::search::listings::{self, Listing, Request};
use crate::services::search::parents::{self, Parent};
use crate::services::search::related::{self, Subject};

type RowPage<T> = Arc<Page<Row<T>>>;
type RowList<T> = Arc<Vec<Row<T>>>;

/// The kinds of keys: what each names, what else it says, what is loaded, and how.
macro_rules! loaders {
    ($($name:ident($owner:ty $(, $argument:ident: $kind:ty)*) => $value:ty, |$scope:ident, $owners:ident| $load:expr;)+) => {
        $(
            #[derive(Clone, PartialEq, Eq)]
            pub struct $name(pub $owner $(, pub $kind)*);

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(Self::NAME)
                }
            }

            /// What a key says beside whose it is, is the same for nearly all keys of a loader.
            impl Hash for $name {
                fn hash<H: Hasher>(&self, state: &mut H) {
                    let Self(owner, ..) = self;
                    owner.hash(state);
                }
            }

            impl Key for $name {
                const NAME: &'static str = stringify!($name);

                type Value = $value;

                async fn fetch($scope: &Scope, keys: &[Self]) -> Result<Map<Self, $value>> {
                    let mut all = Map::with_capacity_and_hasher(keys.len(), RandomState::default());
                    for (($($argument,)*), $owners) in alike(keys, |Self(owner $(, $argument)*)| (owner, ($($argument.clone(),)*))) {
                        let found = $load;
                        all.extend(found.into_iter().map(|(owner, value)| (Self(owner $(, $argument.clone())*), value)));
                    }
                    Ok(all)
                }

                fn loader(loaders: &Loaders) -> &BatchLoader<Self> {
                    loaders.$name.get_or_init(|| batch::loader(&loaders.scope))
                }

                fn is_like(&self, other: &Self) -> bool {
                    let Self(_ $(, $argument)*) = self;
                    let mine = ($($argument,)*);
                    let Self(_ $(, $argument)*) = other;
                    mine == ($($argument,)*)
                }
            }
        )+

        /// One loader for each kind of key, made when it is first needed.
        #[expect(non_snake_case, reason = "a loader is named after its keys")]
        pub struct Loaders {
            scope: Arc<Scope>,
            $($name: OnceLock<BatchLoader<$name>>,)+
        }

        impl Loaders {
            /// Loaders that have loaded nothing yet.
            pub fn new(scope: &Arc<Scope>) -> Self {
                Self { scope: Arc::clone(scope), $($name: OnceLock::new(),)+ }
            }
        }
    };
}

loaders! {
    ProductById(ProductId) => Row<Listing>, |s, ids| batch::rows(listings::by_ids(s.app.db.read()?, &s.locale, s.horizon(), ids).await?);
    ProductByHandle(String) => Row<Listing>, |s, handles| batch::rows(listings::by_handles(s.app.db.read()?, &s.locale, s.horizon(), handles).await?);
    TextsOf(ProductId) => Arc<Texts>, |s, ids| shared(products::texts(s.app.db.read()?, &s.locale, ids).await?);
    StateOf(ProductId) => State, |s, ids| products::states(s.app.db.read()?, ids).await?;
    TagsOf(ProductId) => Arc<Vec<String>>, |s, ids| shared(products::tags(s.app.db.read()?, ids).await?);
    OptionsOf(ProductId) => Arc<Vec<ProductOption>>, |s, ids| shared(options::of_products(s.app.db.read()?, &s.locale, ids).await?);
    ChoicesOf(ProductId) => Arc<Vec<Choice>>, |s, ids| shared(availability::of_products(s.app.db.read()?, s.locale.market.id, ids).await?);
    CategoriesOf(ProductId) => RowList<Category>, |s, ids| batch::lists(categories::of_products(s.app.db.read()?, &s.locale, ids).await?);
    CollectionsOf(ProductId) => RowList<Collection>, |s, ids| batch::lists(collections::of_products(s.app.db.read()?, &s.locale, ids).await?);
    RelatedTo(Subject, size: u32) => RowList<Listing>, |s, subjects| {
        let related = related::to_products(s.app.db.read()?, &s.locale, s.horizon(), subjects, size).await?;
        batch::sharing(related.listings, related.places)
    };
    MetafieldsOf(Uuid) => Arc<Vec<Metafield>>, |s, ids| shared(metafields::of_owners(s.app.db.read()?, ids).await?);

    VariantById(VariantId) => Row<Variant>, |s, ids| batch::rows(variants::by_ids(s.app.db.read()?, s.locale.market.id, ids).await?);
    VariantsOf(ProductId, window: Frame) => RowPage<Variant>, |s, ids| batch::pages(variants::of_products(s.app.db.read()?, &s.locale, levels::OF_VARIANT, ids, &window).await?);
    ChosenOf(ProductId, chosen: Arc<Vec<Chosen>>) => Row<Variant>, |s, ids| batch::rows(availability::chosen_variants(s.app.db.read()?, &s.locale, ids, &chosen).await?);
    VariantCountOf(ProductId) => i64, |s, ids| variants::count(s.app.db.read()?, ids).await?;
    PricesOf(VariantId) => Arc<Vec<price::Model>>, |s, ids| shared(prices::of_variants(s.app.db.read()?, ids).await?);
    LevelsOf(VariantId) => Arc<Vec<Level>>, |s, ids| shared(levels::of_variants(s.app.db.read()?, ids).await?);

    MediaById(MediaId) => Row<Media>, |s, ids| batch::rows(media::by_ids(s.app.db.read()?, &s.locale, ids).await?);
    MediaOf(ProductId, window: Frame) => RowPage<Media>, |s, ids| batch::pages(media::of_products(s.app.db.read()?, &s.locale, ids, &window).await?);
    MediaCountOf(ProductId) => i64, |s, ids| media::count(s.app.db.read()?, ids).await?;

    CategoryById(CategoryId) => Row<Category>, |s, ids| batch::rows(categories::by_ids(s.app.db.read()?, &s.locale, ids).await?);
    CategoryByHandle(String) => CategoryId, |s, handles| categories::by_handles(s.app.db.read()?, handles).await?;
    ChildrenOf(CategoryId, window: Frame) => RowPage<Category>, |s, ids| batch::pages(categories::children(s.app.db.read()?, &s.locale, ids, &window).await?);
    ChildCountOf(CategoryId) => i64, |s, ids| categories::count_children(s.app.db.read()?, ids).await?;
    BreadcrumbsOf(CategoryId) => RowList<Category>, |s, ids| batch::lists(categories::ancestors(s.app.db.read()?, &s.locale, ids).await?);
    ProductsIn(String, request: Request, window: Frame) => RowPage<Listing>, |s, handles| batch::pages(listings::of_categories(s.app.db.read()?, &s.locale, s.horizon(), &handles, &request, &window).await?);

    TotalWithin(Parent, filter: Filter) => i64, |s, parents| parents::count(s.app.db.read()?, &s.locale, s.horizon(), &parents, &filter).await?;
    FacetsWithin(Parent, filter: Filter) => Arc<Facets>, |s, parents| shared(facets::count_within(s.app.db.read()?, &s.locale, s.horizon(), &parents, &filter).await?);

    CollectionById(CollectionId) => Row<Collection>, |s, ids| batch::rows(collections::by_ids(s.app.db.read()?, &s.locale, ids).await?);
    CollectionByHandle(String) => CollectionId, |s, handles| collections::by_handles(s.app.db.read()?, handles).await?;
    ProductsOf(CollectionId, request: Request, window: Frame) => RowPage<Listing>, |s, ids| batch::pages(listings::of_collections(s.app.db.read()?, &s.locale, s.horizon(), &ids, &request, &window).await?);

    ReviewById(ReviewId) => Row<Review>, |s, ids| batch::rows(reviews::by_ids(&s.app, &s.viewer, ids).await?);
    ProfileOf(AccountId) => Arc<Profile>, |s, ids| shared(customers::profiles(&s.app, ids).await?);
    AddressesOf(AccountId) => Arc<Vec<Address>>, |s, ids| shared(customers::of_customers(&s.app, ids).await?);
    ConsentsOf(AccountId) => Arc<Vec<Consent>>, |s, ids| shared(customers::consents_of(&s.app, ids).await?);

    ReviewsOf(ProductId, sort: ReviewSort, window: Frame) => RowPage<Review>, |s, ids| batch::pages(reviews::of_products(s.app.db.read()?, ids, sort, &window).await?);
    ReviewerById(ReviewerId) => Row<Reviewer>, |s, ids| batch::rows(reviews::reviewers(s.app.db.read()?, ids).await?);
    ReviewsBy(ReviewerId, window: Frame) => RowPage<Review>, |s, ids| batch::pages(reviews::of_reviewers(s.app.db.read()?, &s.locale, s.horizon(), ids, &window).await?);
    ReviewCountBy(ReviewerId) => i64, |s, ids| reviews::count_by_reviewers(s.app.db.read()?, &s.locale, s.horizon(), ids).await?;

    ItemsOf(WishlistId, window: Frame) => RowPage<Item>, |s, ids| batch::pages(wishlists::items(s.app.db.read()?, ids, &window).await?);
    ItemCountOf(WishlistId) => i64, |s, ids| wishlists::count_items(s.app.db.read()?, ids).await?;
}

/// Sorts keys by what they say beside whose they are: each group is one statement. There are few.
fn alike<'a, K, O: Clone + 'a, A: Eq>(
    keys: &'a [K],
    parts: impl Fn(&'a K) -> (&'a O, A),
) -> Vec<(A, Vec<O>)> {
    let mut groups: Vec<(A, Vec<O>)> = Vec::new();
    for key in keys {
        let (owner, arguments) = parts(key);
        match groups.iter_mut().find(|(known, _)| *known == arguments) {
            Some((_, owners)) => owners.push(owner.clone()),
            None => groups.push((arguments, vec![owner.clone()])),
        }
    }
    groups
}

fn shared<K, V>(found: HashMap<K, V>) -> impl Iterator<Item = (K, Arc<V>)> {
    found.into_iter().map(|(key, value)| (key, Arc::new(value)))
}
