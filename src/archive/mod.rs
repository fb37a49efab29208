//! Files in one archive: packed so that the same files give the same bytes, and unpacked within limits. Knows nothing of cases.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Largest archive that is opened, in bytes.
const LARGEST: u64 = 200 * 1024 * 1024;
/// Most files in one.
const MOST_FILES: usize = 5_000;

/// Why an archive could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no archive, or a damaged one.
    #[error("this is no archive that can be read: {0}")]
    Unreadable(String),
    /// It holds more than this program opens.
    #[error("the archive is larger than this program opens")]
    TooLarge,
    /// Its bytes are not those that its files give.
    #[error("the archive was changed after it was made")]
    Changed,
}

impl From<zip::result::ZipError> for ArchiveError {
    fn from(error: zip::result::ZipError) -> ArchiveError {
        ArchiveError::Unreadable(error.to_string())
    }
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> ArchiveError {
        ArchiveError::Unreadable(error.to_string())
    }
}

/// Packs files, in the order of their names, without compression and without times.
///
/// # Errors
/// A name that an archive cannot have.
pub fn pack(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, ArchiveError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Unpacks an archive that [`pack`] made; any other, and one with a single changed byte, is refused.
///
/// # Errors
/// [`ArchiveError`].
pub fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > LARGEST {
        return Err(ArchiveError::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > MOST_FILES {
        return Err(ArchiveError::TooLarge);
    }
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index)?;
        let name = file.name()?.into_owned();
        let mut content = Vec::new();
        // Nothing in it is compressed, so no file is larger than the archive.
        file.take(size).read_to_end(&mut content)?;
        files.insert(name, content);
    }
    // Made anew from its files it must be the same: so the parts that no checksum covers count too.
    if pack(&files)? == bytes {
        Ok(files)
    } else {
        Err(ArchiveError::Changed)
    }
}
