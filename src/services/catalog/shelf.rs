//! What categories and collections have in common: a handle, texts, a place among others, a version.

use entity::catalog::handle_redirect::HandleKind;
use entity::search::facet::FacetKind;
use uuid::Uuid;

use super::redirects;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, check, text};

/// What products stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// A category.
    Category,
    /// A collection.
    Collection,
}

/// A shelf as somebody wants it to be; absent texts stay what they are.
#[derive(Clone, Debug, Default)]
pub struct ShelfInput {
    /// Its slug; a new one without gets its title's.
    pub handle: Option<String>,
    /// Its title in the base language; a new one needs it.
    pub title: Option<String>,
    /// Its description in the base language: a category's without markup, a collection's as HTML, not yet sanitised.
    pub description: Option<String>,
    /// Title for search engines; `Some(None)` clears.
    pub seo_title: Option<Option<String>>,
    /// Description for search engines; `Some(None)` clears.
    pub seo_description: Option<Option<String>>,
    /// Its place among its siblings, from 0.
    pub position: Option<u32>,
}

/// What a shelf says in another language; `None` falls back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShelfTexts {
    /// Its title.
    pub title: Option<String>,
    /// Its description: a category's without markup, a collection's as HTML, not yet sanitised.
    pub description: Option<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
}

impl ShelfTexts {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Shelf {
    const fn word(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Collection => "collection",
        }
    }

    /// The field of inputs that describes one.
    const fn described(self) -> &'static str {
        match self {
            Self::Category => "description",
            Self::Collection => "descriptionHtml",
        }
    }

    /// What is wrong with an input; titles lose the blanks around them, and what is empty for search engines is nothing.
    pub fn check(self, input: &mut ShelfInput) -> Problems {
        let mut problems = Problems::default();
        if let Some(handle) = &input.handle {
            text::handle(&mut problems, &[&"handle"], handle);
        }
        self.check_texts(&mut problems, &mut input.title, input.description.as_deref());
        for (field, told) in
            [("seoTitle", &mut input.seo_title), ("seoDescription", &mut input.seo_description)]
        {
            if let Some(told) = told {
                check_seo(&mut problems, field, told);
            }
        }
        problems
    }

    /// The same for one that is to be.
    pub fn check_new(self, input: &mut ShelfInput) -> Problems {
        let mut problems = self.check(input);
        if input.title.as_deref().unwrap_or_default().is_empty() && problems.is_empty() {
            problems.add(Reason::Invalid, &[&"title"], format!("a new {} needs a title", self.word()));
        }
        problems
    }

    /// What is wrong with texts in another language; titles lose the blanks around them, and what is empty for search
    /// engines is nothing.
    ///
    /// # Errors
    /// Everything that is, at once.
    pub fn check_translation(self, app: &AppContext, language: &str, texts: &mut ShelfTexts) -> Result<()> {
        let mut problems = Problems::default();
        check::language(&mut problems, &[&"language"], language);
        if app.markets().shop.base_language == language {
            let message = format!("texts in the base language are the {}'s own", self.word());
            problems.add(Reason::Invalid, &[&"language"], message);
        }
        self.check_texts(&mut problems, &mut texts.title, texts.description.as_deref());
        check_seo(&mut problems, "seoTitle", &mut texts.seo_title);
        check_seo(&mut problems, "seoDescription", &mut texts.seo_description);
        problems.none()
    }

    fn check_texts(self, problems: &mut Problems, title: &mut Option<String>, description: Option<&str>) {
        if let Some(title) = title {
            check::line(problems, &[&"title"], title, check::TITLE);
        }
        if let Some(description) = description {
            text::lines(problems, &[&self.described()], description, check::DESCRIPTION);
        }
    }

    /// The handle of one that is to be: what is wished for, or its title's slug, with a number where another has it.
    pub async fn new_handle(
        self,
        change: &Change<'_>,
        input: &ShelfInput,
        problems: &mut Problems,
    ) -> Result<String> {
        if let Some(handle) = &input.handle {
            self.check_free(change, handle, problems).await?;
            return Ok(handle.clone());
        }
        let slug = check::slug(input.title.as_deref().unwrap_or_default());
        let wanted = Some(slug).filter(|slug| !slug.is_empty()).unwrap_or_else(|| self.word().to_owned());
        let mut handle = wanted.clone();
        let mut number = 1;
        while self.is_taken(change, &handle).await? {
            number += 1;
            handle = format!("{wanted}-{number}");
        }
        Ok(handle)
    }

    /// Notes where another one has a handle.
    pub async fn check_free(self, change: &Change<'_>, handle: &str, problems: &mut Problems) -> Result<()> {
        if self.is_taken(change, handle).await? {
            let message = format!("another {} has this handle", self.word());
            problems.add(Reason::Taken, &[&"handle"], message);
        }
        Ok(())
    }

    async fn is_taken(self, change: &Change<'_>, handle: &str) -> Result<bool> {
        static CATEGORIES: Sql = Sql::new("SELECT 1 FROM category WHERE handle = $1");
        static COLLECTIONS: Sql = Sql::new("SELECT 1 FROM collection WHERE handle = $1");
        let others = match self {
            Self::Category => &CATEGORIES,
            Self::Collection => &COLLECTIONS,
        };
        Ok(others.one(&change.tx, [handle.into()]).await?.is_some())
    }

    /// Ends what a handle led to that a new one takes.
    pub async fn take_handle(self, change: &Change<'_>, handle: &str) -> Result<()> {
        redirects::free(change, self.handles(), handle).await
    }

    /// Makes a former handle lead to the new one, where they differ.
    pub async fn rename(self, change: &Change<'_>, id: Uuid, before: &str, after: &str) -> Result<()> {
        if before == after {
            return Ok(());
        }
        let facets = match self {
            Self::Category => FacetKind::Category,
            Self::Collection => FacetKind::Collection,
        };
        redirects::leave(change, self.handles(), before, after, id).await?;
        change.rename(facets, before, after);
        Ok(())
    }

    const fn handles(self) -> HandleKind {
        match self {
            Self::Category => HandleKind::Category,
            Self::Collection => HandleKind::Collection,
        }
    }

    /// There is none of this id.
    pub fn missing(self) -> Error {
        Problems::one(Reason::NotFound, &[&"id"], format!("there is no such {}", self.word()))
    }

    /// Goes on where a row is at the version that a change was made from, or the caller does not know it.
    ///
    /// # Errors
    /// A conflict.
    pub fn check_version(self, wanted: Option<i32>, version: i32) -> Result<()> {
        if wanted.is_some_and(|wanted| wanted != version) {
            let message = format!("the {} is at version {version} by now", self.word());
            return Err(Problems::one(Reason::Conflict, &[&"version"], message));
        }
        Ok(())
    }
}

/// Notes what is wrong with a text for search engines; what is empty is nothing.
fn check_seo(problems: &mut Problems, field: &str, told: &mut Option<String>) {
    if let Some(text) = told {
        check::optional_line(problems, &[&field], text, check::SEO);
        if text.is_empty() {
            *told = None;
        }
    }
}
