//! The program: budgets that are read again, and what documents cost.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use vitrine::infrastructure::database::Address;

use super::until;
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    sample: budgets_are_read_again_and_wrong_ones_change_nothing;
}

/// The key of the tests' shops, 32 times 42.
const SECRETS: &str = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=";

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(shop: &TestShop) -> Self {
        let url = match &shop.address {
            Address::Sqlite(path) => format!("sqlite:{path}"),
            Address::Postgres(url) => url.clone(),
        };
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = std::fs::File::create(shop.folder.join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
        command.arg("serve").current_dir(&shop.folder).env_clear();
        command
            .env("DATABASE_URL", url)
            .env("VITRINE_LISTEN", address.to_string())
            .env("VITRINE_SECRETS", SECRETS)
            .env("VITRINE_DOCUMENTS", "open")
            .env("VITRINE_ACCEPT_UNSAFE", "documents,public_url,mail");
        let process = command.stdin(Stdio::null()).stderr(log).spawn().unwrap();
        Self { process, address }
    }

    fn ask(&self) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let head = "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: shop.test\r\naccept: application/json\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Waits until an answer tells of this policy.
    async fn tells(&self, policy: &str) {
        until(policy, async || self.ask().is_some_and(|answer| answer.contains(policy))).await;
    }

    fn hang_up(&self) {
        let status = Command::new("kill").args(["-HUP", &self.process.id().to_string()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn set(folder: &Path, text: &str) {
    std::fs::write(folder.join("vitrine.toml"), text).unwrap();
}

async fn budgets_are_read_again_and_wrong_ones_change_nothing(shop: TestShop) {
    let log = || std::fs::read_to_string(shop.folder.join("log")).unwrap();
    set(&shop.folder, "budget_anonymous = \"5000/50\"\n");
    let server = Server::start(&shop);
    server.tells("ratelimit-policy: \"anonymous\";q=5000;w=100").await;

    set(&shop.folder, "budget_anonymous = \"6000/50\"\n");
    server.hang_up();
    server.tells("ratelimit-policy: \"anonymous\";q=6000;w=120").await;

    set(&shop.folder, "budget_anonymous = \"much\"\nbudget_staff = \"0/0\"\n");
    server.hang_up();
    until("a word in the log", async || log().contains("the budgets stay as they were")).await;
    assert!(
        log().contains("budget_anonymous: it is POINTS/PER_SECOND") && log().contains("budget_staff"),
        "{}",
        log()
    );
    assert!(server.ask().unwrap().contains("q=6000"));

    set(&shop.folder, "budgets = \"off\"\n");
    server.hang_up();
    let is_free = async || {
        server.ask().is_some_and(|answer| answer.contains(" 200 ") && !answer.contains("\r\nratelimit"))
    };
    until("an answer without budgets", is_free).await;
}

fn cost(files: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfolder();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.arg("cost").args(arguments).current_dir(&folder).env_clear();
    let Output { status, stdout, stderr } = command.output().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

fn tempfolder() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cost-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const LIST: (&str, &str) = (
    "list.graphql",
    "query List($n: Int = 10) { products(first: $n) { nodes { id } } } query One { shop { name } }",
);

#[test]
fn documents_are_priced_for_a_ci() {
    let (code, told, _) = cost(&[LIST], &["list.graphql"]);
    assert_eq!(code, Some(0), "{told}");
    let lines: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1][..4], ["11", "101", "list.graphql", "List"]);
    assert_eq!(lines[1][4..].join(" "), "= 1 + ($n, else 20) × 1");
    assert_eq!(lines[2][..4], ["1", "1", "list.graphql", "One"]);

    let (code, told, problem) = cost(&[LIST], &["list.graphql", "--limit", "10"]);
    assert_eq!((code, told.matches("ABOVE THE LIMIT").count()), (Some(1), 1), "{told}");
    assert!(problem.contains("1 operations cost more than 10"), "{problem}");
    assert_eq!(cost(&[LIST], &["list.graphql", "--limit", "11"]).0, Some(0));
    assert_eq!(cost(&[LIST], &["list.graphql", "--limit", "11", "--worst"]).0, Some(1));
}

#[test]
fn documents_that_are_wrong_are_told_with_their_places() {
    let wrong = ("wrong.graphql", "{\n  shop { nope }\n}");
    let (code, told, problem) = cost(&[LIST, wrong], &["wrong.graphql", "list.graphql"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("List") && problem.contains("wrong.graphql:2:10: "), "{told}{problem}");
    assert_eq!(cost(&[], &["nowhere.graphql"]).0, Some(1));
    assert_eq!(cost(&[], &[]).0, Some(2));
}

#[test]
fn documents_are_priced_by_another_schema() {
    let schema = (
        "other.graphql",
        "directive @cost(weight: Int) on FIELD_DEFINITION type Query { thing: Thing @cost(weight: 7) @access(to: \"anyone\") } type Thing { id: ID }",
    );
    let query = ("query.graphql", "{ thing { id } }");
    let (code, told, problem) = cost(&[schema, query], &["query.graphql", "--schema", "other.graphql"]);
    assert_eq!(code, Some(0), "{problem}");
    assert!(told.lines().nth(1).unwrap().trim_start().starts_with("7 "), "{told}");
    assert_eq!(cost(&[query], &["query.graphql"]).0, Some(1), "our schema has no such thing");
}
