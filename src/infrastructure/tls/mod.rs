//! Speaking TLS to servers, and whether one shows a certificate that browsers believe.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long connecting and the handshake may take, each.
const PATIENCE: Duration = Duration::from_secs(5);

/// A certificate that ends within so many days should have been renewed.
pub const SOON_DAYS: u64 = 14;

/// What came of a look at a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is for that host, in force, and signed by somebody whom browsers believe.
    Trusted,
    /// It is, but not for [`SOON_DAYS`] more.
    EndsSoon,
    /// It is not, or the server speaks no TLS.
    NotTrusted(String),
    /// Nobody answers there, as seen from here.
    Unreachable(String),
}

/// Looks at the certificate of a host, with the roots that Mozilla ships.
pub async fn look(host: &str, port: u16) -> Seen {
    look_by(mozilla(), host, port).await
}

async fn look_by(roots: Arc<RootCertStore>, host: &str, port: u16) -> Seen {
    let stream = match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Seen::Unreachable(error.to_string()),
        Err(_) => return Seen::Unreachable("it takes too long to connect".to_owned()),
    };
    match tokio::time::timeout(PATIENCE, connect(Arc::clone(&roots), host, stream)).await {
        Ok(Ok(stream)) if ends_soon(roots, host, &stream) => Seen::EndsSoon,
        Ok(Ok(_)) => Seen::Trusted,
        Ok(Err(why)) => Seen::NotTrusted(why),
        Err(_) => Seen::NotTrusted("it does not finish a TLS handshake".to_owned()),
    }
}

/// Begins to speak TLS with a host whose certificate browsers believe, by the roots that Mozilla ships.
///
/// # Errors
/// Why it is not believed, for people.
pub async fn handshake(host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
    connect(mozilla(), host, stream).await
}

fn mozilla() -> Arc<RootCertStore> {
    Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
}

async fn connect(
    roots: Arc<RootCertStore>,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map_err(|error| error.to_string())
}

/// Whether a certificate that is believed today would not be in [`SOON_DAYS`].
fn ends_soon(roots: Arc<RootCertStore>, host: &str, stream: &TlsStream<TcpStream>) -> bool {
    let Some([own, others @ ..]) = stream.get_ref().1.peer_certificates() else { return false };
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::new(default_provider())).build();
    let (Ok(verifier), Ok(name)) = (verifier, ServerName::try_from(host)) else { return false };
    let soon = Duration::from_secs(UnixTime::now().as_secs() + SOON_DAYS * 24 * 60 * 60);
    verifier.verify_server_cert(own, others, &name, &[], UnixTime::since_unix_epoch(soon)).is_err()
}

#[cfg(test)]
pub(super) mod certificates;
#[cfg(test)]
mod tests;
