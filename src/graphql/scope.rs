//! What is the same for a whole operation.

use std::net::IpAddr;
use std::sync::Arc;

use entity::time::{NEVER, Timestamp};

use super::cookies::Cookies;
use crate::services::markets::{Locale, Markets};
use crate::services::{AppContext, Permission, Viewer};

/// What is the same for a whole operation.
pub struct Scope {
    /// The outside world.
    pub app: Arc<AppContext>,
    /// Who asks.
    pub viewer: Viewer,
    /// From where.
    pub address: IpAddr,
    /// The cookies of a browser.
    pub cookies: Cookies,
    /// The moment that the answer is about.
    pub now: Timestamp,
    /// The market and language that the answer is in.
    pub locale: Locale,
    /// The shop's markets and locations.
    pub markets: Arc<Markets>,
    /// What the addresses of files on this server begin with; empty leaves them as paths.
    pub public_url: Arc<str>,
    /// Whether there is a folder that images can be sent to.
    pub uploads: bool,
}

impl Scope {
    /// What has been published by then is there for the viewer: for staff who may see what is unpublished, everything.
    pub fn horizon(&self) -> Timestamp {
        if self.viewer.may(Permission::ProductsRead) { NEVER } else { self.now }
    }

    /// The same as it is after a change: a later moment, and the markets as they are then.
    #[must_use]
    pub fn renewed(&self) -> Self {
        let markets = self.app.markets();
        let market = Some(self.locale.market.handle.as_str()).filter(|handle| !handle.is_empty());
        let locale = markets.locale(market, &self.locale.language);
        Self {
            app: Arc::clone(&self.app),
            viewer: self.viewer,
            address: self.address,
            cookies: self.cookies.clone(),
            now: self.app.now(),
            locale: locale.unwrap_or_else(|| self.locale.clone()),
            markets,
            public_url: Arc::clone(&self.public_url),
            uploads: self.uploads,
        }
    }
}
