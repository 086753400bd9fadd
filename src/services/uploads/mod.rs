//! Images that staff send: an address that works once, a look at what really came, and taking it into the shop.

mod picture;
mod receive;

use entity::id::UploadId;
use entity::time::{DAY, SECOND, Timestamp};
use entity::uploads::upload::{self, UploadState};
use sea_orm::{ActiveModelTrait, Set};

pub use self::picture::{Kind, Picture, look};
pub use self::receive::{Receiving, Refusal, claim};
use crate::infrastructure::digest;
use crate::infrastructure::media::MediaFolder;
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Error, Problems, Reason, Result, Viewer, check};

/// The largest file, in bytes.
pub const LARGEST: i64 = 20 * 1024 * 1024;

/// How long a file waits to be taken, in microseconds.
pub const KEPT: i64 = DAY;

/// How long an address works.
const VALID: i64 = 15 * 60 * SECOND;

/// A file that somebody is going to send.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// What the sender calls it.
    pub filename: String,
    /// Its media type.
    pub mime_type: String,
    /// Bytes.
    pub size: i64,
}

/// Where to send it.
#[derive(Clone, Debug)]
pub struct Address {
    /// By which changes refer to the file.
    pub id: UploadId,
    /// The secret part of the address; it is told this once.
    pub token: String,
    /// When the address stops to work.
    pub expires_at: Timestamp,
}

/// Gives an address that takes one file, once.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(app: &AppContext, _viewer: &Viewer, mut new: NewUpload) -> Result<Address> {
    let mut problems = Problems::default();
    check::line(&mut problems, &[&"filename"], &mut new.filename, check::TITLE);
    if Kind::of(&new.mime_type).is_none() {
        let message = "images are image/png, image/jpeg, image/webp or image/gif";
        problems.add(Reason::Invalid, &[&"mimeType"], message);
    }
    if !(1..=LARGEST).contains(&new.size) {
        problems.add(Reason::Invalid, &[&"size"], format!("an image has 1 to {LARGEST} bytes"));
    }
    problems.none()?;
    let token = digest::secret().map_err(Error::internal)?;
    let change = app.begin().await?;
    let id = UploadId::generate();
    let expires_at = change.now.plus(VALID);
    let row = upload::ActiveModel {
        id: Set(id),
        token_hash: Set(digest::sha256(token.as_bytes())),
        state: Set(UploadState::Waiting),
        filename: Set(new.filename),
        mime_type: Set(new.mime_type),
        size: Set(new.size),
        path: Set(None),
        width: Set(None),
        height: Set(None),
        created_at: Set(change.now),
        expires_at: Set(expires_at),
    };
    let told = Fields::of(&row.insert(&change.tx).await?).without(&["tokenHash", "path"]);
    change.made(id, &told);
    change.commit().await?;
    Ok(Address { id, token, expires_at })
}

/// An upload that belongs to the shop now.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its address: a path on this server.
    pub url: String,
    /// Its media type, found true.
    pub mime_type: String,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
}

/// Takes a complete upload into the shop; nobody can take it again.
///
/// # Errors
/// At `uploadId` where there is none, it is not complete, or it was taken.
pub async fn take(change: &Change<'_>, id: UploadId) -> Result<Taken> {
    static TAKE: Sql = Sql::new(
        "UPDATE upload SET state = 4 WHERE id = $1 AND state = 2 RETURNING path, mime_type, width, height",
    );
    static STATE: Sql = Sql::new("SELECT state FROM upload WHERE id = $1");
    let Some(row) = TAKE.one(&change.tx, [id.0.into()]).await? else {
        let state = STATE.one(&change.tx, [id.0.into()]).await?;
        let (reason, message) = match state.map(|row| row.try_get_by_index::<i16>(0)).transpose()? {
            None => (Reason::NotFound, "there is no such upload"),
            Some(4) => (Reason::InUse, "the upload was used already"),
            Some(_) => (Reason::Invalid, "the file was not sent, or was refused"),
        };
        return Err(Problems::one(reason, &[&"uploadId"], message));
    };
    let path: String = row.try_get_by_index(0)?;
    Ok(Taken {
        url: format!("/media/{path}"),
        mime_type: row.try_get_by_index(1)?,
        width: row.try_get_by_index(2)?,
        height: row.try_get_by_index(3)?,
    })
}

/// Forgets uploads that began before a moment, at most a hundred, and removes the files that nobody took.
/// Answers how many there were.
pub async fn sweep(app: &AppContext, folder: Option<&MediaFolder>, before: Timestamp) -> Result<usize> {
    static SWEEP: Sql = Sql::new(
        "DELETE FROM upload WHERE id IN \
         (SELECT id FROM upload WHERE created_at < $1 ORDER BY created_at LIMIT 100) RETURNING state, path",
    );
    let change = app.begin().await?;
    let rows = SWEEP.all(&change.tx, [before.0.into()]).await?;
    change.commit().await?;
    for row in &rows {
        let (state, path): (i16, Option<String>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if let (Some(folder), Some(path), true) = (folder, path, state != 4) {
            folder.remove(&path).await.map_err(Error::internal)?;
        }
    }
    Ok(rows.len())
}
