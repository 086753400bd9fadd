//! Where the database is and how to enter it, as the other driver was told.

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// The same address, name, password and settings.
pub fn of(options: &PgConnectOptions) -> Config {
    let mut config = Config::new();
    match options.get_socket() {
        Some(socket) => config.host_path(socket),
        None => config.host(options.get_host()),
    };
    config.port(options.get_port()).user(options.get_username()).ssl_mode(ssl_mode(options.get_ssl_mode()));
    if let Some(database) = options.get_database() {
        config.dbname(database);
    }
    if let Some(password) = password(options) {
        config.password(password);
    }
    if let Some(name) = options.get_application_name() {
        config.application_name(name);
    }
    if let Some(settings) = options.get_options() {
        config.options(settings);
    }
    config
}

/// The password, wherever it was found. It is told in a URL only, which other parts of the address could break.
fn password(options: &PgConnectOptions) -> Option<Vec<u8>> {
    let url = options.clone().username("user").host("localhost").to_url_lossy();
    url.password().map(|text| percent_encoding::percent_decode_str(text).collect())
}

/// How far the connection has to be encrypted; [`super::tls`] tells who is believed.
fn ssl_mode(mode: PgSslMode) -> SslMode {
    match mode {
        PgSslMode::Disable | PgSslMode::Allow => SslMode::Disable,
        PgSslMode::Prefer => SslMode::Prefer,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => SslMode::Require,
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn of_url(url: &str) -> Config {
        of(&PgConnectOptions::from_str(url).unwrap())
    }

    #[test]
    fn everything_that_a_url_says_is_kept() {
        let config = of_url(
            "postgres://some%20body:p%40ss%2F%25@db.example:6543/the%2Fshop?sslmode=require&application_name=me\
             &options=-c%20jit%3Doff",
        );
        assert_eq!(config.get_user(), Some("some body"));
        assert_eq!(config.get_password(), Some(&b"p@ss/%"[..]));
        assert_eq!(config.get_hosts(), [tokio_postgres::config::Host::Tcp("db.example".to_owned())]);
        assert_eq!(config.get_ports(), [6543]);
        assert_eq!(config.get_dbname(), Some("the/shop"));
        assert_eq!(config.get_application_name(), Some("me"));
        assert_eq!(config.get_options(), Some("-c jit=off"));
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn a_socket_is_a_host_too() {
        let config = of_url("postgres://me@%2Fvar%2Frun%2Fpostgresql/shop");
        let socket = tokio_postgres::config::Host::Unix("/var/run/postgresql".into());
        assert_eq!((config.get_hosts(), config.get_password()), (&[socket][..], None));
    }
}
