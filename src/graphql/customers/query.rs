//! Reading customers.

use async_graphql::{Context, ID, Object};
use entity::id::AccountId;

use super::types::{Customer, DataExport};
use crate::graphql::access::{Needs, SignedIn};
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, Column, ListId};
use crate::graphql::directives::{Paged, cost};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::services::identity::{self, Account};
use crate::services::page::Page;
use crate::services::{Permission, customers};

/// What an export costs: it reads all rows about one person.
const EXPORT: i32 = 100;

/// Reading customers.
#[derive(Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// You as a customer, for the account pages; null where staff are signed in.
    #[graphql(directive = SignedIn::apply())]
    async fn current_customer(&self, ctx: &Context<'_>) -> Nullable<Customer> {
        nullable(async {
            let account = customers::own(ctx.app(), ctx.viewer()).await?;
            Ok(account.and_then(Customer::alone))
        })
        .await
    }

    /// All that the shop knows about you, as one JSON file; null where staff are signed in.
    #[graphql(directive = SignedIn::apply(), directive = cost::apply(EXPORT))]
    async fn customer_data_export(&self, ctx: &Context<'_>) -> Nullable<DataExport> {
        nullable(async {
            let Some(account) = customers::own(ctx.app(), ctx.viewer()).await? else { return Ok(None) };
            Ok(Some(customers::export(ctx.app(), account.id).await?.into()))
        })
        .await
    }

    /// All that the shop knows about a customer, as one JSON file; null where there is no such customer.
    #[graphql(directive = Needs::apply(Permission::CustomersPrivacy), directive = cost::apply(EXPORT))]
    async fn staff_customer_data_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer's id.")] id: ID,
    ) -> Nullable<DataExport> {
        nullable(async {
            let Some(account) = found(ctx, &id).await? else { return Ok(None) };
            Ok(Some(customers::export(ctx.app(), account.id).await?.into()))
        })
        .await
    }

    /// The customer with this id; null where there is none.
    #[graphql(directive = Needs::apply(Permission::CustomersRead))]
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer's id.")] id: ID,
    ) -> Nullable<Customer> {
        nullable(async { Ok(found(ctx, &id).await?.and_then(Customer::alone)) }).await
    }

    /// Customers, the newest first.
    #[graphql(directive = Needs::apply(Permission::CustomersRead), directive = Paged::apply())]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only the one with exactly this e-mail address, in whatever case. Addresses are sealed, so parts \
                          of them cannot be searched for."
        )]
        email: Option<String>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Customer>> {
        nullable(async {
            let list = ListId::of(("customers", &email)).sorted_by(&[Column::Int]);
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let (page, total) = if let Some(email) = email {
                let rows: Vec<Account> =
                    identity::customer_by_email(ctx.app(), &email).await?.into_iter().collect();
                let total = Total::Known(i64::try_from(rows.len()).unwrap_or_default());
                let rows = if window.size == 0 || window.is_bounded() { Vec::new() } else { rows };
                (Page { rows, ..Page::default() }, total)
            } else {
                let count = Total::Counted(Box::new(|ctx| {
                    Box::pin(async move { identity::count_customers(ctx.app()).await })
                }));
                (identity::customers(ctx.app(), &window).await?, count)
            };
            let places = Places::Keys(Box::new(Account::key));
            Ok(Some(Connection::new(Some(&batch::page_of(page)), list, places, total)))
        })
        .await
    }
}

async fn found(ctx: &Context<'_>, id: &ID) -> crate::services::Result<Option<Account>> {
    match id::read::<AccountId>(id) {
        Some(id) => customers::with_id(ctx.app(), id).await,
        None => Ok(None),
    }
}
