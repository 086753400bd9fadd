//! The second factor of those who work in the shop.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::session::{SignInPayload, entered};
use super::types::StaffMember;
use crate::graphql::access::{Anyone, Needs, SignedIn};
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::graphql::payload::{change, payload};
use crate::graphql::scalars::DateTime;
use crate::services::identity::{Attempt, attempt, second_factor};
use crate::services::{Error, Permission, Problems, Reason, Result};

/// Recovery codes that there are.
const RECOVERY_CODES: i32 = 10;

/// How the second factor stands.
#[derive(Default)]
pub struct SecondFactorQuery;

/// Switching the second factor on and off, and signing in by it.
#[derive(Default)]
pub struct SecondFactorMutation;

/// How your second factor stands.
#[derive(SimpleObject)]
pub struct SecondFactor {
    /// Whether a code is asked for when you sign in.
    is_on: bool,
    /// Since when; null where none is asked for.
    since: Option<DateTime>,
    /// Recovery codes that you have not used yet.
    recovery_codes_left: i32,
    /// Whether staff have to have one: until you do, you have no rights.
    is_required: bool,
}

/// What an app that makes codes has to be told.
#[derive(SimpleObject)]
pub struct SecondFactorEnrolment {
    /// The secret in base 32, for those who type it.
    secret: String,
    /// An address that begins with `otpauth://`: show it as a QR code. Do not send it anywhere to be drawn.
    uri: String,
}

/// The code that ends a sign-in.
#[derive(InputObject)]
pub struct StaffSignInConfirmInput {
    /// The token in `challenge` of `staffSignIn`.
    challenge: String,
    /// The six digits that the app shows, or one of the recovery codes.
    code: String,
    /// Whether the tokens are to be kept in cookies that no script can read, instead of being told: for browsers.
    #[graphql(default)]
    cookies: bool,
}

/// Who wants a second factor.
#[derive(InputObject)]
pub struct SecondFactorStartInput {
    /// Your password, so that nobody does it who only found your device unlocked.
    password: String,
}

/// The first code.
#[derive(InputObject)]
pub struct SecondFactorEnableInput {
    /// The six digits that the app shows.
    code: String,
}

/// Who changes the second factor.
#[derive(InputObject)]
pub struct SecondFactorProofInput {
    /// Your password.
    password: String,
    /// The six digits that the app shows, or one of the recovery codes.
    code: String,
}

/// Whose second factor is to go.
#[derive(InputObject)]
pub struct StaffSecondFactorResetInput {
    /// The id of somebody of the staff.
    id: ID,
}

payload! {
    /// What came of asking for a second factor.
    SecondFactorStartPayload {
        /// What the app has to be told; it is told this once, and counts once `secondFactorEnable` was called.
        enrolment: SecondFactorEnrolment,
    }

    /// What came of switching the second factor off.
    SecondFactorPayload {
        /// Whether it was done.
        is_done: bool,
    }

    /// What became of a colleague's second factor.
    StaffSecondFactorResetPayload {
        /// Who has none any more.
        staff_member: StaffMember,
    }
}

/// Recovery codes, told this once.
#[derive(Default)]
pub struct RecoveryCodesPayload {
    recovery_codes: Option<Vec<String>>,
    user_errors: Vec<crate::graphql::payload::UserError>,
}

/// Recovery codes, told this once.
#[Object]
impl RecoveryCodesPayload {
    /// Ten codes, each of which stands in for the app once. Show them, and ask to have them written down.
    #[graphql(directive = About::apply(RECOVERY_CODES))]
    async fn recovery_codes(&self) -> Option<&[String]> {
        self.recovery_codes.as_deref()
    }

    /// What the input had wrong; empty where the change was made.
    #[graphql(directive = About::apply(5))]
    async fn user_errors(&self) -> &[crate::graphql::payload::UserError] {
        &self.user_errors
    }
}

impl crate::graphql::payload::Payload for RecoveryCodesPayload {
    fn refused(mut self, errors: Vec<crate::graphql::payload::UserError>) -> Self {
        self.user_errors = errors;
        self
    }
}

#[Object]
impl SecondFactorQuery {
    /// How your second factor stands; null for customers, who have none.
    #[graphql(directive = SignedIn::apply())]
    async fn second_factor(&self, ctx: &Context<'_>) -> Nullable<SecondFactor> {
        nullable(async {
            let found = second_factor::second_factor(ctx.app(), ctx.viewer()).await?;
            Ok(found.map(|found| SecondFactor {
                is_on: found.since.is_some(),
                since: found.since.map(DateTime),
                recovery_codes_left: i32::try_from(found.recovery_codes).unwrap_or(i32::MAX),
                is_required: found.is_required,
            }))
        })
        .await
    }
}

