//! Products and all that hangs on them.

mod options;
mod page;
mod redirects;
