//! `vitrine export`: writes the catalogue out.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::out::Out;
use super::{Outcome, explain};
use crate::app;
use crate::config::Config;
use crate::services::imports::export;
use crate::services::imports::target::{self, Wish};

/// Write the catalogue out
#[derive(Args)]
pub struct Export {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    /// Shopify's product CSV
    Shopify(Shopify),
}

#[derive(Args)]
struct Shopify {
    /// Write to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Handle of the market whose prices are written [default: the default market]
    #[arg(long)]
    market: Option<String>,
    /// Handle of the location whose stock is written [default: the first location]
    #[arg(long)]
    location: Option<String>,
}

impl Export {
    pub async fn run(self, config: &Config) -> Outcome {
        let Format::Shopify(Shopify { out, market, location }) = self.format;
        let context = app::context(&config.database, config).await.map_err(|error| explain(&error))?;
        let wish = Wish { market, location, currency: None };
        let target = target::find(&context.markets(), &wish).map_err(|error| explain(&error))?;
        let mut output: Box<dyn Write> = match &out {
            Some(path) => {
                let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
                Box::new(BufWriter::new(file))
            }
            None => Box::new(BufWriter::new(Out)),
        };
        let summary =
            export::shopify(&context, &mut output, target).await.map_err(|error| explain(&error))?;
        output.flush()?;
        for (handle, reason) in &summary.left_out {
            eprintln!("{handle}: left out: {reason}");
        }
        eprintln!("{} products written, {} left out", summary.products, summary.left_out.len());
        Ok(if summary.left_out.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }
}
