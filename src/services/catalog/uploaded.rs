//! Making uploaded images a product's.

use std::collections::BTreeSet;

use entity::catalog::{media, product};
use entity::id::{MediaId, ProductId, UploadId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use crate::services::catalog::bounds::{ALT, IMAGES};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, uploads};

/// Makes an image that was sent the last of a product's.
///
/// # Errors
/// Where the product is unknown, or there is no such upload to be taken.
pub async fn attach(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    upload: UploadId,
    alt: String,
) -> Result<MediaId> {
    let change = app.begin().await?;
    let id = attach_in(&change, product, upload, alt).await?;
    change.commit().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn attach_in(
    change: &Change<'_>,
    product: ProductId,
    upload: UploadId,
    mut alt: String,
) -> Result<MediaId> {
    static LAST: Sql = Sql::new("SELECT coalesce(max(position), 0) FROM media WHERE product_id = $1");
    static GROWN: Sql = Sql::new("UPDATE product SET version = version + 1, updated_at = $2 WHERE id = $1");
    let mut problems = Problems::default();
    check::optional_line(&mut problems, &[&"alt"], &mut alt, ALT);
    change.hold(&BTreeSet::from([product])).await?;
    if product::Entity::find_by_id(product).count(&change.tx).await? == 0 {
        problems.add(Reason::NotFound, &[&"productId"], "there is no such product");
    }
    let others = media::Entity::find().filter(media::Column::ProductId.eq(product));
    if others.count(&change.tx).await? >= IMAGES as u64 {
        problems.add(Reason::Invalid, &[&"productId"], format!("a product has at most {IMAGES} images"));
    }
    problems.none()?;
    let taken = uploads::take(change, upload).await?;
    let last = LAST.one(&change.tx, [product.0.into()]).await?;
    let last: i32 = last.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    let id = MediaId::generate();
    let row = media::ActiveModel {
        id: Set(id),
        product_id: Set(product),
        position: Set(last.saturating_add(1)),
        url: Set(taken.url),
        alt: Set(alt),
        width: Set(taken.width),
        height: Set(taken.height),
        mime_type: Set(Some(taken.mime_type)),
        created_at: Set(change.now),
    };
    change.made(id, &Fields::of(&row.insert(&change.tx).await?));
    GROWN.run(&change.tx, [product.0.into(), change.now.0.into()]).await?;
    events::publish(change, Event::ProductChanged, [product.0]).await?;
    change.touch([product]);
    Ok(id)
}
