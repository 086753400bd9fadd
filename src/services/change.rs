//! One change to the shop.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use entity::id::{Id, ProductId};
use entity::search::facet::FacetKind;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use uuid::Uuid;

use super::acting::{self, Acting, Actor};
use super::bulk::Together;
use super::record::{Fields, Trail};
use super::sql::{Sql, uuids};
use super::{AppContext, Result};

/// The most products that a change brings up to date itself where nobody bounds how many it touches.
pub const AT_ONCE: usize = 250;

/// A facet's value that reads differently now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// What the facet is about.
    pub kind: FacetKind,
    /// The value before.
    pub from: String,
    /// The value now.
    pub to: String,
}

/// What a product no longer says in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The name of the option.
    pub option: String,
    /// The value of it that is no longer translated; `None` where the name is not.
    pub value: Option<String>,
    /// The language (BCP 47).
    pub language: String,
}

/// One change to the shop: when it is made, and the transaction that holds it.
///
/// Made in the name of staff, an app or an operator, it leaves an entry for auditors in the same transaction, whatever
/// the service that makes it says or does not say. What services tell by [`made`](Self::made), [`changed`](Self::changed)
/// and [`removed`](Self::removed) stands in the entry, and the ids of all that events are about.
///
/// Dropped without [`commit`](Self::commit), it never happened.
pub struct Change<'a> {
    /// The moment that all its rows bear.
    pub now: Timestamp,
    /// The transaction that it reads and writes in.
    pub tx: DatabaseTransaction,
    app: &'a AppContext,
    touched: Mutex<BTreeSet<ProductId>>,
    renamed: Mutex<Vec<Renamed>>,
    unsaid: Mutex<Vec<Unsaid>>,
    queued: AtomicBool,
    acting: Option<Acting>,
    by: Mutex<Option<Actor>>,
    trail: Mutex<Trail>,
    last: Mutex<Together>,
}

impl<'a> Change<'a> {
    pub(super) async fn begin(app: &'a AppContext) -> Result<Self> {
        let tx = app.db.begin().await?;
        Ok(Self {
            now: app.now(),
            tx,
            app,
            touched: Mutex::default(),
            renamed: Mutex::default(),
            unsaid: Mutex::default(),
            queued: AtomicBool::default(),
            acting: acting::current(),
            by: Mutex::default(),
            trail: Mutex::default(),
            last: Mutex::default(),
        })
    }

    /// The same for a change that nobody asked for and that shows nowhere: statistics, what is derived, what is old.
    /// It leaves no entry. Who may call this is a closed list (`tests/api/audit`).
    pub(super) async fn begin_upkeep(app: &'a AppContext) -> Result<Self> {
        let change = Self::begin(app).await?;
        change.trail(Trail::is_upkeep);
        Ok(change)
    }

    /// Names who makes the change, where that is known only now: somebody of the staff who signs in.
    pub fn by(&self, actor: Actor) {
        *self.by.lock().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// Tells auditors of something new.
    pub fn made<I: Id>(&self, id: I, after: &Fields) {
        self.trail(|trail| trail.tell(I::PREFIX, key_text(id), None, Some(after)));
    }

    /// Tells auditors of something that was changed: those fields that differ.
    pub fn changed<I: Id>(&self, id: I, before: &Fields, after: &Fields) {
        if before != after {
            self.trail(|trail| trail.tell(I::PREFIX, key_text(id), Some(before), Some(after)));
        }
    }

    /// Tells auditors of something that is gone.
    pub fn removed<I: Id>(&self, id: I, before: &Fields) {
        self.trail(|trail| trail.tell(I::PREFIX, key_text(id), Some(before), None));
    }

    /// Tells auditors of something that has a name and no id.
    pub fn told(&self, kind: &'static str, name: &str, before: Option<&Fields>, after: Option<&Fields>) {
        self.trail(|trail| trail.tell(kind, Cow::Owned(name.to_owned()), before, after));
    }

    /// Notes for auditors that something was touched; `kind` is the prefix of its id.
    pub fn note(&self, kind: &'static str, ids: impl IntoIterator<Item = Uuid>) {
        let ids = ids.into_iter().filter(|id| !id.is_nil());
        self.trail(|trail| ids.for_each(|id| trail.note(kind, id)));
    }

    /// Whether anybody acts, so that what is told to auditors is kept.
    pub fn is_audited(&self) -> bool {
        self.acting.is_some()
    }

    fn trail(&self, tell: impl FnOnce(&mut Trail)) {
        if !self.is_audited() {
            return;
        }
        tell(&mut self.trail.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes what nothing reads any more within this change: it goes to the database with the entry for auditors, in
    /// one round trip. What was left so before goes now.
    pub async fn at_last(&self, writes: Together) -> std::result::Result<(), DbErr> {
        if writes.is_empty() {
            return Ok(());
        }
        let before =
            std::mem::replace(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner), writes);
        // Mostly there is nothing: those who call need no room for it.
        Box::pin(before.send(&self.tx)).await
    }

    /// Writes now what was left for the end: what is written next depends on it.
    pub async fn write_now(&self) -> std::result::Result<(), DbErr> {
        let writes = std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner));
        writes.send(&self.tx).await
    }

