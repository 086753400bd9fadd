//! What is told of customers.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::types::{ConsentPurpose, Customer, CustomerAddress};
use crate::graphql::payload::{or_empty, or_none, payload};
use crate::graphql::scalars::DateTime;
use crate::services::customers::{AddressInput, ConsentChange, Defaults, ProfileInput};

/// What is to be changed of a customer. What is absent stays as it is.
#[derive(InputObject)]
pub struct CustomerUpdateInput {
    /// The name, at most 200 characters; null or empty clears it.
    name: MaybeUndefined<String>,
    /// The language of mails, as a BCP 47 tag.
    language: Option<String>,
    /// The phone number, at most 32 digits, blanks and signs; null clears it.
    phone: MaybeUndefined<String>,
    /// The birthday as year, month and day, `1990-12-31`, not before 1900; null clears it.
    birthday: MaybeUndefined<String>,
}

impl From<CustomerUpdateInput> for ProfileInput {
    fn from(input: CustomerUpdateInput) -> Self {
        let CustomerUpdateInput { name, language, phone, birthday } = input;
        Self { name: or_empty(name), language, phone: or_none(phone), birthday: or_none(birthday) }
    }
}

/// A consent to be given or taken back.
#[derive(InputObject)]
pub struct CustomerConsentSetInput {
    /// What for.
    purpose: ConsentPurpose,
    /// Whether it is given.
    is_given: bool,
    /// Where it was asked, such as `checkout` or `account page`; at most 100 characters.
    source: Option<String>,
}

impl From<CustomerConsentSetInput> for ConsentChange {
    fn from(input: CustomerConsentSetInput) -> Self {
        let CustomerConsentSetInput { purpose, is_given, source } = input;
        Self { purpose: purpose.into(), is_given, source }
    }
}

/// An address for the address book.
#[derive(InputObject)]
pub struct CustomerAddressCreateInput {
    /// Who lives there, at most 200 characters.
    name: String,
    /// The company, at most 200 characters.
    company: Option<String>,
    /// Street and number, at most 200 characters.
    line1: String,
    /// What else finds the door, at most 200 characters.
    line2: Option<String>,
    /// The postal code, at most 20 characters.
    postal_code: Option<String>,
    /// The city, at most 100 characters.
    city: String,
    /// The state or province, at most 100 characters.
    province: Option<String>,
    /// The country as two capital letters (ISO 3166-1).
    country: String,
    /// Whom to call there, at most 32 digits, blanks and signs.
    phone: Option<String>,
    /// Whether parcels go there from now on where nobody says otherwise. If not told: where there is no default yet.
    is_default_shipping: Option<bool>,
    /// Whether bills go there from now on where nobody says otherwise. If not told: where there is no default yet.
    is_default_billing: Option<bool>,
}

impl From<CustomerAddressCreateInput> for (AddressInput, Defaults) {
    fn from(input: CustomerAddressCreateInput) -> Self {
        let defaults = Defaults { shipping: input.is_default_shipping, billing: input.is_default_billing };
        let address = AddressInput {
            name: Some(input.name),
            company: input.company,
            line1: Some(input.line1),
            line2: input.line2,
            postal_code: input.postal_code,
            city: Some(input.city),
            province: input.province,
            country: Some(input.country),
            phone: input.phone,
        };
        (address, defaults)
    }
}

/// What is to be changed of an address. What is absent stays as it is; null clears what may be empty.
#[derive(InputObject)]
pub struct CustomerAddressUpdateInput {
    /// The address's id.
    pub id: ID,
    /// Who lives there, at most 200 characters.
    name: Option<String>,
    /// The company, at most 200 characters.
    company: MaybeUndefined<String>,
    /// Street and number, at most 200 characters.
    line1: Option<String>,
    /// What else finds the door, at most 200 characters.
    line2: MaybeUndefined<String>,
    /// The postal code, at most 20 characters.
    postal_code: MaybeUndefined<String>,
    /// The city, at most 100 characters.
    city: Option<String>,
    /// The state or province, at most 100 characters.
    province: MaybeUndefined<String>,
    /// The country as two capital letters (ISO 3166-1).
    country: Option<String>,
    /// Whom to call there, at most 32 digits, blanks and signs.
    phone: MaybeUndefined<String>,
    /// Whether parcels go there from now on where nobody says otherwise, or no longer.
    is_default_shipping: Option<bool>,
    /// Whether bills go there from now on where nobody says otherwise, or no longer.
    is_default_billing: Option<bool>,
}

impl From<CustomerAddressUpdateInput> for (AddressInput, Defaults) {
    fn from(input: CustomerAddressUpdateInput) -> Self {
        let defaults = Defaults { shipping: input.is_default_shipping, billing: input.is_default_billing };
        let address = AddressInput {
            name: input.name,
            company: or_empty(input.company),
            line1: input.line1,
            line2: or_empty(input.line2),
            postal_code: or_empty(input.postal_code),
            city: input.city,
            province: or_empty(input.province),
            country: input.country,
            phone: or_empty(input.phone),
        };
        (address, defaults)
    }
}

/// Which address is to go.
#[derive(InputObject)]
pub struct CustomerAddressDeleteInput {
    /// The address's id.
    pub id: ID,
}

/// That you are to be forgotten.
#[derive(InputObject)]
pub struct CustomerEraseInput {
    /// Your password, so that nobody else does it; absent where your account has none.
    pub password: Option<String>,
}

/// Which customer is to be forgotten.
#[derive(InputObject)]
pub struct StaffCustomerEraseInput {
    /// The customer's id.
    pub id: ID,
}

payload! {
    /// What became of a customer.
    CustomerPayload {
        /// The customer as they are now.
        customer: Customer,
    }

    /// What became of an address.
    CustomerAddressPayload {
        /// The address as it is now.
        address: CustomerAddress,
        /// The customer as they are now.
        customer: Customer,
    }

    /// What became of an address that was to go.
    CustomerAddressDeletePayload {
        /// The id of the address that is gone.
        deleted_id: ID,
        /// The customer as they are now.
        customer: Customer,
    }

    /// What became of a customer who was to be forgotten.
    CustomerErasePayload {
        /// When they were forgotten: the same however often it is asked.
        erased_at: DateTime,
    }
}
