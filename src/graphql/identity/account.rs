//! Opening and changing one's account.

use async_graphql::{Context, InputObject, Object};

use crate::graphql::access::{Anyone, SignedIn};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::{change, payload};
use crate::services::Result;
use crate::services::identity::{
    self, AccountKind, Attempt, EmailChange, PasswordChange, PasswordReset, Registration, attempt, staff,
};

/// Opening and changing one's account.
#[derive(Default)]
pub struct AccountMutation;

/// Somebody who wants an account.
#[derive(InputObject)]
pub struct CustomerRegisterInput {
    /// The e-mail address, at most 254 bytes. A mail goes there by which it is confirmed.
    email: String,
    /// The password: 8 to 1024 bytes, none of those that everybody tries first.
    password: String,
    /// The name, at most 200 characters.
    name: Option<String>,
}

/// A code that came by mail.
#[derive(InputObject)]
pub struct CodeInput {
    /// The code, as it stands in the link behind `#code=`.
    code: String,
}

/// Who has forgotten the password.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// The e-mail address.
    email: String,
    /// Whether it is an account of somebody who works in the shop.
    #[graphql(default)]
    staff: bool,
}

/// A new password by a code that came by mail.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The code, as it stands in the link behind `#code=`.
    code: String,
    /// The new password: 8 to 1024 bytes, none of those that everybody tries first.
    password: String,
}

/// A new password by who knows the old one.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The password so far.
    current_password: String,
    /// The new password: 8 to 1024 bytes, none of those that everybody tries first.
    new_password: String,
}

/// Another e-mail address.
#[derive(InputObject)]
pub struct EmailChangeRequestInput {
    /// The new address, at most 254 bytes. A mail goes there by which it is confirmed.
    email: String,
    /// The password, so that nobody changes the address who only found a device unlocked.
    password: String,
}

/// Who accepts an invitation to the staff.
#[derive(InputObject)]
pub struct InvitationAcceptInput {
    /// The code, as it stands in the link behind `#code=`.
    code: String,
    /// The password: 8 to 1024 bytes, none of those that everybody tries first.
    password: String,
    /// The name, at most 200 characters; absent, the one in the invitation stays.
    name: Option<String>,
}

payload! {
    /// What came of a wish about an account.
    AccountPayload {
        /// Whether it was taken. Where a mail is sent, this does not tell whether there is such an account.
        is_done: bool,
    }
}

#[Object]
impl AccountMutation {
    /// Asks for an account. The address is confirmed by a mail before anybody can sign in. The answer is the same for an
    /// address that has an account already; only the mail tells.
    #[graphql(directive = Anyone::apply())]
    async fn customer_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants an account.")] input: CustomerRegisterInput,
    ) -> Nullable<AccountPayload> {
        let CustomerRegisterInput { email, password, name } = input;
        let language = ctx.scope().locale.language.clone();
        let to = email.clone();
        let wish = Registration { email, password, name, language };
        done(ctx, Attempt::Mail(AccountKind::Customer, &to), Box::pin(identity::register(ctx.app(), wish)))
            .await
    }

    /// Confirms the address of a new account by the code that came by mail: then it can sign in.
    #[graphql(directive = Anyone::apply())]
    async fn email_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: CodeInput,
    ) -> Nullable<AccountPayload> {
        done(ctx, Attempt::Code, Box::pin(identity::verify_email(ctx.app(), &input.code))).await
    }

    /// Sends a mail by which a new password can be chosen. The answer is the same where there is no such account.
    #[graphql(directive = Anyone::apply())]
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who has forgotten the password.")] input: PasswordResetRequestInput,
    ) -> Nullable<AccountPayload> {
        let kind = if input.staff { AccountKind::Staff } else { AccountKind::Customer };
        let work = Box::pin(identity::request_reset(ctx.app(), kind, &input.email));
        done(ctx, Attempt::Mail(kind, &input.email), work).await
    }

    /// Sets a new password by the code that came by mail, and signs all devices out.
    #[graphql(directive = Anyone::apply())]
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code and the new password.")] input: PasswordResetInput,
    ) -> Nullable<AccountPayload> {
        let PasswordResetInput { code, password } = input;
        let work = Box::pin(identity::reset_password(ctx.app(), PasswordReset { code, password }));
        done(ctx, Attempt::Code, work).await
    }

    /// Changes your password, and signs all your other devices out.
    #[graphql(directive = SignedIn::apply())]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: PasswordChangeInput,
    ) -> Nullable<AccountPayload> {
        let wish = PasswordChange { current: input.current_password, new: input.new_password };
        let work = Box::pin(identity::change_password(ctx.app(), ctx.viewer(), wish));
        done(ctx, Attempt::Own(ctx.viewer()), work).await
    }

    /// Asks for another e-mail address. It is used once the mail that goes there is answered.
    #[graphql(directive = SignedIn::apply())]
    async fn email_change_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new address.")] input: EmailChangeRequestInput,
    ) -> Nullable<AccountPayload> {
        let EmailChangeRequestInput { email, password } = input;
        let wish = EmailChange { email, password };
        let work = Box::pin(identity::change_email(ctx.app(), ctx.viewer(), wish));
        done(ctx, Attempt::Own(ctx.viewer()), work).await
    }

    /// Confirms another e-mail address by the code that came there.
    #[graphql(directive = Anyone::apply())]
    async fn email_change_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: CodeInput,
    ) -> Nullable<AccountPayload> {
        done(ctx, Attempt::Code, Box::pin(identity::confirm_email(ctx.app(), &input.code))).await
    }

    /// Accepts an invitation to the staff by the code that came by mail: then you can sign in.
    #[graphql(directive = Anyone::apply())]
    async fn invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code and a password.")] input: InvitationAcceptInput,
    ) -> Nullable<AccountPayload> {
        let InvitationAcceptInput { code, password, name } = input;
        let work = Box::pin(staff::accept(ctx.app(), &code, &password, name.as_deref()));
        done(ctx, Attempt::Code, work).await
    }
}

async fn done(
    ctx: &Context<'_>,
    tried: Attempt<'_>,
    work: impl Future<Output = Result<()>>,
) -> Nullable<AccountPayload> {
    change(ctx, async {
        attempt(ctx.app(), ctx.scope().address, tried).await?;
        work.await?;
        Ok(AccountPayload { is_done: Some(true), ..AccountPayload::default() })
    })
    .await
}
