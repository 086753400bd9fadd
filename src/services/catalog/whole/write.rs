//! Writing what differs between products as they were and as they are to be.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use entity::catalog::handle_redirect::HandleKind;
use entity::catalog::{option_value, variant};
use entity::id::ProductId;
use entity::time::Timestamp;
use sea_orm::{ActiveEnum, DbErr, Value};
use serde_json::{Value as Json, json};

use super::{Whole, tables as rows, told};
use crate::services::bulk::{Together, key};
use crate::services::events::{self, Event};
use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

/// A product before and after a change.
#[derive(Clone, Debug)]
pub struct Edit {
    /// As it was; `None` where it is new.
    pub before: Option<Whole>,
    /// As it is to be.
    pub after: Whole,
    /// Whether something of it changed that is not among its rows here: a translation, a price.
    pub beside: bool,
}

impl Edit {
    /// A change of a product that is there.
    pub fn of(before: Whole) -> Self {
        Self { after: before.clone(), before: Some(before), beside: false }
    }

    /// A new product.
    pub fn new(after: Whole) -> Self {
        Self { before: None, after, beside: false }
    }

    /// Makes what is derived true; a product that differs gets its next version. Answers whether it does.
    fn settle(&mut self, now: Timestamp) -> bool {
        self.after.settle();
        let Some(before) = &self.before else { return true };
        if !self.beside && *before == self.after {
            return false;
        }
        let known: HashMap<_, _> = before.variants.iter().map(|row| (row.id, row)).collect();
        let changed = self.after.variants.iter_mut();
        for variant in changed.filter(|row| known.get(&row.id).is_none_or(|before| *before != &**row)) {
            variant.updated_at = now;
        }
        self.after.product.version = before.product.version.saturating_add(1);
        self.after.product.updated_at = now;
        true
    }
}

/// Writes the differences, in the same few statements for any number of products, together with `more` that refers to
/// them. Answers which products changed: they have their next version, and are touched.
pub async fn save(change: &Change<'_>, edits: &mut [Edit], more: Together) -> Result<HashSet<ProductId>> {
    let changed: Vec<&Edit> =
        edits.iter_mut().filter_map(|edit| edit.settle(change.now).then_some(&*edit)).collect();
    let mut writes = Writes::default();
    told::tell(change, &changed);
    for edit in &changed {
        writes.edit(edit);
    }
    let ids: HashSet<ProductId> = changed.iter().map(|edit| edit.after.id()).collect();
    let (first, mut main, last) = writes.phases();
    events::publish_with(
        &mut main,
        change,
        Event::ProductChanged,
        changed.iter().map(|edit| edit.after.id().0),
    );
    main.append(more);
    first.send(&change.tx).await?;
    main.send(&change.tx).await?;
    last.send(change).await?;
    change.touch(ids.iter().copied());
    Ok(ids)
}

/// Rows of one table: those that are no longer, and those that are new or different.
#[derive(Debug, Default)]
struct Part {
    gone: Vec<Json>,
    rows: Vec<Json>,
}

impl Part {
    fn differ<M: PartialEq, K: Eq + Hash>(
        &mut self,
        (before, after): (&[M], &[M]),
        name: impl Fn(&M) -> K,
        key: impl Fn(&M) -> Json,
        row: impl Fn(&M) -> Json,
    ) {
        let mut known: HashMap<K, &M> = before.iter().map(|row| (name(row), row)).collect();
        for now in after {
            if known.remove(&name(now)) != Some(now) {
                self.rows.push(row(now));
            }
        }
        self.gone.extend(known.into_values().map(key));
    }
}

#[derive(Debug, Default)]
struct Writes {
    products: Part,
    options: Part,
    moved: Vec<(i32, i32, Json)>,
    values: Part,
    media: Part,
    variants: Part,
    metafields: Part,
    publications: Part,
    tags: Part,
    categories: Part,
    redirects: Part,
    /// Rows that give up what another row gets, for the time between.
    released_values: Vec<Json>,
    released_variants: Vec<Json>,
}

