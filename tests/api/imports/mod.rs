//! Bringing catalogues in and out.

mod changed;
mod commands;
mod real;
mod together;
mod killed;
mod round_trip;
mod statistics;

use std::fmt::Write as _;

use vitrine::services::imports::export;
use vitrine::services::imports::run::{self, Summary, Watch};
use vitrine::services::imports::shopify::Problem;
use vitrine::services::imports::target::{self, Wish};

use crate::harness::TestShop;

/// Keeps every problem.
#[derive(Default)]
struct Kept(Vec<Problem>);

impl Watch for Kept {
    fn progress(&mut self, _bytes: u64) {}

    fn problem(&mut self, problem: &Problem) {
        self.0.push(problem.clone());
    }
}

async fn import(shop: &TestShop, csv: &str, dry_run: bool) -> (Summary, Vec<Problem>) {
    let mut kept = Kept::default();
    let summary =
        run::shopify(&shop.app, csv.as_bytes(), &Wish::default(), dry_run, &mut kept).await.unwrap();
    (summary, kept.0)
}

async fn exported(shop: &TestShop) -> String {
    let target = target::find(&shop.app.markets(), &Wish::default()).unwrap();
    let mut out = Vec::new();
    export::shopify(&shop.app, &mut out, target).await.unwrap();
    String::from_utf8(out).unwrap()
}

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,\
    Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Image Position,Mood (product.metafields.custom.mood),Colour Mood\n";

/// A catalogue of so many products with two variants and an image each.
fn catalogue(products: usize) -> String {
    let mut csv = HEADER.to_owned();
    for number in 0..products {
        for size in ["S", "M"] {
            let first = size == "S";
            let title = if first { format!("Thing {number}") } else { String::new() };
            let image = if first { format!("https://cdn.example/{number}.jpg") } else { String::new() };
            let _ = writeln!(
                csv,
                "thing-{number},{title},<p>Body {number}</p>,Maker {},\"tag{}, all\",true,Size,{size},SKU-{number}-{size},shopify,{},deny,{}.50,{image},{},calm,blue",
                number % 7,
                number % 5,
                number % 11,
                number + 1,
                if first { "1" } else { "" },
            );
        }
    }
    csv
}
