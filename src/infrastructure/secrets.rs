//! Keys, and what is done with them: sealing, keyed hashes, random tokens.
//!
//! A sealed text is base64 of: a version, the id of its key, a nonce, and what AES-256-GCM made of the text. What it
//! belongs to is bound in as associated data, so that a sealed text means nothing in another place.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Bytes of a key.
pub const KEY: usize = 32;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const HEAD: usize = 1 + KEY_ID + NONCE_LEN;

/// Something is wrong with a key or with what was sealed. Which of them is not told: it would help to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// No key opens it, or it was changed, or it belongs somewhere else.
    #[error("a sealed text does not open with the keys that are set")]
    Sealed,
    /// The text is not 32 bytes in base64.
    #[error("a key is 32 bytes in base64")]
    Key,
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// The name of the key that sealed a text, as [`Key::name`] tells it; `None` where it is no sealed text.
pub fn sealed_by(sealed: &str) -> Option<String> {
    let bytes = decode(sealed)?;
    let is_sealed = bytes.len() >= HEAD && bytes[0] == VERSION;
    is_sealed.then(|| hexadecimal(&bytes[1..=KEY_ID]))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], Broken> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Broken::Random)?;
    Ok(bytes)
}

/// A random text that nobody guesses: 32 bytes in base64 for URLs.
pub fn random_token() -> Result<String, Broken> {
    Ok(encode(&random::<32>()?))
}

/// Bytes in base64 for URLs, without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`encode`] wrote.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256, for what is no secret or too long to be guessed.
pub fn fingerprint(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Compares in a time that depends on the lengths only.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// One key: 32 bytes that are never shown.
#[derive(Clone)]
pub struct Key([u8; KEY]);

impl Key {
    /// A new key.
    pub fn generate() -> Result<Self, Broken> {
        Ok(Self(random()?))
    }

    /// A key of known bytes.
    pub const fn of(bytes: [u8; KEY]) -> Self {
        Self(bytes)
    }

    /// The key that a text of 32 bytes in base64 holds.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| Broken::Key)?;
        Ok(Self(bytes.try_into().map_err(|_| Broken::Key)?))
    }

    /// The text that [`parse`](Self::parse) reads: the one way to see a key.
    pub fn reveal(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// A key for one purpose: from it nobody learns this one, nor that of another purpose (HKDF, RFC 5869).
    pub fn derive(&self, purpose: &str) -> Result<Self, Broken> {
        struct Length;
        impl KeyType for Length {
            fn len(&self) -> usize {
                KEY
            }
        }
        let mut out = [0; KEY];
        let derived = Salt::new(HKDF_SHA256, b"vitrine").extract(&self.0);
        let info = [purpose.as_bytes()];
        derived.expand(&info, Length).and_then(|okm| okm.fill(&mut out)).map_err(|_| Broken::Key)?;
        Ok(Self(out))
    }

    /// Hashes with this key, so that equal texts can be found and nobody without the key can try out texts.
    pub fn hash(&self, text: &[u8]) -> String {
        encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), text).as_ref())
    }

    /// Seals a text; `place` is where it belongs.
    pub fn seal(&self, text: &[u8], place: &str) -> Result<String, Broken> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = Vec::with_capacity(HEAD + text.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.id());
        sealed.extend_from_slice(&nonce);
        let mut content = text.to_vec();
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut content)
            .map_err(|_| Broken::Sealed)?;
        sealed.extend_from_slice(&content);
        Ok(encode(&sealed))
    }

    /// Opens what [`seal`](Self::seal) sealed for the same place.
    pub fn open(&self, sealed: &str, place: &str) -> Result<Vec<u8>, Broken> {
        let mut bytes = decode(sealed).ok_or(Broken::Sealed)?;
        if bytes.len() < HEAD || bytes[0] != VERSION || bytes[1..=KEY_ID] != self.id() {
            return Err(Broken::Sealed);
        }
        let (head, content) = bytes.split_at_mut(HEAD);
        let nonce = Nonce::try_assume_unique_for_key(&head[1 + KEY_ID..]).map_err(|_| Broken::Sealed)?;
        let opened = self.cipher()?.open_in_place(nonce, Aad::from(place), content);
        opened.map(|text| text.to_vec()).map_err(|_| Broken::Sealed)
    }

    /// The same for a text of UTF-8.
    pub fn open_text(&self, sealed: &str, place: &str) -> Result<String, Broken> {
        String::from_utf8(self.open(sealed, place)?).map_err(|_| Broken::Sealed)
    }

    /// By which a sealed text names its key: it tells nothing about the key.
    pub fn name(&self) -> String {
        hexadecimal(&self.id())
    }

    fn id(&self) -> [u8; KEY_ID] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), b"key id");
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&tag.as_ref()[..KEY_ID]);
        id
    }

    fn cipher(&self) -> Result<LessSafeKey, Broken> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new).map_err(|_| Broken::Key)
    }
}

/// Never shows the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(...)")
    }
}

/// The keys that an operator set: the first one seals, all of them open.
#[derive(Clone, Debug)]
pub struct KeyRing {
    keys: Vec<Key>,
}

impl KeyRing {
    /// A ring of these keys; there has to be one.
    pub fn new(keys: Vec<Key>) -> Result<Self, Broken> {
        if keys.is_empty() { Err(Broken::Key) } else { Ok(Self { keys }) }
    }

