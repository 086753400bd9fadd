//! What an operator can set: the only reader of the environment.
//!
//! Settings come from `vitrine.toml` in the working directory (or the file that `VITRINE_CONFIG` names) and from the
//! environment, which wins. Everything that is wrong is told at once.

use std::collections::HashMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use config::builder::DefaultState;
use config::{ConfigBuilder, Environment, File, FileFormat, Map, Value};

mod address;
mod budgets;
mod names;
mod oidc;
mod proxies;
mod reader;
mod safety;
mod secret;

pub use address::Address;
pub use budgets::{Budget, Budgets, Tries};
pub use names::HELP;
pub use oidc::Oidc;
pub use proxies::Proxies;
pub use safety::Danger;
pub use secret::Secret;

use reader::Reader;

/// Which documents are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// Any.
    Open,
    /// Any; those that are not registered are noted.
    Observe,
    /// Those that are registered.
    Trusted,
}

/// The settings.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own that an operator sets by name"
)]
pub struct Config {
    /// Where the data is (`DATABASE_URL`).
    pub database: Address,
    /// Connections that read at a time (`VITRINE_CONNECTIONS`).
    pub connections: u32,
    /// Where to listen (`VITRINE_LISTEN`).
    pub listen: SocketAddr,
    /// Where metrics are told, if not among everything else (`VITRINE_METRICS_LISTEN`).
    pub metrics_listen: Option<SocketAddr>,
    /// Whether this is a developer's machine (`VITRINE_PROFILE`).
    pub development: bool,
    /// What is unsafe in production and was accepted by name (`VITRINE_ACCEPT_UNSAFE`).
    pub accept_unsafe: Vec<String>,
    /// Whether clients may read the schema (`VITRINE_INTROSPECTION`).
    pub introspection: bool,
    /// Whether `/graphiql` is served (`VITRINE_GRAPHIQL`).
    pub graphiql: bool,
    /// Which documents are run for callers that name no registered client app (`VITRINE_DOCUMENTS`).
    pub documents: Documents,
    /// How long an operation may take (`VITRINE_DEADLINE_MS`).
    pub deadline: Duration,
    /// The most an operation may cost (`VITRINE_COST_LIMIT`).
    pub cost_limit: u64,
    /// The most pieces in stock that shoppers are told of (`VITRINE_QUANTITY_CAP`).
    pub quantity_cap: i32,
    /// How long wishlists of visitors are kept that nobody changes (`VITRINE_WISHLIST_DAYS`).
    pub wishlist_days: u32,
    /// The most connections of clients at a time (`VITRINE_HTTP_CONNECTIONS`).
    pub http_connections: usize,
    /// The most from one address (`VITRINE_HTTP_CONNECTIONS_PER_ADDRESS`).
    pub http_connections_per_address: usize,
    /// The most sockets at a time (`VITRINE_SOCKETS`).
    pub sockets: usize,
    /// The most sockets from one address (`VITRINE_SOCKETS_PER_ADDRESS`).
    pub sockets_per_address: usize,
    /// The folder whose files are served below `/media` (`VITRINE_MEDIA`).
    pub media: Option<PathBuf>,
    /// What the addresses of those files begin with (`VITRINE_PUBLIC_URL`); without, the address listened on.
    pub public_url: Option<String>,
    /// The keys that seal and sign, each 32 bytes in base64 (`VITRINE_SECRETS`): the first one seals, all of them open.
    pub secrets: Vec<Secret>,
    /// How long an access token is good (`VITRINE_ACCESS_TOKEN_MINUTES`).
    pub access_token: Duration,
    /// The outside issuer whose tokens are believed beside ours.
    pub oidc: Option<Oidc>,
    /// For how many days devices are kept that were signed out or expired (`VITRINE_SESSION_DAYS`).
    pub session_days: u32,
    /// For how many days codes from mails are kept that expired (`VITRINE_CODE_DAYS`).
    pub code_days: u32,
    /// The server that sends mails (`VITRINE_SMTP_URL`); without, none are sent.
    pub smtp_url: Option<Secret>,
    /// Whom mails are from (`VITRINE_MAIL_FROM`).
    pub mail_from: String,
    /// For how many days it is kept what was noticed of attacks (`VITRINE_SECURITY_EVENT_DAYS`).
    pub security_event_days: u32,
    /// Whether staff may only work who have a second factor (`VITRINE_STAFF_SECOND_FACTOR`).
    pub second_factor_required: bool,
    /// How much callers may ask for.
    pub budgets: Budgets,
    /// Where replicas share budgets (`REDIS_URL`); without, each replica has its own.
    pub redis_url: Option<Secret>,
    /// How many replicas there are (`VITRINE_REPLICAS`): while Redis is away, each gives its share.
    pub replicas: u32,
    /// The proxies before the server (`VITRINE_PROXIES`).
    pub proxies: Proxies,
    /// Whether these tell addresses in `Forwarded` and not in `X-Forwarded-For` (`VITRINE_PROXY_HEADER`).
    pub proxies_say_forwarded: bool,
    /// For how many days audit entries are kept (`VITRINE_AUDIT_DAYS`); 0 keeps them for ever.
    pub audit_days: u32,
    /// What is logged (`RUST_LOG`).
    pub log_filter: Option<String>,
    /// In which form (`VITRINE_LOG_FORMAT`): `json` or `text`.
    pub log_json: bool,
}