impl Writes {
    fn edit(&mut self, edit: &Edit) {
        let after = &edit.after;
        let nothing;
        let before = if let Some(before) = &edit.before {
            before
        } else {
            nothing = Whole::new("", "", after.product.created_at);
            &nothing
        };
        self.products.rows.push(rows::product(&after.product));
        if edit.before.is_some() && before.product.handle != after.product.handle {
            let kind = HandleKind::Product.to_value();
            self.redirects.gone.push(json!([kind, after.product.handle]));
            self.redirects.rows.push(json!([kind, before.product.handle, key(after.id().0)]));
        }
        self.choices(before, after);
        self.release(before, after);
        let one = |id| json!([key(id)]);
        self.media.differ((&before.media, &after.media), |row| row.id, |row| one(row.id.0), rows::media);
        let variants = (before.variants.as_slice(), after.variants.as_slice());
        self.variants.differ(variants, |row| row.id, |row| one(row.id.0), rows::variant);
        self.metafields.differ(
            (&before.metafields, &after.metafields),
            |row| (row.owner_id, row.namespace.clone(), row.key.clone()),
            |row| json!([key(row.owner_id), row.namespace, row.key]),
            rows::metafield,
        );
        self.publications.differ(
            (&before.publications, &after.publications),
            |row| row.market_id,
            |row| json!([key(row.product_id.0), key(row.market_id.0)]),
            rows::publication,
        );
        let ties = |whole: &Whole| whole.tags.iter().map(|tag| tag.0.0).zip(0..).collect::<Vec<_>>();
        tie(&mut self.tags, after.id(), &ties(before), &ties(after));
        let ties =
            |whole: &Whole| whole.categories.iter().map(|shelf| shelf.0.0).zip(0..).collect::<Vec<_>>();
        tie(&mut self.categories, after.id(), &ties(before), &ties(after));
    }

    fn choices(&mut self, before: &Whole, after: &Whole) {
        let known: HashMap<_, _> = before.options.iter().map(|choice| (choice.option.id, choice)).collect();
        for choice in &after.options {
            let old = known.get(&choice.option.id);
            match old {
                Some(old) if old.option == choice.option => {}
                Some(old) if old.option.position != choice.option.position => {
                    self.moved.push((
                        old.option.position,
                        choice.option.position,
                        rows::option(&choice.option),
                    ));
                }
                _ => self.options.rows.push(rows::option(&choice.option)),
            }
            let values = (old.map_or(&[][..], |old| &old.values), choice.values.as_slice());
            self.values.differ(values, |row| row.id, |row| json!([key(row.id.0)]), rows::value);
        }
        let gone = before.options.iter().filter(|choice| after.option(choice.option.id).is_none());
        self.options.gone.extend(gone.map(|choice| json!([key(choice.option.id.0)])));
    }

    /// Where rows exchange what has to be unique, those that had it give it up first.
    fn release(&mut self, before: &Whole, after: &Whole) {
        let had: HashMap<&str, &variant::Model> =
            before.variants.iter().filter_map(|row| Some((row.sku.as_deref()?, row))).collect();
        let taken_over = after.variants.iter().filter_map(|row| had.get(row.sku.as_deref()?).zip(Some(row)));
        for (old, _) in taken_over.filter(|(old, new)| old.id != new.id && after.variant(old.id).is_some()) {
            let without = variant::Model { sku: None, media_id: None, ..(*old).clone() };
            self.released_variants.push(rows::variant(&without));
        }
        let values = |whole: &Whole| {
            let values = whole.options.iter().flat_map(|choice| choice.values.clone());
            values.map(|row| ((row.product_option_id, row.value.clone()), row)).collect::<HashMap<_, _>>()
        };
        let (had, has) = (values(before), values(after));
        for (name, old) in had {
            if has.get(&name).is_some_and(|new| new.id != old.id) {
                let value = old.id.0.to_string();
                self.released_values.push(rows::value(&option_value::Model { value, ..old }));
            }
        }
    }

