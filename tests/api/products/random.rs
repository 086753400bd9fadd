//! Random sequences of changes, after each of which everything has to hold.

use entity::catalog::product::Status;
use entity::id::ProductId;
use vitrine::services::backoffice::{delete, set};
use vitrine::services::catalog::whole::{self, Lock, Whole};
use vitrine::services::catalog::write::options::{self, OptionInput, ValueInput};
use vitrine::services::catalog::write::products::{self, ProductInput};
use vitrine::services::catalog::write::translations::{self, Texts};
use vitrine::services::catalog::write::variants::{self, VariantInput};
use vitrine::services::catalog::write::{Fields, Part, VariantFields, media, metafields, publish};
use vitrine::services::{Error, Result, Viewer};

use super::shelf::{assert_derived, assert_invariants, custom, everything};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: random_changes_keep_everything_true;
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    fn shuffled<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        let mut left = of.to_vec();
        let mut order = Vec::new();
        while !left.is_empty() {
            order.push(left.remove(self.below(left.len())));
        }
        order
    }

    fn word(&mut self) -> String {
        (*self.pick(&["red", "Blue", "grün", "4 XL", "<b>bold</b>", "Default Title", "Title"]).unwrap())
            .to_owned()
    }
}

const PRODUCTS: [&str; 3] = ["rnd-a", "rnd-b", "cafe-mug"];
const STEPS: usize = 60;

async fn random_changes_keep_everything_true(shop: TestShop) {
    let mut random = Random(2026);
    let (mut done, mut refused) = (0, 0);
    for step in 0..STEPS {
        let handle = PRODUCTS[random.below(PRODUCTS.len())];
        let before = find(&shop, handle).await;
        let outcome = change(&shop, &mut random, handle, before.as_ref()).await;
        let after = find(&shop, handle).await;
        match outcome {
            Ok(()) => done += 1,
            Err(Error::Problems(_)) => {
                assert_eq!(before, after, "step {step}: what is refused changes nothing");
                refused += 1;
            }
            Err(error) => panic!("step {step}: {error:?}"),
        }
        if let (Some(before), Some(after)) = (&before, &after) {
            let same = Whole { product: after.product.clone(), ..before.clone() } == *after
                && before.product == after.product;
            let grown = after.product.version - before.product.version;
            assert!(grown == i32::from(!same), "step {step}: the version grew by {grown}");
        }
        assert_invariants(&shop).await;
    }
    println!("{done} changes made, {refused} refused");
    assert!(done > STEPS / 3 && refused > 0, "{done} made, {refused} refused");
    assert_derived(&shop).await;
}

async fn find(shop: &TestShop, handle: &str) -> Option<Whole> {
    whole::by_handles(shop.app.db.writer(), [handle], Lock::None).await.unwrap().remove(handle)
}

#[expect(clippy::too_many_lines, reason = "a list of every change that there is")]
async fn change(shop: &TestShop, random: &mut Random, handle: &str, before: Option<&Whole>) -> Result<()> {
    let (app, viewer) = (&shop.app, &Viewer::Operator);
    let kind = random.below(18);
    let Some(whole) = before.filter(|_| kind > 0) else {
        let mut input = everything(shop, handle, random.below(5));
        if random.below(3) == 0 {
            input.options = None;
            input.variants = None;
        }
        return set::set(app, viewer, &input).await.map(drop);
    };
    let id: ProductId = whole.id();
    let version = Some(whole.product.version);
    let variant = random.pick(&whole.variants).map(|row| row.id).unwrap();
    let option = random.pick(&whole.options).unwrap();
    match kind {
        1 => {
            let status = *random.pick(&[Status::Active, Status::Draft, Status::Archived]).unwrap();
            let fields = Fields {
                title: Some(random.word()),
                status: Some(status),
                vendor: Some(random.word()),
                tags: Some(vec![random.word(), "always".to_owned()]),
                ..Fields::default()
            };
            let input = ProductInput { fields, ..ProductInput::default() };
            products::update(app, viewer, id, version, &input).await.map(drop)
        }
        2 => {
            let values = [random.word(), random.word()];
            options::create(app, viewer, id, version, &random.word(), &values).await.map(drop)
        }
        3 => options::delete(app, viewer, option.option.id, version).await.map(drop),
        4 | 5 => {
            let mut values: Vec<ValueInput> = random
                .shuffled(&option.values)
                .iter()
                .map(|row| ValueInput { id: Some(row.id), name: row.value.clone() })
                .collect();
            if values.len() > 1 && kind == 5 {
                let name = std::mem::replace(&mut values[0].name, "…".to_owned());
                values[0].name = std::mem::replace(&mut values[1].name, name);
            } else {
                values.push(ValueInput { id: None, name: random.word() });
            }
            let input = OptionInput { name: Some(random.word()), values: Some(values) };
            options::update(app, viewer, option.option.id, version, &input).await.map(drop)
        }
        6 => {
            let ids: Vec<_> = whole.options.iter().map(|choice| choice.option.id).collect();
            options::reorder(app, viewer, id, version, &random.shuffled(&ids)).await.map(drop)
        }
        7..=9 => {
            let values = whole.options.iter().map(|_| random.word()).collect();
            let input = VariantInput {
                fields: VariantFields {
                    sku: Some(format!("sku-{}", random.below(6))),
                    ..VariantFields::default()
                },
                option_values: Some(values),
                metafields: vec![custom("a", "b", "c")],
            };
            if kind == 9 {
                variants::update(app, viewer, variant, version, &input).await.map(drop)
            } else {
                variants::create(app, viewer, id, version, &input).await.map(drop)
            }
        }
        10 => variants::delete(app, viewer, variant, version).await.map(drop),
        11 => {
            let ids: Vec<_> = whole.variants.iter().map(|row| row.id).collect();
            variants::reorder(app, viewer, id, version, &random.shuffled(&ids)).await.map(drop)
        }
        12 => {
            let url = format!("https://img.example.com/{}.jpg", random.below(4));
            let attach = random.below(2) == 0;
            let Some(image) = random.pick(&whole.media).filter(|_| attach) else {
                return media::create(app, viewer, id, version, &url, "seen").await.map(drop);
            };
            let fields = VariantFields { media: Some(Some(image.id)), ..VariantFields::default() };
            let input = VariantInput { fields, ..VariantInput::default() };
            variants::update(app, viewer, variant, version, &input).await.map(drop)
        }
        13 => {
            let Some(image) = random.pick(&whole.media) else { return Ok(()) };
            media::delete(app, viewer, image.id, version).await.map(drop)
        }
        14 => {
            let ids: Vec<_> = whole.media.iter().map(|row| row.id).collect();
            media::reorder(app, viewer, id, version, &random.shuffled(&ids)).await.map(drop)
        }
        15 => {
            let drafts = [custom("x", &format!("k{}", random.below(3)), &random.word())];
            metafields::set(app, viewer, metafields::Owner::Variant(variant), version, &drafts)
                .await
                .map(drop)
        }
        16 => {
            let market = app.markets().markets[random.below(2)].id;
            if random.below(2) == 0 {
                publish::publish(app, viewer, id, version, &[(market, None)]).await.map(drop)
            } else {
                publish::unpublish(app, viewer, id, version, &[market]).await.map(drop)
            }
        }
        _ => {
            if handle == "rnd-b" {
                return delete::delete(app, viewer, id, version).await.map(drop);
            }
            // No market speaks it: refused, like what is not there.
            let texts = Texts { name: Some(random.word()), ..Texts::default() };
            translations::set(app, viewer, Part::Option(option.option.id), "xx", &texts).await.map(drop)
        }
    }
}
