//! Ranges of prices with round limits, each with about as many products as the next.

/// About so many ranges are told.
const RANGES: usize = 5;

/// Ranges that are told at most: those, and the one that was chosen.
pub const MOST: usize = RANGES + 1;

/// A range of prices, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The lowest price in it.
    pub min: i64,
    /// The highest price in it; `None` where it is open above.
    pub max: Option<i64>,
    /// Products whose lowest price lies in it.
    pub count: i64,
    /// Whether the filter has it.
    pub selected: bool,
}

/// Divides prices into ranges. The one that was `chosen` is among them, whether or not it is one of those.
pub fn with(mut prices: Vec<i64>, chosen: Option<(i64, Option<i64>)>) -> Vec<Bucket> {
    prices.sort_unstable();
    let mut buckets = of(&prices);
    let Some((min, max)) = chosen else { return buckets };
    let place = buckets.iter().position(|bucket| (bucket.min, bucket.max) == (min, max));
    let place = place.unwrap_or_else(|| {
        // An open end is higher than any other.
        let key = |min: i64, max: Option<i64>| (min, max.is_none(), max);
        let place = buckets.partition_point(|bucket| key(bucket.min, bucket.max) < key(min, max));
        buckets.insert(place, bucket(&prices, min, max));
        place
    });
    buckets[place].selected = true;
    buckets
}

/// Divides prices, which are sorted, into ranges.
fn of(prices: &[i64]) -> Vec<Bucket> {
    let Some(highest) = prices.last().copied() else { return Vec::new() };
    let quantile = |part: usize| prices[(prices.len() * part / RANGES).min(prices.len() - 1)];
    let mut limits: Vec<i64> = (1..RANGES).map(|part| round_up(quantile(part))).collect();
    limits.dedup();
    limits.retain(|limit| *limit <= highest);
    let mut buckets = Vec::with_capacity(limits.len() + 1);
    let mut min = 0;
    for limit in limits {
        buckets.push(bucket(prices, min, Some(limit - 1)));
        min = limit;
    }
    buckets.push(bucket(prices, min, None));
    buckets.retain(|bucket| bucket.count > 0);
    buckets
}

fn bucket(prices: &[i64], min: i64, max: Option<i64>) -> Bucket {
    let begin = prices.partition_point(|price| *price < min);
    let end = max.map_or(prices.len(), |max| prices.partition_point(|price| *price <= max));
    // Whoever chooses a range may have its ends the wrong way round.
    let end = end.max(begin);
    Bucket { min, max, count: i64::try_from(end - begin).unwrap_or(i64::MAX), selected: false }
}

/// The next number above that begins with 1, 2, 3, 5 or 7.5 and goes on with zeros.
fn round_up(price: i64) -> i64 {
    let mut step: i64 = 10;
    while step.saturating_mul(10) <= price {
        step = step.saturating_mul(10);
    }
    let rounded = [10, 20, 30, 50, 75, 100].map(|tenths| step.saturating_mul(tenths) / 10);
    rounded.into_iter().find(|limit| *limit > price).unwrap_or(price + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_is_in_exactly_one_range() {
        let prices: Vec<i64> = (1..500).map(|n| n * n % 9_973).collect();

        let buckets = with(prices.clone(), None);

        assert!((2..=RANGES).contains(&buckets.len()), "{buckets:?}");
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<i64>(), 499);
        for pair in buckets.windows(2) {
            assert_eq!(pair[0].max.map(|max| max + 1), Some(pair[1].min));
        }
    }

    #[test]
    fn the_chosen_range_is_there_whatever_the_others_are() {
        let prices: Vec<i64> = (100..200).collect();
        let chosen = |range: (i64, Option<i64>)| -> (usize, Vec<Bucket>) {
            let buckets = with(prices.clone(), Some(range));
            let selected = buckets.iter().filter(|bucket| bucket.selected).copied().collect();
            (buckets.len(), selected)
        };
        let others = with(prices.clone(), None);
        let is = |min, max, count| Bucket { min, max, count, selected: true };
        assert_eq!(chosen((0, Some(50))), (others.len() + 1, vec![is(0, Some(50), 0)]));
        assert_eq!(chosen((150, None)), (others.len() + 1, vec![is(150, None, 50)]));
        assert_eq!(chosen((190, Some(110))), (others.len() + 1, vec![is(190, Some(110), 0)]));
        let own = others[0];
        assert_eq!(chosen((own.min, own.max)), (others.len(), vec![Bucket { selected: true, ..own }]));
        assert_eq!(with(Vec::new(), Some((0, None))), [is(0, None, 0)]);
    }

    #[test]
    fn few_prices_make_few_ranges() {
        assert!(with(Vec::new(), None).is_empty());
        assert_eq!(with(vec![1999], None), [Bucket { min: 0, max: None, count: 1, selected: false }]);
    }
}
