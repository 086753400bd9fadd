//! Tokens of an outside issuer: its discovery document (`OpenID` Connect Discovery 1.0), its keys (RFC 7517), and what of
//! its tokens is believed (RFC 7519, RFC 8725).
//!
//! Nothing of a token's header is believed but which of the issuer's keys and of the permitted algorithms is meant. Keys and
//! algorithms that anybody could sign with, `none` and those of shared secrets, are neither permitted nor read.

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value as Json;

use super::fetch::{self, Bounds, Failure};
use super::tokens::{LONGEST, Refused};

/// How far the issuer's clock may be apart from ours, in seconds.
pub const SKEW: i64 = 30;

/// Bytes of a document that is fetched.
const LARGEST: usize = 256 * 1024;

/// Keys that are looked at.
const MOST_KEYS: usize = 100;

/// Seconds that a token may be good for: 30 days. So it is known when those of somebody who was erased are over.
pub const LONGEST_LIFE: i64 = 30 * 24 * 60 * 60;

/// Letters in what an issuer calls somebody (`OpenID` Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

/// Entries of a claim that lists roles which are looked at.
const MOST_ROLES: usize = 1_000;

/// An outside issuer, as the operator set it up.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// What it calls itself: `https://id.example`.
    pub url: String,
    /// For whom its tokens have to be.
    pub audience: String,
    /// The client apps that it may have made them for, by its names for them; with none, those that are the audience
    /// themselves.
    pub clients: Vec<String>,
    /// The algorithms that it may sign with.
    pub algorithms: Vec<Algorithm>,
    /// The claim that lists roles: its name, or a JSON pointer (RFC 6901) to it.
    pub roles_claim: Option<String>,
    /// What an entry of that claim stands for: the handle of a role.
    pub roles: Vec<(String, String)>,
    /// Whether only `https` will do.
    pub tls_only: bool,
}

/// An algorithm by its name, where a token may be signed with it: none that anybody who verifies could sign with.
pub fn algorithm(name: &str) -> Option<Algorithm> {
    name.parse().ok().filter(|algorithm: &Algorithm| algorithm.family() != AlgorithmFamily::Hmac)
}

/// What is wrong with an issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Its discovery document is not to be had.
    #[error("its discovery document: {0}")]
    Discovery(Failure),
    /// Its discovery document is that of another one.
    #[error("its discovery document says that it is another issuer")]
    OtherIssuer,
    /// Its keys are not to be had.
    #[error("its keys: {0}")]
    Keys(Failure),
    /// None of its keys can be used with the permitted algorithms.
    #[error("none of its keys is for an algorithm that is permitted")]
    NoKeys,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Json>,
}

/// The keys that an issuer signs with.
#[derive(Debug, Default)]
pub struct Keys(Vec<PublicKey>);

struct PublicKey {
    kid: Option<String>,
    /// What it says itself that it is for.
    algorithm: Option<Algorithm>,
    key: DecodingKey,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// What a token that is believed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What the issuer calls who it is about.
    pub subject: String,
    /// When it was made, in seconds since 1970.
    pub issued_at: i64,
    /// Until when it counts, in seconds since 1970.
    pub expires_at: i64,
    /// The handles of the roles that it brings.
    pub roles: Vec<String>,
    /// The name, where it tells one.
    pub name: Option<String>,
}

/// Fetches the keys of an issuer: two documents, in so much time.
///
/// # Errors
/// What is wrong with it.
pub async fn fetch(issuer: &Issuer, time: Duration) -> Result<Keys, Trouble> {
    let bounds = Bounds { bytes: LARGEST, time: time / 2, tls_only: issuer.tls_only };
    let place = format!("{}/.well-known/openid-configuration", issuer.url.trim_end_matches('/'));
    let found: Discovery = fetch::json(&place, bounds).await.map_err(Trouble::Discovery)?;
    if found.issuer != issuer.url {
        return Err(Trouble::OtherIssuer);
    }
    let set: KeySet = fetch::json(&found.jwks_uri, bounds).await.map_err(Trouble::Keys)?;
    let keys = set.keys.into_iter().take(MOST_KEYS).filter_map(|key| read(key, &issuer.algorithms));
    let keys: Vec<PublicKey> = keys.collect();
    if keys.is_empty() { Err(Trouble::NoKeys) } else { Ok(Keys(keys)) }
}

/// A key of a set, where it is one to verify with; others are passed over, as RFC 7517 has it.
fn read(key: Json, permitted: &[Algorithm]) -> Option<PublicKey> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let common = &jwk.common;
    let is_meant = common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    let algorithm = match common.key_algorithm {
        Some(named) => Some(named.to_string().parse::<Algorithm>().ok()?),
        None => None,
    };
    let decoded = DecodingKey::from_jwk(&jwk).ok()?;
    let fits = |permitted: &Algorithm| {
        permitted.family() == decoded.family() && algorithm.is_none_or(|named| named == *permitted)
    };
    if !is_meant || decoded.family() == AlgorithmFamily::Hmac || !permitted.iter().any(fits) {
        return None;
    }
    Some(PublicKey { kid: jwk.common.key_id.clone(), algorithm, key: decoded })
}