    /// What goes before the rest, the rest, and what can only go after it.
    fn phases(self) -> (Together, Together, Last) {
        let (mut first, mut main) = (Together::default(), Together::default());
        first.upsert(rows::OPTION_VALUE, self.released_values);
        first.upsert(rows::VARIANT, self.released_variants);
        main.upsert(rows::PRODUCT, self.products.rows);
        main.upsert(rows::OPTION, self.options.rows);
        main.upsert(rows::OPTION_VALUE, self.values.rows);
        let parts = [
            (rows::MEDIA, self.media),
            (rows::METAFIELD, self.metafields),
            (rows::VARIANT, self.variants),
            (rows::PUBLICATION, self.publications),
            (rows::PRODUCT_TAG, self.tags),
            (rows::PRODUCT_CATEGORY, self.categories),
            (rows::REDIRECT, self.redirects),
        ];
        for (table, part) in parts {
            first.delete(table, part.gone);
            main.upsert(table, part.rows);
        }
        let last = Last { values: self.values.gone, options: self.options.gone, moved: self.moved };
        (first, main, last)
    }
}

fn tie(part: &mut Part, product: ProductId, before: &[(uuid::Uuid, i32)], after: &[(uuid::Uuid, i32)]) {
    if before == after {
        return;
    }
    let stays = |id: &uuid::Uuid| after.iter().any(|(other, _)| other == id);
    let gone = before.iter().filter(|(id, _)| !stays(id));
    part.gone.extend(gone.map(|(id, _)| json!([key(product.0), key(*id)])));
    part.rows.extend(after.iter().map(|(id, place)| rows::tie(product, *id, *place)));
}

/// What can go only once variants no longer refer to it.
#[derive(Debug, Default)]
struct Last {
    values: Vec<Json>,
    options: Vec<Json>,
    moved: Vec<(i32, i32, Json)>,
}

impl Last {
    async fn send(mut self, change: &Change<'_>) -> std::result::Result<(), DbErr> {
        let mut gone = Together::default();
        gone.delete(rows::OPTION_VALUE, self.values);
        gone.delete(rows::OPTION, self.options);
        gone.send(&change.tx).await?;
        self.moved.sort_by_key(|(_, to, _)| *to);
        let all_closer = self.moved.iter().all(|(from, to, _)| to < from);
        let moved = self.moved.into_iter().map(|(_, _, row)| row).collect();
        if all_closer {
            rows::OPTION.upsert(&change.tx, moved).await.map(|_| ())
        } else {
            exchange(change, moved).await
        }
    }
}

/// Gives options other places. The table lets no two of a product be in one place, nor in a fourth, so they leave for
/// another product in between.
async fn exchange(change: &Change<'_>, moved: Vec<Json>) -> std::result::Result<(), DbErr> {
    static LEAVE: Sql = Sql::new(
        "UPDATE product_option SET product_id = {lateral}$2::uuid{window}$2{end} \
         WHERE id IN (SELECT id FROM {uuids $1} k)",
    );
    let id = |row: &Json| row.get(0).and_then(Json::as_str).and_then(|id| uuid::Uuid::parse_str(id).ok());
    let ids: Vec<uuid::Uuid> = moved.iter().filter_map(id).collect();
    let elsewhere = Whole::new(&format!("-{}", ProductId::generate().0), "", change.now).product;
    rows::PRODUCT.upsert(&change.tx, vec![rows::product(&elsewhere)]).await?;
    let keys = uuids(change.engine(), ids);
    LEAVE.run(&change.tx, [keys, Value::from(elsewhere.id.0)]).await?;
    rows::MOVED_OPTION.upsert(&change.tx, moved).await?;
    rows::PRODUCT.delete(&change.tx, vec![json!([key(elsewhere.id.0)])]).await?;
    Ok(())
}