/// Variables that go by a name that others use, too.
const OTHERS: [&str; 3] = ["DATABASE_URL", "REDIS_URL", "RUST_LOG"];

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong, a line each.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn read() -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let variables = variables(std::env::vars_os(), &mut problems);
        let variable = |name: &str| variables.get(name).cloned();
        let file = match variable("VITRINE_CONFIG") {
            Some(path) => File::new(&path, FileFormat::Toml).required(true),
            None => File::new("vitrine.toml", FileFormat::Toml).required(false),
        };
        let file = config::Config::builder().add_source(file);
        let environment = Environment::with_prefix("VITRINE").source(Some(variables.clone()));
        let environment = config::Config::builder().add_source(environment);
        let mut settings = values(file).unwrap_or_else(|problem| {
            // What is wrong with the file hides nothing that is wrong in the environment.
            problems.push(problem);
            Map::new()
        });
        let environment = values(environment).unwrap_or_else(|problem| {
            problems.push(problem);
            Map::new()
        });
        settings.extend(environment);
        if let Some(url) = variable("DATABASE_URL") {
            settings.insert("database_url".to_owned(), url.into());
        }
        if let Some(url) = variable("REDIS_URL") {
            settings.insert("redis_url".to_owned(), url.into());
        }
        Self::of(settings, variable("RUST_LOG"), problems)
    }

    fn of(
        settings: Map<String, Value>,
        log_filter: Option<String>,
        problems: Vec<String>,
    ) -> Result<Self, Vec<String>> {
        let mut reader = Reader::new(settings, problems);
        let development = reader.word("profile", &["production", "development"]) == Some(1);
        let database = reader.read("database_url", "sqlite:vitrine.db".to_owned());
        let database = Address::parse(&database).map_err(|problem| reader.refuse("database_url", &problem));
        let config = Self {
            database: database.unwrap_or(Address::Sqlite(String::new())),
            connections: reader.within("connections", 8, 1, 1000),
            listen: reader.read("listen", SocketAddr::from(([127, 0, 0, 1], 8080))),
            metrics_listen: reader.optional("metrics_listen"),
            development,
            accept_unsafe: reader.accepted(),
            introspection: reader.switch("introspection", development),
            graphiql: reader.switch("graphiql", development),
            documents: match reader.word("documents", &["open", "observe", "trusted"]) {
                Some(0) => Documents::Open,
                Some(1) => Documents::Observe,
                None if development => Documents::Open,
                _ => Documents::Trusted,
            },
            deadline: Duration::from_millis(reader.within("deadline_ms", 5000, 3000, 60_000)),
            cost_limit: reader.within("cost_limit", 20_000, 1, 10_000_000),
            quantity_cap: reader.within("quantity_cap", 100, 1, 1_000_000),
            wishlist_days: reader.within("wishlist_days", 90, 1, 3650),
            http_connections: reader.within("http_connections", 10_000, 1, 1_000_000),
            http_connections_per_address: reader.within("http_connections_per_address", 1000, 1, 1_000_000),
            sockets: reader.within("sockets", 5000, 0, 1_000_000),
            sockets_per_address: reader.within("sockets_per_address", 100, 1, 1_000_000),
            media: reader.media(),
            public_url: reader.public_url(),
            secrets: reader.secrets(),
            access_token: Duration::from_mins(reader.within("access_token_minutes", 10, 5, 15)),
            oidc: oidc::read(&mut reader, development),
            session_days: reader.within("session_days", 30, 0, 3650),
            code_days: reader.within("code_days", 30, 0, 3650),
            smtp_url: reader.smtp_url(),
            mail_from: reader.mail_from(),
            security_event_days: reader.within("security_event_days", 90, 1, 3650),
            second_factor_required: reader.word("staff_second_factor", &["optional", "required"]) == Some(1),
            budgets: budgets::read(&mut reader),
            redis_url: reader.redis_url(),
            replicas: reader.within("replicas", 1, 1, 1000),
            proxies: reader.read("proxies", Proxies::default()),
            proxies_say_forwarded: reader.word("proxy_header", &["x-forwarded-for", "forwarded"]) == Some(1),
            audit_days: reader.within("audit_days", 0, 0, 36_500),
            log_filter: reader.log_filter(log_filter),
            log_json: reader.word("log_format", &["json", "text"]) != Some(1),
        };
        reader.finish(config)
    }
}

