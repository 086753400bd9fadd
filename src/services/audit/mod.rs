//! The audit log: who changed what, and who read whose personal data.
//!
//! Entries are written with the change that they tell of (`services/record`). A sealer chains those that are committed;
//! [`verify`] says whether all of them are still there and what they were.

mod chain;
pub mod head;
pub mod list;
mod reads;
pub mod retention;
pub mod seal;
pub mod verify;

pub use entity::audit::audit_entry::{ActorKind, EntryKind};

pub use self::chain::Keys;
pub use self::list::{Entry, Filter};
pub use self::reads::keep_reads;
pub use self::seal::{Behind, Sealed, behind, seal};
pub use self::verify::{Mark, Verdict, verify};
pub use crate::infrastructure::secrets::KeyRing;
pub use crate::services::record::Told;
