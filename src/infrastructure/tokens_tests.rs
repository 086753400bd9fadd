//! Tokens as attackers make them.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;

fn tokens() -> (Tokens, SigningKey, Vec<u8>) {
    let tokens = Tokens::new("https://shop.test", "vitrine");
    let (key, private) = SigningKey::generate().unwrap();
    tokens.set_keys(vec![TimedKey { key: Arc::new(key.clone()), signs_from: 0 }]);
    (tokens, key, private)
}

fn claims() -> Value {
    json!({
        "iss": "https://shop.test", "aud": "vitrine", "sub": "s", "sid": "d", "kind": "customer",
        "iat": NOW, "nbf": NOW, "exp": NOW + 600,
    })
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &key.private).unwrap()
}

fn sign(tokens: &Tokens) -> String {
    tokens.sign(("s".to_owned(), "d".to_owned(), "customer"), NOW, 600).unwrap()
}

#[test]
fn a_token_says_what_was_signed_until_it_expires() {
    let (tokens, key, private) = tokens();
    let token = sign(&tokens);
    let said = tokens.verify(&token, NOW).unwrap();
    assert_eq!((said.sub.as_str(), said.sid.as_str(), said.exp), ("s", "d", NOW + 600));
    assert!(tokens.verify(&token, NOW + 600).is_ok());
    assert_eq!(tokens.verify(&token, NOW + 600 + LEEWAY), Err(Refused::Invalid));
    assert_eq!(tokens.verify(&token, NOW - LEEWAY - 1), Err(Refused::Invalid));
    let read = SigningKey::read(&key.kid, &private).unwrap();
    assert_eq!(read.public(), key.public());
}

#[test]
fn every_claim_is_there_and_right() {
    let (tokens, key, _) = tokens();
    assert!(tokens.verify(&signed(&key, &claims()), NOW).is_ok());
    for missing in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(missing);
        assert!(tokens.verify(&signed(&key, &claims), NOW).is_err(), "{missing}");
    }
    for (name, value) in [
        ("iss", json!("https://evil.test")),
        ("iss", json!(7)),
        ("aud", json!("another")),
        ("aud", json!(["vitrine", "another"])),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("exp", json!(NOW - 60)),
        ("exp", json!("never")),
        ("sub", json!(null)),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        assert!(tokens.verify(&signed(&key, &claims), NOW).is_err(), "{name} {value}");
    }
}

#[test]
fn the_header_chooses_no_algorithm() {
    let (tokens, key, _) = tokens();
    let none = format!(
        "{}.{}.",
        secrets::encode(format!(r#"{{"alg":"none","typ":"JWT","kid":"{}"}}"#, key.kid).as_bytes()),
        secrets::encode(claims().to_string().as_bytes()),
    );
    assert_eq!(tokens.verify(&none, NOW), Err(Refused::Invalid));
    for algorithm in [Algorithm::HS256, Algorithm::HS512] {
        for secret in [key.public_bytes.clone(), key.public().into_bytes()] {
            let header = Header { kid: Some(key.kid.clone()), ..Header::new(algorithm) };
            let token = encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
            assert_eq!(tokens.verify(&token, NOW), Err(Refused::Invalid));
        }
    }
}

#[test]
fn another_key_or_a_changed_token_is_refused() {
    let (tokens, key, _) = tokens();
    let (mut other, _) = SigningKey::generate().unwrap();
    assert_eq!(tokens.verify(&signed(&other, &claims()), NOW), Err(Refused::UnknownKey));
    other.kid.clone_from(&key.kid);
    assert_eq!(tokens.verify(&signed(&other, &claims()), NOW), Err(Refused::Invalid));
    let token = sign(&tokens);
    let (body, signature) = token.rsplit_once('.').unwrap();
    let dropped = format!("{body}.{}", &signature[1..]);
    for forged in ["", "a.b", "a.b.c", body, &dropped, &token.replace('.', "..")] {
        assert!(tokens.verify(forged, NOW).is_err(), "{forged}");
    }
    assert_eq!(tokens.verify(&format!("{token}{}", "x".repeat(1_000_000)), NOW), Err(Refused::Invalid));
}

#[test]
fn a_new_key_is_known_before_it_signs_and_the_old_one_verifies_on() {
    let (tokens, old, _) = tokens();
    let before = sign(&tokens);
    let (new, _) = SigningKey::generate().unwrap();
    let (old, new) = (Arc::new(old), Arc::new(new));
    tokens.set_keys(vec![
        TimedKey { key: Arc::clone(&old), signs_from: 0 },
        TimedKey { key: Arc::clone(&new), signs_from: NOW + 10 },
    ]);
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(kid(&sign(&tokens)), old.kid);
    let after = tokens.sign(("s".to_owned(), "d".to_owned(), "customer"), NOW + 10, 600).unwrap();
    assert_eq!(kid(&after), new.kid);
    assert!(tokens.verify(&before, NOW + 11).is_ok() && tokens.verify(&after, NOW + 11).is_ok());
    let set: Value = serde_json::from_str(&tokens.key_set()).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    assert!(set["keys"][0]["d"].is_null() && set["keys"][0]["x"].is_string());
}
