//! The folder that uploaded files are kept in.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// A folder whose files are served; hidden ones, which begin with a dot, are not.
#[derive(Clone, Debug)]
pub struct MediaFolder(PathBuf);

impl MediaFolder {
    /// The folder at a path.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Begins a file that will be called `name`; nobody sees it before it is kept.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub async fn begin(&self, name: &str) -> io::Result<Incoming> {
        fs::create_dir_all(&self.0).await?;
        let path = self.hidden(name);
        let file = File::create_new(&path).await?;
        Ok(Incoming { file, path, target: self.0.join(name), size: 0, is_kept: false })
    }

    /// Removes a file, finished or not; it may be gone already.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub async fn remove(&self, name: &str) -> io::Result<()> {
        for path in [self.0.join(name), self.hidden(name)] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn hidden(&self, name: &str) -> PathBuf {
        self.0.join(format!(".{name}.part"))
    }
}

/// A file on its way in. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    path: PathBuf,
    target: PathBuf,
    size: u64,
    is_kept: bool,
}

impl Incoming {
    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds bytes to its end.
    ///
    /// # Errors
    /// Where the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Lets somebody look at what has come, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn look<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(std::fs::File) -> T + Send + 'static,
    ) -> io::Result<T> {
        self.file.sync_all().await?;
        let path = self.path.clone();
        let looked = tokio::task::spawn_blocking(move || std::fs::File::open(path).map(look));
        looked.await.map_err(io::Error::other)?
    }

    /// Gives the file its name, at once and whole.
    ///
    /// # Errors
    /// Where it cannot be renamed.
    pub async fn keep(mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.target).await?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
