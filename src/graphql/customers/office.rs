//! What staff change of customers.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::AccountId;

use super::input::{CustomerErasePayload, CustomerPayload, StaffCustomerEraseInput};
use super::mutation::told;
use super::types::ConsentPurpose;
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, or_empty, or_none};
use crate::graphql::scalars::DateTime;
use crate::services::customers::{self, ConsentChange, ProfileInput, Whose};
use crate::services::{Permission, Result};

/// What staff change of customers.
#[derive(Default)]
pub struct CustomerOfficeMutation;

/// What is to be changed of a customer. What is absent stays as it is.
#[derive(InputObject)]
pub struct StaffCustomerUpdateInput {
    /// The customer's id.
    id: ID,
    /// The name, at most 200 characters; null or empty clears it.
    name: MaybeUndefined<String>,
    /// The language of mails, as a BCP 47 tag.
    language: Option<String>,
    /// The phone number, at most 32 digits, blanks and signs; null clears it.
    phone: MaybeUndefined<String>,
    /// The birthday as year, month and day, `1990-12-31`, not before 1900; null clears it.
    birthday: MaybeUndefined<String>,
}

/// A consent that a customer gave or took back, on the phone or by letter.
#[derive(InputObject)]
pub struct StaffCustomerConsentSetInput {
    /// The customer's id.
    id: ID,
    /// What for.
    purpose: ConsentPurpose,
    /// Whether it is given.
    is_given: bool,
    /// How the customer told it, such as `phone`; at most 100 characters.
    source: Option<String>,
}

#[Object]
impl CustomerOfficeMutation {
    /// Changes what is known of a customer.
    #[graphql(directive = Needs::apply(Permission::CustomersWrite))]
    async fn staff_customer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and what to change.")] input: StaffCustomerUpdateInput,
    ) -> Nullable<CustomerPayload> {
        change(ctx, async {
            let whose = whose(&input.id)?;
            let StaffCustomerUpdateInput { name, language, phone, birthday, .. } = input;
            let wish = ProfileInput {
                name: or_empty(name),
                language,
                phone: or_none(phone),
                birthday: or_none(birthday),
            };
            told(ctx, customers::update_profile(ctx.app(), ctx.viewer(), whose, wish).await?).await
        })
        .await
    }

    /// Writes down what a customer consents to, or does not any more: it is told as written down by staff.
    #[graphql(directive = Needs::apply(Permission::CustomersWrite))]
    async fn staff_customer_consent_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and to what.")] input: StaffCustomerConsentSetInput,
    ) -> Nullable<CustomerPayload> {
        change(ctx, async {
            let whose = whose(&input.id)?;
            let StaffCustomerConsentSetInput { purpose, is_given, source, .. } = input;
            let wish = ConsentChange { purpose: purpose.into(), is_given, source };
            told(ctx, customers::set_consent(ctx.app(), ctx.viewer(), whose, wish).await?).await
        })
        .await
    }

    /// Forgets a customer for good, as `customerErase` does for oneself. Asked again it tells the same time.
    #[graphql(directive = Needs::apply(Permission::CustomersPrivacy))]
    async fn staff_customer_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: StaffCustomerEraseInput,
    ) -> Nullable<CustomerErasePayload> {
        change(ctx, async {
            let at = customers::erase(ctx.app(), id::named(&input.id, &[&"id"])?).await?;
            Ok(CustomerErasePayload { erased_at: Some(DateTime(at)), ..CustomerErasePayload::default() })
        })
        .await
    }
}

fn whose(id: &ID) -> Result<Whose> {
    Ok(Whose::Of(id::named::<AccountId>(id, &[&"id"])?))
}
