//! Takes settings one by one and remembers what is wrong.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use config::{Map, Value};
use lettre::message::Mailbox;
use tracing_subscriber::EnvFilter;

use super::{Config, Secret, budgets, names, oidc, safety};

/// Whether there is such a setting. Those of the tests share the prefix and mean nothing here.
fn is_known(name: &str) -> bool {
    names::NAMES.contains(&name)
        || budgets::NAMES.contains(&name)
        || oidc::NAMES.contains(&name)
        || name == "require_all"
        || name.starts_with("test_")
}

/// Takes settings one by one and remembers what is wrong.
pub struct Reader {
    settings: Map<String, Value>,
    problems: Vec<String>,
}

impl Reader {
    /// Reads from these settings; `problems` is what is known to be wrong already.
    pub fn new(settings: Map<String, Value>, problems: Vec<String>) -> Self {
        Self { settings, problems }
    }

    /// Whether something is set.
    pub fn has(&self, name: &str) -> bool {
        self.settings.contains_key(name)
    }

    pub fn refuse(&mut self, name: &str, problem: &dyn Display) {
        self.problems.push(format!("{name}: {problem}"));
    }

    pub fn optional<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.settings.get(name)?.clone();
        let parsed = value.into_string().map_err(|error| error.to_string());
        match parsed.and_then(|text| text.trim().parse().map_err(|error: T::Err| error.to_string())) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refuse(name, &problem);
                None
            }
        }
    }

    pub fn read<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> T {
        self.optional(name).unwrap_or(default)
    }

    pub fn within<T>(&mut self, name: &str, default: T, min: T, max: T) -> T
    where
        T: FromStr<Err: Display> + PartialOrd + Display + Copy,
    {
        let value = self.read(name, default);
        if value < min || value > max {
            self.refuse(name, &format!("it goes from {min} to {max}"));
        }
        value
    }

    /// Names of what is accepted though it is unsafe, with commas between them.
    pub fn accepted(&mut self) -> Vec<String> {
        let text: String = self.optional("accept_unsafe").unwrap_or_default();
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(ToOwned::to_owned).collect();
        let unknown = names.iter().filter(|name| !safety::NAMES.contains(&name.as_str())).cloned();
        let unknown: Vec<String> = unknown.collect();
        if !unknown.is_empty() {
            let (unknown, known) = (unknown.join(", "), safety::NAMES.join(", "));
            self.refuse("accept_unsafe", &format!("there is no {unknown}; there are {known}"));
        }
        names
    }

    /// Keys with commas between them; what is wrong with one is told without it.
    pub fn secrets(&mut self) -> Vec<Secret> {
        let text: String = self.optional("secrets").unwrap_or_default();
        let keys: Vec<Secret> =
            text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(Secret::new).collect();
        if !keys.iter().all(Secret::is_key) {
            self.refuse("secrets", &"each key is 32 bytes in base64: `vitrine keys new` makes one");
        }
        keys
    }

    /// Whether there is a Redis is seen when it is asked; what it is not is told without its password.
    pub fn redis_url(&mut self) -> Option<Secret> {
        let url: Secret = self.optional("redis_url")?;
        let schemes = ["redis://", "rediss://", "unix://", "redis+unix://"];
        if !schemes.iter().any(|scheme| url.reveal().starts_with(scheme)) {
            self.refuse("redis_url", &"it begins with redis://, rediss:// or unix://");
        }
        Some(url)
    }

    /// The mail server; its address may hold a password, so it is not repeated.
    pub fn smtp_url(&mut self) -> Option<Secret> {
        let url: Secret = self.optional("smtp_url")?;
        let rest = ["smtp://", "smtps://"].iter().find_map(|scheme| url.reveal().strip_prefix(scheme));
        if rest.is_none_or(|rest| rest.rsplit('@').next().is_none_or(str::is_empty)) {
            self.refuse("smtp_url", &"it is smtp://user:password@host or smtps://user:password@host");
        }
        Some(url)
    }

    /// Whom mails are from.
    pub fn mail_from(&mut self) -> String {
        let from: String = self.read("mail_from", "shop@localhost".to_owned());
        if from.parse::<Mailbox>().is_err() {
            self.refuse("mail_from", &"it is an address such as shop@example.com or Shop <shop@example.com>");
        }
        from
    }

    /// What addresses of the server begin with, without a slash at their end.
    pub fn public_url(&mut self) -> Option<String> {
        let url: String = self.optional("public_url")?;
        let url = url.trim_end_matches('/').to_owned();
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let is_fit =
            |rest: &str| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', ' ']);
        if !rest.is_some_and(is_fit) {
            self.refuse("public_url", &"it is an address such as https://shop.example");
        }
        Some(url)
    }

    /// The folder of files, which has to be there.
    pub fn media(&mut self) -> Option<PathBuf> {
        let folder: PathBuf = self.optional("media")?;
        if !folder.is_dir() {
            self.refuse("media", &format!("there is no folder {}", folder.display()));
        }
        Some(folder)
    }

    /// What is logged, in the form of `RUST_LOG`.
    pub fn log_filter(&mut self, filter: Option<String>) -> Option<String> {
        if let Some(Err(error)) = filter.as_deref().map(EnvFilter::try_new) {
            self.problems.push(format!("RUST_LOG: {error}"));
        }
        filter
    }

    /// A switch.
    pub fn switch(&mut self, name: &str, default: bool) -> bool {
        self.word(name, &["off", "on", "false", "true"]).map_or(default, |place| place % 2 == 1)
    }

    pub fn word(&mut self, name: &str, words: &[&str]) -> Option<usize> {
        let word: String = self.optional(name)?;
        let place = words.iter().position(|known| *known == word);
        if place.is_none() {
            self.refuse(name, &format!("it is {}", words.join(" or ")));
        }
        place
    }

    pub fn finish(mut self, config: Config) -> Result<Config, Vec<String>> {
        let unknown: BTreeSet<String> =
            self.settings.keys().filter(|name| !is_known(name)).cloned().collect();
        for name in unknown {
            self.refuse(&name, &"there is no such setting");
        }
        if self.problems.is_empty() { Ok(config) } else { Err(self.problems) }
    }
}
