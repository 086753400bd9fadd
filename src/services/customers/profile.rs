//! What customers tell of themselves.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::id::AccountId;
use sea_orm::Value;

use super::{Whose, hold};
use crate::services::events::{self, Event};
use crate::services::identity::{self, Vault, vaults};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Error, Problems, Reason, Result, Viewer};

const PHONE: &str = "customer_profile.phone";
const BIRTHDAY: &str = "customer_profile.birthday";
const LONGEST_PHONE: usize = 32;
const FEWEST_DIGITS: usize = 3;

/// What a customer told beside name and address of mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The phone number, as it was typed.
    pub phone: Option<String>,
    /// Year, month and day: `1990-12-31`.
    pub birthday: Option<String>,
}

impl Profile {
    /// What auditors see of it: that something differs.
    fn masked(&self) -> Fields {
        Fields::default().masked("phone", self.phone.clone()).masked("birthday", self.birthday.clone())
    }
}

/// What is changed of a customer; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProfileInput {
    /// The name, at most 200 characters; empty clears it.
    pub name: Option<String>,
    /// The language of mails, a BCP 47 tag.
    pub language: Option<String>,
    /// The phone number, at most 32 characters.
    pub phone: Option<Option<String>>,
    /// Year, month and day: `1990-12-31`.
    pub birthday: Option<Option<String>>,
}

/// Notes what is wrong with a phone number; without blanks around it.
pub(super) fn phone(problems: &mut Problems, path: &[&dyn std::fmt::Display], typed: &str) -> String {
    let phone = typed.trim();
    let allowed = |c: char| c.is_ascii_digit() || " +-()./".contains(c);
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if phone.len() > LONGEST_PHONE || digits < FEWEST_DIGITS || !phone.chars().all(allowed) {
        let message = format!(
            "a phone number has {FEWEST_DIGITS} digits or more and at most {LONGEST_PHONE} characters"
        );
        problems.add(Reason::Invalid, path, message);
    }
    phone.to_owned()
}

fn birthday(problems: &mut Problems, typed: &str, today: NaiveDate) -> String {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
    if let Ok(day) = typed.trim().parse::<NaiveDate>()
        && (first..=today).contains(&day)
    {
        return day.to_string();
    }
    problems.add(Reason::Invalid, &[&"birthday"], "a birthday is a day since 1900 such as 1990-12-31");
    String::new()
}

/// Changes what is known of a customer.
///
/// # Errors
/// What is wrong, each at its field.
pub async fn update_profile(
    app: &AppContext,
    viewer: &Viewer,
    whose: Whose,
    input: ProfileInput,
) -> Result<AccountId> {
    static SAVE: Sql = Sql::new(
        "INSERT INTO customer_profile (account_id, phone, birthday) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id) DO UPDATE SET phone = excluded.phone, birthday = excluded.birthday",
    );
    let today = app.now().to_datetime().date_naive();
    let mut problems = Problems::default();
    let ProfileInput { name, language, phone: number, birthday: day } = input;
    let number = number.map(|typed| typed.map(|typed| phone(&mut problems, &[&"phone"], &typed)));
    let day = day.map(|typed| typed.map(|typed| birthday(&mut problems, &typed, today)));
    problems.none()?;
    let change = app.begin().await?;
    let person = hold(&change, viewer, whose).await?;
    if name.is_some() || language.is_some() {
        identity::set_name(app, &change, person, (name.as_deref(), language.as_deref())).await?;
    }
    if number.is_some() || day.is_some() {
        let vaults = vaults(app, &change.tx, [person]).await?;
        let before = read(&change.tx, &vaults).await?.remove(&person).unwrap_or_default();
        let vault = vaults.get(&person).ok_or(Error::Unauthenticated)?;
        let seal = |place, text: Option<String>| -> Result<Value> {
            Ok(Value::String(text.map(|text| vault.seal(place, &text)).transpose()?))
        };
        let after = Profile {
            phone: number.unwrap_or_else(|| before.phone.clone()),
            birthday: day.unwrap_or_else(|| before.birthday.clone()),
        };
        change.changed(person, &before.masked(), &after.masked());
        let (phone, birthday) = (seal(PHONE, after.phone)?, seal(BIRTHDAY, after.birthday)?);
        SAVE.run(&change.tx, [person.0.into(), phone, birthday]).await?;
        events::publish(&change, Event::AccountChanged, [person.0]).await?;
    }
    change.commit().await?;
    Ok(person)
}

/// What customers told of themselves; who told nothing is left out. Two statements.
pub async fn profiles(
    app: &AppContext,
    customers: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Profile>> {
    let db = app.db.read()?;
    read(db, &vaults(app, db, customers).await?).await
}

async fn read(
    db: &impl sea_orm::ConnectionTrait,
    vaults: &HashMap<AccountId, Vault>,
) -> Result<HashMap<AccountId, Profile>> {
    static READ: Sql = Sql::new(
        "SELECT p.account_id, p.phone, p.birthday FROM {uuids $1} k \
         JOIN customer_profile p ON p.account_id = k.id",
    );
    let ids = uuids(db.get_database_backend(), vaults.keys().map(|id| id.0));
    let mut profiles = HashMap::new();
    for row in READ.all(db, [ids]).await? {
        let person: AccountId = row.try_get_by_index(0)?;
        let Some(vault) = vaults.get(&person) else { continue };
        let open = |place, sealed: Option<String>| sealed.map(|text| vault.open(place, &text)).transpose();
        let phone = open(PHONE, row.try_get_by_index(1)?)?;
        let birthday = open(BIRTHDAY, row.try_get_by_index(2)?)?;
        profiles.insert(person, Profile { phone, birthday });
    }
    Ok(profiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_and_birthdays_are_looked_at() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let fits = |check: &dyn Fn(&mut Problems) -> String| {
            let mut problems = Problems::default();
            check(&mut problems);
            problems.is_empty()
        };
        for typed in ["112", " +49 (0)30/123-45.6 ", &"1".repeat(32)] {
            assert!(fits(&|it| phone(it, &[], typed)), "{typed}");
        }
        for typed in ["", "12", "call me", "+49\n30123", "١٢٣٤", &"1".repeat(33)] {
            assert!(!fits(&|it| phone(it, &[], typed)), "{typed}");
        }
        for typed in ["1990-12-31", "2024-02-29", "1900-01-01", "2026-11-22"] {
            assert!(fits(&|it| birthday(it, typed, today)), "{typed}");
        }
        for typed in ["", "1899-12-31", "2026-11-23", "2023-02-29", "31.12.1990", "1990-12-31T00:00:00Z"] {
            assert!(!fits(&|it| birthday(it, typed, today)), "{typed}");
        }
    }
}
