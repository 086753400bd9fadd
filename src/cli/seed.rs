//! `vitrine seed`: a catalogue of any size, always the same.

use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;

use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::imports::seed;

/// Fill an empty shop with a made-up catalogue of any size, always the same, to try and measure with
#[derive(Args)]
pub struct Seed {
    /// How many products
    #[arg(long, default_value_t = 10_000)]
    products: u64,
    /// The most reviews that a product has
    #[arg(long, default_value = "30", value_parser = ["0", "30"])]
    reviews: String,
}

impl Seed {
    pub async fn run(self, config: &Config) -> Outcome {
        let context = app::migrated(&config.database, config).await.map_err(|error| explain(&error))?;
        let bar = ProgressBar::new(self.products);
        let wish = seed::Seed { products: self.products, reviews: self.reviews != "0" };
        let summary = seed::seed(&context, &wish, |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        let summary = summary.map_err(|error| explain(&error))?;
        let seed::Summary { products, variants, categories, collections, reviewers, reviews } = summary;
        say!(
            "{products} products, {variants} variants, {categories} categories, {collections} collections, \
             {reviews} reviews by {reviewers} reviewers"
        );
        Ok(ExitCode::SUCCESS)
    }
}