/// What a source has, by name.
/// The variables of the environment that are ours; an empty one counts as not set.
fn variables(
    all: impl Iterator<Item = (OsString, OsString)>,
    problems: &mut Vec<String>,
) -> HashMap<String, String> {
    let is_ours = |name: &str| name.starts_with("VITRINE_") || OTHERS.contains(&name);
    let mut ours = HashMap::new();
    for (name, value) in all {
        let Some(name) = name.into_string().ok().filter(|name| is_ours(name)) else { continue };
        match value.into_string() {
            Ok(value) if value.is_empty() => {}
            Ok(value) => drop(ours.insert(name, value)),
            // What it holds may be a secret.
            Err(_) => problems.push(format!("{name}: it is no text in UTF-8")),
        }
    }
    ours
}

fn values(source: ConfigBuilder<DefaultState>) -> Result<Map<String, Value>, String> {
    let read = source.build().and_then(config::Config::try_deserialize);
    read.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn settings(pairs: &[(&str, &str)]) -> Map<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    #[test]
    #[cfg(unix)]
    fn variables_that_are_no_text_are_told_without_what_they_hold() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = |name: &str| (OsString::from(name), OsString::from_vec(b"geheim\xe4".to_vec()));
        let plain = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let all = [
            plain("VITRINE_LISTEN", "127.0.0.1:1"),
            plain("VITRINE_MEDIA", ""),
            plain("HOME", "/"),
            odd("VITRINE_SECRETS"),
            odd("DATABASE_URL"),
            odd("LESSCHARSET"),
        ];
        let mut problems = Vec::new();
        let ours = variables(all.into_iter(), &mut problems);
        assert_eq!(ours.into_keys().collect::<Vec<_>>(), ["VITRINE_LISTEN"]);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("VITRINE_SECRETS: ") && problems[1].starts_with("DATABASE_URL: "));
        assert!(!problems.concat().contains("geheim"));
    }

    #[test]
    fn without_settings_it_is_closed_and_local() {
        let config = Config::of(Map::new(), None, Vec::new()).unwrap();

        assert!(!config.introspection && !config.graphiql && !config.development);
        assert!(config.listen.ip().is_loopback());
        assert_eq!(config.database, Address::Sqlite("vitrine.db".to_owned()));
        assert_eq!((config.http_connections, config.http_connections_per_address), (10_000, 1000));
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_no_password() {
        let wrong = settings(&[
            ("database_url", "mysql://root:hunter2@host/db"),
            ("listen", "here"),
            ("connections", "0"),
            ("http_connections", "0"),
            ("http_connections_per_address", "1000001"),
            ("profile", "staging"),
            ("colour", "red"),
            ("secrets", "hunter2"),
            ("redis_url", "http://:hunter2@host"),
            ("budgets", "perhaps"),
            ("budget_staff", "much"),
            ("budget_clients", "ios=1/1, ios=2/2, a b=1/1, web"),
            ("tries_account", "0/0"),
            ("proxies", "0.0.0.0/0"),
            ("proxy_header", "via"),
            ("replicas", "0"),
            ("graphiql", "perhaps"),
            ("accept_unsafe", "mail, everything, anything"),
            ("smtp_url", "mail:hunter2@host"),
            ("mail_from", "nobody"),
            ("public_url", "shop.example"),
            ("media", "no/such/folder"),
        ]);

        let file = "expected an equals sign in vitrine.toml".to_owned();
        let problems = Config::of(wrong, Some("a=b=c".to_owned()), vec![file]).unwrap_err();

        for name in [
            "database_url",
            "listen",
            "connections",
            "http_connections: it goes from 1 to 1000000",
            "http_connections_per_address: it goes from 1 to 1000000",
            "profile",
            "colour",
            "secrets",
            "redis_url",
            "budgets",
            "budget_staff",
            "budget_clients: ios is there twice",
            "budget_clients: \"a b\" is no name",
            "budget_clients: web",
            "tries_account",
            "proxies",
            "proxy_header",
            "replicas",
            "graphiql: it is off or on or false or true",
            "accept_unsafe: there is no everything, anything",
            "smtp_url",
            "mail_from",
            "public_url",
            "media: there is no folder no/such/folder",
            "RUST_LOG",
            "expected an equals sign",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(name)), "{name}: {problems:?}");
        }
        assert!(!problems.concat().contains("hunter2"));
    }

    #[test]
    fn no_secret_is_shown() {
        let key = "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=";
        let secret = settings(&[
            ("database_url", "postgres://shop:hunter2@host/db?password=hunter2"),
            ("secrets", key),
            ("smtp_url", "smtp://shop:hunter2@mail.example"),
        ]);

        let config = Config::of(secret, None, Vec::new()).unwrap();

        let shown = format!("{config:?} {config:#?} {:?} {:?}", config.dangers(), config.refused());
        assert!(shown.contains("postgres://..."), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains(&key[..8]), "{shown}");
    }
}
