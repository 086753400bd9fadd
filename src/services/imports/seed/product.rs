//! One product of a seed: everything about it follows from its place.

use entity::time::{DAY, Timestamp};

use super::departments::{LEAVES, Leaf};
use super::random::Random;
use super::text;
use super::words::COLORS;
use crate::services::catalog::draft::{InventoryPolicy, MediaDraft, ProductDraft, VariantDraft, WeightUnit};

/// Locations that stock lies at.
pub const LOCATIONS: usize = 3;

/// Images of each product.
const IMAGES: i32 = 3;

/// The shop has been filled over so long.
const SPAN: i64 = 730 * DAY;

/// Products come into being at most so long before they are published.
const PREPARATION: i64 = 14 * DAY;

/// The streams of numbers: one for what a product is, one for what it costs and how many there are.
const CONTENT: u64 = 1;
const TRADE: u64 = 2;

/// What all products of a seed share.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many products there will be.
    pub products: u64,
    /// When the seed is made.
    pub now: Timestamp,
    /// Digits of the currency after the point.
    pub digits: u32,
}

/// A product that is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its content; stock is that of the first location.
    pub draft: ProductDraft,
    /// Pieces of each variant at each location.
    pub stock: Vec<[i64; LOCATIONS]>,
    /// When it came to be.
    pub created: Timestamp,
    /// From when it is published.
    pub published: Timestamp,
}

impl Plan {
    /// The product at a place, from 0.
    pub fn product(&self, place: u64) -> Planned {
        let mut random = Random::new(CONTENT, place);
        let (leaf, categories) = leaves(&mut random);
        let title = text::title(&mut random, leaf.thing);
        let number = place + 1;
        let mut draft = ProductDraft {
            handle: format!("{}-{number:06}", text::slug(&title)),
            description_html: Some(text::description(&mut random, leaf.thing)),
            vendor: Some(text::vendor(&mut random)),
            product_type: Some(leaf.product_type.to_owned()),
            tags: Some(tags(&mut random)),
            published: Some(true),
            categories: Some(categories),
            media: images(number, &title),
            title: Some(title),
            ..ProductDraft::default()
        };
        let (options, selections) = options(&mut random, &leaf);
        draft.options = Some(options);
        let mut trade = Random::new(TRADE, place);
        let stock = stock(&mut trade, selections.len());
        draft.variants = self.variants(&mut trade, number, selections, &stock);
        let (created, published) = self.dates(&mut trade, place);
        Planned { draft, stock, created, published }
    }

    fn variants(
        &self,
        random: &mut Random,
        number: u64,
        selections: Vec<Vec<String>>,
        stock: &[[i64; LOCATIONS]],
    ) -> Vec<VariantDraft> {
        let cheapest = price(random);
        let reduced = random.chance(20).then(|| 105 + random.amount(40));
        let grams = 50 + random.amount(3000);
        let oversells = random.chance(5);
        let variant = |((option_values, stock), place): ((Vec<String>, &[i64; LOCATIONS]), i64)| {
            let cents = cheapest + cheapest * 4 * (place - 1) / 100;
            VariantDraft {
                option_values,
                sku: Some(format!("SEED-{number:06}-{place}")),
                price: Some(self.minor(cents)),
                compare_at_price: Some(reduced.map(|percent| self.minor(cents * percent / 100))),
                weight_grams: Some(f64::from(i32::try_from(grams).unwrap_or(50))),
                weight_unit: Some(WeightUnit::Gram),
                inventory_tracker: Some("shopify".to_owned()),
                inventory_policy: Some(if oversells {
                    InventoryPolicy::Continue
                } else {
                    InventoryPolicy::Deny
                }),
                quantity: Some(stock[0]),
                ..VariantDraft::default()
            }
        };
        selections.into_iter().zip(stock).zip(1..).map(variant).collect()
    }

    /// Hundredths as minor units; where the currency has no fraction, hundredths are whole units.
    fn minor(&self, cents: i64) -> i64 {
        cents * 10_i64.pow(self.digits.saturating_sub(2))
    }

    /// Each product has its own part of the two years, so that a later one is the newer one, mostly.
    fn dates(&self, random: &mut Random, place: u64) -> (Timestamp, Timestamp) {
        let slot = SPAN / self.products.max(1).cast_signed();
        let into = slot * place.cast_signed() + random.amount(slot);
        let created = self.now.plus(into - SPAN);
        let published = created.plus(random.amount(PREPARATION));
        (created, if published < self.now { published } else { created })
    }
}

/// The main leaf, and the paths of all: two for some products.
fn leaves(random: &mut Random) -> (Leaf, Vec<Vec<String>>) {
    let number = if random.chance(50) { random.rank(LEAVES) * 7 % LEAVES } else { random.index(LEAVES) };
    let leaf = Leaf::new(number);
    let mut paths = vec![leaf.path()];
    if random.chance(40) {
        paths.push(Leaf::new(number + 1 + random.index(LEAVES - 1)).path());
    }
    (leaf, paths)
}

/// Three different ones.
fn tags(random: &mut Random) -> Vec<String> {
    let mut tags = Vec::with_capacity(3);
    while tags.len() < 3 {
        let tag = text::tag(random);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn images(number: u64, title: &str) -> Vec<MediaDraft> {
    let image = |position: i32| MediaDraft {
        url: format!("https://images.example/seed/{number:06}/{position}.jpg"),
        position: Some(position),
        alt: Some(format!("{title}, view {position}")),
        width: Some(1200),
        height: Some(1500),
        mime_type: Some("image/jpeg".to_owned()),
    };
    (1..=IMAGES).map(image).collect()
}

/// Names of one or two options, and the values of one to six variants.
fn options(random: &mut Random, leaf: &Leaf) -> (Vec<String>, Vec<Vec<String>>) {
    let variants = 1 + random.index(6);
    let rows = if variants > 3 { 2 } else { 1 };
    let columns = variants.div_ceil(rows);
    let sizes = leaf.department.sizes;
    let colors = || COLORS.iter().cycle().map(|color| (*color).to_owned());
    let first_color = random.index(COLORS.len());
    if rows == 1 {
        let by_color = variants > sizes.len() || random.chance(50);
        let name = if by_color { "Color" } else { "Size" };
        let values: Vec<Vec<String>> = if by_color {
            colors().skip(first_color).take(variants).map(|color| vec![color]).collect()
        } else {
            sizes.iter().take(variants).map(|size| vec![(*size).to_owned()]).collect()
        };
        return (vec![name.to_owned()], values);
    }
    let pairs = colors().skip(first_color).take(rows).flat_map(|color| {
        sizes.iter().take(columns).map(move |size| vec![color.clone(), (*size).to_owned()])
    });
    (vec!["Color".to_owned(), "Size".to_owned()], pairs.take(variants).collect())
}

/// Hundredths of the main unit, from 4.99 to 639.99: as many between 5 and 10 as between 320 and 640.
fn price(random: &mut Random) -> i64 {
    let low = 5 << random.amount(7);
    (low + random.amount(low)) * 100 - 1
}

/// About one product in ten is sold out, and some variants of others.
fn stock(random: &mut Random, variants: usize) -> Vec<[i64; LOCATIONS]> {
    let sold_out = random.chance(9);
    let mut pieces = || {
        if sold_out || random.chance(3) {
            return [0; LOCATIONS];
        }
        let mut at = [0; LOCATIONS];
        for place in &mut at {
            *place = if random.chance(30) { 0 } else { random.amount(80) };
        }
        at[0] += i64::from(at == [0; LOCATIONS]);
        at
    };
    (0..variants).map(|_| pieces()).collect()
}
