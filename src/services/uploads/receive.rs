//! Receiving one file at an address that works once.

use entity::id::UploadId;

use super::picture::{self, Kind, Picture};
use crate::infrastructure::digest;
use crate::infrastructure::media::{Incoming, MediaFolder};
use crate::services::sql::Sql;
use crate::services::{AppContext, Error, Result};

/// Why a file is not what was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More bytes came than were declared.
    #[error("the file is larger than was declared")]
    TooLarge,
    /// Fewer bytes came than were declared.
    #[error("the file is smaller than was declared")]
    TooSmall,
    /// It is none of the images that are taken, or too large in pixels.
    #[error("the file is no image of a kind that is taken")]
    NoImage,
    /// It is another kind of image.
    #[error("the file is not of the type that was declared")]
    OtherType,
}

/// A file that is being received.
#[derive(Debug)]
pub struct Receiving {
    id: UploadId,
    kind: Kind,
    size: u64,
    file: Incoming,
}

/// Uses an address up; `None` where there is none, it was used, or its time is over. Of several at the same instant
/// one wins.
pub async fn claim(app: &AppContext, folder: &MediaFolder, token: &str) -> Result<Option<Receiving>> {
    static CLAIM: Sql = Sql::new(
        "UPDATE upload SET state = 1, path = $3 WHERE token_hash = $1 AND state = 0 AND expires_at > $2 \
         RETURNING id, mime_type, size",
    );
    static NAME: Sql = Sql::new("UPDATE upload SET path = $2 WHERE id = $1");
    let name = digest::secret().map_err(Error::internal)?.replace(['-', '_'], "");
    let change = app.begin().await?;
    let hash = digest::sha256(token.as_bytes());
    let row = CLAIM.one(&change.tx, [hash.into(), change.now.0.into(), name.clone().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let id: UploadId = row.try_get_by_index(0)?;
    let (mime_type, size): (String, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let kind = Kind::of(&mime_type).ok_or_else(|| Error::internal("an upload of no known type"))?;
    let name = format!("{name}.{}", kind.extension());
    NAME.run(&change.tx, [id.0.into(), name.clone().into()]).await?;
    change.commit().await?;
    let file = folder.begin(&name).await.map_err(Error::internal)?;
    Ok(Some(Receiving { id, kind, size: size.unsigned_abs(), file }))
}

impl Receiving {
    /// Bytes that were declared.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes; a refusal where there are too many.
    ///
    /// # Errors
    /// Where the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<std::result::Result<(), Refusal>> {
        if self.file.size() + bytes.len() as u64 > self.size {
            return Ok(Err(Refusal::TooLarge));
        }
        self.file.write(bytes).await.map_err(Error::internal)?;
        Ok(Ok(()))
    }

    /// Ends the file: keeps it where it is what was declared.
    ///
    /// # Errors
    /// Where disk or database fail.
    pub async fn finish(mut self, app: &AppContext) -> Result<std::result::Result<(), Refusal>> {
        static COMPLETE: Sql =
            Sql::new("UPDATE upload SET state = 2, width = $2, height = $3 WHERE id = $1 AND state = 1");
        let found = match self.look().await? {
            Ok(found) => found,
            Err(refusal) => {
                self.refuse(app).await?;
                return Ok(Err(refusal));
            }
        };
        let change = app.begin().await?;
        let pixels = [self.id.0.into(), found.width.into(), found.height.into()];
        COMPLETE.run(&change.tx, pixels).await?;
        // The name is there before the database says so.
        self.file.keep().await.map_err(Error::internal)?;
        change.commit().await?;
        Ok(Ok(()))
    }

    async fn look(&mut self) -> Result<std::result::Result<Picture, Refusal>> {
        if self.file.size() < self.size {
            return Ok(Err(Refusal::TooSmall));
        }
        let look = |file: std::fs::File| picture::look(std::io::BufReader::new(file));
        let found = self.file.look(look).await.map_err(Error::internal)?;
        Ok(match found {
            Some(picture) if picture.kind == self.kind => Ok(picture),
            Some(_) => Err(Refusal::OtherType),
            None => Err(Refusal::NoImage),
        })
    }

    /// Gives the file up; its address stays used.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn refuse(self, app: &AppContext) -> Result<()> {
        static REFUSE: Sql = Sql::new("UPDATE upload SET state = 3 WHERE id = $1 AND state = 1");
        let change = app.begin().await?;
        REFUSE.run(&change.tx, [self.id.0.into()]).await?;
        change.commit().await
    }
}
