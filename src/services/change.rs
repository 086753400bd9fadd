//! One change to the shop.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use entity::id::ProductId;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

use super::{AppContext, Result};

/// One change to the shop: when it is made, and the transaction that holds it.
/// Dropped without [`commit`](Self::commit), it never happened.
pub struct Change<'a> {
    /// The moment that all its rows bear.
    pub now: Timestamp,
    /// The transaction that it reads and writes in.
    pub tx: DatabaseTransaction,
    app: &'a AppContext,
    touched: Mutex<BTreeSet<ProductId>>,
}

impl<'a> Change<'a> {
    pub(super) async fn begin(app: &'a AppContext) -> Result<Self> {
        let tx = app.db.begin().await?;
        Ok(Self { now: app.now(), tx, app, touched: Mutex::default() })
    }

    /// The engine that it runs on.
    pub fn engine(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    /// Notes products whose projections are no longer true.
    pub fn touch(&self, products: impl IntoIterator<Item = ProductId>) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).extend(products);
    }

    /// Brings the projections of all touched products up to date and makes everything last.
    pub async fn commit(self) -> Result<()> {
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched).into_iter().collect::<Vec<_>>()
        };
        if !touched.is_empty() {
            for project in self.app.projections {
                project(&self, &touched).await?;
            }
        }
        Ok(self.tx.commit().await?)
    }
}
