//! The offline check of a bundle: the hash of every file, nothing missing or added, and the chain of events. It finds damage, not forgery.

use serde::Serialize;

use super::{EVENTS, EventLine, MANIFEST, Manifest, hash};
use crate::archive::{ArchiveError, unpack};
use crate::storage::{ChainLink, verify_links};

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedBundle {
    /// The case's reference.
    pub reference: String,
    /// How many files were checked.
    pub files: usize,
    /// How many events the chain has.
    pub events: usize,
}

/// Why a bundle is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum BadBundle {
    /// The archive itself.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file is missing, added or changed.
    #[error("{0}")]
    File(String),
    /// The event log is not whole.
    #[error("the chain of events is broken")]
    Chain,
}

/// Checks a bundle offline: nothing but its own bytes is needed.
///
/// # Errors
/// [`BadBundle`] with the first thing that is wrong.
pub fn verify_bundle(bytes: &[u8]) -> Result<VerifiedBundle, BadBundle> {
    let mut files = unpack(bytes)?;
    let manifest = files
        .remove(MANIFEST)
        .ok_or_else(|| BadBundle::File(format!("{MANIFEST} is missing")))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| BadBundle::File(format!("{MANIFEST}: {error}")))?;
    for entry in &manifest.files {
        let content = files
            .get(&entry.name)
            .ok_or_else(|| BadBundle::File(format!("{} is missing", entry.name)))?;
        if hash(content) != entry.sha256 || content.len() != entry.bytes {
            return Err(BadBundle::File(format!("{} was changed", entry.name)));
        }
    }
    if let Some(name) = files
        .keys()
        .find(|name| !manifest.files.iter().any(|entry| entry.name == **name))
    {
        return Err(BadBundle::File(format!("{name} is not in the manifest")));
    }
    let events = files
        .get(EVENTS)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let lines: Result<Vec<EventLine>, _> = events.lines().map(serde_json::from_str).collect();
    let lines = lines.map_err(|error| BadBundle::File(format!("{EVENTS}: {error}")))?;
    let links: Vec<ChainLink> = lines.into_iter().map(|line| line.link).collect();
    if !verify_links(manifest.case_id, &links) {
        return Err(BadBundle::Chain);
    }
    Ok(VerifiedBundle {
        reference: manifest.reference,
        files: manifest.files.len(),
        events: links.len(),
    })
}
