//! The sample products in the shop's other languages.

use std::collections::{BTreeSet, HashMap};

use entity::id::{MediaId, OptionValueId, ProductId, ProductOptionId};

use super::art;
use super::files::{Product, Shop, broken};
use crate::services::catalog::translations::{self, ProductTexts};
use crate::services::catalog::{media, options};
use crate::services::markets::{Locale, Markets};
use crate::services::page::{MAX_SIZE, Window};
use crate::services::{Change, Result};

/// Which rows the names of options, their values and the images became.
struct Rows {
    options: HashMap<(ProductId, String), ProductOptionId>,
    values: HashMap<(ProductOptionId, String), OptionValueId>,
    images: HashMap<(ProductId, String), MediaId>,
}

/// Translates products that are there into every language that the shop has beside its own.
pub async fn translate(
    change: &Change<'_>,
    shop: &Shop,
    products: &[Product],
    ids: &[ProductId],
) -> Result<()> {
    let locale = Markets::load(&change.tx).await?.locales().next();
    let locale = locale.ok_or_else(|| broken("the shop has no market".to_owned()))?;
    let rows = Rows::find(change, &locale, ids).await?;
    let languages: BTreeSet<&String> = shop.markets.iter().flat_map(|market| &market.languages).collect();
    for language in languages.into_iter().filter(|language| **language != shop.base_language) {
        let (mut of_products, mut of_images) = (Vec::new(), Vec::new());
        let (mut of_options, mut of_values) = (Vec::new(), Vec::new());
        for (product, id) in products.iter().zip(ids) {
            of_products.extend(texts(product, language).map(|texts| (*id, texts)));
            rows.options(product, *id, language, &mut of_options, &mut of_values);
            rows.images(product, *id, language, &mut of_images);
        }
        translations::products(change, language, &of_products).await?;
        translations::options(change, language, &of_options).await?;
        translations::option_values(change, language, &of_values).await?;
        translations::media(change, language, &of_images).await?;
    }
    change.touch(ids.iter().copied());
    Ok(())
}

fn texts(product: &Product, language: &str) -> Option<ProductTexts> {
    let texts = product.translations.get(language)?;
    Some(ProductTexts {
        title: texts.title.clone(),
        description_html: texts.description_html.clone(),
        ..ProductTexts::default()
    })
}

impl Rows {
    async fn find(change: &Change<'_>, locale: &Locale, ids: &[ProductId]) -> Result<Self> {
        let mut found = Self { options: HashMap::new(), values: HashMap::new(), images: HashMap::new() };
        for (product, rows) in options::of_products(&change.tx, locale, ids.iter().copied()).await? {
            for option in rows {
                for value in option.values {
                    found.values.insert((option.id, value.key), value.id);
                }
                found.options.insert((product, option.key), option.id);
            }
        }
        let window = Window::first(MAX_SIZE);
        let images = media::of_products(&change.tx, locale, ids.iter().copied(), &window).await?;
        for (product, page) in images {
            found.images.extend(page.rows.into_iter().map(|image| ((product, image.url), image.id)));
        }
        Ok(found)
    }

    fn options(
        &self,
        product: &Product,
        id: ProductId,
        language: &str,
        names: &mut Vec<(ProductOptionId, String)>,
        values: &mut Vec<(OptionValueId, String)>,
    ) {
        for option in &product.options {
            let Some(row) = self.options.get(&(id, option.name.clone())) else { continue };
            names.extend(option.translations.get(language).map(|name| (*row, name.clone())));
            for value in &option.values {
                let text = value.translations.get(language);
                let row = self.values.get(&(*row, value.value.clone()));
                values.extend(row.zip(text).map(|(row, text)| (*row, text.clone())));
            }
        }
    }

    fn images(&self, product: &Product, id: ProductId, language: &str, alts: &mut Vec<(MediaId, String)>) {
        for (image, place) in product.media.iter().zip(1..) {
            let row = self.images.get(&(id, art::url(product, place)));
            let alt = image.translations.get(language);
            alts.extend(row.zip(alt).map(|(row, alt)| (*row, alt.clone())));
        }
    }
}
