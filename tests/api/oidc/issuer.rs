//! An `OpenID` Connect issuer on this machine: it rotates its keys, and misbehaves when told to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// What the issuer does instead of telling its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// It never ends its answer.
    Slow,
    /// It sends a hundred megabytes.
    Endless,
    Broken,
    Redirects(String),
    /// It sends this in place of its keys.
    Says(&'static str, String),
    /// Its discovery document names another issuer.
    Impostor,
    /// It answers, but not as JSON.
    Page,
}

/// A key of the issuer, and its public half.
#[derive(Clone)]
pub struct Key {
    pub kid: String,
    pub algorithm: Algorithm,
    pub private: EncodingKey,
    pub public: Value,
}

impl Key {
    pub fn ec(kid: &str) -> Self {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let public = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": part(1..33), "y": part(33..65) });
        let private = EncodingKey::from_ec_der(made.as_ref());
        Self { kid: kid.to_owned(), algorithm: Algorithm::ES256, private, public }
    }

    pub fn ed(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let private = EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) });
        Self { kid: kid.to_owned(), algorithm: Algorithm::EdDSA, private, public }
    }

    pub fn rsa(kid: &str) -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // The library wants the PKCS #1 structure, which stands behind the 26 bytes that say what it is.
        let private = EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]);
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = pair.public_key();
        let (modulus, exponent) = (public.modulus(), public.exponent());
        let public = json!({ "kty": "RSA", "use": "sig", "kid": kid,
            "n": part(modulus.big_endian_without_leading_zero()), "e": part(exponent.big_endian_without_leading_zero()) });
        Self { kid: kid.to_owned(), algorithm: Algorithm::RS256, private, public }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }
}

struct State {
    url: String,
    keys: Mutex<Vec<Value>>,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
}

/// The issuer; it goes with the test's runtime.
#[derive(Clone)]
pub struct TestIssuer(Arc<State>);

impl TestIssuer {
    pub async fn start(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realm", listener.local_addr().unwrap());
        let state =
            State { url, keys: Mutex::default(), mood: Mutex::new(Mood::Well), asked: AtomicUsize::new(0) };
        let issuer = Self(Arc::new(state));
        issuer.set_keys(keys);
        let (discovery, keys) = (issuer.clone(), issuer.clone());
        let router = Router::new()
            .route("/realm/.well-known/openid-configuration", get(async move || discovery.discovery()))
            .route("/realm/keys", get(async move || keys.keys().await));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        issuer
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    pub fn set_keys(&self, keys: &[&Key]) {
        *self.0.keys.lock().unwrap() = keys.iter().map(|key| key.public.clone()).collect();
    }

    pub fn set_mood(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn mood(&self) -> Mood {
        self.0.mood.lock().unwrap().clone()
    }

    fn discovery(&self) -> Response {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let issuer = if self.mood() == Mood::Impostor { "https://id.example".to_owned() } else { self.url() };
        answer(
            "application/json",
            json!({ "issuer": issuer, "jwks_uri": format!("{}/keys", self.url()) }).to_string(),
        )
    }

    async fn keys(&self) -> Response {
        let keys = json!({ "keys": *self.0.keys.lock().unwrap() }).to_string();
        match self.mood() {
            Mood::Well | Mood::Impostor => answer("application/json; charset=utf-8", keys),
            Mood::Slow => {
                tokio::time::sleep(Duration::from_mins(1)).await;
                answer("application/json", keys)
            }
            Mood::Endless => {
                let piece = bytes::Bytes::from(vec![b' '; 1_000_000]);
                let pieces = (0..100).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
                let body = Body::from_stream(futures_util::stream::iter(pieces));
                Response::builder().header("content-type", "application/json").body(body).unwrap()
            }
            Mood::Broken => Response::builder().status(StatusCode::BAD_GATEWAY).body(Body::empty()).unwrap(),
            Mood::Redirects(to) => Response::builder()
                .status(StatusCode::FOUND)
                .header("location", to)
                .body(Body::empty())
                .unwrap(),
            Mood::Says(media, text) => answer(media, text),
            Mood::Page => answer("text/html", keys),
        }
    }
}

fn answer(media: &str, text: String) -> Response {
    Response::builder().header("content-type", media).body(Body::from(text)).unwrap()
}
