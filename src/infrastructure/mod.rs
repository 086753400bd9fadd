//! INFRASTRUCTURE: the outside world, each part a small type.

pub mod clock;
pub mod database;
pub mod mailer;
pub mod passwords;
pub mod secrets;
pub mod tls;
pub mod tokens;
pub mod totp;
pub mod digest;
pub mod media;
pub mod throttle;
pub mod fetch;
pub mod oidc;
