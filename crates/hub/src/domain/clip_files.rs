use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path as FilePath, PathBuf};

use access::ClipId;
use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

use crate::store::FragmentRow;

/// Sealed fragments as objects, `clip/number-digest`.
///
/// A name is made of a parsed id, a number and a digest and of nothing that a caller wrote. It
/// fixes the bytes, so two uploads that race cannot mix.
#[derive(Debug)]
pub struct ClipFiles {
    objects: LocalFileSystem,
    folder: PathBuf,
}

/// A fragment cannot be read, written or deleted.
#[derive(Debug, thiserror::Error)]
#[error("the files of a clip failed")]
pub struct FileError(#[from] object_store::Error);

impl ClipFiles {
    /// Opens a folder.
    pub fn open(folder: &FilePath) -> Result<Self, FileError> {
        let objects = LocalFileSystem::new_with_prefix(folder)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self {
            objects,
            folder: folder.to_owned(),
        })
    }

    /// Deletes what a crash left half written. Only safe before uploads are taken.
    pub fn clear_drafts(&self) -> Result<(), FileError> {
        clear_drafts(&self.folder).map_err(|source| {
            let store = "LocalFileSystem";
            object_store::Error::Generic {
                store,
                source: Box::new(source),
            }
            .into()
        })
    }

    /// Stores a fragment; it is durable when this returns.
    pub async fn put(
        &self,
        clip: ClipId,
        fragment: &FragmentRow,
        bytes: Bytes,
    ) -> Result<(), FileError> {
        let payload = PutPayload::from_bytes(bytes);
        self.objects.put(&name(clip, fragment), payload).await?;
        Ok(())
    }

    /// Reads a fragment.
    pub async fn get(&self, clip: ClipId, fragment: &FragmentRow) -> Result<Bytes, FileError> {
        Ok(self
            .objects
            .get(&name(clip, fragment))
            .await?
            .bytes()
            .await?)
    }

    /// Deletes everything of a clip; nothing to delete is fine.
    pub async fn delete_clip(&self, clip: ClipId) -> Result<(), FileError> {
        let all: Vec<_> = self.objects.list(Some(&folder(clip))).try_collect().await?;
        for object in all {
            self.delete(&object.location).await?;
        }
        Ok(())
    }

    /// The clips that have files.
    pub async fn clips(&self) -> Result<Vec<ClipId>, FileError> {
        let listed = self.objects.list_with_delimiter(None).await?;
        let names = listed.common_prefixes.into_iter();
        Ok(names
            .filter_map(|name| name.as_ref().parse().ok())
            .collect())
    }

    /// Deletes the files of a clip that no kept fragment names.
    pub async fn delete_strays(
        &self,
        clip: ClipId,
        kept: &[FragmentRow],
    ) -> Result<usize, FileError> {
        let kept: HashSet<_> = kept.iter().map(|fragment| name(clip, fragment)).collect();
        let all: Vec<_> = self.objects.list(Some(&folder(clip))).try_collect().await?;
        let strays = all.iter().filter(|object| !kept.contains(&object.location));
        let mut deleted = 0;
        for stray in strays {
            self.delete(&stray.location).await?;
            deleted += 1;
        }
        Ok(deleted)
    }

    async fn delete(&self, location: &Path) -> Result<(), FileError> {
        match self.objects.delete(location).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn folder(clip: ClipId) -> Path {
    Path::from(clip.to_string())
}

fn name(clip: ClipId, fragment: &FragmentRow) -> Path {
    let mut file = format!("{:06}-", fragment.n);
    for byte in fragment.digest {
        // Writing to a String cannot fail.
        let _ = write!(file, "{byte:02x}");
    }
    folder(clip).join(file)
}

/// The object store writes `name#1` before it renames; such a file after a start is debris.
fn clear_drafts(folder: &FilePath) -> io::Result<()> {
    for clip in fs::read_dir(folder)? {
        let clip = clip?;
        if !clip.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(clip.path())? {
            let path = file?.path();
            if path.to_string_lossy().contains('#') {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}
