//! Notices a GraphiQL page that was built after the first build of the crate, so that a release carries it.

fn main() {
    let page = "web/dist";
    let watched = if std::path::Path::new(page).exists() { page } else { "web" };
    println!("cargo:rerun-if-changed={watched}");
}
