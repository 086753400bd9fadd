//! What is known of a customer beside the account, told and forgotten.

use entity::id::AccountId;
use serde_json::{Value as Json, json};

use super::{addresses, consents, profile};
use crate::services::personal::Personal;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result};

/// Profile, address book and consents.
pub const PERSONAL: Personal = Personal {
    name: "customer",
    export: |app, person| Box::pin(export(app, person)),
    keep: None,
    erase: |change, person| Box::pin(erase(change, person)),
};

async fn export(app: &AppContext, person: AccountId) -> Result<Json> {
    let profile = profile::profiles(app, [person]).await?.remove(&person).unwrap_or_default();
    let book = addresses::of_customers(app, [person]).await?.remove(&person).unwrap_or_default();
    let consents = consents::consents_of(app, [person]).await?.remove(&person).unwrap_or_default();
    let address = |address: addresses::Address| {
        let lines = address.lines;
        json!({
            "name": lines.name,
            "company": lines.company,
            "line1": lines.line1,
            "line2": lines.line2,
            "postalCode": lines.postal_code,
            "city": lines.city,
            "province": lines.province,
            "country": lines.country,
            "phone": lines.phone,
            "isDefaultShipping": address.is_default_shipping,
            "isDefaultBilling": address.is_default_billing,
            "createdAt": address.created_at.to_string(),
            "updatedAt": address.updated_at.to_string(),
        })
    };
    let consent = |consent: consents::Consent| {
        json!({
            "purpose": consents::word(consent.purpose),
            "isGiven": consent.is_given,
            "source": consent.source,
            "byStaff": consent.by_staff,
            "changedAt": consent.changed_at.to_string(),
        })
    };
    Ok(json!({
        "phone": profile.phone,
        "birthday": profile.birthday,
        "addresses": book.into_iter().map(address).collect::<Vec<_>>(),
        "consents": consents.into_iter().map(consent).collect::<Vec<_>>(),
    }))
}

async fn erase(change: &Change<'_>, person: AccountId) -> Result<()> {
    static ADDRESSES: Sql = Sql::new("DELETE FROM customer_address WHERE account_id = $1");
    static CONSENTS: Sql = Sql::new("DELETE FROM consent_change WHERE account_id = $1");
    static PROFILE: Sql = Sql::new("DELETE FROM customer_profile WHERE account_id = $1");
    for statement in [&ADDRESSES, &CONSENTS, &PROFILE] {
        statement.run(&change.tx, [person.0.into()]).await?;
    }
    Ok(())
}
