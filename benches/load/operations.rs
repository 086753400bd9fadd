//! The three operations, as requests to the service and to the floor.

use serde_json::{Value, json};

use crate::client::{get, graphql};
use crate::shop::Places;

/// One of the operations that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, which is also its path on the floor.
    pub name: &'static str,
    /// What it is, for the report.
    pub about: &'static str,
    /// The document.
    pub query: &'static str,
    /// Which variable changes from request to request.
    variable: &'static str,
}

/// All of them.
pub const OPERATIONS: [Operation; 3] = [
    Operation {
        name: "list",
        about: "20 products with variants, prices, first image, category, rating",
        query: "query List($after: String) { products(first: 20, after: $after) { \
            nodes { id handle title \
              priceRange { min { amount currency } max { amount currency } } \
              ratingSummary { average count } \
              featuredImage { url alt width height } \
              category { handle title } \
              variants(first: 5) { nodes { id title \
                price { amount currency } compareAtPrice { amount currency } } } } \
            pageInfo { hasNextPage endCursor } } }",
        variable: "after",
    },
    Operation {
        name: "product",
        about: "a product with variants, prices, stock, media, 10 reviews with authors, 4 related products",
        query: "query Product($handle: String!) { product(handle: $handle) { \
            id handle title vendor availableForSale \
            priceRange { min { amount currency } max { amount currency } } \
            ratingSummary { average count } \
            variants(first: 20) { nodes { id title sku availableForSale \
              price { amount currency } compareAtPrice { amount currency } \
              stockLevels { location { name } available } } } \
            media(first: 10) { nodes { id url alt width height } } \
            reviews(first: 10) { nodes { id rating title body createdAt author { id displayName } } } \
            relatedProducts(first: 4) { id handle title availableForSale \
              priceRange { min { amount currency } max { amount currency } } } } }",
        variable: "handle",
    },
    Operation {
        name: "deep",
        about: "50 products, 5 reviews each, their authors, 3 reviews of each author, their products",
        query: "query Deep($after: String) { products(first: 50, after: $after) { \
            nodes { id handle title \
              reviews(first: 5) { nodes { id rating title \
                author { id displayName \
                  reviews(first: 3) { nodes { id rating title \
                    product { id handle title } } } } } } } } }",
        variable: "after",
    },
];

impl Operation {
    /// The values of its variable in a shop.
    pub fn values(self, places: &Places) -> Vec<Option<String>> {
        if self.variable == "handle" {
            return places.handles.iter().cloned().map(Some).collect();
        }
        let cursors = places.cursors.iter().cloned().map(Some);
        std::iter::once(None).chain(cursors).collect()
    }

    /// The variables of a request.
    pub fn variables(self, value: Option<&str>) -> Value {
        json!({ self.variable: value })
    }

    /// A request to the service.
    pub fn of_service(self, value: Option<&str>) -> Vec<u8> {
        graphql(self.query, &self.variables(value))
    }

    /// The same to the floor.
    pub fn of_floor(self, value: Option<&str>) -> Vec<u8> {
        match value {
            Some(value) => get(&format!("/{}?{}={value}", self.name, self.variable)),
            None => get(&format!("/{}", self.name)),
        }
    }
}
