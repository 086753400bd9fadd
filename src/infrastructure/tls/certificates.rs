//! Certificates for tests, made by hand in DER (RFC 5280, X.690): an issuer, and what it signs.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use chrono::DateTime;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BOOLEAN: u8 = 0x01;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
/// `dNSName` in a list of names.
const DNS_NAME: u8 = 0x82;

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];

/// A value with its tag and length.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = u16::try_from(value.len()).expect("short").to_be_bytes();
    let head = match length {
        [0, short @ 0..=127] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [head, value].concat()
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    der(BIT_STRING, &[&[0], bytes])
}

fn name(text: &str) -> Vec<u8> {
    let part = der(SEQUENCE, &[&der(OBJECT_ID, &[COMMON_NAME]), &der(UTF8_STRING, &[text.as_bytes()])]);
    der(SEQUENCE, &[&der(SET, &[&part])])
}

/// So many days from now.
fn time(days: i64) -> Vec<u8> {
    let now = i64::try_from(UnixTime::now().as_secs()).expect("our time");
    let at = DateTime::from_timestamp(now + days * 24 * 60 * 60, 0).expect("our time");
    der(UTC_TIME, &[at.format("%y%m%d%H%M%SZ").to_string().as_bytes()])
}

/// A key, with the form in which a server reads it.
pub struct Key {
    pair: EcdsaKeyPair,
    pkcs8: Vec<u8>,
}

impl Key {
    pub fn generate() -> Self {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref()).expect("a key");
        Self { pair, pkcs8: made.as_ref().to_vec() }
    }

    pub fn private(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pkcs8.clone()))
    }

    fn public(&self) -> Vec<u8> {
        let kind = der(SEQUENCE, &[&der(OBJECT_ID, &[EC_PUBLIC_KEY]), &der(OBJECT_ID, &[P256])]);
        der(SEQUENCE, &[&kind, &bits(self.pair.public_key().as_ref())])
    }
}

/// Who signs certificates.
pub struct Issuer(Key);

impl Issuer {
    pub fn new() -> Self {
        Self(Key::generate())
    }

    /// What believes this issuer and nobody else.
    pub fn roots(&self) -> Arc<RootCertStore> {
        let is_issuer = der(SEQUENCE, &[&der(BOOLEAN, &[&[0xff]])]);
        let own = self.sign("issuer", &self.0, (-100, 100), (BASIC_CONSTRAINTS, &is_issuer));
        let mut roots = RootCertStore::empty();
        roots.add(own).expect("an issuer");
        Arc::new(roots)
    }

    /// A certificate for a host, good from so many to so many days from now.
    pub fn certificate(&self, host: &str, key: &Key, days: (i64, i64)) -> CertificateDer<'static> {
        let names = der(SEQUENCE, &[&der(DNS_NAME, &[host.as_bytes()])]);
        self.sign(host, key, days, (SUBJECT_ALT_NAME, &names))
    }

    fn sign(
        &self,
        subject: &str,
        key: &Key,
        (from, until): (i64, i64),
        (extension, value): (&[u8], &[u8]),
    ) -> CertificateDer<'static> {
        let algorithm = der(SEQUENCE, &[&der(OBJECT_ID, &[ECDSA_WITH_SHA256])]);
        let extension = der(SEQUENCE, &[&der(OBJECT_ID, &[extension]), &der(OCTET_STRING, &[value])]);
        let told = der(
            SEQUENCE,
            &[
                &der(0xa0, &[&der(INTEGER, &[&[2]])]),
                &der(INTEGER, &[&[1]]),
                &algorithm,
                &name("issuer"),
                &der(SEQUENCE, &[&time(from), &time(until)]),
                &name(subject),
                &key.public(),
                &der(0xa3, &[&der(SEQUENCE, &[&extension])]),
            ],
        );
        let signature = self.0.pair.sign(&SystemRandom::new(), &told).expect("signed");
        CertificateDer::from(der(SEQUENCE, &[&told, &algorithm, &bits(signature.as_ref())]))
    }
}
