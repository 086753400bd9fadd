//! The program itself, started for a test and ended with it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vitrine::infrastructure::database::Address;

use crate::harness::TestShop;

/// The key that the shops of tests are sealed with: 32 times 42.
pub const KEY: &str = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=";
/// Another one.
pub const OTHER_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// How long the program may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Program {
    pub address: SocketAddr,
    process: Child,
    lines: Option<mpsc::Receiver<Value>>,
}

pub fn database_url(shop: &TestShop) -> String {
    match &shop.address {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    }
}

/// The program with settings that are safe in production, on the shop's database.
pub fn command(shop: &TestShop, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.args(arguments).current_dir(&shop.folder).env_clear().env("DATABASE_URL", database_url(shop));
    command.env("VITRINE_LISTEN", "127.0.0.1:0").env("VITRINE_SECRETS", KEY);
    command.env("VITRINE_PUBLIC_URL", "https://shop.test").env("VITRINE_SMTP_URL", "smtps://127.0.0.1:9");
    command.envs(settings.iter().copied());
    command
}

impl Program {
    /// Starts `vitrine serve` and waits until it says all of `messages`, whose addresses it answers.
    pub fn start(shop: &TestShop, settings: &[(&str, &str)], messages: &[&str]) -> (Self, Vec<SocketAddr>) {
        let mut command = command(shop, settings, &["serve"]);
        let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let stderr = process.stderr.take().unwrap();
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if told.send(line).is_err() {
                    break;
                }
            }
        });
        let mut found = vec![None; messages.len()];
        while found.iter().any(Option::is_none) {
            let line: Value = lines.recv_timeout(PATIENCE).expect("the program says where it listens");
            if let Some(at) = messages.iter().position(|message| line["message"] == *message) {
                found[at] = line["address"].as_str().map(|address| address.parse().unwrap());
            }
        }
        let found: Vec<SocketAddr> = found.into_iter().flatten().collect();
        (Self { address: found[0], process, lines: Some(lines) }, found)
    }

    /// Closes the log's pipe at the next line.
    pub fn close_log(&mut self) {
        self.lines = None;
    }

    /// Answers an operation of GraphQL with the whole response.
    pub async fn ask(&self, query: &str) -> String {
        let body = serde_json::json!({ "query": query }).to_string();
        let head = format!("POST /graphql HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        exchange(self.address, &format!("{head}content-type: application/json\r\n"), &body).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request, given without its last headers, and reads the whole response.
pub async fn exchange(address: SocketAddr, head: &str, body: &str) -> String {
    let work = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{head}host: shop\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    };
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("answered in time")
}
