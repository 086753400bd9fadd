//! Making and changing client apps.

use entity::clients::client_app;
use entity::id::ClientAppId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel as _, PaginatorTrait,
    QueryFilter, QuerySelect,
};

use super::{Budget, Client, DocumentMode, load, state};
use crate::infrastructure::secrets;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Problems, Reason, Result, check};

/// Client apps that there can be.
pub const MOST: u64 = 200;
/// Origins that an app can have.
const MOST_ORIGINS: usize = 50;
const LONGEST_HANDLE: usize = 64;
const LONGEST_NAME: usize = 200;
const MOST_POINTS: u32 = 1_000_000_000;
const MOST_PER_SECOND: u32 = 1_000_000;

/// What public keys of apps begin with, so that people and scanners know one when they see it.
const PREFIX: &str = "vitrine_client_";

/// What an app is to be; for a new one the handle has to be there, of a known one absent fields stay as they are.
#[derive(Clone, Debug, Default)]
pub struct ClientInput {
    /// Its slug.
    pub handle: Option<String>,
    /// Its name; a new one without is called as its handle.
    pub name: Option<String>,
    /// Which documents it may run; a new one without only those that are registered.
    pub mode: Option<DocumentMode>,
    /// All origins of its pages.
    pub origins: Option<Vec<String>>,
    /// What it may ask for; `Some(None)` takes the default again.
    pub budget: Option<Option<Budget>>,
    /// Whether it is let in.
    pub is_active: Option<bool>,
}

/// Makes an app.
///
/// # Errors
/// What the input has wrong, each at its field.
pub async fn create(app: &AppContext, input: ClientInput) -> Result<Client> {
    let mut problems = Problems::default();
    let change = app.begin().await?;
    if client_app::Entity::find().count(&change.tx).await? >= MOST {
        problems.add(Reason::Invalid, &[], format!("there can be {MOST} client apps"));
    }
    let handle = input.handle.clone().unwrap_or_default();
    let mut row = client_app::ActiveModel {
        id: Set(ClientAppId::generate()),
        handle: Set(String::new()),
        name: Set(handle.clone()),
        public_key: Set(format!("{PREFIX}{}", secrets::random_token()?)),
        mode: Set(DocumentMode::Trusted),
        origins: Set(String::new()),
        budget_points: Set(None),
        budget_restore: Set(None),
        created_at: Set(change.now),
        deactivated_at: Set(None),
    };
    apply(&change, &mut problems, &mut row, ClientInput { handle: Some(handle), ..input }).await?;
    problems.none()?;
    let row = row.insert(&change.tx).await?;
    change.made(row.id, &Fields::of(&row));
    finish(app, change, row).await
}

/// Changes an app; it holds for the next request here, and within a second everywhere.
///
/// # Errors
/// What the input has wrong, each at its field; there is no such app.
pub async fn update(app: &AppContext, id: ClientAppId, input: ClientInput) -> Result<Client> {
    let mut problems = Problems::default();
    let change = app.begin().await?;
    let row = client_app::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such client app"))?;
    let before = Fields::of(&row);
    let mut row = row.into_active_model();
    apply(&change, &mut problems, &mut row, input).await?;
    problems.none()?;
    let row = row.update(&change.tx).await?;
    change.changed(id, &before, &Fields::of(&row));
    finish(app, change, row).await
}

async fn finish(app: &AppContext, change: Change<'_>, row: client_app::Model) -> Result<Client> {
    events::publish(&change, Event::ClientChanged, [row.id.0]).await?;
    change.commit().await?;
    state::refresh_clients(app).await?;
    let known = app.clients().with_id(row.id).map(|client| client.documents.clone());
    Ok(Client { documents: known.unwrap_or_default(), ..load::client(row) })
}

async fn apply(
    change: &Change<'_>,
    problems: &mut Problems,
    row: &mut client_app::ActiveModel,
    input: ClientInput,
) -> Result<()> {
    let ClientInput { handle, name, mode, origins, budget, is_active } = input;
    if let Some(handle) = handle {
        check_handle(problems, &handle);
        let others = client_app::Entity::find()
            .filter(client_app::Column::Handle.eq(&handle))
            .filter(client_app::Column::Id.ne(*row.id.as_ref()));
        if others.count(&change.tx).await? > 0 {
            problems.add(Reason::Taken, &[&"handle"], "another client app has this handle");
        }
        row.handle = Set(handle);
    }
    if let Some(mut name) = name {
        check::line(problems, &[&"name"], &mut name, LONGEST_NAME);
        row.name = Set(name);
    }
    if let Some(mode) = mode {
        row.mode = Set(mode);
    }
    if let Some(origins) = origins {
        row.origins = Set(check_origins(problems, &origins));
    }
    if let Some(budget) = budget {
        check_budget(problems, budget);
        row.budget_points = Set(budget.map(|budget| i64::from(budget.points.get())));
        row.budget_restore = Set(budget.map(|budget| i64::from(budget.per_second.get())));
    }
    if let Some(is_active) = is_active {
        row.deactivated_at = Set((!is_active).then_some(change.now));
    }
    Ok(())
}

fn check_handle(problems: &mut Problems, handle: &str) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if handle.is_empty() || handle.len() > LONGEST_HANDLE || !handle.chars().all(allowed) {
        let message = format!("a handle has 1 to {LONGEST_HANDLE} of a-z, 0-9 and -");
        problems.add(Reason::Invalid, &[&"handle"], message);
    }
}

/// Origins as browsers send them (RFC 6454, section 6.2): a scheme, a host in lower case, a port where it is not the
/// usual one.
fn check_origins(problems: &mut Problems, origins: &[String]) -> String {
    if origins.len() > MOST_ORIGINS {
        problems.add(Reason::Invalid, &[&"origins"], format!("there can be {MOST_ORIGINS} origins"));
        return String::new();
    }
    for (index, origin) in origins.iter().enumerate() {
        if !is_origin(origin) {
            let message =
                "an origin is a scheme and a host, such as `https://shop.example`, and nothing behind it";
            problems.add(Reason::Invalid, &[&"origins", &index], message);
        }
    }
    origins.join(" ")
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let in_scheme = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c);
    let in_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
    text.len() <= 255
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(in_scheme)
        && !host.is_empty()
        && host.chars().all(in_host)
}

fn check_budget(problems: &mut Problems, budget: Option<Budget>) {
    let Some(Budget { points, per_second }) = budget else { return };
    if points.get() > MOST_POINTS {
        problems.add(Reason::Invalid, &[&"budget", &"points"], format!("points go from 1 to {MOST_POINTS}"));
    }
    if per_second.get() > MOST_PER_SECOND {
        let message = format!("points a second go from 1 to {MOST_PER_SECOND}");
        problems.add(Reason::Invalid, &[&"budget", &"perSecond"], message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        for fine in
            ["https://shop.example", "http://127.0.0.1:3000", "capacitor://localhost", "http://[::1]:80"]
        {
            assert!(is_origin(fine), "{fine}");
        }
        for wrong in [
            "",
            "shop.example",
            "https://",
            "https://shop.example/",
            "https://Shop.example",
            "*",
            "null",
            "https://a b",
        ] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
