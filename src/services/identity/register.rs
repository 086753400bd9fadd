//! Opening an account: nobody learns from it whether there was one.

use std::time::Duration;

use tokio::time::Instant;

use super::accounts::{self, NewAccount};
use super::codes::{self, Payload, Purpose};
use super::input::{self, Email};
use super::mails::{self, Letter};
use super::{AccountKind, Identity};
use crate::services::{AppContext, Error, Problems, Result};

/// Somebody who wants an account.
#[derive(Clone)]
pub struct Registration {
    /// The address, which is confirmed by a mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// The name, if told.
    pub name: Option<String>,
    /// The language of mails.
    pub language: String,
}

/// Takes a registration. The account is made when the address is confirmed, so one with an address that has an account
/// already looks the same, from the answer and from the time that it takes: only the mail tells.
pub async fn register(app: &AppContext, registration: Registration) -> Result<()> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    let email = input::email(&mut problems, &[&"email"], &registration.email);
    input::password(&mut problems, &[&"password"], &registration.password, Some(&registration.email));
    let name = registration.name.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| input::name(&mut problems, &[&"name"], name)).unwrap_or_default();
    problems.none()?;
    let Some(email) = email else { return Ok(()) };
    evenly(identity.step, async {
        let password_hash = identity.passwords.hash(registration.password).await?;
        let payload = Payload {
            email: email.as_str().to_owned(),
            name,
            language: registration.language.clone(),
            password_hash,
        };
        invite_to_verify(app, identity, &email, &payload).await
    })
    .await
}

async fn invite_to_verify(
    app: &AppContext,
    identity: &Identity,
    email: &Email,
    payload: &Payload,
) -> Result<()> {
    let change = app.begin().await?;
    let known = accounts::by_email(identity, &change.tx, AccountKind::Customer, email).await?;
    // A code is made either way: it takes the same time, and the same bound holds for both mails.
    let code =
        codes::issue(&change, identity, Purpose::Verify, known.as_ref().map(|row| row.id), payload).await?;
    change.commit().await?;
    if let Some(code) = code {
        let letter = if known.is_some() { Letter::KnownAlready } else { Letter::Verify(&code) };
        mails::send(app, identity, email, &payload.language, letter);
    }
    Ok(())
}

/// Confirms the address of a registration and makes the account.
pub async fn verify_email(app: &AppContext, code: &str) -> Result<()> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let redeemed = codes::redeem(&change, identity, Purpose::Verify, code).await?;
    let payload = redeemed.payload;
    let email = Email::parse(&payload.email).ok_or_else(codes::expired)?;
    let taken = accounts::by_email(identity, &change.tx, AccountKind::Customer, &email).await?.is_some();
    if redeemed.account.is_some() || taken {
        return Err(codes::expired());
    }
    let new = NewAccount {
        kind: AccountKind::Customer,
        email: &email,
        name: &payload.name,
        language: &payload.language,
        password_hash: Some(payload.password_hash.clone()),
        is_verified: true,
    };
    match accounts::create(&change, identity, new).await {
        Ok(_) => change.commit().await,
        // Somebody confirmed the same address with another code at the same moment.
        Err(Error::Internal(cause)) if is_duplicate(&*cause) => Err(codes::expired()),
        Err(error) => Err(error),
    }
}

fn is_duplicate(cause: &(dyn std::error::Error + 'static)) -> bool {
    let error = cause.downcast_ref::<sea_orm::DbErr>().and_then(sea_orm::DbErr::sql_err);
    matches!(error, Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// Does something, and answers at the next whole multiple of `step`: how long it really took does not show.
pub(super) async fn evenly<T>(step: Duration, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    if !step.is_zero() {
        let steps = began.elapsed().as_nanos().div_ceil(step.as_nanos()).max(1);
        tokio::time::sleep_until(began + step * u32::try_from(steps).unwrap_or(1)).await;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn short_and_long_work_take_the_same_time() {
        let step = Duration::from_millis(100);
        for millis in [0, 5, 30] {
            let began = Instant::now();
            evenly(step, tokio::time::sleep(Duration::from_millis(millis))).await;
            assert!(began.elapsed() >= step, "{millis}: {:?}", began.elapsed());
        }
        evenly(Duration::ZERO, async {}).await;
    }
}
