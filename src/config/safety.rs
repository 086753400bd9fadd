//! What nobody should set in production without knowing it.

use std::net::IpAddr;

use super::{Address, Config, Documents};

/// What can be accepted by name in `VITRINE_ACCEPT_UNSAFE`.
pub const NAMES: [&str; 8] =
    ["documents", "graphiql", "introspection", "public_url", "mail", "smtp", "database", "metrics"];

/// What cannot be accepted.
const SECRETS: &str = "secrets";

/// A setting that is unsafe in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Danger {
    /// What it is accepted by.
    pub name: &'static str,
    /// What is wrong, and what to do.
    pub why: &'static str,
}

impl Danger {
    /// Whether the operator may accept it.
    pub fn is_acceptable(&self) -> bool {
        self.name != SECRETS
    }
}

impl Config {
    /// The settings that are unsafe in production, whether accepted or not; none in development.
    pub fn dangers(&self) -> Vec<Danger> {
        if self.development {
            return Vec::new();
        }
        let is_https = self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        let all = [
            (
                self.secrets.is_empty(),
                SECRETS,
                "VITRINE_SECRETS is not set. Make a key with `vitrine keys new`, and keep it safe: without it nobody can \
                 sign in, and what is sealed stays sealed",
            ),
            (
                self.documents != Documents::Trusted,
                "documents",
                "VITRINE_DOCUMENTS lets everybody run any document, not only those of registered client apps",
            ),
            (self.graphiql, "graphiql", "/graphiql is served to everybody; it is made for developers"),
            (
                self.introspection,
                "introspection",
                "everybody may read the schema, and with it what to attack",
            ),
            (
                !is_https,
                "public_url",
                "VITRINE_PUBLIC_URL is not an https:// address: links in mails and cookies of browsers need one",
            ),
            (self.smtp_url.is_none(), "mail", "VITRINE_SMTP_URL is not set: nobody can reset a password"),
            (
                self.sends_in_the_clear(),
                "smtp",
                "the mail server is reached without TLS: use smtps:// or ?tls=required",
            ),
            (
                self.reads_in_the_clear(),
                "database",
                "sslmode=disable sends everything to the database unencrypted over the network",
            ),
            (
                self.metrics_listen.is_some_and(|address| !is_private(address.ip())),
                "metrics",
                "VITRINE_METRICS_LISTEN is an address that others may reach, and it asks nobody who they are",
            ),
        ];
        all.into_iter().filter(|(is_so, ..)| *is_so).map(|(_, name, why)| Danger { name, why }).collect()
    }

    /// Those that the operator did not accept.
    pub fn refused(&self) -> Vec<Danger> {
        self.dangers().into_iter().filter(|danger| !self.accepts(danger)).collect()
    }

    /// Whether the operator accepts it.
    pub fn accepts(&self, danger: &Danger) -> bool {
        self.accept_unsafe.iter().any(|name| name == danger.name)
    }

    fn sends_in_the_clear(&self) -> bool {
        let Some(url) = self.smtp_url.as_ref().map(super::Secret::reveal) else { return false };
        url.strip_prefix("smtp://").is_some_and(|rest| !rest.contains("tls=required") && !is_here(host(rest)))
    }

    fn reads_in_the_clear(&self) -> bool {
        let Address::Postgres(url) = &self.database else { return false };
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        rest.contains("sslmode=disable") && !is_here(host(rest))
    }
}

/// The host of what stands behind `scheme://`.
fn host(rest: &str) -> &str {
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    if let Some((six, _)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        return six;
    }
    place.split(':').next().unwrap_or_default()
}

/// Whether what is sent there stays on this machine. Without a host it is a socket in the file system.
fn is_here(host: &str) -> bool {
    host.is_empty()
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || four.is_private() || four.is_link_local(),
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    fn config(pairs: &[(&str, &str)]) -> Config {
        let safe = [
            ("public_url", "https://shop.example"),
            ("smtp_url", "smtps://user:hunter2@mail.example"),
            ("secrets", KEY),
        ];
        let mut all = settings(&safe);
        all.extend(settings(pairs));
        Config::of(all, None, Vec::new()).expect("settings that are right")
    }

    fn names(config: &Config) -> Vec<&'static str> {
        config.dangers().into_iter().map(|danger| danger.name).collect()
    }

    #[test]
    fn settings_that_are_safe_are_not_complained_of() {
        for pairs in [
            &[][..],
            &[("database_url", "postgres://shop:pw@db.internal/shop"), ("metrics_listen", "10.0.0.3:9100")],
            &[("database_url", "postgres://shop:pw@127.0.0.1/shop?sslmode=disable")],
            &[("database_url", "postgres:///shop?sslmode=disable"), ("metrics_listen", "[::1]:9100")],
            &[("smtp_url", "smtp://user:pw@mail.example:587?tls=required")],
            &[("smtp_url", "smtp://127.0.0.1:1025")],
        ] {
            assert_eq!(names(&config(pairs)), [""; 0], "{pairs:?}");
        }
    }

    #[test]
    fn each_that_is_not_is_told_and_all_at_once() {
        for (name, pair) in [
            ("graphiql", ("graphiql", "true")),
            ("introspection", ("introspection", "true")),
            ("public_url", ("public_url", "http://shop.example")),
            ("smtp", ("smtp_url", "smtp://user:pw@mail.example:587")),
            ("database", ("database_url", "postgres://a:b@10.0.0.1:5432/shop?sslmode=disable")),
            ("metrics", ("metrics_listen", "0.0.0.0:9100")),
        ] {
            assert_eq!(names(&config(&[pair])), [name]);
        }
        let bare = Config::of(settings(&[("graphiql", "true")]), None, Vec::new()).expect("settings");
        assert_eq!(names(&bare), ["secrets", "graphiql", "public_url", "mail"]);
        let development = settings(&[("profile", "development"), ("graphiql", "true")]);
        assert_eq!(names(&Config::of(development, None, Vec::new()).expect("settings")), [""; 0]);
    }

    #[test]
    fn what_is_accepted_is_not_refused_and_only_known_names_can_be() {
        let config =
            config(&[("graphiql", "true"), ("introspection", "true"), ("accept_unsafe", "graphiql")]);
        let refused: Vec<_> = config.refused().into_iter().map(|danger| danger.name).collect();
        assert_eq!(refused, ["introspection"]);
        let unknown =
            Config::of(settings(&[("accept_unsafe", "graphiql, everything")]), None, Vec::new()).unwrap_err();
        assert!(unknown.concat().contains("everything"), "{unknown:?}");
    }
}
