//! Passwords: hashed by argon2id, a few at a time, so that a flood of them costs neither the memory nor the processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::secrets;

/// Hashes that are made at a time, for each processor.
const AT_A_TIME: usize = 2;
/// How many may wait for each that is made.
const WAITING: usize = 32;

/// How hard hashing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Memory in KiB.
    pub memory: u32,
    /// How often it is gone through.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

/// What OWASP recommends for argon2id.
impl Default for Parameters {
    fn default() -> Self {
        Self { memory: 19 * 1024, iterations: 2, lanes: 1 }
    }
}

impl Parameters {
    /// Quick and weak: for tests.
    pub const QUICK: Self = Self { memory: 8, iterations: 1, lanes: 1 };
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The parameters or a stored hash make no sense.
    #[error("a password cannot be hashed with these parameters")]
    Broken,
}

/// What became of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is the one.
    pub is_right: bool,
    /// Whether its hash was made with other parameters than those of today.
    pub needs_rehash: bool,
}

/// Hashes passwords and checks them.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    argon2: Argon2<'static>,
    parameters: Parameters,
    dummy: String,
    permits: Arc<Semaphore>,
    at_a_time: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Passwords {
    /// Passwords hashed with these parameters.
    pub fn new(parameters: Parameters) -> Result<Self, Failure> {
        let Parameters { memory, iterations, lanes } = parameters;
        let params = Params::new(memory, iterations, lanes, None).map_err(|_| Failure::Broken)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash(&argon2, b"nobody has this password")?;
        let at_a_time = AT_A_TIME * std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self(Arc::new(Inner {
            argon2,
            parameters,
            dummy,
            permits: Arc::new(Semaphore::new(at_a_time)),
            at_a_time,
            waiting: AtomicUsize::new(0),
            most_waiting: at_a_time * WAITING,
        })))
    }

    /// Hashes a new password: a text in the PHC format, which tells its parameters.
    pub async fn hash(&self, password: String) -> Result<String, Failure> {
        self.work(move |inner| hash(&inner.argon2, password.as_bytes())).await
    }

    /// Checks a password against a hash. Without one it takes as long, and the password is wrong.
    pub async fn verify(&self, password: String, known: Option<String>) -> Result<Verdict, Failure> {
        self.work(move |inner| {
            let text = known.as_deref().unwrap_or(&inner.dummy);
            let parsed = PasswordHash::new(text).map_err(|_| Failure::Broken)?;
            let is_right = inner.argon2.verify_password(password.as_bytes(), &parsed).is_ok();
            let is_right = is_right && known.is_some();
            Ok(Verdict { is_right, needs_rehash: is_right && inner.is_outdated(&parsed) })
        })
        .await
    }

    /// How many are being hashed, and how many wait for it.
    pub fn load(&self) -> (u64, u64) {
        let running = self.0.at_a_time.saturating_sub(self.0.permits.available_permits());
        (running as u64, self.0.waiting.load(Ordering::Relaxed) as u64)
    }

    async fn work<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> Result<T, Failure> + Send + 'static,
    {
        let turn = Turn::new(&self.0)?;
        let permit = Arc::clone(&self.0.permits).acquire_owned().await.map_err(|_| Failure::Busy)?;
        drop(turn);
        let inner = Arc::clone(&self.0);
        // The permit goes along: a caller who hangs up does not stop the work, and must not make room for more of it.
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&inner)
        });
        done.await.unwrap_or(Err(Failure::Broken))
    }
}

impl Inner {
    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let Ok(params) = Params::try_from(hash) else { return true };
        let Parameters { memory, iterations, lanes } = self.parameters;
        hash.algorithm.as_str() != "argon2id"
            || (params.m_cost(), params.t_cost(), params.p_cost()) != (memory, iterations, lanes)
    }
}

/// A place among those who wait; left when dropped.
struct Turn<'a>(&'a Inner);

impl<'a> Turn<'a> {
    fn new(inner: &'a Inner) -> Result<Self, Failure> {
        let turn = Self(inner);
        let others = inner.waiting.fetch_add(1, Ordering::Relaxed);
        if others < inner.most_waiting { Ok(turn) } else { Err(Failure::Busy) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, Failure> {
    let salt = secrets::random::<16>().map_err(|_| Failure::Broken)?;
    let hashed = argon2.hash_password_with_salt(password, &salt).map_err(|_| Failure::Broken)?;
    Ok(hashed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_is_right_and_others_are_not() {
        let passwords = Passwords::new(Parameters::QUICK).unwrap();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let verdict = |password: &str, hash| passwords.verify(password.to_owned(), hash);
        assert!(verdict("correct horse", Some(hash.clone())).await.unwrap().is_right);
        assert!(!verdict("Correct horse", Some(hash.clone())).await.unwrap().is_right);
        assert!(!verdict("correct horse", None).await.unwrap().is_right);
        assert!(!verdict("nobody has this password", None).await.unwrap().is_right);
        assert_eq!(verdict("x", Some("nonsense".to_owned())).await, Err(Failure::Broken));
    }

    #[tokio::test]
    async fn new_parameters_ask_for_a_new_hash() {
        let before = Passwords::new(Parameters::QUICK).unwrap();
        let now = Passwords::new(Parameters { iterations: 2, ..Parameters::QUICK }).unwrap();
        let hash = before.hash("password".to_owned()).await.unwrap();
        let verdict = now.verify("password".to_owned(), Some(hash.clone())).await.unwrap();
        assert_eq!(verdict, Verdict { is_right: true, needs_rehash: true });
        let wrong = now.verify("drowssap".to_owned(), Some(hash)).await.unwrap();
        assert_eq!(wrong, Verdict { is_right: false, needs_rehash: false });
        let renewed = now.hash("password".to_owned()).await.unwrap();
        assert!(!now.verify("password".to_owned(), Some(renewed)).await.unwrap().needs_rehash);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_waits_within_bounds_and_the_rest_is_told_so() {
        let passwords = Passwords::new(Parameters::QUICK).unwrap();
        let all = (0..10_000).map(|_| passwords.hash("password".to_owned()));
        let done = futures_util::future::join_all(all).await;
        let busy = done.iter().filter(|hash| **hash == Err(Failure::Busy)).count();
        assert!(busy > 0 && busy < 10_000, "{busy}");
        assert_eq!(passwords.0.waiting.load(Ordering::Relaxed), 0);
        assert!(passwords.hash("password".to_owned()).await.is_ok());
    }
}
