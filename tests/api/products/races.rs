//! Two who change the same thing at the same moment.

use vitrine::services::backoffice::set::set;
use vitrine::services::catalog::write::Fields;
use vitrine::services::catalog::write::products::{self, ProductInput};
use vitrine::services::{Error, Reason, Viewer};

use super::shelf::{everything, id_of, read};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: of_two_with_one_version_one_wins, of_many_with_one_handle_all_are_told, the_same_whole_product_twice_at_once;
}

fn title(text: String) -> ProductInput {
    ProductInput { fields: Fields { title: Some(text), ..Fields::default() }, ..ProductInput::default() }
}

async fn of_two_with_one_version_one_wins(shop: TestShop) {
    let id = id_of(&shop, "cafe-mug").await;
    for round in 0..5 {
        let version = read(&shop, "cafe-mug").await.product.version;
        let (first, second) = (title(format!("First {round}")), title(format!("Second {round}")));
        let (one, two) = tokio::join!(
            products::update(&shop.app, &Viewer::Operator, id, Some(version), &first),
            products::update(&shop.app, &Viewer::Operator, id, Some(version), &second),
        );
        let lost: Vec<_> = [&one, &two].into_iter().filter_map(|result| result.as_ref().err()).collect();
        assert_eq!(lost.len(), 1, "{one:?} {two:?}");
        let Error::Problems(problems) = lost[0] else { panic!("{lost:?}") };
        assert_eq!(problems[0].reason, Reason::Conflict);
        let after = read(&shop, "cafe-mug").await.product;
        let winner = if one.is_ok() { format!("First {round}") } else { format!("Second {round}") };
        assert_eq!((after.title, after.version), (winner, version + 1));
    }
}

async fn of_many_with_one_handle_all_are_told(shop: TestShop) {
    let input = ProductInput {
        fields: Fields {
            title: Some("Same".to_owned()),
            handle: Some("same".to_owned()),
            vendor: Some("New vendor".to_owned()),
            tags: Some(vec!["new tag".to_owned(), "newer tag".to_owned()]),
            ..Fields::default()
        },
        ..ProductInput::default()
    };
    let tries = (0..6).map(|_| products::create(&shop.app, &Viewer::Operator, &input));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    for refused in results.into_iter().filter_map(Result::err) {
        let Error::Problems(problems) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (problems[0].reason, problems[0].path.as_slice()),
            (Reason::Taken, &["handle".to_owned()][..])
        );
    }
}

async fn the_same_whole_product_twice_at_once(shop: TestShop) {
    let input = everything(&shop, "twin", 3);
    let (one, two) =
        tokio::join!(set(&shop.app, &Viewer::Operator, &input), set(&shop.app, &Viewer::Operator, &input),);
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.product, two.product);
    assert!(one.created != two.created);
    assert_eq!(read(&shop, "twin").await.variants.len(), 3);
}
