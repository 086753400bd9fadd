//! What is written reads back as the same product, and is written again byte for byte.

use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{METAFIELDS, catalogue, product, wild};
use super::{Extra, Options, Reader, WriteError, Writer};
use crate::services::catalog::draft::{MediaDraft, MetafieldDraft, ProductDraft, VariantDraft};

fn extras() -> Vec<Extra> {
    METAFIELDS.iter().map(|(level, namespace, key)| Extra::new(*level, namespace, key).unwrap()).collect()
}

fn write(products: &[ProductDraft], exponent: u32) -> Result<String, WriteError> {
    let mut writer = Writer::new(Vec::new(), exponent, extras())?;
    products.iter().try_for_each(|product| writer.write(product))?;
    Ok(String::from_utf8(writer.finish()?).unwrap())
}

/// Reads without the removals that empty cells stand for.
fn read(csv: &str, exponent: u32) -> Vec<ProductDraft> {
    let reader = Reader::new(csv.as_bytes(), Options { currency_exponent: exponent }).unwrap();
    reader
        .map(|group| {
            assert_eq!(group.problems, []);
            let mut draft = group.draft;
            draft.metafields.retain(|own| !own.value.is_empty());
            draft
                .variants
                .iter_mut()
                .for_each(|variant| variant.metafields.retain(|own| !own.value.is_empty()));
            draft
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn what_is_written_reads_back_and_is_written_the_same(products in catalogue(), exponent in 0..4_u32) {
        let first = write(&products, exponent).unwrap();
        let back = read(&first, exponent);
        prop_assert_eq!(&back, &products);
        prop_assert_eq!(write(&back, exponent).unwrap(), first);
    }

    #[test]
    fn texts_with_spaces_around_are_written_the_same_twice(mut product in product(), texts in vec(wild(), 6)) {
        product.handle = "a".to_owned();
        product.vendor = Some(texts[0].clone());
        product.tags = Some(texts.clone());
        product.categories = Some(vec![texts[1..3].to_vec(), texts[3..].to_vec(), Vec::new()]);
        product.variants.iter_mut().for_each(|variant| variant.sku = Some(format!(" {} ", texts[1])));
        let first = write(std::slice::from_ref(&product), 2).unwrap();
        prop_assert_eq!(write(&read(&first, 2), 2).unwrap(), first);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..400), text in wild()) {
        let mut file = b"Handle,Title,Variant Price,Option1 Name,Option1 Value,Image Src\n".to_vec();
        file.extend(&bytes);
        file.extend(text.as_bytes());
        for input in [bytes, file] {
            if let Ok(reader) = Reader::new(input.as_slice(), Options { currency_exponent: 2 }) {
                prop_assert!(reader.count() <= input.len());
            }
        }
    }
}

fn plain() -> ProductDraft {
    ProductDraft {
        handle: "tee".to_owned(),
        title: Some("Tee".to_owned()),
        options: Some(vec!["Size".to_owned()]),
        variants: vec![VariantDraft {
            option_values: vec!["S".to_owned()],
            price: Some(1_050),
            ..VariantDraft::default()
        }],
        ..ProductDraft::default()
    }
}

#[test]
fn a_product_is_written_under_the_classic_headers() {
    let mut product = plain();
    let images = ["https://a/1.jpg", "https://a/1.jpg", "/media/2 3.jpg"];
    product.media = images.map(|url| MediaDraft { url: url.to_owned(), ..MediaDraft::default() }).to_vec();
    let csv = write(&[product], 2).unwrap();
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[0].starts_with(
        "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,"
    ));
    assert!(rows[0].contains(",Variant Price,Variant Compare At Price,"));
    assert!(rows[0].contains(",Google Shopping / MPN,"));
    assert_eq!(rows[1], "tee,Tee,,,,,,,Size,S,,,,,,,,,,manual,10.50,,,,,https://a/1.jpg,,,,,,,,,,,,,,,,,");
    assert_eq!(rows[2], "tee,,,,,,,,,,,,,,,,,,,,,,,,,/media/2%203.jpg,,,,,,,,,,,,,,,,,");
    assert_eq!(rows.len(), 3);
}

#[test]
fn cells_that_look_like_formulas_are_left_as_they_are() {
    let mut product = plain();
    product.title = Some("=HYPERLINK(\"x\")".to_owned());
    let csv = write(&[product.clone()], 2).unwrap();
    assert!(csv.contains("\"=HYPERLINK(\"\"x\"\")\""));
    assert_eq!(read(&csv, 2)[0].title, product.title);
}

/// Makes a product one that cannot be written.
type Spoil = fn(&mut ProductDraft);

#[test]
fn what_the_format_has_no_place_for_is_refused_whole() {
    let spoilt: [(&str, Spoil); 12] = [
        ("normal form", |product| product.handle = "A b".to_owned()),
        ("no title", |product| product.title = Some(" ".to_owned())),
        ("more than 3", |product| {
            product.options = Some(["a", "b", "c", "d"].map(str::to_owned).to_vec());
        }),
        ("no name of its own", |product| {
            product.options = Some(vec!["a".to_owned(), " a".to_owned()]);
        }),
        ("no value", |product| product.options = None),
        ("no value", |product| {
            product.variants[0].option_values = vec![" ".to_owned()];
        }),
        ("same option values", |product| {
            product.variants.push(product.variants[0].clone());
        }),
        ("price is negative", |product| {
            product.variants[0].unit_cost = Some(Some(-1));
        }),
        ("weight", |product| {
            product.variants[0].weight_grams = Some(f64::NAN);
        }),
        ("address", |product| {
            product.variants[0].image_url = Some("javascript:x".to_owned());
        }),
        ("address", |product| {
            product.media.push(MediaDraft::default());
        }),
        ("a.b has no column", |product| {
            let own = ["a", "b", "", "c"].map(str::to_owned);
            let [namespace, key, value_type, value] = own;
            product.metafields.push(MetafieldDraft { namespace, key, value_type, value });
        }),
    ];
    for (reason, spoil) in spoilt {
        let mut product = plain();
        spoil(&mut product);
        let error = write(&[product], 2).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
