//! Signing in and out.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::types::Account;
use crate::graphql::access::{Anyone, SignedIn};
use crate::graphql::context::ContextExt;
use crate::graphql::cookies::{Cookie, CookieKind};
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, payload};
use crate::graphql::scalars::DateTime;
use crate::services::identity::{self, AccountKind, Attempt, Challenge, Entry, SignIn, Tokens, attempt};
use crate::services::{Error, Problems, Reason, Result};

/// Signing in and out.
#[derive(Default)]
pub struct SessionMutation;

/// How long a browser keeps the token by which it shows that it knows an account, in seconds: the longest that browsers do.
const DEVICE_KNOWN: i64 = 400 * 86_400;

/// Who signs in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The e-mail address.
    email: String,
    /// The password.
    password: String,
    /// What the device is to be called in the list of devices, such as `Firefox on Linux`.
    device: Option<String>,
    /// The `deviceToken` that an earlier sign-in to this account told this device: then wrong passwords that others try from
    /// elsewhere do not make this device wait. A browser that asked for cookies sends it by itself.
    device_token: Option<String>,
    /// Whether the tokens are to be kept in cookies that no script can read, instead of being told: for browsers.
    #[graphql(default)]
    cookies: bool,
}

/// What is exchanged for new tokens.
#[derive(InputObject)]
pub struct TokenRefreshInput {
    /// The refresh token. Absent, the one in the cookie is exchanged, and the new tokens are kept in cookies, too.
    refresh_token: Option<String>,
}

/// Which device.
#[derive(InputObject)]
pub struct SignOutDeviceInput {
    /// The device's id.
    id: ID,
}

/// A code is asked for before somebody of the staff is signed in.
#[derive(SimpleObject)]
pub struct SignInChallenge {
    /// To be sent to `staffSignInConfirm` with the code.
    token: String,
    /// Until when the code has to be there: five minutes.
    expires_at: DateTime,
}

payload! {
    /// What came of signing in.
    SignInPayload {
        /// The account that is signed in.
        account: Account,
        /// The access token, for the header `Authorization: Bearer`; null where cookies keep it.
        access_token: String,
        /// How long the access token is good, in seconds: ask for a new one in time.
        expires_in: i32,
        /// The refresh token, which is good once; null where cookies keep it.
        refresh_token: String,
        /// When the device is signed out unless it is used before.
        refresh_expires_at: DateTime,
        /// Keep it on the device, also when the user signs out, and send it with the next sign-in to this account. It signs
        /// nobody in. Null where cookies keep it.
        device_token: String,
        /// Where a code is asked for, too: then nobody is signed in yet, and everything else is null. Customers are not
        /// asked.
        challenge: SignInChallenge,
    }

    /// What came of asking for new tokens.
    TokenRefreshPayload {
        /// The new access token, for the header `Authorization: Bearer`; null where cookies keep it.
        access_token: String,
        /// How long the access token is good, in seconds: ask for a new one in time.
        expires_in: i32,
        /// The new refresh token, which is good once; null where cookies keep it.
        refresh_token: String,
        /// When the device is signed out unless it is used before.
        refresh_expires_at: DateTime,
    }

    /// What came of signing out.
    SignOutPayload {
        /// Whether the device or the devices are signed out now.
        is_done: bool,
    }
}

#[Object]
impl SessionMutation {
    /// Signs a customer in. What was wrong with address or password is not told.
    #[graphql(directive = Anyone::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Nullable<SignInPayload> {
        change(ctx, enter(ctx, AccountKind::Customer, input)).await
    }

    /// Signs somebody of the staff in. What was wrong with address or password is not told. Those who have a second factor
    /// get a `challenge`, and go on with `staffSignInConfirm`.
    #[graphql(directive = Anyone::apply())]
    async fn staff_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Nullable<SignInPayload> {
        change(ctx, enter(ctx, AccountKind::Staff, input)).await
    }

    /// Exchanges a refresh token for new tokens. Each is good once; within ten seconds it brings the same new one again.
    /// One that is used after that signs the device out, because it may have been stolen.
    #[graphql(directive = Anyone::apply())]
    async fn token_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: TokenRefreshInput,
    ) -> Nullable<TokenRefreshPayload> {
        change(ctx, renew(ctx, input)).await
    }

    /// Signs the device that asks out, and deletes its cookies.
    #[graphql(directive = Anyone::apply())]
    async fn sign_out(&self, ctx: &Context<'_>) -> Nullable<SignOutPayload> {
        change(ctx, async {
            let cookies = &ctx.scope().cookies;
            identity::sign_out(ctx.app(), ctx.viewer(), cookies.refresh_token()).await?;
            cookies.clear();
            Ok(done())
        })
        .await
    }

    /// Signs one of your devices out.
    #[graphql(directive = SignedIn::apply())]
    async fn sign_out_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which device.")] input: SignOutDeviceInput,
    ) -> Nullable<SignOutPayload> {
        change(ctx, async {
            let missing = || Problems::one(Reason::NotFound, &[&"id"], "there is no such device");
            let device = id::read(&input.id).ok_or_else(missing)?;
            identity::sign_out_device(ctx.app(), ctx.viewer(), device).await?;
            Ok(done())
        })
        .await
    }

    /// Signs all your devices out, this one, too, and deletes its cookies.
    #[graphql(directive = SignedIn::apply())]
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> Nullable<SignOutPayload> {
        change(ctx, async {
            identity::sign_out_everywhere(ctx.app(), ctx.viewer()).await?;
            ctx.scope().cookies.clear();
            Ok(done())
        })
        .await
    }
}

