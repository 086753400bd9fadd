//! Whose certificate is believed: what `sslmode`, `sslrootcert`, `sslcert` and `sslkey` say, as the other driver reads
//! them (PostgreSQL documentation, section 34.19).

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// How connections to the database are encrypted.
///
/// # Errors
/// Where a file cannot be read, or holds something else.
pub fn of(options: &PgConnectOptions) -> Result<MakeRustlsConnect, DbErr> {
    let told = |error: String| DbErr::Conn(RuntimeErr::Internal(format!("TLS to the database: {error}")));
    Ok(MakeRustlsConnect::new(config(options).map_err(told)?))
}

fn config(options: &PgConnectOptions) -> Result<ClientConfig, String> {
    let verifier = Verifier { mode: options.get_ssl_mode(), roots: roots(options)? };
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match (pem(options, "sslcert")?, pem(options, "sslkey")?) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(certificates), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| error.to_string())?;
            builder
                .with_client_auth_cert(certificates_of(&certificates)?, key)
                .map_err(|error| error.to_string())
        }
        _ => Err("sslcert and sslkey go together".to_owned()),
    }
}

/// What Mozilla believes, and what was named.
fn roots(options: &PgConnectOptions) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(text) = pem(options, "sslrootcert")? {
        for certificate in certificates_of(&text)? {
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .build()
        .map_err(|error| error.to_string())
}

/// The text of something that an option names: a file, or the text itself. The options tell it in a URL only.
fn pem(options: &PgConnectOptions, name: &str) -> Result<Option<Vec<u8>>, String> {
    let url = options.clone().username("user").host("localhost").to_url_lossy();
    let Some((_, value)) = url.query_pairs().find(|(known, _)| known == name) else { return Ok(None) };
    match value.strip_prefix("file: ") {
        Some(path) => std::fs::read(path).map(Some).map_err(|error| format!("{name}: {path}: {error}")),
        None => Ok(Some(value.as_bytes().to_vec())),
    }
}

fn certificates_of(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(text).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// Believes a server as far as a mode asks.
#[derive(Debug)]
struct Verifier {
    mode: PgSslMode,
    roots: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = || self.roots.verify_server_cert(own, others, name, response, now);
        match self.mode {
            PgSslMode::VerifyFull => verify(),
            PgSslMode::VerifyCa => match verify() {
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )) => Ok(ServerCertVerified::assertion()),
                verified => verified,
            },
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer | PgSslMode::Require => {
                Ok(ServerCertVerified::assertion())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infrastructure::tls::certificates::{Issuer, Key};

    #[test]
    fn each_mode_believes_whom_it_names() {
        use PgSslMode::{Prefer, Require, VerifyCa, VerifyFull};
        let (known, stranger, key) = (Issuer::new(), Issuer::new(), Key::generate());
        let roots = WebPkiServerVerifier::builder_with_provider(known.roots(), Arc::new(default_provider()));
        let roots = roots.build().unwrap();
        let host = ServerName::try_from("db.example").unwrap();
        let certificates = [
            (known.certificate("db.example", &key, (-1, 60)), vec![VerifyFull, VerifyCa, Require, Prefer]),
            (known.certificate("other.example", &key, (-1, 60)), vec![VerifyCa, Require, Prefer]),
            (known.certificate("db.example", &key, (-60, -1)), vec![Require, Prefer]),
            (stranger.certificate("db.example", &key, (-1, 60)), vec![Require, Prefer]),
        ];
        for (certificate, believed) in certificates {
            for mode in [VerifyFull, VerifyCa, Require, Prefer] {
                let expected = believed.iter().any(|known| format!("{known:?}") == format!("{mode:?}"));
                let verifier = Verifier { mode, roots: Arc::clone(&roots) };
                let verified = verifier.verify_server_cert(&certificate, &[], &host, &[], UnixTime::now());
                assert_eq!(verified.is_ok(), expected, "{mode:?}: {verified:?}");
            }
        }
    }

    #[test]
    fn files_that_are_not_there_are_told() {
        for (parameters, told) in [
            ("sslrootcert=%2Fno%2Fsuch%2Ffile", "sslrootcert: /no/such/file"),
            ("sslcert=%2Fno%2Fsuch%2Ffile", "sslcert: /no/such/file"),
        ] {
            let options: PgConnectOptions =
                format!("postgres://me@db.example/shop?{parameters}").parse().unwrap();
            let error = config(&options).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
