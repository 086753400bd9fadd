//! A setting that nobody may see.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A setting that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A setting that is not shown.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The setting.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is 32 bytes in base64.
    pub fn is_key(&self) -> bool {
        STANDARD.decode(&self.0).is_ok_and(|bytes| bytes.len() == 32)
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(...)")
    }
}
