//! SKUs that could not be had yet: their variants may stand further down in the file, and give them up there.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait, DbErr};

use super::chunk::Lines;
use crate::services::catalog::draft::{ProductDraft, VariantDraft};
use crate::services::sql::{Sql, texts};

/// As many variants are kept in mind.
const MOST: usize = 2_000;

/// Variants that wait for their SKUs.
#[derive(Default)]
pub(super) struct Waiting {
    places: HashMap<String, usize>,
    count: usize,
    products: Vec<Waiter>,
}

/// What a product's variants are to have, and nothing else; and where they stand in the file.
pub(super) type Waiter = (ProductDraft, Lines);

impl Waiting {
    /// Lets a variant of a product wait; answers whether there is room.
    pub(super) fn add(&mut self, draft: &ProductDraft, lines: &Lines, number: usize) -> bool {
        let Some(variant) = draft.variants.get(number) else { return true };
        if self.count >= MOST {
            return false;
        }
        self.count += 1;
        let place = *self.places.entry(draft.handle.clone()).or_insert_with(|| {
            let (handle, options) = (draft.handle.clone(), draft.options.clone());
            let draft = ProductDraft { handle, options, ..ProductDraft::default() };
            self.products.push((draft, Lines { first: lines.first, variants: Vec::new() }));
            self.products.len() - 1
        });
        let (waiter, places) = &mut self.products[place];
        waiter.variants.push(VariantDraft {
            option_values: variant.option_values.clone(),
            sku: variant.sku.clone(),
            ..VariantDraft::default()
        });
        places.variants.push(lines.of(Some(number)));
        true
    }

    /// The products whose SKUs are of the same product, each group in one: they may have to change hands at the same time.
    pub(super) async fn groups(self, db: &impl ConnectionTrait) -> Result<Vec<Vec<Waiter>>, DbErr> {
        static OWNERS: Sql = Sql::new(
            "SELECT v.sku, p.handle FROM {texts $1} k JOIN variant v ON v.sku = k.id \
             JOIN product p ON p.id = v.product_id",
        );
        if self.products.is_empty() {
            return Ok(Vec::new());
        }
        let skus = self.products.iter().flat_map(|(draft, _)| &draft.variants);
        let skus = skus.filter_map(|variant| variant.sku.clone());
        let skus = texts(db.get_database_backend(), skus);
        let mut owners: HashMap<String, String> = HashMap::new();
        for row in OWNERS.all(db, [skus]).await? {
            owners.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
        Ok(self.grouped(&owners))
    }

    fn grouped(self, owners: &HashMap<String, String>) -> Vec<Vec<Waiter>> {
        let mut leaders: Vec<usize> = (0..self.products.len()).collect();
        for (place, (draft, _)) in self.products.iter().enumerate() {
            let skus = draft.variants.iter().filter_map(|variant| variant.sku.as_ref());
            for other in skus.filter_map(|sku| self.places.get(owners.get(sku)?)) {
                let (one, other) = (leader(&mut leaders, place), leader(&mut leaders, *other));
                leaders[one.max(other)] = one.min(other);
            }
        }
        let mut groups: BTreeMap<usize, Vec<Waiter>> = BTreeMap::new();
        for (place, waiter) in self.products.into_iter().enumerate() {
            groups.entry(leader(&mut leaders, place)).or_default().push(waiter);
        }
        groups.into_values().collect()
    }
}

/// The first of a group, by one of it.
fn leader(leaders: &mut [usize], mut place: usize) -> usize {
    while leaders[place] != place {
        leaders[place] = leaders[leaders[place]];
        place = leaders[place];
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(products: &[(&str, &[&str])]) -> Waiting {
        let mut waiting = Waiting::default();
        for (handle, skus) in products {
            let variant =
                |sku: &&str| VariantDraft { sku: Some((*sku).to_owned()), ..VariantDraft::default() };
            let variants: Vec<VariantDraft> = skus.iter().map(variant).collect();
            let lines = Lines { first: 1, variants: vec![2; variants.len()] };
            let draft = ProductDraft { handle: (*handle).to_owned(), variants, ..ProductDraft::default() };
            for number in 0..draft.variants.len() {
                assert!(waiting.add(&draft, &lines, number));
            }
        }
        waiting
    }

    #[test]
    fn those_who_exchange_skus_stay_together() {
        let all = waiting(&[("a", &["1"]), ("b", &["2", "9"]), ("c", &["3"]), ("d", &["4"]), ("e", &["5"])]);
        let owners = [("1", "d"), ("4", "b"), ("3", "elsewhere"), ("5", "e")];
        let owners = owners.map(|(sku, handle)| (sku.to_owned(), handle.to_owned())).into_iter().collect();
        let groups = all.grouped(&owners);
        let handles = |group: &Vec<Waiter>| group.iter().map(|(draft, _)| draft.handle.clone()).collect();
        let handles: Vec<Vec<String>> = groups.iter().map(handles).collect();
        assert_eq!(handles, [vec!["a", "b", "d"], vec!["c"], vec!["e"]]);
    }

    #[test]
    fn there_is_an_end_to_waiting() {
        let skus: Vec<String> = (0..MOST).map(|number| number.to_string()).collect();
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        let mut all = waiting(&[("a", &skus)]);
        let one = waiting(&[("b", &["x"])]).products.remove(0);
        assert!(!all.add(&one.0, &one.1, 0));
    }
}
