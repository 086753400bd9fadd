//! Tokens of apps: programs that sign in without a person.

use std::collections::HashMap;

use entity::id::AppTokenId;
use entity::identity::app_token;
use entity::time::{SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::cache::Known;
use super::{Identity, input, roles};
use crate::infrastructure::secrets;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Error, Permissions, Problems, Reason, Result, Viewer};

/// What tokens of apps begin with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "vit_";

/// How long a token is believed before it is looked at again.
const BELIEVED: i64 = 30 * SECOND;
/// Tokens that are listed at most.
const MOST: u64 = 500;
/// How precisely it is told when a token was last used.
const PRECISION: i64 = 60 * SECOND;

/// A token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppToken {
    /// Its id.
    pub id: AppTokenId,
    /// What it is for.
    pub name: String,
    /// Its last four letters.
    pub hint: String,
    /// What it may do.
    pub scopes: Permissions,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewAppToken {
    /// What it is for.
    pub name: String,
    /// What it may do, as words.
    pub scopes: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// All tokens, the newest first.
pub async fn tokens(app: &AppContext) -> Result<Vec<AppToken>> {
    let rows = app_token::Entity::find().order_by_desc(app_token::Column::Id).limit(MOST);
    Ok(rows.all(app.db.read()?).await?.into_iter().map(shown).collect())
}

/// Makes a token, and tells it: it is shown this once and kept nowhere.
pub async fn create(app: &AppContext, viewer: &Viewer, new: NewAppToken) -> Result<(AppToken, String)> {
    let identity = app.identity()?;
    let mut problems = Problems::default();
    let name = input::name(&mut problems, &[&"name"], &new.name);
    let scopes = roles::parse(&mut problems, "scopes", &new.scopes, viewer.permissions());
    if new.scopes.is_empty() {
        problems.add(Reason::Invalid, &[&"scopes"], "a token without scopes can do nothing");
    }
    if new.expires_at.is_some_and(|at| at <= app.now()) {
        problems.add(Reason::Invalid, &[&"expiresAt"], "this moment is in the past");
    }
    problems.none()?;
    let token = format!("{PREFIX}{}", secrets::random_token()?);
    let change = app.begin().await?;
    let row = app_token::ActiveModel {
        id: Set(AppTokenId::generate()),
        hash: Set(hash(identity, &token)),
        name: Set(name),
        hint: Set(token[token.len() - 4..].to_owned()),
        scopes: Set(roles::words(scopes)),
        created_by: Set(viewer.account()),
        created_at: Set(change.now),
        expires_at: Set(new.expires_at),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    let row = row.insert(&change.tx).await?;
    change.made(row.id, &told(&row));
    events::publish(&change, Event::AppTokenChanged, [row.id.0]).await?;
    change.commit().await?;
    Ok((shown(row), token))
}

/// Revokes a token, at once.
pub async fn revoke(app: &AppContext, viewer: &Viewer, id: AppTokenId) -> Result<AppToken> {
    let identity = app.identity()?;
    let change = app.begin().await?;
    let row = app_token::Entity::find_by_id(id).one(&change.tx).await?;
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such token"))?;
    if !viewer.permissions().covers(roles::rights(&row.scopes, false)) {
        let message = "this token may do what you may not: somebody who may has to revoke it";
        return Err(Problems::one(Reason::NotYours, &[&"id"], message));
    }
    let (before, mut row) = (row.clone(), row);
    if row.revoked_at.is_none() {
        row.revoked_at = Some(change.now);
        app_token::Entity::update_many()
            .col_expr(app_token::Column::RevokedAt, Expr::value(change.now.0))
            .filter(app_token::Column::Id.eq(id))
            .exec(&change.tx)
            .await?;
        change.changed(id, &told(&before), &told(&row));
        events::publish(&change, Event::AppTokenChanged, [id.0]).await?;
    }
    change.commit().await?;
    identity.verified.forget_app(id);
    Ok(shown(row))
}

/// Whose token it is.
pub(super) async fn known(
    app: &AppContext,
    identity: &Identity,
    token: &str,
    now: Timestamp,
) -> Result<Known> {
    let row = app_token::Entity::find()
        .filter(app_token::Column::Hash.eq(hash(identity, token)))
        .one(app.db.read()?)
        .await?;
    let counts =
        |row: &app_token::Model| row.revoked_at.is_none() && row.expires_at.is_none_or(|at| now < at);
    let row = row.filter(counts).ok_or(Error::Unauthenticated)?;
    if row.used_at.is_none_or(|at| at.plus(PRECISION) <= now) {
        identity.note_use(row.id, now);
    }
    let viewer = Viewer::App { token: row.id, permissions: roles::rights(&row.scopes, false) };
    let until = row.expires_at.map_or(now.plus(BELIEVED), |at| at.min(now.plus(BELIEVED)));
    Ok(Known { viewer, until, expires_at: row.expires_at })
}

/// Writes down when tokens were last used.
pub(super) async fn keep_uses(change: &Change<'_>, uses: HashMap<AppTokenId, Timestamp>) -> Result<()> {
    for (id, at) in uses {
        app_token::Entity::update_many()
            .col_expr(app_token::Column::UsedAt, Expr::value(at.0))
            .filter(app_token::Column::Id.eq(id))
            .exec(&change.tx)
            .await?;
    }
    Ok(())
}

/// A token as auditors are told of it.
fn told(row: &app_token::Model) -> Fields {
    Fields::of(row).without(&["hash", "hint", "usedAt"])
}

fn shown(row: app_token::Model) -> AppToken {
    AppToken {
        id: row.id,
        name: row.name,
        hint: row.hint,
        scopes: roles::rights(&row.scopes, false),
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
        revoked_at: row.revoked_at,
    }
}

fn hash(identity: &Identity, token: &str) -> String {
    identity.lookup.apps.hash(token.as_bytes())
}
