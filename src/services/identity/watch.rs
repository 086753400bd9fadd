//! Keeping watch: what was noticed is written down, and of what is grave the owners are told.

use entity::id::AccountId;

use super::input::Email;
use super::mails::{self, Letter};
use super::{Account, Identity, accounts};
use crate::services::security::{self, Notice};
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result};

/// Writes down what was noticed, and tells the owners by mail where it is grave: of each kind once in six hours. Looks for
/// what is still to be told where something grave was noticed since the last time, or where it is told to.
///
/// # Errors
/// Where the database fails: then the next time does what this one could not.
pub async fn keep_watch(app: &AppContext, look: bool) -> Result<()> {
    security::flush(app).await?;
    if !app.security.is_grave() && !look {
        return Ok(());
    }
    let told = warn(app).await;
    if told.is_err() {
        app.security.ring();
    }
    told
}

async fn warn(app: &AppContext) -> Result<()> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let notices = security::due(&change).await?;
    if notices.is_empty() {
        return Ok(());
    }
    let owners = owners(&change, identity).await?;
    change.commit().await?;
    for owner in &owners {
        let Some(to) = Email::parse(&owner.email) else { continue };
        for Notice { kind, times } in &notices {
            mails::send(app, identity, &to, &owner.language, Letter::Threat(*kind, *times));
        }
    }
    Ok(())
}

/// Everybody who has the role of owners and can sign in.
async fn owners(change: &Change<'_>, identity: &Identity) -> Result<Vec<Account>> {
    static OWNERS: Sql = Sql::new(
        "SELECT a.id FROM role r JOIN account_role ar ON ar.role_id = r.id JOIN account a ON a.id = ar.account_id \
         WHERE r.is_owner AND a.deactivated_at IS NULL AND a.password_hash IS NOT NULL",
    );
    let rows = OWNERS.all(&change.tx, []).await?;
    let ids = rows.iter().map(|row| row.try_get_by_index::<AccountId>(0));
    let ids = ids.collect::<std::result::Result<Vec<_>, _>>()?;
    accounts::read(identity, &change.tx, ids).await
}
