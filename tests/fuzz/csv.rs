//! Shopify's product CSV.

use vitrine::services::imports::shopify::{Options, Reader};

use crate::mutate;
use crate::random::Random;
use crate::seeds;

pub struct Target {
    seeds: Vec<Vec<u8>>,
}

impl Target {
    pub fn new() -> Self {
        Self { seeds: seeds::product_files() }
    }

    /// A file is read to its end or refused with a problem; no row is told of twice, none lies beyond the file.
    pub fn once(&self, random: &mut Random) -> bool {
        let seed = random.pick(&self.seeds);
        let file = mutate::table(random, seed);
        let exponent = u32::try_from(random.below(4)).unwrap();
        let Ok(reader) = Reader::new(file.as_slice(), Options { currency_exponent: exponent }) else {
            return false;
        };
        let (mut rows, mut read) = (0, 0);
        for group in reader {
            rows += group.lines;
            assert!(group.bytes_read >= read, "reading goes on");
            read = group.bytes_read;
            assert!(
                group.problems.iter().all(|problem| problem.reason.len() < 1_000),
                "{:?}",
                group.problems
            );
            let draft = &group.draft;
            let prices = draft.variants.iter().filter_map(|variant| variant.price);
            assert!(prices.clone().all(|price| price >= 0), "{:?}", prices.collect::<Vec<_>>());
        }
        let lines = file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
        assert!(rows <= lines as u64, "{rows} rows of {lines} lines");
        assert!(read <= file.len() as u64, "{read} bytes of {}", file.len());
        rows > 0
    }
}
