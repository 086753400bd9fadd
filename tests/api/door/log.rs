//! The log, and who reads it.

use super::program::Program;
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: the_program_outlives_the_reader_of_its_log;
}

async fn the_program_outlives_the_reader_of_its_log(shop: TestShop) {
    let settings = [("VITRINE_DOCUMENTS", "open"), ("VITRINE_ACCEPT_UNSAFE", "documents")];
    let (mut program, _) = Program::start(&shop, &settings, &["serving"]);
    program.close_log();
    for _ in 0..10 {
        let answer = program.ask("{ shop { name } }").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
