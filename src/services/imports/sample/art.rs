//! The sample shop's pictures: drawings with places for three colours.

use std::collections::HashMap;
use std::path::Path;

use super::files::{self, Colors, Media, Product};
use crate::services::{Error, Result};

/// Width and height of each picture in pixels.
pub const SIDE: i32 = 800;

/// The address of a product's image; `place` counts from 1.
pub fn url(product: &Product, place: usize) -> String {
    format!("/media/{}", name(product, place))
}

fn name(product: &Product, place: usize) -> String {
    format!("{}-{place}.svg", product.handle)
}

/// Draws the images of all products into a folder, which is made where there is none.
pub async fn draw(products: &[Product], folder: &Path) -> Result<()> {
    tokio::fs::create_dir_all(folder).await.map_err(Error::internal)?;
    let mut drawings: HashMap<&str, String> = HashMap::new();
    for product in products {
        for (image, place) in product.media.iter().zip(1..) {
            let svg = coloured(drawing(&mut drawings, image)?, &image.colors);
            let path = folder.join(name(product, place));
            tokio::fs::write(path, svg).await.map_err(Error::internal)?;
        }
    }
    Ok(())
}

fn drawing<'a, 'm>(drawings: &'a mut HashMap<&'m str, String>, image: &'m Media) -> Result<&'a str> {
    if !drawings.contains_key(image.art.as_str()) {
        drawings.insert(&image.art, files::text(&format!("art/{}.svg", image.art))?);
    }
    Ok(&drawings[image.art.as_str()])
}

fn coloured(drawing: &str, colors: &Colors) -> String {
    drawing
        .replace("{{background}}", &colors.background)
        .replace("{{main}}", &colors.main)
        .replace("{{accent}}", &colors.accent)
}
