//! Custom data and texts for search engines.

use async_graphql::{Object, SimpleObject};

use crate::graphql::quick::{Ask, Plain};
use crate::services::catalog::metafields;
use crate::services::catalog::products::Texts;

/// A piece of custom data.
pub struct Metafield(pub metafields::Metafield);

/// A piece of custom data.
#[Object]
impl Metafield {
    /// Who defines it.
    async fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// Its name there.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// What kind of value it is: `single_line_text_field`, `number_integer`, ...
    #[graphql(name = "type")]
    async fn value_type(&self) -> &str {
        &self.0.value_type
    }

    /// The value as text.
    async fn value(&self) -> &str {
        &self.0.value
    }
}

/// What search engines are told.
#[derive(SimpleObject)]
pub struct Seo {
    /// The title; null where staff wrote none, so that the ordinary title will do.
    pub title: Option<String>,
    /// The description; null where staff wrote none.
    pub description: Option<String>,
}

impl From<&Texts> for Seo {
    fn from(texts: &Texts) -> Self {
        Self { title: texts.seo_title.clone(), description: texts.seo_description.clone() }
    }
}

impl Plain for Seo {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "title" => ask.write(&self.title),
            "description" => ask.write(&self.description),
            _ => None,
        }
    }
}
