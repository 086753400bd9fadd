//! Following what other processes change about client apps.

use entity::id::{ClientAppId, DocumentId};

use super::{state, uses};
use crate::services::events::{self, Event, Place};
use crate::services::{AppContext, Result};

const NEWS: [Event; 3] = [Event::ClientChanged, Event::DocumentsPublished, Event::DocumentChanged];

/// Follows what is changed elsewhere.
#[derive(Debug, Default)]
pub struct Follower {
    place: Place,
}

impl Follower {
    /// Reads everything, and follows from there.
    pub async fn new(app: &AppContext) -> Result<Self> {
        let (_, place) = events::since(app, Place::END, &[]).await?;
        state::refresh_all(app).await?;
        Ok(Self { place })
    }

    /// Reads again what was changed since the last time, and writes down which documents were used.
    pub async fn catch_up(&mut self, app: &AppContext) -> Result<()> {
        let (news, place) = events::since(app, self.place, &NEWS).await?;
        let mut changed = Vec::new();
        for (event, subject) in news {
            match event {
                Event::ClientChanged => state::refresh_clients(app).await?,
                Event::DocumentsPublished => state::refresh_documents(app, ClientAppId(subject)).await?,
                Event::DocumentChanged => changed.push(DocumentId(subject)),
                _ => {}
            }
        }
        state::refresh_some(app, &changed).await?;
        self.place = place;
        uses::keep(app).await
    }
}
