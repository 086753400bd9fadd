//! Speaking TLS to servers, and whether one shows a certificate that browsers believe.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long connecting and the handshake may take, each.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a look at a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is for that host, in force, and signed by somebody whom browsers believe.
    Trusted,
    /// It is not, or the server speaks no TLS.
    NotTrusted(String),
    /// Nobody answers there, as seen from here.
    Unreachable(String),
}

/// Looks at the certificate of a host, with the roots that Mozilla ships.
pub async fn look(host: &str, port: u16) -> Seen {
    let stream = match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Seen::Unreachable(error.to_string()),
        Err(_) => return Seen::Unreachable("it takes too long to connect".to_owned()),
    };
    match tokio::time::timeout(PATIENCE, handshake(host, stream)).await {
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
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_without_tls_is_not_trusted_and_one_that_is_not_there_is_not_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let plain = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        });
        assert!(matches!(look("127.0.0.1", port).await, Seen::NotTrusted(_)));
        plain.await.expect("no panic");
        assert!(matches!(look("127.0.0.1", port).await, Seen::Unreachable(_)));
    }
}
