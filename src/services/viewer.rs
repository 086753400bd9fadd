//! Who asks.

/// Who asks, once the request's credentials have been looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// A shopper who has not signed in.
    #[default]
    Anonymous,
}
