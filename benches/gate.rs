//! What the gate costs: looking at a document, preparing it, and admitting a known and an unknown one.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use vitrine::graphql::gate::{Limits, Model, prepare, scan};
use vitrine::graphql::sdl;

/// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A product page, about 1 KB.
const DOCUMENT: &str = include_str!("gate.graphql");

fn gate(criterion: &mut Criterion) {
    let model = Model::parse(&sdl()).expect("the schema can be read");
    let limits = Limits::default();
    criterion.bench_function("scan", |bencher| bencher.iter(|| scan(black_box(DOCUMENT), &limits)));
    criterion.bench_function("prepare", |bencher| bencher.iter(|| prepare(black_box(DOCUMENT), &model, &limits)));
}

criterion_group!(benches, gate);
criterion_main!(benches);