    /// Writes what was left for the end, and the entry for auditors.
    async fn end(&self) -> Result<()> {
        let mut writes = std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(acting) = &self.acting {
            let by = self.by.lock().unwrap_or_else(PoisonError::into_inner).take();
            let trail = std::mem::take(&mut *self.trail.lock().unwrap_or_else(PoisonError::into_inner));
            writes.append(trail.entry(self.engine(), &acting.clone().or_by(by), self.now)?);
        }
        Ok(writes.send(&self.tx).await?)
    }

    /// The engine that it runs on.
    pub fn engine(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    /// Notes products whose projections are no longer true.
    pub fn touch(&self, products: impl IntoIterator<Item = ProductId>) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).extend(products);
    }

    /// The same where nobody bounds how many there are: up to [`AT_ONCE`] are brought up to date with this change,
    /// more are left to a worker, so that no change holds the writer for long.
    ///
    /// Answers whether everything will be true in the next read.
    pub async fn touch_many(&self, products: BTreeSet<ProductId>) -> Result<bool> {
        static QUEUE: Sql = Sql::new(
            "INSERT INTO stale_product (product_id) SELECT k.id FROM {uuids $1} k WHERE true \
             ON CONFLICT DO NOTHING",
        );
        if products.len() <= AT_ONCE {
            self.touch(products);
            return Ok(true);
        }
        let ids = uuids(self.engine(), products.into_iter().map(|id| id.0));
        QUEUE.run(&self.tx, [ids]).await?;
        self.ring();
        Ok(false)
    }

    /// Leaves something to the worker that brings products up to date, which is woken once the change is made.
    pub fn ring(&self) {
        self.queued.store(true, Ordering::Relaxed);
    }

    /// Notes that a facet's value reads differently: one row changes, however many products have it.
    pub fn rename(&self, kind: FacetKind, from: &str, to: &str) {
        let renamed = Renamed { kind, from: from.to_owned(), to: to.to_owned() };
        self.renamed.lock().unwrap_or_else(PoisonError::into_inner).push(renamed);
    }

    /// The facets that read differently.
    pub fn renamed(&self) -> Vec<Renamed> {
        self.renamed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that an option or a value of one of the products touched is no longer translated.
    pub fn unsay(&self, unsaid: Unsaid) {
        self.unsaid.lock().unwrap_or_else(PoisonError::into_inner).push(unsaid);
    }

    /// What is no longer translated.
    pub fn unsaid(&self) -> Vec<Unsaid> {
        self.unsaid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Brings the projections of all touched products up to date, writes the entry for auditors, and makes everything
    /// last.
    pub async fn commit(self) -> Result<()> {
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched)
        };
        if !touched.is_empty() || !self.renamed().is_empty() {
            self.hold(&touched).await?;
            let touched: Vec<ProductId> = touched.into_iter().collect();
            for project in self.app.projections {
                project(&self, &touched).await?;
            }
        }
        Box::pin(self.end()).await?;
        let (app, queued) = (self.app, self.queued.load(Ordering::Relaxed));
        self.tx.commit().await?;
        if queued {
            app.stale.notify_one();
        }
        Ok(())
    }

    /// Keeps products for this change until it ends.
    ///
    /// On PostgreSQL two changes could touch one product side by side, and each derive its rows without seeing what
    /// the other wrote. So the second waits for the first here, and reads what is true then. A renamed facet waits
    /// for all who derive rows, since any of them could still write the former name. A change that locks other rows of
    /// products holds the products first, so that no two changes wait for each other.
    pub async fn hold(&self, products: &BTreeSet<ProductId>) -> Result<()> {
        static RENAMING: Sql = Sql::new("SELECT 1 FROM pg_advisory_xact_lock(1447646292)");
        static PRODUCTS: Sql = Sql::new(
            "SELECT p.id FROM pg_advisory_xact_lock_shared(1447646292) l CROSS JOIN product p \
             WHERE p.id IN (SELECT id FROM {uuids $1} k) ORDER BY p.id FOR NO KEY UPDATE OF p",
        );
        if self.engine() != DbBackend::Postgres {
            return Ok(());
        }
        if !self.renamed().is_empty() {
            RENAMING.all(&self.tx, []).await?;
        }
        let ids = uuids(self.engine(), products.iter().map(|id| id.0));
        PRODUCTS.all(&self.tx, [ids]).await?;
        Ok(())
    }
}

fn key_text(id: impl Id) -> Cow<'static, str> {
    Cow::Owned(id.uuid().to_string())
}
