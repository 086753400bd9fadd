//! `vitrine serve`: answers requests until it is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::{Failure, Outcome, explain, start_logs, stop};
use crate::config::{Config, Danger};
use crate::services::AppContext;
use crate::services::clients::Follower;
use crate::services::identity::keep_watch;
use crate::{app, http, workers};

/// Serve the shop until SIGTERM or SIGINT; what runs then is finished first. SIGHUP reads the budgets again
#[derive(Args)]
pub struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub async fn run(self, mut config: Config) -> Outcome {
        let began = Instant::now();
        let refused = config.refused();
        if !refused.is_empty() {
            eprintln!("vitrine: these settings are unsafe in production:");
            for danger in &refused {
                eprintln!("  {}: {}", danger.name, danger.why);
            }
            let names = names(&refused);
            if !names.is_empty() {
                eprintln!("Put them right, or start with VITRINE_ACCEPT_UNSAFE={names}");
            }
            return Ok(ExitCode::from(2));
        }
        start_logs(&config)?;
        for danger in config.dangers() {
            tracing::warn!(setting = danger.name, why = danger.why, "an unsafe setting was accepted");
        }
        config.listen = self.listen.unwrap_or(config.listen);
        let listener = bind(&mut config).await.map_err(|error| taken(config.listen, &error))?;
        let context = app::migrated(&config.database, &config).await.map_err(|error| explain(&error))?;
        app::open_identity(&context, &config).await.map_err(|error| explain(&error))?;
        let took = began.elapsed();
        tokio::spawn(reload(Arc::clone(&context), signal(SignalKind::hangup())?));
        serve(listener, context, &config, || {
            tracing::info!(address = %config.listen, took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "serving");
        })
        .await
    }
}

fn names(dangers: &[Danger]) -> String {
    dangers
        .iter()
        .filter(|danger| danger.is_acceptable())
        .map(|danger| danger.name)
        .collect::<Vec<_>>()
        .join(",")
}

/// Connections that may wait to be accepted: bursts of them must not lose their first packet.
const BACKLOG: u32 = 1024;
/// Connections at a time to the listener for metrics.
const SCRAPERS: usize = 64;

/// Listens, and takes over the port that the system chose where none was named.
pub async fn bind(config: &mut Config) -> std::io::Result<TcpListener> {
    let listener = listen(config.listen)?;
    config.listen = listener.local_addr()?;
    Ok(listener)
}

/// Why an address cannot be listened on.
pub fn taken(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure(format!("{address} cannot be listened on ({error}); choose another with --listen 127.0.0.1:PORT"))
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Tells metrics on a listener of their own, if one is set, for as long as the process runs.
fn serve_metrics(context: &Arc<AppContext>, config: &Config) -> std::io::Result<Option<JoinHandle<()>>> {
    let Some(address) = config.metrics_listen else { return Ok(None) };
    let listener = listen(address).map_err(|error| {
        std::io::Error::new(error.kind(), format!("VITRINE_METRICS_LISTEN {address}: {error}"))
    })?;
    tracing::info!(address = %listener.local_addr()?, "telling metrics");
    let options =
        http::Options { max_connections: SCRAPERS, metrics: Arc::default(), ..app::options(context, config) };
    let router = http::metrics_router(Arc::clone(context), &options);
    Ok(Some(tokio::spawn(async move {
        if let Err(error) = http::serve(listener, router, std::future::pending(), &options).await {
            tracing::warn!(%error, "metrics are not told any more");
        }
    })))
}

/// Serves until a signal; `ready` is called when requests are answered.
pub async fn serve(
    listener: TcpListener,
    context: Arc<AppContext>,
    config: &Config,
    ready: impl FnOnce(),
) -> Outcome {
    app::open_budgets(&context, config)?;
    let clients = Follower::new(&context).await.map_err(|error| explain(&error))?;
    let (router, health) = app::router(&context, config)?;
    let metrics = serve_metrics(&context, config)?;
    let refresh = tokio::spawn(workers::refresh::markets(Arc::clone(&context)));
    let follow = tokio::spawn(workers::identity::follow(Arc::clone(&context)));
    let issuer = tokio::spawn(workers::issuer::follow(Arc::clone(&context)));
    let clients = tokio::spawn(workers::clients::follow(Arc::clone(&context), clients));
    let backlog = tokio::spawn(workers::backlog::catch_up(Arc::clone(&context)));
    let keep = (config.audit_days > 0).then(|| Duration::from_hours(24 * u64::from(config.audit_days)));
    let sealer = tokio::spawn(workers::audit::seal(Arc::clone(&context), app::audit_keys(config)?, keep));
    let sweep =
        tokio::spawn(workers::sweep::sweep(Arc::clone(&context), config.media.clone(), config.wishlist_days));
    let security = tokio::spawn(workers::security::watch(Arc::clone(&context)));
    let told = stop()?;
    let stop = async move {
        told.await;
        tracing::info!("stopping");
        health.drain();
    };
    ready();
    let served = http::serve(listener, router, stop, &app::options(&context, config)).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    refresh.abort();
    follow.abort();
    issuer.abort();
    clients.abort();
    backlog.abort();
    sweep.abort();
    sealer.abort();
    security.abort();
    // What was noticed in the last second.
    if let Err(error) = keep_watch(&context, true).await {
        tracing::warn!(%error, "what was noticed of attacks could not be written down");
    }
    context.db.clone().close().await?;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the budgets again at each SIGHUP. Settings that are wrong change nothing, and the log tells what is wrong with
/// them.
async fn reload(context: Arc<AppContext>, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        match Config::read() {
            Ok(config) => {
                context.budgets.change(config.budgets);
                tracing::info!("read the budgets again; other settings are read at the start only");
            }
            Err(problems) => {
                let problems = problems.join("; ");
                tracing::error!(problems, "the settings are wrong: the budgets stay as they were");
            }
        }
    }
}
