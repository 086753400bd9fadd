//! What engines are given, and that it stays within what they take.

use proptest::prelude::*;

use super::*;

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn titled(title: &str) -> Document {
    Document::new(&Source { title, ..Source::default() }, "en")
}

#[test]
fn columns_hold_words_then_stems_then_compounds() {
    assert_eq!(titled("Running Shoes").fts5_columns()[0], "running shoes =run =shoe");
    assert_eq!(titled("T-shirts").fts5_columns()[0], "t shirts =t =shirt = tshirts =tshirt");
}

#[test]
fn a_tsvector_has_positions_and_weights_and_never_the_next_field_adjacent() {
    let (tags, sku) = (strings(&["red", "new in"]), strings(&["A-1"]));
    let source = Source { title: "Mug", vendor: "Acme", tags: &tags, sku: &sku, body: "A mug." };
    assert_eq!(
        Document::new(&source, "tlh").tsvector(),
        "'1':17B 'a':16B,21D 'a1':19B 'acme':5C 'in':12C 'mug':1A,22D 'new':11C 'red':9C",
    );
}

#[test]
fn every_field_goes_to_its_own_column() {
    let (tags, sku) = (strings(&["red", "blue"]), strings(&["X", "Y"]));
    let source = Source { title: "one", vendor: "two", tags: &tags, sku: &sku, body: "three" };
    assert_eq!(Document::new(&source, "").fts5_columns(), ["one", "two", "red = blue", "x = y", "three"]);
}

#[test]
fn codes_and_vendors_are_not_stemmed() {
    let sku = strings(&["SHOES"]);
    let columns =
        Document::new(&Source { vendor: "Adams", sku: &sku, ..Source::default() }, "en").fts5_columns();
    assert_eq!((columns[1].as_str(), columns[3].as_str()), ("adams", "shoes"));
}

#[test]
fn an_empty_product_gives_empty_texts() {
    let document = titled("");
    assert_eq!(document.fts5_columns(), [const { String::new() }; 5]);
    assert_eq!(document.tsvector(), "");
    assert!(document.spelling_terms().is_empty());
}

#[test]
fn spelling_terms_are_words_of_letters_in_whole_and_in_parts() {
    let sku = strings(&["CODE"]);
    let title = "Mug mug an é-mail 32GB 手机 Öl-Lampe";
    let source = Source { title, sku: &sku, ..Source::default() };
    let document = Document::new(&source, "de");
    let terms: Vec<&str> = document.spelling_terms().into_iter().collect();
    assert_eq!(terms, ["email", "lampe", "mail", "mug", "ollampe"]);
}

#[test]
fn a_word_repeated_without_end_gives_way_to_gaps() {
    let column = titled(&"mug ".repeat(150)).fts5_columns()[0].clone();
    assert_eq!(column.split(' ').filter(|&term| term == "mug").count(), 150);
    let body = "mug ".repeat(5_000);
    let column = Document::new(&Source { body: &body, ..Source::default() }, "").fts5_columns()[4].clone();
    assert_eq!(column.split(' ').filter(|&term| term == "mug").count(), OCCURRENCES);
    assert_eq!(column.split(' ').count(), 5_000);
}

#[test]
fn endless_empty_codes_take_no_place() {
    let mut sku = vec![String::from("a")];
    sku.resize(20_000, String::new());
    let source = Source { sku: &sku, body: "mug", ..Source::default() };
    assert_eq!(Document::new(&source, "").tsvector(), "'a':10B 'mug':15D");
}

/// A Russian-looking word of 30 letters, another for each number.
fn long_word(number: u32) -> String {
    let letters = ['б', 'в', 'г', 'д', 'ж', 'з', 'к', 'л'];
    let distinct = (0..6).map(|octal| letters[(number >> (3 * octal)) as usize % 8]);
    distinct.chain(std::iter::repeat_n('ю', 24)).collect()
}

#[test]
fn endless_text_stays_within_what_postgresql_takes() {
    let long: Vec<String> = (0..40_000).map(long_word).collect();
    let sku: Vec<String> = (0..9_000).map(|n| format!("SKU-{n}-{}", n * 7)).collect();
    let body = long.join(" ");
    let source = Source { title: &body, vendor: &body, tags: &long, sku: &sku, body: &body };
    let vector = Document::new(&source, "ru").tsvector();
    let entries: Vec<(&str, &str)> = vector.split(' ').filter_map(|entry| entry.split_once(':')).collect();
    let highest = entries
        .iter()
        .flat_map(|(_, places)| places.split(','))
        .filter_map(|place| place.trim_end_matches(['A', 'B', 'C', 'D']).parse::<u32>().ok())
        .max();
    assert!(highest.is_some_and(|position| (5_000..16_383).contains(&position)), "{highest:?}");
    let bytes: usize = entries.iter().map(|(term, _)| term.len() + ENTRY_BYTES).sum();
    assert!((DOCUMENT_BYTES / 2..1 << 20).contains(&bytes), "{bytes}");
}

proptest! {
    #[test]
    fn columns_hold_terms_between_single_spaces_only(title in any::<String>(), body in any::<String>()) {
        let source = Source { title: &title, body: &body, ..Source::default() };
        for column in Document::new(&source, "fr").fts5_columns() {
            prop_assert!(!column.contains(['\'', '"', '\\', '\0', '\n', '*', ':', '(', ')']));
            prop_assert!(column.is_empty() || column.split(' ').all(|term| !term.is_empty()));
        }
    }
}
