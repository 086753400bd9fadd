//! How options are read, and which of their problems lose what.

use super::product_tests::{only, told};

#[test]
fn a_product_without_a_choice_has_the_default_title() {
    let named =
        only("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Title,Default Title,1\n").draft;
    let empty = only("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,,,1\n").draft;
    assert_eq!(named, empty);
    assert_eq!(named.options.as_deref().unwrap(), ["Title"]);
    let absent = only("Handle,Title,Variant Price\na,A,1\n").draft;
    assert_eq!(
        (absent.options, absent.variants[0].option_values.as_slice()),
        (None, &["Default Title".to_owned()] as &[String])
    );
    let none = only("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,,,\n").draft;
    assert_eq!((none.options, none.variants.len()), (None, 0));
}

#[test]
fn options_that_do_not_fit_are_reported_row_by_row() {
    let header = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Option4 Name,Option4 Value,Variant Price\n";
    let group = only(&format!(
        "{header}a,A,Size,S,Color,Red,,,,,1\na,,,M,,,,,,,1\na,,,S,,Red,,,,,1\na,,,L,,Red,,Wool,,,1\n\
         a,,,XL,,Red,,,Fit,Slim,1\na,,Color,XS,,Red,,,,,1\na,Other,,XXL,,Red,,,,,1\n"
    ));
    assert_eq!(
        told(&group),
        [
            (3, "Option2 Value", "the value of the option is missing"),
            (4, "Option1 Value", "line 2 has a variant with the same option values"),
            (5, "Option3 Value", "a value of an option that has no name"),
            (6, "Option4 Name", "a product has at most 3 options"),
            (6, "Option4 Value", "a product has at most 3 options"),
            (7, "Option1 Name", "the product's first row has another name for this option"),
            (8, "Title", "the product has another title on line 2, which stays"),
        ]
    );
    let left: Vec<_> = group.draft.variants.iter().map(|variant| variant.option_values.join("/")).collect();
    assert_eq!(left, ["S/Red", "XXL/Red"]);
}

#[test]
fn options_without_usable_names_lose_the_variants_and_keep_the_product() {
    let header = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price\n";
    for (first, column) in [
        ("a,A,,S,,,1", "Option1 Name"),
        ("a,A,,S,Color,Red,1", "Option1 Name"),
        ("a,A,Size,S,Size,M,1", "Option2 Name"),
    ] {
        let group = only(&format!("{header}{first}\na,,,M,,Red,1\n"));
        let lines: Vec<_> =
            told(&group).iter().map(|(line, column, _)| (*line, (*column).to_owned())).collect();
        assert_eq!(lines, [(2, column.to_owned()), (3, String::new())], "{first}");
        assert_eq!((group.draft.title.as_deref(), group.draft.variants.len()), (Some("A"), 0));
        assert_eq!(group.draft.options, None);
    }
}
