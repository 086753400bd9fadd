use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::certificates::{Issuer, Key};
use super::*;

/// Shows a certificate without asking whether the key is its own.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// What is seen of a server on this machine that shows a certificate and has a key.
async fn seen(roots: &Arc<RootCertStore>, certificate: CertificateDer<'static>, key: &Key) -> Seen {
    let key = any_supported_type(&key.private()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shows(Arc::new(CertifiedKey::new(vec![certificate], key)))));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("accepted");
        // Whether the client liked it is for the client to say.
        let _ = acceptor.accept(stream).await;
    });
    let seen = look_by(Arc::clone(roots), "localhost", port).await;
    server.await.expect("no panic");
    seen
}

#[track_caller]
fn why(seen: Seen) -> String {
    let Seen::NotTrusted(why) = seen else { panic!("{seen:?}") };
    why.to_lowercase()
}

#[tokio::test]
async fn a_certificate_is_good_for_its_host_and_its_time_and_one_that_ends_soon_is_told() {
    let (issuer, key) = (Issuer::new(), Key::generate());
    let roots = issuer.roots();
    for (host, days, expected) in [
        ("localhost", (-1, 60), Seen::Trusted),
        ("localhost", (-1, 15), Seen::Trusted),
        ("localhost", (-80, 13), Seen::EndsSoon),
        ("localhost", (-80, 1), Seen::EndsSoon),
    ] {
        assert_eq!(seen(&roots, issuer.certificate(host, &key, days), &key).await, expected, "{days:?}");
    }
    for (host, days, expected) in [
        ("localhost", (-80, -1), "expired"),
        ("localhost", (1, 80), "not valid yet"),
        ("shop.example", (-1, 60), "not valid for name"),
    ] {
        let why = why(seen(&roots, issuer.certificate(host, &key, days), &key).await);
        assert!(why.contains(expected), "{why}");
    }
}

#[tokio::test]
async fn a_certificate_of_a_stranger_or_with_another_key_or_that_is_none_is_not_believed() {
    let (issuer, key) = (Issuer::new(), Key::generate());
    let roots = issuer.roots();
    let good = issuer.certificate("localhost", &key, (-1, 60));
    let stranger = why(seen(&mozilla(), good.clone(), &key).await);
    assert!(stranger.contains("unknownissuer"), "{stranger}");
    let forged = why(seen(&roots, Issuer::new().certificate("localhost", &key, (-1, 60)), &key).await);
    assert!(forged.contains("signature"), "{forged}");
    let other_key = why(seen(&roots, good.clone(), &Key::generate()).await);
    assert!(other_key.contains("signature"), "{other_key}");
    let mut cut_short = good.to_vec();
    cut_short.truncate(100);
    for nothing in [Vec::new(), b"-----BEGIN CERTIFICATE-----".to_vec(), cut_short] {
        why(seen(&roots, CertificateDer::from(nothing), &key).await);
    }
}

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