fn done() -> SignOutPayload {
    SignOutPayload { is_done: Some(true), ..SignOutPayload::default() }
}

async fn enter(ctx: &Context<'_>, kind: AccountKind, input: SignInInput) -> Result<SignInPayload> {
    let SignInInput { email, password, device, device_token, cookies } = input;
    if cookies && ctx.scope().cookies.are_out_of_reach() {
        return Err(Error::BadRequest("cookies can only be set over HTTP: sign in by POST".to_owned()));
    }
    let wish = SignIn { email, password, device };
    let known = device_token.as_deref().or(ctx.scope().cookies.device_token());
    match identity::enter(ctx.app(), ctx.scope().address, kind, wish, known).await? {
        Entry::Tokens(tokens) => entered(ctx, tokens, cookies).await,
        Entry::Challenge(Challenge { token, expires_at }) => {
            let challenge = Some(SignInChallenge { token, expires_at: DateTime(expires_at) });
            Ok(SignInPayload { challenge, ..SignInPayload::default() })
        }
    }
}

/// Tells whoever is signed in now, and the tokens, or keeps these in cookies.
pub async fn entered(ctx: &Context<'_>, tokens: Tokens, cookies: bool) -> Result<SignInPayload> {
    let account = identity::of_accounts(ctx.app(), [tokens.account]).await?.pop();
    let mut device_token =
        account.as_ref().map(|account| identity::device_token(ctx.app(), account)).transpose()?;
    if cookies {
        let (kind, value) = (CookieKind::Device, device_token.take());
        ctx.scope().cookies.set(Cookie { kind, value, seconds: DEVICE_KNOWN });
    }
    let told = tell(ctx, tokens, cookies);
    Ok(SignInPayload {
        device_token,
        account: account.map(Account),
        access_token: told.access_token,
        expires_in: told.expires_in,
        refresh_token: told.refresh_token,
        refresh_expires_at: told.refresh_expires_at,
        ..SignInPayload::default()
    })
}

async fn renew(ctx: &Context<'_>, input: TokenRefreshInput) -> Result<TokenRefreshPayload> {
    let cookies = &ctx.scope().cookies;
    let by_cookie = input.refresh_token.is_none();
    let token = input.refresh_token.as_deref().or(cookies.refresh_token()).unwrap_or_default();
    attempt(ctx.app(), ctx.scope().address, Attempt::Refresh(token)).await?;
    match identity::refresh_from(ctx.app(), token, Some(ctx.scope().address)).await {
        Ok(tokens) => Ok(tell(ctx, tokens, by_cookie)),
        Err(error) => {
            if by_cookie && matches!(error, Error::Problems(_)) {
                cookies.clear();
            }
            Err(error)
        }
    }
}

/// Tells new tokens, or keeps them in cookies.
fn tell(ctx: &Context<'_>, tokens: Tokens, by_cookie: bool) -> TokenRefreshPayload {
    let mut told = TokenRefreshPayload {
        expires_in: i32::try_from(tokens.expires_in).ok(),
        refresh_expires_at: Some(DateTime(tokens.refresh_expires_at)),
        ..TokenRefreshPayload::default()
    };
    if by_cookie {
        let idle = (tokens.refresh_expires_at.0 - ctx.app().now().0) / entity::time::SECOND;
        let cookies = &ctx.scope().cookies;
        for (kind, value, seconds) in [
            (CookieKind::Access, tokens.access_token, tokens.expires_in),
            (CookieKind::Refresh, tokens.refresh_token, idle),
        ] {
            cookies.set(Cookie { kind, value: Some(value), seconds });
        }
    } else {
        told.access_token = Some(tokens.access_token);
        told.refresh_token = Some(tokens.refresh_token);
    }
    told
}