/// Who says that they made a token: not to be believed before it is verified.
pub fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        iss: String,
    }
    if token.len() > LONGEST {
        return None;
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Claimed>(token);
    claims.ok().map(|Claimed { iss }| iss)
}

impl Keys {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a token says, if one of the keys signed it, it is for us, and it counts now.
    ///
    /// # Errors
    /// [`Refused::UnknownKey`] where another key of the issuer's may have signed it, one that is not known here.
    pub fn verify(&self, issuer: &Issuer, token: &str, now: i64) -> Result<Said, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Invalid);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Invalid)?;
        if header.crit.is_some() || !is_access_token(&header) || !issuer.algorithms.contains(&header.alg) {
            return Err(Refused::Invalid);
        }
        let key = self.named(&header).ok_or(Refused::UnknownKey)?;
        let mut validation = Validation::new(header.alg);
        // Claims are looked at below, by our own clock.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Json>(token, &key.key, &validation);
        let claims = decoded.map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Refused::UnknownKey,
            _ => Refused::Invalid,
        })?;
        said(issuer, &claims.claims, now).ok_or(Refused::Invalid)
    }

    /// The key that a header means: by its name, or the only one where it names none.
    fn named(&self, header: &Header) -> Option<&PublicKey> {
        let fits = |key: &&PublicKey| {
            key.key.family() == header.alg.family() && key.algorithm.is_none_or(|named| named == header.alg)
        };
        let mut fitting = self.0.iter().filter(fits);
        match &header.kid {
            Some(kid) => fitting.find(|key| key.kid.as_ref() == Some(kid)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

/// Other kinds of tokens say what they are (RFC 8725, section 3.11), such as those that tell of a sign-out.
fn is_access_token(header: &Header) -> bool {
    let kinds = ["jwt", "at+jwt", "application/at+jwt"];
    header.typ.as_ref().is_none_or(|typ| kinds.contains(&typ.to_ascii_lowercase().as_str()))
}

/// What claims say, where they are for us and count now.
fn said(issuer: &Issuer, claims: &Json, now: i64) -> Option<Said> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let moment = |name: &str| claims.get(name).and_then(seconds);
    let (issued_at, expires_at) = (moment("iat")?, moment("exp")?);
    let begins = if claims.get("nbf").is_some() { moment("nbf")? } else { issued_at };
    let latest = now.saturating_add(SKEW);
    let counts = begins <= latest && issued_at <= latest && expires_at > now.saturating_sub(SKEW);
    let lives = expires_at.saturating_sub(issued_at) <= LONGEST_LIFE;
    let subject = text("sub")?;
    let is_subject = (1..=LONGEST_SUBJECT).contains(&subject.len()) && !subject.contains(char::is_control);
    let is_fine =
        text("iss") == Some(issuer.url.as_str()) && counts && lives && is_subject && is_for(issuer, claims);
    is_fine.then(|| Said {
        subject: subject.to_owned(),
        issued_at,
        expires_at,
        roles: roles(issuer, claims),
        name: text("name").map(ToOwned::to_owned),
    })
}

/// Whether a token is for us, and was made for an app that may show it to us.
fn is_for(issuer: &Issuer, claims: &Json) -> bool {
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&issuer.audience.as_str()) {
        return false;
    }
    let party = match claims.get("azp").or_else(|| claims.get("client_id")) {
        Some(Json::String(party)) => Some(party.as_str()),
        Some(_) => return false,
        None => None,
    };
    if issuer.clients.is_empty() {
        return party.map_or(audiences.len() == 1, |party| party == issuer.audience);
    }
    party.is_some_and(|party| issuer.clients.iter().any(|client| client == party))
}

fn roles(issuer: &Issuer, claims: &Json) -> Vec<String> {
    let Some(claim) = &issuer.roles_claim else { return Vec::new() };
    let found = if claim.starts_with('/') { claims.pointer(claim) } else { claims.get(claim) };
    let told: Vec<&str> = match found {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(all)) => all.iter().take(MOST_ROLES).filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let brought = issuer.roles.iter().filter(|(entry, _)| told.contains(&entry.as_str()));
    brought.map(|(_, handle)| handle.clone()).collect()
}

/// Seconds since 1970; a fraction is cut off.
fn seconds(value: &Json) -> Option<i64> {
    const LATEST: f64 = 253_402_300_800.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is in bounds")]
    let whole = |number: f64| (0.0..LATEST).contains(&number).then_some(number as i64);
    value.as_i64().filter(|number| *number >= 0).or_else(|| value.as_f64().and_then(whole))
}
