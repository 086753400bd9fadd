//! From a request's credentials to its viewer.

use entity::id::{AccountId, SessionId};
use entity::identity::account::AccountKind;
use entity::time::{SECOND, Timestamp};
use uuid::Uuid;

use super::cache::Known;
use super::{Identity, apps, device, keys, outside, roles};
use crate::infrastructure::secrets::fingerprint;
use crate::infrastructure::tokens::{Claims, LEEWAY, LONGEST, Refused};
use crate::services::sql::Sql;
use crate::services::{AppContext, Error, Permissions, Result, Viewer};

/// Who shows a token: an access token of somebody, or the token of an app.
///
/// # Errors
/// [`Error::Unauthenticated`] where it is forged, expired or revoked.
pub async fn authenticate(app: &AppContext, token: &str) -> Result<Viewer> {
    Ok(believe(app, token).await?.viewer)
}

/// The same, with the moment when the token expires by itself.
///
/// # Errors
/// As [`authenticate`].
pub async fn believe(app: &AppContext, token: &str) -> Result<Known> {
    if token.len() > LONGEST {
        return Err(Error::Unauthenticated);
    }
    let identity = app.identity()?;
    let (now, hash) = (app.now(), fingerprint(token.as_bytes()));
    if let Some(known) = identity.verified.get(&hash, now) {
        return Ok(known);
    }
    let revocation = identity.verified.revocation();
    let known = if token.starts_with(apps::PREFIX) {
        apps::known(app, identity, token, now).await?
    } else if let Some(issuer) = outside::maker(identity, token) {
        outside::known(app, identity, issuer, token, now).await?
    } else {
        let claims = verify(app, identity, token, now).await?;
        known(app, &claims, now).await?
    };
    identity.verified.keep(hash, known, revocation);
    Ok(known)
}

async fn verify(app: &AppContext, identity: &Identity, token: &str, now: Timestamp) -> Result<Claims> {
    let seconds = now.0.div_euclid(SECOND);
    match identity.tokens.verify(token, seconds) {
        Err(Refused::UnknownKey) => {
            keys::look_again(app, identity).await?;
            identity.tokens.verify(token, seconds).map_err(|_| Error::Unauthenticated)
        }
        other => other.map_err(|_| Error::Unauthenticated),
    }
}

/// Whether the device is still signed in, and with which rights: one statement.
async fn known(app: &AppContext, claims: &Claims, now: Timestamp) -> Result<Known> {
    static SESSION: Sql = Sql::new(
        "SELECT a.kind, r.permissions, r.is_owner, EXISTS (SELECT 1 FROM second_factor f \
         WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) FROM session s JOIN account a ON a.id = s.account_id \
         LEFT JOIN account_role ar ON ar.account_id = a.id LEFT JOIN role r ON r.id = ar.role_id \
         WHERE s.id = $1 AND s.account_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 \
         AND a.deactivated_at IS NULL",
    );
    let id = |text: &str| Uuid::try_parse(text).map_err(|_| Error::Unauthenticated);
    let (account, session) = (AccountId(id(&claims.sub)?), SessionId(id(&claims.sid)?));
    let rows = SESSION.all(app.db.read()?, [session.0.into(), account.0.into(), now.0.into()]).await?;
    let Some(first) = rows.first() else { return Err(Error::Unauthenticated) };
    let kind: AccountKind = first.try_get_by_index(0)?;
    if claims.kind != device::word(kind) {
        return Err(Error::Unauthenticated);
    }
    let viewer = match kind {
        AccountKind::Customer => Viewer::Customer { account, session },
        AccountKind::Staff => {
            let mut permissions = Permissions::NONE;
            // Without the second factor that is required, all that is left is what everybody may do, and to set one up.
            let is_bare = app.identity()?.requires_second_factor() && !first.try_get_by_index::<bool>(3)?;
            for row in rows.iter().filter(|_| !is_bare) {
                let words: Option<String> = row.try_get_by_index(1)?;
                let is_owner: Option<bool> = row.try_get_by_index(2)?;
                permissions =
                    permissions.with(roles::rights(&words.unwrap_or_default(), is_owner.unwrap_or_default()));
            }
            Viewer::Staff { account, session, permissions }
        }
    };
    let moment = |seconds: i64| Timestamp(seconds.saturating_mul(SECOND));
    let until = moment(claims.exp.saturating_add(LEEWAY));
    Ok(Known { viewer, until, expires_at: Some(moment(claims.exp)) })
}
