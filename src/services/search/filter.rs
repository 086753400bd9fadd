//! What narrows a list of products.

use std::collections::HashMap;

use entity::search::facet::FacetKind;
use sea_orm::ActiveEnum;
use serde_json::json;

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::sql::{self, Sql};

/// Up to so many listings a facet is where reading begins; beyond, the sort order is.
pub(super) const FEW: i64 = 1000;

/// What narrows a list: values of one kind are alternatives, different kinds must all hold.
/// An empty list narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Handles of categories; each stands for itself and all below it.
    pub categories: Vec<String>,
    /// Handles of collections.
    pub collections: Vec<String>,
    /// Names of vendors.
    pub vendors: Vec<String>,
    /// Product types.
    pub product_types: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Options by their name, with the values that will do, in the base language.
    pub options: Vec<(String, Vec<String>)>,
    /// The least that a product's lowest price may be, in minor units.
    pub price_min: Option<i64>,
    /// The most that a product's lowest price may be, in minor units.
    pub price_max: Option<i64>,
    /// Whether anything of it can be bought.
    pub available: Option<bool>,
    /// The lowest average rating of interest, in hundredths from 100 to 500, cut off.
    pub rating_min: Option<i64>,
    /// Handles of products.
    pub handles: Vec<String>,
    /// Stock keeping units of variants.
    pub skus: Vec<String>,
}

/// Which of a filter's parts a condition comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A facet; the name is that of the option, else empty.
    Facet(FacetKind, String),
    /// The price range.
    Price,
    /// Availability.
    Availability,
}

/// A filter whose facets have been looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    pub groups: Vec<Group>,
    pub plain: Filter,
}

/// Facets of one kind and name, of which any will do.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub kind: FacetKind,
    pub name: String,
    /// Their numbers; none where nothing in the shop has such a value.
    pub ids: Vec<i64>,
    /// The values that nothing in the shop has.
    pub unknown: Vec<String>,
    /// How many listings they have, exact up to [`FEW`] each.
    pub listings: i64,
}

impl Filter {
    /// What its facets are: kind, name and values.
    fn groups(&self) -> Vec<(FacetKind, &str, &[String])> {
        let mut groups = vec![
            (FacetKind::Category, "", self.categories.as_slice()),
            (FacetKind::Collection, "", &self.collections),
            (FacetKind::Vendor, "", &self.vendors),
            (FacetKind::ProductType, "", &self.product_types),
            (FacetKind::Tag, "", &self.tags),
        ];
        let options = self.options.iter();
        groups.extend(options.map(|(name, values)| (FacetKind::Option, name.as_str(), &values[..])));
        groups.retain(|(_, _, values)| !values.is_empty());
        groups
    }

    /// Looks its facets up: one statement, none where it names no facet.
    pub(super) async fn resolve(&self, db: &impl RowSource) -> Result<Resolved> {
        static FACETS: Sql = Sql::new(
            "SELECT f.kind, f.name, f.value, f.id, \
               (SELECT count(*) FROM (SELECT 1 FROM listing_facet lf WHERE lf.facet_id = f.id LIMIT 1001) few) \
             FROM {lateral}jsonb_array_elements($1::jsonb) r JOIN facet f ON f.kind = (r.value->>0)::smallint \
             {window}json_each($1) r JOIN facet f ON f.kind = r.value->>0 {end}\
             AND f.name = r.value->>1 AND f.value = r.value->>2",
        );
        let wanted = self.groups();
        if wanted.is_empty() {
            return Ok(Resolved { groups: Vec::new(), plain: self.clone() });
        }
        let triples = wanted.iter().flat_map(|(kind, name, values)| {
            values.iter().map(move |value| json!([kind.to_value(), name, value]))
        });
        let mut found: HashMap<(i16, String, String), (i64, i64)> = HashMap::new();
        for row in FACETS.all(db, [sql::rows(triples)]).await? {
            let facet = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            found.insert(facet, (row.try_get_by_index(3)?, row.try_get_by_index(4)?));
        }
        let group = |(kind, name, values): (FacetKind, &str, &[String])| {
            let facet = |value: &String| found.get(&(kind.to_value(), name.to_owned(), value.clone()));
            let facets: Vec<&(i64, i64)> = values.iter().filter_map(facet).collect();
            let unknown = values.iter().filter(|value| facet(value).is_none());
            Group {
                kind,
                name: name.to_owned(),
                ids: facets.iter().map(|(id, _)| *id).collect(),
                unknown: unknown.cloned().collect(),
                listings: facets.iter().map(|(_, listings)| listings).sum(),
            }
        };
        let groups = wanted.into_iter().map(group).collect();
        Ok(Resolved { groups, plain: self.clone() })
    }
}

impl Resolved {
    /// The parts that narrow anything.
    pub fn parts(&self) -> Vec<Part> {
        let facets = self.groups.iter().map(|group| Part::Facet(group.kind, group.name.clone()));
        let mut parts: Vec<Part> = facets.collect();
        if self.plain.price_min.is_some() || self.plain.price_max.is_some() {
            parts.push(Part::Price);
        }
        if self.plain.available.is_some() {
            parts.push(Part::Availability);
        }
        parts
    }
}
