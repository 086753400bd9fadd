//! What customers change of themselves.

use async_graphql::{Context, Object};
use entity::id::{AccountId, AddressId};

use super::input::{
    CustomerAddressCreateInput, CustomerAddressDeleteInput, CustomerAddressDeletePayload,
    CustomerAddressPayload, CustomerAddressUpdateInput, CustomerConsentSetInput, CustomerEraseInput,
    CustomerErasePayload, CustomerPayload, CustomerUpdateInput,
};
use super::types::{Customer, CustomerAddress};
use crate::graphql::access::SignedIn;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::loaders::AddressesOf;
use crate::graphql::payload::change;
use crate::graphql::scalars::DateTime;
use crate::services::Result;
use crate::services::customers::{self, Whose};
use crate::services::identity::{Attempt, attempt};

/// What customers change of themselves.
#[derive(Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Changes what you told of yourself.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CustomerUpdateInput,
    ) -> Nullable<CustomerPayload> {
        change(ctx, async {
            let id = customers::update_profile(ctx.app(), ctx.viewer(), Whose::Own, input.into()).await?;
            told(ctx, id).await
        })
        .await
    }

    /// Writes down that you consent to something, or do not any more, with the time.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_consent_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To what.")] input: CustomerConsentSetInput,
    ) -> Nullable<CustomerPayload> {
        change(ctx, async {
            let id = customers::set_consent(ctx.app(), ctx.viewer(), Whose::Own, input.into()).await?;
            told(ctx, id).await
        })
        .await
    }

    /// Puts an address into your address book, which has at most 50. The first one is the default for parcels and bills.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: CustomerAddressCreateInput,
    ) -> Nullable<CustomerAddressPayload> {
        change(ctx, async {
            let (person, id) = customers::create(ctx.app(), ctx.viewer(), Whose::Own, input.into()).await?;
            address(ctx, person, id).await
        })
        .await
    }

    /// Changes an address in your address book. One that becomes the default is it in place of the one before.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CustomerAddressUpdateInput,
    ) -> Nullable<CustomerAddressPayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let which = (Whose::Own, id);
            let person = customers::update(ctx.app(), ctx.viewer(), which, input.into()).await?;
            address(ctx, person, id).await
        })
        .await
    }

    /// Takes an address out of your address book. If it was the default, there is none until you choose another.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address.")] input: CustomerAddressDeleteInput,
    ) -> Nullable<CustomerAddressDeletePayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let person = customers::delete(ctx.app(), ctx.viewer(), Whose::Own, id).await?;
            let customer = customers::with_id(ctx.app(), person).await?.and_then(Customer::alone);
            let deleted_id = Some(input.id);
            Ok(CustomerAddressDeletePayload {
                deleted_id,
                customer,
                ..CustomerAddressDeletePayload::default()
            })
        })
        .await
    }

    /// Forgets you for good: your account, addresses and consents are deleted, the key that they were sealed under is
    /// destroyed, and all your devices are signed out. Of your published reviews the stars stay, without words and name. It
    /// cannot be taken back. Refused with `IN_USE` as long as something of yours has to be finished first.
    #[graphql(directive = SignedIn::apply())]
    async fn customer_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: CustomerEraseInput,
    ) -> Nullable<CustomerErasePayload> {
        change(ctx, async {
            attempt(ctx.app(), ctx.scope().address, Attempt::Own(ctx.viewer())).await?;
            let at = customers::erase_own(ctx.app(), ctx.viewer(), input.password.as_deref()).await?;
            ctx.scope().cookies.clear();
            Ok(CustomerErasePayload { erased_at: Some(DateTime(at)), ..CustomerErasePayload::default() })
        })
        .await
    }
}

/// The customer as they are after a change.
pub async fn told(ctx: &Context<'_>, person: AccountId) -> Result<CustomerPayload> {
    let customer = customers::with_id(ctx.app(), person).await?.and_then(Customer::alone);
    Ok(CustomerPayload { customer, ..CustomerPayload::default() })
}

async fn address(ctx: &Context<'_>, person: AccountId, id: AddressId) -> Result<CustomerAddressPayload> {
    let customer = customers::with_id(ctx.app(), person).await?.and_then(Customer::alone);
    let book = ctx.load(AddressesOf(person)).await?.unwrap_or_default();
    let address = book.iter().find(|address| address.id == id).cloned().map(CustomerAddress);
    Ok(CustomerAddressPayload { address, customer, ..CustomerAddressPayload::default() })
}
