//! What the random inputs are made of.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    files.sort();
    files
}

/// The documents of the guide and the benchmark, with the variables that belong to them.
pub fn documents() -> Vec<(String, String)> {
    let examples = files(&Path::new(ROOT).join("docs/examples"), "graphql").into_iter();
    let read = |path: PathBuf| {
        let variables = fs::read_to_string(path.with_extension("json")).unwrap_or_else(|_| "{}".to_owned());
        (fs::read_to_string(&path).unwrap(), variables)
    };
    let mut all: Vec<_> = examples.map(read).collect();
    assert!(all.len() > 10, "the guide has examples");
    all.push((fs::read_to_string(Path::new(ROOT).join("benches/gate.graphql")).unwrap(), "{}".to_owned()));
    for text in [
        "mutation($i: RegisterInput!) { register(input: $i) { problems { path message } } }",
        "query A($n: Int = 3) { products(first: $n) @include(if: true) { ...F } } fragment F on ProductConnection { totalCount }",
        "{ a: __schema { types { name fields { name args { name defaultValue } } } } node(id: \"prd_1\") { __typename } }",
        "subscription { productChanged { id } } query B { markets { handle } }",
    ] {
        all.push((
            text.to_owned(),
            r#"{"i":{"email":"a@b.c","password":"x","name":"y"},"n":2147483647}"#.to_owned(),
        ));
    }
    all
}

/// Words of the schema: names of types, fields, arguments and enum values.
pub fn words() -> Vec<String> {
    let sdl = fs::read_to_string(Path::new(ROOT).join("schema.graphql")).unwrap();
    let mut words: Vec<String> = sdl
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()))
        .map(ToOwned::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Product files: those of the shared data, where they are there, and small ones of every shape.
pub fn product_files() -> Vec<Vec<u8>> {
    let folder = Path::new(ROOT).join("../shared/data/shopify");
    let mut all: Vec<_> = files(&folder, "csv").iter().map(|path| fs::read(path).unwrap()).collect();
    if all.is_empty() {
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: the product files of {} are not there", folder.display());
    }
    for text in [
        "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Image Src\n\
         tee,Tee,Size,S,10.00,5,https://a/1.jpg\ntee,,,M,11.00,,https://a/2.jpg\nmug,Mug,Title,Default Title,7,,\n",
        "URL handle,Title,Price,SKU,Tags,Description,Published on online store,Status\n\
         a,\"A \"\"quoted\"\" one\",1,,\"x, y\",\"<p>two\nlines</p>\",TRUE,Active\n",
        "Handle,Title,Product.metafields.custom.x,Color (product.metafields.shopify.color)\na,A,1,red\n",
        "\u{feff}Handle;Title\r\na;A\r\n",
    ] {
        all.push(text.as_bytes().to_vec());
    }
    all
}