#[Object]
impl SecondFactorMutation {
    /// Ends a sign-in of the staff by the code that `staffSignIn` asked for. A challenge takes five codes within five
    /// minutes; no code is good twice.
    #[graphql(directive = Anyone::apply())]
    async fn staff_sign_in_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge and the code.")] input: StaffSignInConfirmInput,
    ) -> Nullable<SignInPayload> {
        change(ctx, async {
            let StaffSignInConfirmInput { challenge, code, cookies } = input;
            if cookies && ctx.scope().cookies.are_out_of_reach() {
                return Err(Error::BadRequest(
                    "cookies can only be set over HTTP: sign in by POST".to_owned(),
                ));
            }
            let from = ctx.scope().address;
            let tokens = second_factor::confirm(ctx.app(), from, &challenge, &code).await?;
            entered(ctx, tokens, cookies).await
        })
        .await
    }

    /// Begins to set up a second factor: tells the secret that an app makes codes of. For staff.
    #[graphql(directive = SignedIn::apply())]
    async fn second_factor_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: SecondFactorStartInput,
    ) -> Nullable<SecondFactorStartPayload> {
        change(ctx, async {
            own(ctx).await?;
            let made = second_factor::start(ctx.app(), ctx.viewer(), &input.password).await?;
            let enrolment = SecondFactorEnrolment { secret: made.secret, uri: made.uri };
            Ok(SecondFactorStartPayload { enrolment: Some(enrolment), ..SecondFactorStartPayload::default() })
        })
        .await
    }

    /// Switches the second factor on by a first code, and signs all your other devices out.
    #[graphql(directive = SignedIn::apply())]
    async fn second_factor_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first code.")] input: SecondFactorEnableInput,
    ) -> Nullable<RecoveryCodesPayload> {
        change(ctx, async {
            own(ctx).await?;
            Ok(codes(second_factor::enable(ctx.app(), ctx.viewer(), &input.code).await?))
        })
        .await
    }

    /// Switches the second factor off.
    #[graphql(directive = SignedIn::apply())]
    async fn second_factor_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password and a code.")] input: SecondFactorProofInput,
    ) -> Nullable<SecondFactorPayload> {
        change(ctx, async {
            own(ctx).await?;
            second_factor::disable(ctx.app(), ctx.viewer(), &input.password, &input.code).await?;
            Ok(SecondFactorPayload { is_done: Some(true), ..SecondFactorPayload::default() })
        })
        .await
    }

    /// Makes new recovery codes; those before are good for nothing any more.
    #[graphql(directive = SignedIn::apply())]
    async fn recovery_codes_renew(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password and a code.")] input: SecondFactorProofInput,
    ) -> Nullable<RecoveryCodesPayload> {
        change(ctx, async {
            own(ctx).await?;
            Ok(codes(second_factor::renew(ctx.app(), ctx.viewer(), &input.password, &input.code).await?))
        })
        .await
    }

    /// Takes the second factor from somebody of the staff who has lost it, and signs all their devices out. They may have
    /// no right that you do not have yourself.
    #[graphql(directive = Needs::apply(Permission::StaffWrite))]
    async fn staff_second_factor_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: StaffSecondFactorResetInput,
    ) -> Nullable<StaffSecondFactorResetPayload> {
        change(ctx, async {
            let missing =
                || Problems::one(Reason::NotFound, &[&"id"], "there is nobody like that on the staff");
            let who = id::read(&input.id).ok_or_else(missing)?;
            let member = second_factor::reset(ctx.app(), ctx.viewer(), who).await?;
            Ok(StaffSecondFactorResetPayload {
                staff_member: Some(StaffMember::of(member)),
                ..StaffSecondFactorResetPayload::default()
            })
        })
        .await
    }
}

/// Counts a try at one's own account.
async fn own(ctx: &Context<'_>) -> Result<()> {
    attempt(ctx.app(), ctx.scope().address, Attempt::Own(ctx.viewer())).await
}

fn codes(told: Vec<String>) -> RecoveryCodesPayload {
    RecoveryCodesPayload { recovery_codes: Some(told), ..RecoveryCodesPayload::default() }
}
