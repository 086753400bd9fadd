//! What became of a change: the thing changed, or what the input had wrong.

use std::fmt::Display;

use async_graphql::{Context, Enum, MaybeUndefined, SimpleObject};

use super::context::RequestData;
use super::error::Nullable;
use crate::services::{Error, Problem, Problems, Reason, Result};

/// What kind of thing an input had wrong. The list may grow: treat a code that you do not know like `INVALID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// The value cannot be: malformed, too long, out of range, or not fitting the others.
    Invalid,
    /// What the value refers to is not there, or not for you.
    NotFound,
    /// It has changed since you read it. The payload tells the current state: show it, and try again with its `version`.
    Conflict,
    /// Another one has this value already, and it has to be unique.
    Taken,
    /// Something else still refers to it.
    InUse,
    /// Granting this takes a right that you do not have yourself.
    NotYours,
    /// The e-mail address or the password is wrong; which of them is not told.
    WrongCredentials,
    /// The code or the token is wrong, used, or too old: ask for a new one.
    Expired,
}

impl From<Reason> for UserErrorCode {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Invalid => Self::Invalid,
            Reason::NotFound => Self::NotFound,
            Reason::Conflict => Self::Conflict,
            Reason::Taken => Self::Taken,
            Reason::InUse => Self::InUse,
            Reason::NotYours => Self::NotYours,
            Reason::WrongCredentials => Self::WrongCredentials,
            Reason::Expired => Self::Expired,
        }
    }
}

/// Something that the input of a change had wrong, for you or your user to put right. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// What kind of thing.
    pub code: UserErrorCode,
    /// The way to the field in the input: names and indices from the outside in, such as `["variants", "2", "sku"]`; null
    /// where it is about the input as a whole.
    pub field: Option<Vec<String>>,
    /// For people, in English.
    pub message: String,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        let field = (!problem.path.is_empty()).then_some(problem.path);
        Self { code: problem.reason.into(), field, message: problem.message }
    }
}

/// What a change answers with.
pub trait Payload: Default {
    /// Tells why the change was not made.
    #[must_use]
    fn refused(self, errors: Vec<UserError>) -> Self;
}

/// Declares payloads: each field may be null, because a change that was refused has nothing to show.
macro_rules! payload {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(Default)]
        pub struct $name {
            $($(#[$field_doc])+ pub $field: Option<$ty>,)*
            /// What the input had wrong.
            pub user_errors: Vec<$crate::graphql::payload::UserError>,
        }

        $(#[$doc])+
        #[async_graphql::Object]
        impl $name {
            $($(#[$field_doc])+ async fn $field(&self) -> Option<&$ty> { self.$field.as_ref() })*

            /// What the input had wrong; empty where the change was made.
            #[graphql(directive = $crate::graphql::directives::About::apply(5))]
            async fn user_errors(&self) -> &[$crate::graphql::payload::UserError] { &self.user_errors }
        }

        impl $crate::graphql::payload::Payload for $name {
            fn refused(mut self, errors: Vec<$crate::graphql::payload::UserError>) -> Self {
                self.user_errors = errors;
                self
            }
        }
    )+};
}

pub(in crate::graphql) use payload;

/// Makes a change: `work` calls the service and reads what is to be told. What the input had wrong goes into the payload.
pub async fn change<P: Payload>(ctx: &Context<'_>, work: impl Future<Output = Result<P>>) -> Nullable<P> {
    change_version(ctx, work, async { Ok(P::default()) }).await
}

/// The same for a change that may meet a newer version than it was told: then `current` reads what is there now.
pub async fn change_version<P: Payload>(
    ctx: &Context<'_>,
    work: impl Future<Output = Result<P>>,
    current: impl Future<Output = Result<P>>,
) -> Nullable<P> {
    ctx.data_unchecked::<RequestData>().renew();
    let problems = match work.await {
        Ok(payload) => return Some(Ok(Some(payload))),
        Err(Error::Problems(problems)) => problems,
        Err(error) => return Some(Err(error)),
    };
    let is_conflict = problems.iter().any(|problem| problem.reason == Reason::Conflict);
    let payload = if is_conflict { current.await } else { Ok(P::default()) };
    let errors = problems.into_iter().map(UserError::from).collect();
    Some(payload.map(|payload| Some(payload.refused(errors))))
}

/// A text that may be left as it is (`None`) or cleared: null counts as an empty one.
pub fn or_empty(text: MaybeUndefined<String>) -> Option<String> {
    match text {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(String::new()),
        MaybeUndefined::Value(text) => Some(text),
    }
}

/// A place in a list, from 0.
///
/// # Errors
/// At the way to the field where it is below zero.
pub fn place(position: Option<i32>, path: &[&dyn Display]) -> Result<Option<u32>> {
    let below_zero = |_| Problems::one(Reason::Invalid, path, "places are counted from 0");
    position.map(|position| u32::try_from(position).map_err(below_zero)).transpose()
}

/// A text that may be left as it is (`None`) or cleared (`Some(None)`).
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub fn or_none<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
