//! Customers as clients see them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::id;
use crate::graphql::loaders::{AddressesOf, ConsentsOf, ProfileOf};
use crate::graphql::quick::{Ask, Plain};
use crate::graphql::scalars::DateTime;
use crate::services::Result;
use crate::services::customers::{self, Address as AddressRow, Consent as ConsentRow, Profile};
use crate::services::identity::Account;

/// Addresses in a book, at a guess.
const ADDRESSES: i32 = 5;

/// What a customer may consent to. Nothing is consented to before it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
#[graphql(remote = "customers::ConsentPurpose")]
pub enum ConsentPurpose {
    /// Advertising by e-mail.
    EmailMarketing,
    /// Advertising by text message.
    SmsMarketing,
    /// Measuring what they do in the shop.
    Analytics,
}

/// A customer, as they see themselves and as staff see them.
pub struct Customer(pub Row<Account>);

impl Customer {
    /// One that was read by itself.
    pub fn alone(account: Account) -> Option<Self> {
        crate::graphql::batch::level(vec![account]).next().map(Self)
    }

    async fn profile(&self, ctx: &Context<'_>) -> Result<Arc<Profile>> {
        Ok(ctx.along(&self.0, |row| ProfileOf(row.id)).await?.unwrap_or_default())
    }

    async fn book(&self, ctx: &Context<'_>) -> Result<Arc<Vec<AddressRow>>> {
        Ok(ctx.along(&self.0, |row| AddressesOf(row.id)).await?.unwrap_or_default())
    }

    async fn consents_told(&self, ctx: &Context<'_>) -> Result<Arc<Vec<ConsentRow>>> {
        Ok(ctx.along(&self.0, |row| ConsentsOf(row.id)).await?.unwrap_or_default())
    }
}

impl Listed for Customer {
    type Row = Account;

    const CONNECTION: &'static str = "CustomerConnection";
    const EDGE: &'static str = "CustomerEdge";

    fn of(row: Row<Account>) -> Self {
        Self(row)
    }
}

impl Plain for Customer {
    fn plain(&self, _ask: &mut Ask<'_>) -> Option<()> {
        None
    }
}

/// A customer, as they see themselves and as staff see them.
#[Object]
impl Customer {
    /// The id of the account.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// The e-mail address that they sign in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The name; empty where none was told.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The language of mails to them, as a BCP 47 tag.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// The phone number, as it was typed; null where none was told.
    async fn phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.profile(ctx).await?.phone.clone())
    }

    /// The birthday as year, month and day, `1990-12-31`; null where it was not told.
    async fn birthday(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.profile(ctx).await?.birthday.clone())
    }

    /// Since when they have an account.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The address book, the oldest first; at most 50.
    #[graphql(directive = About::apply(ADDRESSES))]
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<CustomerAddress>> {
        Ok(self.book(ctx).await?.iter().cloned().map(CustomerAddress).collect())
    }

    /// The address that parcels go to where nobody says otherwise; null where there is none, as after the default was
    /// deleted.
    async fn default_shipping_address(&self, ctx: &Context<'_>) -> Result<Option<CustomerAddress>> {
        let book = self.book(ctx).await?;
        Ok(book.iter().find(|address| address.is_default_shipping).cloned().map(CustomerAddress))
    }

    /// The address that bills go to where nobody says otherwise; null where there is none.
    async fn default_billing_address(&self, ctx: &Context<'_>) -> Result<Option<CustomerAddress>> {
        let book = self.book(ctx).await?;
        Ok(book.iter().find(|address| address.is_default_billing).cloned().map(CustomerAddress))
    }

    /// What they consent to, one for each purpose. What was never asked counts as not given.
    #[graphql(directive = About::apply(3))]
    async fn consents(&self, ctx: &Context<'_>) -> Result<Vec<Consent>> {
        let told = self.consents_told(ctx).await?;
        let newest = |purpose: ConsentPurpose| told.iter().find(|it| it.purpose == purpose.into());
        let all = [ConsentPurpose::EmailMarketing, ConsentPurpose::SmsMarketing, ConsentPurpose::Analytics];
        Ok(all.into_iter().map(|purpose| Consent::of(purpose, newest(purpose))).collect())
    }

    /// Every consent that was given or taken back, the newest first; the newest 100 for each purpose are kept.
    #[graphql(directive = About::apply(10))]
    async fn consent_history(&self, ctx: &Context<'_>) -> Result<Vec<Consent>> {
        let told = self.consents_told(ctx).await?;
        Ok(told.iter().map(|it| Consent::of(it.purpose.into(), Some(it))).collect())
    }
}

/// Whether a customer consents to something.
#[derive(SimpleObject)]
pub struct Consent {
    /// What for.
    purpose: ConsentPurpose,
    /// Whether it is given.
    is_given: bool,
    /// When it was given or taken back; null where it was never asked.
    changed_at: Option<DateTime>,
    /// Where it was asked, as the frontend called it; empty where nobody said.
    source: String,
    /// Whether staff wrote it down for the customer.
    is_by_staff: bool,
}

impl Consent {
    fn of(purpose: ConsentPurpose, told: Option<&ConsentRow>) -> Self {
        Self {
            purpose,
            is_given: told.is_some_and(|it| it.is_given),
            changed_at: told.map(|it| DateTime(it.changed_at)),
            source: told.map(|it| it.source.clone()).unwrap_or_default(),
            is_by_staff: told.is_some_and(|it| it.by_staff),
        }
    }
}

/// An address in a customer's address book.
pub struct CustomerAddress(pub AddressRow);

/// An address in a customer's address book.
#[Object]
impl CustomerAddress {
    /// Its id.
    async fn id(&self) -> ID {
        id::show(self.0.id)
    }

    /// Who lives there.
    async fn name(&self) -> &str {
        &self.0.lines.name
    }

    /// The company; empty for none.
    async fn company(&self) -> &str {
        &self.0.lines.company
    }

    /// Street and number.
    async fn line1(&self) -> &str {
        &self.0.lines.line1
    }

    /// What else finds the door; empty for nothing.
    async fn line2(&self) -> &str {
        &self.0.lines.line2
    }

    /// The postal code; empty where there are none.
    async fn postal_code(&self) -> &str {
        &self.0.lines.postal_code
    }

    /// The city.
    async fn city(&self) -> &str {
        &self.0.lines.city
    }

    /// The state or province; empty for none.
    async fn province(&self) -> &str {
        &self.0.lines.province
    }

    /// The country as two capital letters (ISO 3166-1).
    async fn country(&self) -> &str {
        &self.0.lines.country
    }

    /// Whom to call there; empty for nobody.
    async fn phone(&self) -> &str {
        &self.0.lines.phone
    }

    /// Whether parcels go there where nobody says otherwise.
    async fn is_default_shipping(&self) -> bool {
        self.0.is_default_shipping
    }

    /// Whether bills go there where nobody says otherwise.
    async fn is_default_billing(&self) -> bool {
        self.0.is_default_billing
    }

    /// When it was written down.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// All that the shop knows about a customer, as one file.
#[derive(SimpleObject)]
pub struct DataExport {
    /// What the file is best called.
    filename: String,
    /// The file: JSON text, with what each part of the shop knows under `person`.
    json: String,
    /// When it was written.
    written_at: DateTime,
}

impl From<customers::Export> for DataExport {
    fn from(export: customers::Export) -> Self {
        let customers::Export { filename, json, written_at } = export;
        Self { filename, json, written_at: DateTime(written_at) }
    }
}
