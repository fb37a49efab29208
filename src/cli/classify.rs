//! `demur classify`: reads raw mail as the case page does, without a database, and says what it takes it for.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{Failure, print_json};
use crate::config::reply_reader;
use crate::domain::reading::Reader;
use crate::mail::read_mail;

/// What `classify` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A raw mail; without it, standard input
    #[arg(conflicts_with = "batch")]
    file: Option<PathBuf>,
    /// Reads every *.eml of a folder, in the order of their names
    #[arg(long, value_name = "DIR")]
    batch: Option<PathBuf>,
    /// The mail server whose Authentication-Results count; without it the sender is never proven
    #[arg(long, value_name = "HOST")]
    authserv_id: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let reader = reply_reader().map_err(|error| Failure::Refused(error.to_string()))?;
    let host = arguments.authserv_id.as_deref();
    if let Some(folder) = &arguments.batch {
        for file in mails_of(folder)? {
            let raw = std::fs::read(&file)
                .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
            print_json(&line(&reader, &name_of(&file), &raw, host))?;
        }
        return Ok(());
    }
    let mut raw = Vec::new();
    let name = match &arguments.file {
        Some(file) => {
            raw = std::fs::read(file)
                .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
            name_of(file)
        }
        None => {
            std::io::stdin().read_to_end(&mut raw)?;
            "-".to_owned()
        }
    };
    print_json(&line(&reader, &name, &raw, host))
}

fn mails_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::Refused(format!("{}: {error}", folder.display())))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What is not read has the kind `unrelated`, and says why in `unreadable`.
fn line(reader: &Reader, name: &str, raw: &[u8], authserv_id: Option<&str>) -> Value {
    let (reading, unreadable) = match read_mail(raw) {
        Ok(mail) => (Some(reader.read(&mail.as_reply(authserv_id))), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let reading = reading.as_ref();
    json!({
        "file": name,
        "kind": reading.map_or("unrelated", |one| one.kind.as_str()),
        "confidence": reading.map_or(0.0, |one| one.confidence),
        "sure": reading.is_some_and(|one| one.sure),
        "matched": reading.map(|one| one.matched.as_slice()).unwrap_or_default(),
        "refusal_ground": reading.and_then(|one| one.refusal_ground),
        "extension_until": reading.and_then(|one| one.extension_until),
        "extension_days": reading.and_then(|one| one.extension_days),
        "ticket": reading.and_then(|one| one.ticket.as_deref()),
        "legal_effect": reading.is_some_and(|one| one.legal_effect),
        "language": reading.and_then(|one| one.language.as_deref()),
        "unreadable": unreadable,
    })
}
