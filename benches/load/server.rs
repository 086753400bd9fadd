//! The servers that are measured, each a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vitrine::infrastructure::database::Address;

use crate::Result;
use crate::client::{Client, get};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// 32 bytes in base64, for shops that are gone after the measurement.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A running server; it ends with its value.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    process: Child,
}

impl Server {
    /// The service itself, as it is delivered, without its request log.
    pub async fn service(database: &Address) -> Result<Self> {
        Self::service_with(database, &[]).await
    }

    /// The same with some settings.
    pub async fn service_with(database: &Address, settings: &[(&str, &str)]) -> Result<Self> {
        let address = free_address()?;
        let mut command = vitrine(database);
        command.envs(settings.iter().copied());
        command.arg("serve").env("VITRINE_LISTEN", address.to_string());
        Self::start(command, address, "/health/ready").await
    }

    /// The floor, in a process of this benchmark.
    pub async fn floor(database: &str, list: u64) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["floor", "--database", database, "--list", &list.to_string()]);
        command.args(["--listen", &address.to_string()]);
        Self::start(command, address, "/ready").await
    }

    /// A handler that refuses everything, in a process of this benchmark.
    pub async fn bare() -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", "--listen", &address.to_string()]);
        Self::start(command, address, "/ready").await
    }

    async fn start(mut command: Command, address: SocketAddr, path: &str) -> Result<Self> {
        let process = command.stdin(Stdio::null()).spawn()?;
        let mut server = Self { address, process };
        let began = Instant::now();
        while !server.answers(path).await {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("a server ended at once: {status}").into());
            }
            if began.elapsed() > PATIENCE {
                return Err("a server does not answer".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(server)
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    async fn answers(&self, path: &str) -> bool {
        match Client::connect(self.address).await {
            Ok(mut client) => client.ask(&get(path)).await.is_ok(),
            Err(_) => false,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The service's command line on a database, with nothing else from the environment.
pub fn vitrine(database: &Address) -> Command {
    let url = match database {
        Address::Sqlite(path) => format!("sqlite:{path}"),
        Address::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command
        .env("DATABASE_URL", url)
        .env("RUST_LOG", "off")
        .env("VITRINE_SECRETS", SECRET)
        .env("VITRINE_BUDGETS", "off")
        .env("VITRINE_DOCUMENTS", "open")
        .env("VITRINE_ACCEPT_UNSAFE", "documents,public_url,mail");
    command
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
