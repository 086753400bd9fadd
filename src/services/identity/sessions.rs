//! The devices that somebody is signed in on, and signing them out.

use entity::id::{AccountId, SessionId};
use entity::identity::session;
use entity::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::device::{RefreshToken, name_of};
use super::news::AT_ONCE;
use super::{Identity, outside, vault};
use crate::services::events::{self, Event};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer};

/// Devices that are told at most; nobody has more.
const MOST: u64 = 100;

/// A device that somebody is signed in on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: SessionId,
    /// What it called itself.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last got a token.
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// The devices of the account that is signed in, the last used first.
pub async fn devices(app: &AppContext, viewer: &Viewer) -> Result<Vec<Device>> {
    let Some(account) = viewer.account() else { return Ok(Vec::new()) };
    let rows = session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(app.now().0))
        .order_by_desc(session::Column::UsedAt)
        .order_by_desc(session::Column::Id)
        .limit(MOST)
        .all(app.db.read()?)
        .await?;
    let vault = vault(app, app.db.read()?, account).await?;
    let device = |row: session::Model| {
        Ok(Device {
            is_current: viewer.session() == Some(row.id),
            id: row.id,
            name: vault.open(&name_of(row.id), &row.name)?,
            created_at: row.created_at,
            used_at: row.used_at,
        })
    };
    rows.into_iter().map(device).collect()
}

/// Signs out the device that asks: by its access token, or by its refresh token where that is all it has.
pub async fn sign_out(app: &AppContext, viewer: &Viewer, refresh_token: Option<&str>) -> Result<()> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let session = match (viewer.session(), refresh_token.and_then(RefreshToken::parse)) {
        (Some(session), _) => Some(session),
        (None, Some(token)) => {
            let row = session::Entity::find()
                .filter(session::Column::FamilyHash.eq(token.family_hash(identity)))
                .one(&change.tx)
                .await?;
            row.map(|row| row.id)
        }
        (None, None) => None,
    };
    let ended = end(&change, session.as_slice()).await?;
    change.commit().await?;
    forget(identity, &ended);
    Ok(())
}

/// Signs out one of one's own devices.
pub async fn sign_out_device(app: &AppContext, viewer: &Viewer, device: SessionId) -> Result<()> {
    let identity = app.identity()?;
    let account = viewer.account().ok_or(Error::Unauthenticated)?;
    let change = app.begin().await?;
    let row = session::Entity::find_by_id(device).one(&change.tx).await?;
    if row.is_none_or(|row| row.account_id != account || row.ended_at.is_some()) {
        return Err(Problems::one(Reason::NotFound, &[&"id"], "there is no such device"));
    }
    let ended = end(&change, &[device]).await?;
    change.commit().await?;
    forget(identity, &ended);
    Ok(())
}

/// Signs out all one's devices.
pub async fn sign_out_everywhere(app: &AppContext, viewer: &Viewer) -> Result<()> {
    let identity = app.identity()?;
    let account = viewer.account().ok_or(Error::Unauthenticated)?;
    let change = app.begin().await?;
    let ended = end_all(&change, account, None).await?;
    change.commit().await?;
    forget(identity, &ended);
    Ok(())
}

/// Ends all sessions of an account but one, and tells which: to be forgotten after the commit.
pub(super) async fn end_all(
    change: &Change<'_>,
    account: AccountId,
    except: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let mut open = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::EndedAt.is_null());
    if let Some(except) = except {
        open = open.filter(session::Column::Id.ne(except));
    }
    let mut open = open.into_tuple::<SessionId>().all(&change.tx).await?;
    open.extend(outside::of_account(change, account).await?.into_iter().filter(|id| Some(*id) != except));
    end(change, &open).await
}

/// Ends sessions, and tells which: to be forgotten after the commit.
pub(super) async fn end(change: &Change<'_>, sessions: &[SessionId]) -> Result<Vec<SessionId>> {
    static END: Sql = Sql::new(
        "UPDATE session SET ended_at = $2, successor = NULL \
         WHERE id IN (SELECT id FROM {uuids $1} k) AND ended_at IS NULL",
    );
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let ids = uuids(change.engine(), sessions.iter().map(|id| id.0));
    END.run(&change.tx, [ids.clone(), change.now.0.into()]).await?;
    outside::sign_out(change, ids).await?;
    events::publish(change, Event::SessionEnded, sessions.iter().map(|id| id.0)).await?;
    Ok(sessions.to_vec())
}

/// Forgets the tokens of sessions that have ended.
pub(super) fn forget(identity: &Identity, ended: &[SessionId]) {
    for session in ended {
        identity.verified.forget_session(*session);
    }
}

/// Forgets some sessions that ended or expired before a moment, and tells how many.
pub(super) async fn tidy(change: &Change<'_>, before: Timestamp) -> Result<u64> {
    static TIDY: Sql = Sql::new(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ended_at < $1 OR expires_at < $1 LIMIT $2)",
    );
    Ok(TIDY.run(&change.tx, [before.0.into(), AT_ONCE.into()]).await?)
}
