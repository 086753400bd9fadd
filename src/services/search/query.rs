//! Putting together the statements that read the projection: tables, conditions and values in step.

use sea_orm::{DbBackend, Value};

use super::filter::{FEW, Group, Part, Resolved};
use super::text;
use crate::services::markets::Locale;
use crate::services::sql::{ints, texts};
use entity::time::Timestamp;

/// Rows `l` of the projection that a list is made of.
pub(super) struct Query {
    engine: DbBackend,
    from: String,
    conditions: Vec<String>,
    values: Vec<Value>,
    /// What keeps SQLite from beginning at the index of a number: hits of words are fewer.
    not_first: &'static str,
}

impl Query {
    /// Everything on offer in a locale; `values` are those that the caller's own text begins with. `by_date` tells that
    /// nothing but the date of publication says where to begin to read.
    pub fn new(
        engine: DbBackend,
        locale: &Locale,
        now: Timestamp,
        by_date: bool,
        values: Vec<Value>,
    ) -> Self {
        let mut query = Self {
            engine,
            from: "product_listing l".to_owned(),
            conditions: Vec::new(),
            values,
            not_first: "",
        };
        let (locale, now) = (query.bind(locale.id), query.bind(now.0));
        query.conditions.push(format!("l.locale_id = {locale}"));
        // A plus keeps SQLite from reading by date where the list is sorted by something else or begins at a cursor.
        let plus = if by_date { "" } else { "+" };
        query.conditions.push(format!("{plus}l.published_at <= {now}"));
        query
    }

    /// The engine that it is for.
    pub fn engine(&self) -> DbBackend {
        self.engine
    }

