//! Who signs in: customers, staff and apps.

mod account;
mod apps;
mod query;
mod second_factor;
mod session;
mod staff;
mod types;

pub use account::AccountMutation;
pub use apps::AppMutation;
pub use query::IdentityQuery;
pub use second_factor::{SecondFactorMutation, SecondFactorQuery};
pub use session::SessionMutation;
pub use staff::StaffMutation;
