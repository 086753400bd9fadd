//! The client apps as they are now, and keeping them so.

use std::sync::Arc;

use arc_swap::ArcSwap;
use entity::id::{ClientAppId, DocumentId};
use tokio::sync::Mutex;

use super::uses::Uses;
use super::{Client, Clients, Documents, load};
use crate::services::{AppContext, Result};

/// What is kept in memory of client apps.
#[derive(Debug, Default)]
pub struct ClientsState {
    snapshot: ArcSwap<Clients>,
    /// Held while something is read again, so that nobody puts what is older over what is newer.
    reading: Mutex<()>,
    pub(super) uses: Uses,
}

impl ClientsState {
    /// The client apps as they are now.
    pub fn now(&self) -> Arc<Clients> {
        self.snapshot.load_full()
    }
}

/// Reads everything.
pub(super) async fn refresh_all(app: &AppContext) -> Result<()> {
    let state = &app.client_apps;
    let _one_at_a_time = state.reading.lock().await;
    let rows = load::clients(app).await?;
    let mut documents = load::all_documents(app).await?;
    let all = rows.into_iter().map(|client| {
        let documents = documents.remove(&client.id).unwrap_or_default();
        Arc::new(Client { documents: Arc::new(documents), ..client })
    });
    state.snapshot.store(Arc::new(Clients { all: all.collect() }));
    Ok(())
}

/// Reads the apps again, but not their documents.
pub(super) async fn refresh_clients(app: &AppContext) -> Result<()> {
    let state = &app.client_apps;
    let _one_at_a_time = state.reading.lock().await;
    let before = state.now();
    let all = load::clients(app).await?.into_iter().map(|client| {
        let known = before.with_id(client.id).map(|client| Arc::clone(&client.documents));
        Arc::new(Client { documents: known.unwrap_or_default(), ..client })
    });
    state.snapshot.store(Arc::new(Clients { all: all.collect() }));
    Ok(())
}

/// Reads the documents of one app again.
pub(super) async fn refresh_documents(app: &AppContext, client: ClientAppId) -> Result<()> {
    let state = &app.client_apps;
    let _one_at_a_time = state.reading.lock().await;
    let documents = load::documents(app, client).await?;
    replace(state, client, documents);
    Ok(())
}

/// Reads some documents again: one statement, and one copy of what is known of each app.
pub(super) async fn refresh_some(app: &AppContext, ids: &[DocumentId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let state = &app.client_apps;
    let _one_at_a_time = state.reading.lock().await;
    let before = state.now();
    for (client, changed) in load::some(app, ids).await? {
        let Some(known) = before.with_id(client) else { continue };
        let mut documents = Documents::clone(&known.documents);
        for document in changed {
            documents.put(document);
        }
        replace(state, client, documents);
    }
    Ok(())
}

fn replace(state: &ClientsState, client: ClientAppId, documents: Documents) {
    let documents = Arc::new(documents);
    let before = state.now();
    let renewed = before.all.iter().map(|known| {
        if known.id != client {
            return Arc::clone(known);
        }
        Arc::new(Client { documents: Arc::clone(&documents), ..Client::clone(known) })
    });
    state.snapshot.store(Arc::new(Clients { all: renewed.collect() }));
}
