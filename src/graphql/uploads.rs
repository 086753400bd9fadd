//! Uploads: an address to send an image to, and making the image a product's.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::access::Needs;
use super::catalog::Media;
use super::connection::Listed as _;
use super::context::ContextExt;
use super::error::Nullable;
use super::id;
use super::loaders::MediaById;
use super::payload::{change, payload};
use super::scalars::DateTime;
use crate::services::catalog::uploaded;
use crate::services::uploads::{self, NewUpload};
use crate::services::{Permission, Problems, Reason};

/// Uploading images.
#[derive(Default)]
pub struct UploadMutation;

/// An image that you are going to send.
#[derive(InputObject)]
pub struct UploadCreateInput {
    /// What you call it: 1 to 255 characters. It is kept under another name.
    filename: String,
    /// Its media type: `image/png`, `image/jpeg`, `image/webp` or `image/gif`.
    mime_type: String,
    /// Its size in bytes: at most 20,971,520.
    size: i32,
}

/// Where to send an image.
#[derive(SimpleObject)]
pub struct UploadTarget {
    /// By which other changes refer to the image.
    id: ID,
    /// The address that takes the image: once, as the body of a request with the method PUT. It answers 204, or 400 where
    /// the image is not what was declared.
    url: String,
    /// When the address stops to work.
    expires_at: DateTime,
}

/// An uploaded image that is to be a product's.
#[derive(InputObject)]
pub struct MediaCreateFromUploadInput {
    /// The product.
    product_id: ID,
    /// The upload; it can be used once.
    upload_id: ID,
    /// What the image shows, for those who cannot see it: at most 500 characters.
    #[graphql(default)]
    alt: String,
}

payload! {
    /// What became of asking where to send an image.
    UploadCreatePayload {
        /// Where to send it.
        upload: UploadTarget,
    }

    /// What became of making an uploaded image a product's.
    MediaCreateFromUploadPayload {
        /// The image.
        media: Media,
    }
}

#[Object]
impl UploadMutation {
    /// Gives an address to send an image to.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn upload_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is going to be sent.")] input: UploadCreateInput,
    ) -> Nullable<UploadCreatePayload> {
        change(ctx, async {
            if !ctx.scope().uploads {
                return Err(Problems::one(Reason::Invalid, &[], "this shop has no folder to keep images in"));
            }
            let UploadCreateInput { filename, mime_type, size } = input;
            let new = NewUpload { filename, mime_type, size: size.into() };
            let address = uploads::create(ctx.app(), ctx.viewer(), new).await?;
            let upload = UploadTarget {
                id: id::show(address.id),
                url: format!("{}/uploads/{}", ctx.scope().public_url, address.token),
                expires_at: DateTime(address.expires_at),
            };
            Ok(UploadCreatePayload { upload: Some(upload), ..Default::default() })
        })
        .await
    }

    /// Makes an image that was sent a product's, as the last of its images.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn media_create_from_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which image, and whose it is to be.")] input: MediaCreateFromUploadInput,
    ) -> Nullable<MediaCreateFromUploadPayload> {
        change(ctx, async {
            let product = id::named(&input.product_id, &[&"productId"])?;
            let upload = id::named(&input.upload_id, &[&"uploadId"])?;
            let media = uploaded::attach(ctx.app(), ctx.viewer(), product, upload, input.alt).await?;
            let media = ctx.load(MediaById(media)).await?.map(Media::of);
            Ok(MediaCreateFromUploadPayload { media, ..Default::default() })
        })
        .await
    }
}