    /// Adds a condition.
    pub fn demand_text(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// Adds a value and answers its place in the text.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The values so far, for others who write conditions of their own.
    pub fn values(&mut self) -> &mut Vec<Value> {
        &mut self.values
    }

    /// All values, in the order of their places.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The tables.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The conditions, joined.
    pub fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// Narrows to what a filter lets pass, but for one of its parts.
    pub fn narrow(&mut self, filter: &Resolved, except: Option<&Part>) {
        let groups: Vec<&Group> = filter
            .groups
            .iter()
            .filter(|group| except != Some(&Part::Facet(group.kind, group.name.clone())))
            .collect();
        let rarest = groups.iter().min_by_key(|group| group.listings);
        let start = rarest.filter(|group| group.listings <= FEW && !self.is_joined());
        for group in &groups {
            if start.is_some_and(|start| std::ptr::eq(*start, *group)) {
                self.begin_with(group);
            } else {
                self.demand(group);
            }
        }
        self.narrow_plainly(filter, except);
    }

    /// Reads other tables first, which lead to rows `l`.
    pub fn begin_at(&mut self, tables: &str) {
        tables.clone_into(&mut self.from);
    }

    fn is_joined(&self) -> bool {
        self.from != "product_listing l"
    }

    /// Reads the few listings of a group first and sorts them then.
    fn begin_with(&mut self, group: &Group) {
        let ids = ints(self.engine, group.ids.iter().copied());
        let ids = self.bind(ids);
        self.from = format!(
            "(SELECT DISTINCT lf.listing_id FROM {{ints {ids}}} k \
             JOIN listing_facet lf ON lf.facet_id = k.id) start \
             {{lateral}}JOIN{{window}}CROSS JOIN{{end}} product_listing l ON l.id = start.listing_id"
        );
    }

    /// Looks for each listing whether it has a facet of the group.
    fn demand(&mut self, group: &Group) {
        let condition = match group.ids.as_slice() {
            [] => "false".to_owned(),
            [id] => {
                let id = self.bind(*id);
                format!(
                    "EXISTS (SELECT 1 FROM listing_facet lf WHERE lf.facet_id = {id} AND lf.listing_id = l.id)"
                )
            }
            ids => {
                let ids = ints(self.engine, ids.iter().copied());
                let ids = self.bind(ids);
                format!(
                    "EXISTS (SELECT 1 FROM {{ints {ids}}} k \
                     JOIN listing_facet lf ON lf.facet_id = k.id AND lf.listing_id = l.id)"
                )
            }
        };
        self.conditions.push(condition);
    }

    fn narrow_plainly(&mut self, filter: &Resolved, except: Option<&Part>) {
        let plain = &filter.plain;
        if except != Some(&Part::Price) {
            if let Some(min) = plain.price_min {
                let min = self.bind(min);
                self.conditions.push(format!("l.price_min{} >= {min}", self.not_first));
            }
            if let Some(max) = plain.price_max {
                let max = self.bind(max);
                self.conditions.push(format!("l.price_min{} BETWEEN 0 AND {max}", self.not_first));
            }
        }
        if let Some(available) = plain.available.filter(|_| except != Some(&Part::Availability)) {
            let available = self.bind(available);
            self.conditions.push(format!("l.available = {available}"));
        }
        if let Some(rating) = plain.rating_min {
            let rating = self.bind(rating * 1_000_000);
            self.conditions.push(format!("l.rating_key{} >= {rating}", self.not_first));
        }
        if !plain.handles.is_empty() {
            let handles = texts(self.engine, plain.handles.iter().cloned());
            let handles = self.bind(handles);
            self.conditions.push(format!(
                "l.product_id IN (SELECT p.id FROM {{texts {handles}}} k JOIN product p ON p.handle = k.id)"
            ));
        }
        if !plain.skus.is_empty() {
            let skus = texts(self.engine, plain.skus.iter().cloned());
            let skus = self.bind(skus);
            self.conditions.push(format!(
                "l.product_id IN (SELECT s.product_id FROM {{texts {skus}}} k JOIN variant s ON s.sku = k.id)"
            ));
        }
    }

    /// Narrows to what a full-text query finds; `false` where it cannot find anything.
    pub fn matching(&mut self, wanted: &text::Query) -> bool {
        let Some(terms) = self.bind_terms(wanted) else { return false };
        if self.engine == DbBackend::Postgres {
            self.begin_at("search_document d JOIN product_listing l ON l.id = d.listing_id");
            self.conditions.push(format!("d.terms @@ {terms}::tsquery"));
        } else {
            self.begin_at("search_document CROSS JOIN product_listing l ON l.id = search_document.rowid");
            self.conditions.push(format!("search_document MATCH {terms}"));
            self.not_first = " + 0";
        }
        true
    }

    /// The same for a statement that reads only the first row. PostgreSQL would take a word that is nowhere for one that
    /// comes soon, and read all documents, where it may not settle first how to find all that have it.
    pub fn matching_any(&mut self, wanted: &text::Query) -> bool {
        if self.engine != DbBackend::Postgres {
            return self.matching(wanted);
        }
        let Some(terms) = self.bind_terms(wanted) else { return false };
        self.begin_at(&format!(
            "(WITH hit AS MATERIALIZED (SELECT d.listing_id FROM search_document d WHERE d.terms @@ {terms}::tsquery) \
             SELECT listing_id FROM hit) d JOIN product_listing l ON l.id = d.listing_id"
        ));
        true
    }

    fn bind_terms(&mut self, wanted: &text::Query) -> Option<String> {
        let postgres = self.engine == DbBackend::Postgres;
        let terms = if postgres { wanted.tsquery() } else { wanted.fts5_match() };
        terms.map(|terms| self.bind(terms))
    }

    /// An expression by which hits of [`matching`](Self::matching) sort, the best highest.
    ///
    /// `terms` is the place of the query's terms among the values.
    pub fn relevance(&self, terms: &str) -> String {
        if self.engine == DbBackend::Postgres {
            let [d, c, b, a] = text::TS_RANK_WEIGHTS;
            return format!("ts_rank(ARRAY[{d}, {c}, {b}, {a}]::real[], d.terms, {terms}::tsquery)");
        }
        let weights = text::FTS5_WEIGHTS.map(|weight| weight.to_string()).join(", ");
        format!("-bm25(search_document, {weights})")
    }
}
