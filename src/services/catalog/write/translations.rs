//! What a product, its options, their values and its images say in other languages.

use entity::id::ProductId;

use super::fields::described;
use super::{Editing, Part};
use crate::services::catalog::translated::{Before, Translated};
use crate::services::catalog::translations::{self, ProductTexts};
use crate::services::catalog::whole::present;
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer, text};

/// Texts in another language; `None` and empty ones fall back to the next language.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// A product's title, an option's name, a value, or what an image shows.
    pub name: Option<String>,
    /// A product's description as HTML, not yet safe.
    pub description_html: Option<String>,
    /// A product's title for search engines.
    pub seo_title: Option<String>,
    /// A product's description for search engines.
    pub seo_description: Option<String>,
}

/// Says what something is called in a language, in place of what was said before.
pub async fn set(
    app: &AppContext,
    _viewer: &Viewer,
    subject: Part,
    language: &str,
    texts: &Texts,
) -> Result<ProductId> {
    let mut problems = Problems::default();
    spoken(app, &mut problems, language);
    let (id_field, name_field) = match subject {
        Part::Product(_) => ("productId", "title"),
        _ => ("id", "text"),
    };
    let name = line(&mut problems, name_field, texts.name.as_deref(), 255);
    let seo_title = line(&mut problems, "seoTitle", texts.seo_title.as_deref(), 255);
    let seo_description = texts.seo_description.as_deref().and_then(|typed| {
        present(&text::lines(&mut problems, &[&"seoDescription"], typed, 1000).unwrap_or_default())
    });
    let described_as = texts.description_html.as_deref().and_then(present);
    if let Some(html) = &described_as {
        described(&mut problems, &[&"descriptionHtml"], html);
    }
    let says_nothing = [&name, &seo_title, &seo_description, &described_as].iter().all(|text| text.is_none());
    if problems.is_empty() && says_nothing {
        problems.add(Reason::Invalid, &[&name_field], "say something, or delete the translation");
    }
    problems.none()?;
    let mut editing = Editing::open_part(app, subject, None, id_field).await?;
    let change = &editing.change;
    let before = Before::of(change, Translated::Part(subject), language).await?;
    let text = name.clone().unwrap_or_default();
    match subject {
        Part::Product(id) => {
            let texts =
                ProductTexts { title: name, description_html: described_as, seo_title, seo_description };
            translations::products(change, language, &[(id, texts)]).await?;
        }
        Part::Option(id) => translations::options(change, language, &[(id, text)]).await?,
        Part::Value(id) => translations::option_values(change, language, &[(id, text)]).await?,
        Part::Media(id) => translations::media(change, language, &[(id, text)]).await?,
        Part::Variant(_) => return Err(super::not_found(&[&"id"])),
    }
    before.tell(change).await?;
    editing.changed_beside();
    editing.save().await
}

/// Takes back what something is called in a language; what is not there is no problem.
pub async fn delete(app: &AppContext, _viewer: &Viewer, subject: Part, language: &str) -> Result<ProductId> {
    let mut problems = Problems::default();
    text::line(&mut problems, &[&"language"], language, 1..=35);
    problems.none()?;
    let mut editing = Editing::open_part(app, subject, None, "id").await?;
    let before = Before::of(&editing.change, Translated::Part(subject), language).await?;
    translations::delete(&editing.change, subject, language).await?;
    before.tell(&editing.change).await?;
    editing.changed_beside();
    editing.save().await
}

fn line(problems: &mut Problems, field: &str, typed: Option<&str>, most: usize) -> Option<String> {
    present(&text::line(problems, &[&field], typed?, 0..=most)?)
}

/// Whether any market speaks the language beside the base one.
fn spoken(app: &AppContext, problems: &mut Problems, language: &str) {
    let markets = app.markets();
    let mut all = markets.markets.iter().flat_map(|market| &market.languages);
    if markets.shop.base_language == language {
        let message = "this is the language that the shop is written in: change the product itself";
        problems.add(Reason::Invalid, &[&"language"], message);
    } else if !all.any(|known| known.tag == language) {
        problems.add(Reason::Invalid, &[&"language"], "no market of the shop speaks this language");
    }
}
