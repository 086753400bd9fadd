//! `vitrine schema`: prints the schema.

use std::process::ExitCode;

use clap::Args;

use super::Outcome;

/// Print the schema in GraphQL's schema language
#[derive(Args)]
pub struct Schema {}

impl Schema {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "commands look alike")]
    pub fn run(self) -> Outcome {
        print!("{}", crate::graphql::sdl());
        Ok(ExitCode::SUCCESS)
    }
}