    /// Reads keys in base64, the sealing one first.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, Broken> {
        Self::new(keys.into_iter().map(Key::parse).collect::<Result<_, _>>()?)
    }

    /// The ring in a file, one key a line; where there is no such file it is made, for its owner's eyes only.
    pub fn in_file(path: &Path) -> std::io::Result<Self> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match made {
            Ok(mut file) => {
                let key = Key::generate().map_err(std::io::Error::other)?;
                writeln!(file, "{}", key.reveal())?;
                file.sync_all()?;
                Self::new(vec![key]).map_err(std::io::Error::other)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let text = std::fs::read_to_string(path)?;
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                Self::parse(lines).map_err(std::io::Error::other)
            }
            Err(error) => Err(error),
        }
    }

    /// A ring of the keys that all of them derive for one purpose, in the same order.
    pub fn derive(&self, purpose: &str) -> Result<Self, Broken> {
        Self::new(self.keys.iter().map(|key| key.derive(purpose)).collect::<Result<_, _>>()?)
    }

    /// The key that seals.
    pub fn first(&self) -> &Key {
        &self.keys[0]
    }

    /// The key of this name.
    pub fn named(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name() == name)
    }

    /// Seals with the first key.
    pub fn seal(&self, text: &[u8], place: &str) -> Result<String, Broken> {
        self.keys[0].seal(text, place)
    }

    /// Opens with whichever key sealed.
    pub fn open(&self, sealed: &str, place: &str) -> Result<Vec<u8>, Broken> {
        let opened = self.keys.iter().find_map(|key| key.open(sealed, place).ok());
        opened.ok_or(Broken::Sealed)
    }

    /// Seals another key.
    pub fn wrap(&self, key: &Key, place: &str) -> Result<String, Broken> {
        self.seal(&key.0, place)
    }

    /// Opens a key that was sealed.
    pub fn unwrap_key(&self, sealed: &str, place: &str) -> Result<Key, Broken> {
        Ok(Key(self.open(sealed, place)?.try_into().map_err(|_| Broken::Sealed)?))
    }

    /// The names of the keys, the sealing one first.
    pub fn names(&self) -> Vec<String> {
        self.keys.iter().map(Key::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_at_its_place_only() {
        let (key, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let sealed = key.seal("grün".as_bytes(), "account.name").unwrap();
        assert_eq!(key.open_text(&sealed, "account.name").unwrap(), "grün");
        assert_eq!(key.open(&sealed, "account.email"), Err(Broken::Sealed));
        assert_eq!(other.open(&sealed, "account.name"), Err(Broken::Sealed));
        assert_ne!(key.seal("grün".as_bytes(), "account.name").unwrap(), sealed);
    }

    #[test]
    fn a_sealed_text_that_was_changed_does_not_open() {
        let key = Key::of([7; KEY]);
        let sealed = decode(&key.seal(b"text", "place").unwrap()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&encode(&changed), "place"), Err(Broken::Sealed), "byte {at}");
        }
        for text in ["", "AQ", "not base64!", &encode(&sealed[..HEAD])] {
            assert_eq!(key.open(text, "place"), Err(Broken::Sealed), "{text}");
        }
    }

    #[test]
    fn the_first_key_of_a_ring_seals_and_all_of_them_open() {
        let (old, new) = (Key::of([1; KEY]), Key::of([2; KEY]));
        let before = KeyRing::new(vec![old.clone()]).unwrap().seal(b"text", "place").unwrap();
        let ring = KeyRing::new(vec![new.clone(), old]).unwrap();
        assert_eq!(ring.open(&before, "place").unwrap(), b"text");
        assert_eq!(sealed_by(&before), ring.names().pop());
        let after = ring.seal(b"text", "place").unwrap();
        assert_eq!(new.open(&after, "place").unwrap(), b"text");
        assert!(KeyRing::new(Vec::new()).is_err());
    }

    #[test]
    fn keys_are_derived_by_purpose_and_never_shown() {
        let key = Key::of([9; KEY]);
        let derived = |purpose| key.derive(purpose).unwrap();
        assert_eq!(derived("a").reveal(), derived("a").reveal());
        assert_ne!(derived("a").reveal(), derived("b").reveal());
        assert_ne!(derived("a").reveal(), key.reveal());
        assert_eq!(key.hash(b"x"), key.hash(b"x"));
        assert_ne!(key.hash(b"x"), derived("a").hash(b"x"));
        let ring = KeyRing::new(vec![key.clone()]).unwrap();
        assert!(!format!("{key:?}{ring:?}").contains('9'), "{key:?} {ring:?}");
        assert_eq!(Key::parse(&key.reveal()).unwrap().0, key.0);
        assert_eq!(Key::parse("c2hvcnQ=").unwrap_err(), Broken::Key);
    }

    #[test]
    fn a_file_of_keys_is_made_once_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!(
            "vitrine-keys-{}-{}",
            std::process::id(),
            random_token().unwrap()
        ));
        let made = KeyRing::in_file(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let sealed = made.seal(b"text", "place").unwrap();
        assert_eq!(KeyRing::in_file(&path).unwrap().open(&sealed, "place").unwrap(), b"text");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, other) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert!(same(one.as_bytes(), one.as_bytes()) && !same(one.as_bytes(), other.as_bytes()));
    }
}
