//! The command line: client apps, their documents, and what a new schema would break.

use std::process::{Command, Output};

use vitrine::infrastructure::database::Address;

use super::{LIST, SHOP, map, sha256};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: documents_are_published_by_the_command_line, a_new_schema_is_held_against_what_is_registered;
}

/// Runs the program in the shop's folder: what it told, or what was wrong.
fn run(shop: &TestShop, arguments: &[&str]) -> Result<String, String> {
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(&shop.folder).env_clear().env("DATABASE_URL", url);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if status.success() { Ok(text(&stdout)) } else { Err(text(&stdout) + &text(&stderr)) }
}

fn write(shop: &TestShop, name: &str, text: &str) {
    std::fs::write(shop.folder.join(name), text).unwrap();
}

async fn documents_are_published_by_the_command_line(shop: TestShop) {
    let key =
        run(&shop, &["clients", "add", "ios", "--origin", "https://shop.example", "--budget", "5000/50"])
            .unwrap();
    assert!(key.starts_with("vitrine_client_"), "{key}");
    assert!(
        run(&shop, &["clients", "add", "ios"]).unwrap_err().contains("another client app has this handle")
    );
    write(&shop, "manifest.json", &map(&[("list", LIST), (&sha256(SHOP), SHOP)]));
    let publish = ["documents", "publish", "--client", "ios", "--version", "5.2.0", "manifest.json"];
    assert_eq!(run(&shop, &publish).unwrap(), "2 documents are new, 0 were registered before.\n");
    assert_eq!(run(&shop, &publish).unwrap(), "0 documents are new, 2 were registered before.\n");

    let told = run(&shop, &["documents", "list", "--client", "ios"]).unwrap();
    assert!(told.contains("query List: costs 1 + ($first, else 20) × 1, at most 101"), "{told}");
    assert!(told.contains("was never run"), "{told}");
    run(&shop, &["documents", "kill", "--client", "ios", "list"]).unwrap();
    run(&shop, &["documents", "retire", "--client", "ios", "--at", "2027-01-31T00:00:00Z", &sha256(SHOP)])
        .unwrap();
    let told = run(&shop, &["documents", "list", "--client", "ios"]).unwrap();
    assert!(told.contains("list, switched off since") && told.contains("retires 2027-01-31"), "{told}");
    assert!(run(&shop, &["documents", "kill", "--client", "ios", "nope"]).unwrap_err().contains("\"nope\""));

    write(&shop, "wrong.json", &map(&[("a", "query Wrong { nope }"), ("b", SHOP)]));
    let wrong =
        run(&shop, &["documents", "publish", "--client", "ios", "--version", "6", "wrong.json"]).unwrap_err();
    assert!(
        wrong.contains("nothing was registered") && wrong.contains("a (Wrong): Unknown field"),
        "{wrong}"
    );
    assert!(
        run(&shop, &["documents", "publish", "--client", "web", "--version", "6", "wrong.json"]).is_err()
    );
    assert!(
        run(&shop, &["documents", "publish", "--client", "ios", "--version", "6", "nowhere.json"]).is_err()
    );
    let large = std::fs::File::create(shop.folder.join("large.json")).unwrap();
    large.set_len(50 * 1024 * 1024).unwrap();
    let large =
        run(&shop, &["documents", "publish", "--client", "ios", "--version", "6", "large.json"]).unwrap_err();
    assert!(large.contains("at most 32 MiB"), "{large}");

    run(&shop, &["clients", "set", "ios", "--mode", "observe", "--active", "false"]).unwrap();
    let told = run(&shop, &["clients", "list"]).unwrap();
    assert!(told.contains("ios: ios, observe, 2 documents") && told.contains("shut out"), "{told}");
}

async fn a_new_schema_is_held_against_what_is_registered(shop: TestShop) {
    run(&shop, &["clients", "add", "ios"]).unwrap();
    write(&shop, "manifest.json", &map(&[("list", LIST), ("shop", SHOP)]));
    run(&shop, &["documents", "publish", "--client", "ios", "--version", "5.2.0", "manifest.json"]).unwrap();
    let sdl = vitrine::graphql::sdl();
    write(&shop, "same.graphql", &sdl);
    let told = run(&shop, &["schema", "check", "same.graphql"]).unwrap();
    assert_eq!(told, "None of 2 registered documents would break.\n");

    let changed = sdl.replace("  handle: String!", "  slug: String!");
    assert_ne!(changed, sdl);
    write(&shop, "new.graphql", &changed);
    let told = run(&shop, &["schema", "check", "new.graphql"]).unwrap_err();
    assert!(told.contains("ios list (List), in 5.2.0"), "{told}");
    assert!(told.contains("Unknown field \"handle\" on type \"Product\""), "{told}");
    assert!(told.contains("1 of 2 registered documents would break"), "{told}");
    write(&shop, "none.graphql", "type {");
    assert!(run(&shop, &["schema", "check", "none.graphql"]).is_err());
}
