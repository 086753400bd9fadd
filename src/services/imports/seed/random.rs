//! Chance that repeats itself: `SplitMix64`, a stream of its own for each thing that is made.

/// Numbers that look random and depend on nothing but where they begin.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of one thing: which kind it is, and its place among them.
    pub fn new(kind: u64, place: u64) -> Self {
        let mut random = Self(kind.wrapping_mul(0xd134_2543_de82_ef95) ^ place);
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit` - 1; 0 where the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// The same for what money and time are counted in.
    pub fn amount(&mut self, limit: i64) -> i64 {
        self.below(limit.max(0).unsigned_abs()).cast_signed()
    }

    /// A place in a list of some length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// Whether something happens that happens so often in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of some texts, all equally likely.
    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.index(from.len())).copied().unwrap_or_default()
    }

    /// A place in a list in which few are frequent and most are rare: the second half as likely as the first place.
    ///
    /// First one of the spans 1, 2-3, 4-7, 8-15, ..., then a place in it: Zipf's law in whole numbers.
    pub fn rank(&mut self, length: usize) -> usize {
        let spans = length.max(1).ilog2() + 1;
        loop {
            let begin = 1_usize << self.below(u64::from(spans));
            let rank = begin + self.index(begin);
            if rank <= length.max(1) {
                return rank - 1;
            }
        }
    }

    /// One of some texts, the first ones more often.
    pub fn frequent<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.rank(from.len())).copied().unwrap_or_default()
    }
}
