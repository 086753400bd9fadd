//! Images.

use async_graphql::{Context, ID, Object};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::id;
use crate::graphql::loaders::ProductById;
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scope::Scope;
use crate::services::Result;
use crate::services::catalog::media;

/// An image of a product.
pub struct Media(pub Row<media::Media>);

impl Listed for Media {
    type Row = media::Media;

    const CONNECTION: &'static str = "MediaConnection";
    const EDGE: &'static str = "MediaEdge";

    fn of(row: Row<media::Media>) -> Self {
        Self(row)
    }
}

impl Media {
    /// Its address; that of a file on this server is completed.
    fn address(&self, scope: &Scope) -> String {
        let base = if self.0.url.starts_with('/') { &*scope.public_url } else { "" };
        format!("{base}{}", self.0.url)
    }

    /// An image whose product is not on offer here does not exist either.
    pub async fn visible(ctx: &Context<'_>, row: Option<Row<media::Media>>) -> Result<Option<Self>> {
        let Some(row) = row else { return Ok(None) };
        let product = ctx.along(&row, |row| ProductById(row.product_id)).await?;
        Ok(product.map(|_| Self(row)))
    }
}

impl Plain for Media {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "id" => ask.id(self.0.id),
            "url" => ask.write(&self.address(ask.scope())),
            "alt" => ask.write(&self.0.alt),
            "width" => ask.write(&self.0.width),
            "height" => ask.write(&self.0.height),
            "mimeType" => ask.write(&self.0.mime_type),
            _ => None,
        }
    }
}

/// An image of a product.
#[Object]
impl Media {
    /// Its id.
    pub async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Its address.
    async fn url(&self, ctx: &Context<'_>) -> String {
        self.address(ctx.scope())
    }

    /// What it shows, for those who cannot see it; may be empty.
    async fn alt(&self) -> &str {
        &self.0.alt
    }

    /// Its width in pixels, where known.
    async fn width(&self) -> Option<i32> {
        self.0.width
    }

    /// Its height in pixels, where known.
    async fn height(&self) -> Option<i32> {
        self.0.height
    }

    /// Its media type, where known: `image/jpeg`.
    async fn mime_type(&self) -> Option<&str> {
        self.0.mime_type.as_deref()
    }
}
