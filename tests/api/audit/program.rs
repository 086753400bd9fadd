//! The command line: what commands leave, what `audit verify` says, and a server that is killed.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use vitrine::infrastructure::database::Address;
use vitrine::infrastructure::secrets::Key;

use super::{entries, rename, usual, verdict};
use crate::door::program::Program;
use crate::harness::{TestShop, on_each_engine};
use crate::identity::staff_member;

on_each_engine! {
    sample: commands_leave_entries_by_their_names, commands_about_staff_do_what_they_say, a_new_key_takes_the_log_over_at_once, verify_tells_by_its_exit_code_what_it_found,
        a_server_that_is_killed_leaves_a_chain_that_goes_on;
}

fn command(shop: &TestShop, secrets: &str, arguments: &[&str]) -> Command {
    let url = match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(&shop.folder).env_clear();
    command.env("DATABASE_URL", url).env("VITRINE_SECRETS", secrets);
    command
}

fn secret(byte: u8) -> String {
    Key::of([byte; 32]).reveal()
}

/// Exit code and output.
fn run(shop: &TestShop, secrets: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command(shop, secrets, arguments).output().unwrap();
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

async fn commands_leave_entries_by_their_names(shop: TestShop) {
    let secrets = secret(42);
    let (code, told) = run(&shop, &secrets, &["clients", "add", "ios"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = run(&shop, &secrets, &["staff", "add", "eve@example.com"]);
    assert_eq!(code, Some(0), "{told}");
    let actions = shop.rows("SELECT action FROM audit_entry WHERE actor = 2 ORDER BY created_at, id").await;
    assert!(
        actions.contains(&"clients add".to_owned()) && actions.contains(&"staff add".to_owned()),
        "{actions:?}"
    );
    let before = entries(&shop).await;
    for reading in [&["clients", "list"][..], &["keys", "list"], &["audit", "verify"]] {
        let (code, told) = run(&shop, &secrets, reading);
        assert_eq!(code, Some(0), "{told}");
    }
    assert_eq!(entries(&shop).await, before, "looking leaves nothing");
    let (_, told) = run(&shop, &secrets, &["doctor"]);
    assert!(told.contains(&format!("note   {before} audit entries are not sealed")), "{told}");
}

async fn commands_about_staff_do_what_they_say(shop: TestShop) {
    let secrets = secret(42);
    let (tokens, _) = staff_member(&shop, "eve@example.com", "owner").await;

    // Nobody who is not there, and nothing that is not set up.
    let reset = ["staff", "reset-second-factor", "eve@example.com"];
    let link = ["staff", "link", "eve@example.com", "eve-at-the-issuer"];
    for (arguments, why) in [
        (&reset[..], "there is no second factor"),
        (&["staff", "reset-second-factor", "bob@example.com"], "there is nobody like that"),
        (&link, "no outside issuer is set up"),
    ] {
        let (code, told) = run(&shop, &secrets, arguments);
        assert_eq!((code, told.contains(why)), (Some(1), true), "{arguments:?}: {told}");
    }

    let into =
        "INSERT INTO second_factor (account_id, secret, last_step, failures, created_at, confirmed_at)";
    shop.sql(&format!("{into} SELECT id, '', 0, 0, 0, 1 FROM account")).await;
    let (code, told) = run(&shop, &secrets, &reset);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "eve@example.com can sign in without a code now, and should set up a new one.\n")
    );
    assert_eq!(shop.number("SELECT count(*) FROM second_factor").await, 0);
    assert_eq!(
        shop.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await,
        0,
        "{:?}",
        tokens.session
    );

    let outside = |arguments: &[&str]| {
        let mut command = command(&shop, &secrets, arguments);
        command.env("VITRINE_OIDC_ISSUER", "https://id.example").env("VITRINE_OIDC_AUDIENCE", "shop");
        let Output { status, stdout, stderr } =
            command.env("VITRINE_OIDC_ACCOUNTS", "staff").output().unwrap();
        (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
    };
    let (code, told) = outside(&link);
    assert_eq!((code, told.as_str()), (Some(0), "eve@example.com can sign in by the outside issuer now.\n"));
    assert_eq!(shop.number("SELECT count(*) FROM outside_identity").await, 1);
    let (code, told) = outside(&link);
    assert!(code == Some(1) && told.contains("is linked to an account already"), "{told}");

    let actions = shop.rows("SELECT action FROM audit_entry WHERE actor = 2 ORDER BY created_at, id").await;
    assert_eq!(actions, ["staff reset-second-factor", "staff link"]);
}

async fn a_new_key_takes_the_log_over_at_once(shop: TestShop) {
    super::sealed(&shop, 2).await;
    let both = format!("{},{}", secret(7), secret(42));
    let says = |told: &str| told.contains("the end of the audit log: sealed anew");
    let (code, told) = run(&shop, &both, &["keys", "rotate", "data"]);
    assert!(code == Some(0) && says(&told), "{told}");
    let head = shop.rows("SELECT key_name FROM audit_head").await;
    assert_eq!(head, [super::keys(&[7]).names()[0].clone()]);
    let (code, told) = run(&shop, &both, &["keys", "rotate", "data"]);
    assert!(code == Some(0) && !says(&told), "{told}");
    let (_, told) = run(&shop, &secret(7), &["doctor"]);
    assert!(told.contains("ok     the audit log goes on with the key that seals"), "{told}");
    let (_, told) = run(&shop, &secret(9), &["doctor"]);
    assert!(told.contains("which is not among VITRINE_SECRETS"), "{told}");
}

async fn verify_tells_by_its_exit_code_what_it_found(shop: TestShop) {
    let secrets = secret(42);
    assert_eq!(
        run(&shop, &secrets, &["audit", "verify"]),
        (Some(0), "ok     no entry is sealed\n".to_owned())
    );
    super::sealed(&shop, 4).await;
    let (code, told) = run(&shop, &secrets, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("ok     entries 1 to 4: 4 are what was sealed\nmark   4:"), "{told}");
    let mark = told.trim().rsplit_once("mark   ").unwrap().1.to_owned();
    assert_eq!(run(&shop, &secrets, &["audit", "verify", "--mark", &mark]).0, Some(0));
    assert_eq!(run(&shop, &secrets, &["audit", "verify", "--mark", "nonsense"]).0, Some(2));

    let (code, told) = run(&shop, &secret(7), &["audit", "verify"]);
    assert_eq!(code, Some(3), "{told}");
    let name = &usual().names()[0];
    assert!(told.contains(&format!("sealed with the key {name}")) && !told.contains("WRONG"), "{told}");
    assert_eq!(run(&shop, &format!("{},{}", secret(7), secret(42)), &["audit", "verify"]).0, Some(0));
    assert_eq!(run(&shop, "", &["audit", "verify"]).0, Some(1), "without any key");

    shop.sql("UPDATE audit_entry SET action = 'productDelete' WHERE number = 3").await;
    let (code, told) = run(&shop, &secrets, &["audit", "verify"]);
    assert_eq!(code, Some(4), "{told}");
    assert!(told.starts_with("WRONG  entry 3 (") && told.contains("is not what was sealed"), "{told}");
    shop.sql("DELETE FROM audit_entry WHERE number = 2").await;
    let (code, told) = run(&shop, &secrets, &["audit", "verify", "--mark", &mark]);
    assert_eq!((code, told.as_str()), (Some(4), "WRONG  entry 2 was removed\n"));
}

async fn a_server_that_is_killed_leaves_a_chain_that_goes_on(shop: TestShop) {
    // The clock of a test is ahead of the system's.
    for round in 0..4 {
        let server = Program::start(&shop, &[], &["serving"]);
        for number in 0..25 {
            rename(&shop, &format!("Name {round} {number}")).await;
        }
        tokio::time::sleep(Duration::from_millis(600 + 170 * round)).await;
        // SIGKILL.
        drop(server);
        assert_eq!(verdict(&shop).await.finding, None, "round {round}");
    }
    let _server = Program::start(&shop, &[], &["serving"]);
    let began = Instant::now();
    while shop.number("SELECT count(*) FROM audit_entry WHERE number IS NULL").await > 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "not sealed after 20 seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let found = verdict(&shop).await;
    let all = entries(&shop).await;
    assert!(all >= 100, "{all}");
    assert_eq!((found.finding, found.range, found.unsealed), (None, Some((1, all)), 0));
}
