//! Access tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037).
//!
//! A token names its key, and nothing else of its header is believed: the algorithm is that of our key.

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::secrets;

/// Longer tokens are not looked at.
pub const LONGEST: usize = 8 * 1024;

/// How far clocks may be apart, in seconds.
pub const LEEWAY: i64 = 5;

/// A token cannot be believed. Why is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It names a key that is not among ours; perhaps another process made it a moment ago.
    #[error("the token names a key that is not known here")]
    UnknownKey,
    /// Anything else.
    #[error("the token is not valid")]
    Invalid,
}

/// A key cannot be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is broken")]
pub struct BrokenKey;

/// What a token says. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// For whom it is.
    pub aud: String,
    /// Whose it is.
    pub sub: String,
    /// On which device.
    pub sid: String,
    /// What kind of account it is.
    pub kind: String,
    /// When it was made.
    pub iat: i64,
    /// From when it counts.
    pub nbf: i64,
    /// Until when it counts.
    pub exp: i64,
}

/// A key that signs tokens or only verifies them still.
#[derive(Clone)]
pub struct SigningKey {
    /// Its name in tokens.
    pub kid: String,
    private: EncodingKey,
    public: DecodingKey,
    public_bytes: Vec<u8>,
}

impl SigningKey {
    /// A new key, with its private half in PKCS #8, to be sealed and kept.
    pub fn generate() -> Result<(Self, Vec<u8>), BrokenKey> {
        let pair = Ed25519KeyPair::generate().map_err(|_| BrokenKey)?;
        let private = pair.to_pkcs8v1().map_err(|_| BrokenKey)?.as_ref().to_vec();
        let kid = secrets::encode(&secrets::random::<9>().map_err(|_| BrokenKey)?);
        Ok((Self::read(&kid, &private)?, private))
    }

    /// The key in PKCS #8.
    pub fn read(kid: &str, private: &[u8]) -> Result<Self, BrokenKey> {
        let pair = Ed25519KeyPair::from_pkcs8(private).map_err(|_| BrokenKey)?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self {
            kid: kid.to_owned(),
            private: EncodingKey::from_ed_der(private),
            public: DecodingKey::from_ed_der(&public),
            public_bytes: public,
        })
    }

    /// The public half in base64 for URLs.
    pub fn public(&self) -> String {
        secrets::encode(&self.public_bytes)
    }
}

/// Never shows the private half.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// A key and the moment, in seconds, from which it signs.
#[derive(Clone, Debug)]
pub struct TimedKey {
    /// The key.
    pub key: Arc<SigningKey>,
    /// From when on it signs, in seconds since 1970.
    pub signs_from: i64,
}

/// Makes tokens and tells real ones.
#[derive(Debug)]
pub struct Tokens {
    audience: String,
    validation: Validation,
    keys: ArcSwap<Vec<TimedKey>>,
}

impl Tokens {
    /// Tokens of this issuer, for this audience. It has no keys yet.
    pub fn new(issuer: &str, audience: &str) -> Self {
        // Fails where it was done before: by another shop in this process.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // Our own clock tells the time, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { audience: audience.to_owned(), validation, keys: ArcSwap::default() }
    }

    /// Takes these keys in place of those before.
    pub fn set_keys(&self, keys: Vec<TimedKey>) {
        self.keys.store(Arc::new(keys));
    }

    /// A token for somebody's device, good for so many seconds.
    pub fn sign(
        &self,
        (sub, sid, kind): (String, String, &str),
        now: i64,
        seconds: i64,
    ) -> Result<String, BrokenKey> {
        let keys = self.keys.load();
        let signing = keys.iter().filter(|key| key.signs_from <= now).max_by_key(|key| key.signs_from);
        let signing = signing.or_else(|| keys.iter().min_by_key(|key| key.signs_from)).ok_or(BrokenKey)?;
        let iss = self.validation.iss.iter().flatten().next().cloned().unwrap_or_default();
        let aud = self.audience.clone();
        let kind = kind.to_owned();
        let claims =
            Claims { iss, aud, sub, sid, kind, iat: now, nbf: now, exp: now.saturating_add(seconds) };
        let header = Header { kid: Some(signing.key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &signing.key.private).map_err(|_| BrokenKey)
    }

    /// What a token says, if one of our keys signed it, it is for us, and it counts now.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Invalid);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Invalid)?;
        let kid = header.kid.ok_or(Refused::Invalid)?;
        let keys = self.keys.load();
        let known = keys.iter().find(|known| known.key.kid == kid).ok_or(Refused::UnknownKey)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &known.key.public, &self.validation);
        let claims = decoded.map_err(|_| Refused::Invalid)?.claims;
        let (latest, earliest) = (now.saturating_add(LEEWAY), now.saturating_sub(LEEWAY));
        let counts = claims.nbf <= latest && claims.iat <= latest && claims.exp > earliest;
        if counts { Ok(claims) } else { Err(Refused::Invalid) }
    }

    /// The public halves of all keys as a JSON Web Key Set (RFC 7517).
    pub fn key_set(&self) -> String {
        let key = |known: &TimedKey| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": known.key.kid, "x": known.key.public(),
            })
        };
        let keys: Vec<_> = self.keys.load().iter().map(key).collect();
        json!({ "keys": keys }).to_string()
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
