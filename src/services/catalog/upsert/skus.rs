//! SKUs, which belong to one variant each. They may change hands within a batch: what one gives up another may take,
//! whatever their order.

use std::collections::HashMap;

use entity::id::{ProductId, VariantId};
use sea_orm::DbErr;

use super::Outcome;
use crate::services::Change;
use crate::services::catalog::whole::{Edit, present};
use crate::services::sql::{Sql, uuids};

/// A variant that is to have a SKU; an empty one takes what it has.
pub(super) struct Claim {
    pub(super) variant: VariantId,
    pub(super) sku: String,
    /// Which edit it is in.
    pub(super) edit: usize,
    /// Which of the edit's variants it is.
    pub(super) row: usize,
    /// Which outcome it belongs to.
    pub(super) outcome: usize,
    /// Which of the draft's variants it is.
    pub(super) number: usize,
}

/// Gives variants their SKUs. Where one belongs to another variant that keeps it, it is refused.
pub(super) async fn settle(
    change: &Change<'_>,
    claims: &[Claim],
    owners: &HashMap<String, (VariantId, ProductId)>,
    edits: &mut [Edit],
    outcomes: &mut [Outcome],
) -> Result<(), DbErr> {
    let granted = grant(claims, owners);
    let mut released = Vec::new();
    for (claim, is_granted) in claims.iter().zip(granted) {
        if !is_granted {
            outcomes[claim.outcome].taken.push(claim.number);
            continue;
        }
        edits[claim.edit].after.variants[claim.row].sku = present(&claim.sku);
        let owner = owners.get(&claim.sku).map(|(owner, _)| *owner);
        released.extend(owner.filter(|owner| *owner != claim.variant));
    }
    release(change, &released).await
}

/// Which claims are good. One that is refused leaves its variant what it has, which nobody else gets then.
fn grant(claims: &[Claim], owners: &HashMap<String, (VariantId, ProductId)>) -> Vec<bool> {
    let of_variant: HashMap<VariantId, usize> =
        claims.iter().enumerate().map(|(at, claim)| (claim.variant, at)).collect();
    let owned: HashMap<VariantId, &str> =
        owners.iter().map(|(sku, (owner, _))| (*owner, sku.as_str())).collect();
    let gives_up =
        |(owner, sku): &(&VariantId, &&str)| of_variant.get(owner).is_some_and(|at| claims[*at].sku != **sku);
    let kept = owned.iter().filter(|pair| !gives_up(pair));
    let mut holders: HashMap<&str, VariantId> = kept.map(|(owner, sku)| (*sku, *owner)).collect();
    let mut granted = vec![true; claims.len()];
    let mut refused = Vec::new();
    for (at, claim) in claims.iter().enumerate().filter(|(_, claim)| !claim.sku.is_empty()) {
        if *holders.entry(&claim.sku).or_insert(claim.variant) != claim.variant {
            refused.push(at);
        }
    }
    while let Some(at) = refused.pop() {
        granted[at] = false;
        let variant = claims[at].variant;
        let Some(sku) = owned.get(&variant) else { continue };
        let other = holders.insert(sku, variant).filter(|other| *other != variant);
        refused.extend(other.and_then(|other| of_variant.get(&other)));
    }
    granted
}

/// No two may have one at any time, so those that give theirs up go first.
async fn release(change: &Change<'_>, variants: &[VariantId]) -> Result<(), DbErr> {
    static RELEASE: Sql = Sql::new("UPDATE variant SET sku = NULL WHERE id IN (SELECT id FROM {uuids $1} k)");
    if variants.is_empty() {
        return Ok(());
    }
    let ids = uuids(change.engine(), variants.iter().map(|id| id.0));
    RELEASE.run(&change.tx, [ids]).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(owned: &[(&str, VariantId)], claimed: &[(&str, VariantId)]) -> Vec<bool> {
        let product = ProductId::generate();
        let owners = owned.iter().map(|(sku, id)| ((*sku).to_owned(), (*id, product))).collect();
        let claim = |(number, (sku, variant)): (usize, &(&str, VariantId))| Claim {
            variant: *variant,
            sku: (*sku).to_owned(),
            edit: 0,
            row: 0,
            outcome: 0,
            number,
        };
        grant(&claimed.iter().enumerate().map(claim).collect::<Vec<_>>(), &owners)
    }

    #[test]
    fn a_sku_belongs_to_one_and_may_change_hands() {
        let [a, b, c] = std::array::from_fn(|_| VariantId::generate());
        let owned = [("1", a), ("2", b)];
        assert_eq!(granted(&owned, &[("2", a), ("1", b)]), [true, true]);
        assert_eq!(granted(&owned, &[("2", c), ("", b)]), [true, true]);
        assert_eq!(granted(&owned, &[("3", c), ("3", b)]), [true, false]);
        assert_eq!(granted(&owned, &[("2", a)]), [false]);
        // `b` is refused what `c` keeps, so that it keeps what `a` wants.
        let owned = [("1", a), ("2", b), ("3", c)];
        assert_eq!(granted(&owned, &[("2", a), ("3", b)]), [false, false]);
        assert_eq!(granted(&owned, &[("", a), ("1", b), ("2", c)]), [true, true, true]);
    }

    #[test]
    fn a_long_row_of_refusals_takes_no_longer_than_it_is() {
        let ids: Vec<VariantId> = (0..10_000).map(|_| VariantId::generate()).collect();
        let skus: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        let owned: Vec<(&str, VariantId)> =
            skus.iter().map(String::as_str).zip(ids.iter().copied()).collect();
        // Each wants what the next one has, and the last keeps what it has.
        let claimed: Vec<(&str, VariantId)> =
            skus.iter().skip(1).map(String::as_str).zip(ids.iter().copied()).collect();
        let began = std::time::Instant::now();
        assert!(granted(&owned, &claimed).iter().all(|is_granted| !is_granted));
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
    }
}
