//! `demur dkim`: makes the keys that sign outgoing mail, and tells the DNS records that belong to them. Reads the keys of the settings.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::Failure;
use super::install::write_private;
use crate::config::{DkimSettings, SystemRandom};
use crate::mail::{DkimError, DkimKey, DkimSigner, Published, new_ed25519_key, new_rsa_key};

/// A string in a TXT record holds no more bytes.
const TXT_STRING: usize = 255;

/// What `dkim` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Domain that answers for the mail: that of the sender addresses, or one above them
    #[arg(long)]
    domain: String,
    /// Name of the key below the domain; a new key takes a new name, such as the month
    #[arg(long)]
    selector: String,
    /// Folder for the private keys; nothing in it is overwritten
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Makes an Ed25519 key too, for a second signature that few receivers read yet
    #[arg(long)]
    ed25519: bool,
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let selector = arguments.selector.to_ascii_lowercase();
    let mut keys = vec![(selector.clone(), new_rsa_key().map_err(refused)?)];
    if arguments.ed25519 {
        let selector = format!("{selector}-ed25519");
        keys.push((selector, new_ed25519_key(&SystemRandom)));
    }
    // What was made is read as it will be read later, before anything is written.
    let read = keys.iter().map(|(selector, pem)| {
        let key = DkimKey::from_pem(pem.as_bytes())?;
        Ok((selector.clone(), key))
    });
    let read = read.collect::<Result<_, DkimError>>().map_err(refused)?;
    let domain = arguments.domain.to_ascii_lowercase();
    let signer = DkimSigner::new(&domain, read).map_err(refused)?;
    let files = keys
        .iter()
        .map(|(selector, _)| arguments.out.join(format!("{selector}.pem")));
    let files: Vec<PathBuf> = files.collect();
    if let Some(file) = files.iter().find(|file| file.exists()) {
        let why = format!("{}: exists already; nothing was written", file.display());
        return Err(Failure::Refused(why));
    }
    for ((_, pem), file) in keys.iter().zip(&files) {
        write_private(file, pem.as_bytes())
            .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
    }
    let records = signer.records();
    for record in &records {
        super::say(&zone_line(record));
    }
    let made: Vec<Value> = files
        .iter()
        .zip(&records)
        .map(|(file, record)| {
            json!({
                "key_file": file.display().to_string(),
                "name": record.name,
                "type": "TXT",
                "strings": strings(&record.text),
            })
        })
        .collect();
    super::print_json(&json!({ "domain": domain, "keys": made }))
}

/// The signer of the settings; none if the relay signs.
pub(super) fn signer(settings: &DkimSettings) -> Result<Option<DkimSigner>, Failure> {
    if settings.domain.is_empty() {
        return Ok(None);
    }
    let mut keys = Vec::new();
    for (setting, file, selector) in [
        ("key_file", &settings.key_file, &settings.selector),
        (
            "ed25519_key_file",
            &settings.ed25519_key_file,
            &settings.ed25519_selector,
        ),
    ] {
        if !file.is_empty() {
            let key = read_key(Path::new(file))
                .map_err(|why| Failure::Refused(format!("mail.dkim.{setting} {file}: {why}")))?;
            keys.push((selector.clone(), key));
        }
    }
    if keys.is_empty() {
        let why = "`mail.dkim.domain` is set, but `mail.dkim.key_file` is missing; `demur dkim` makes a key";
        return Err(Failure::Refused(why.to_owned()));
    }
    DkimSigner::new(&settings.domain, keys)
        .map(Some)
        .map_err(|error| Failure::Refused(format!("mail.dkim: {error}")))
}

fn read_key(file: &Path) -> Result<DkimKey, String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    DkimKey::from_pem(&pem).map_err(|error| error.to_string())
}

/// A record as a line of a zone file.
fn zone_line(record: &Published) -> String {
    let strings = strings(&record.text);
    let quoted: Vec<String> = strings.iter().map(|part| format!("\"{part}\"")).collect();
    format!("{}. IN TXT ( {} )", record.name, quoted.join(" "))
}

/// A text in strings that fit into a TXT record. It is ASCII.
fn strings(text: &str) -> Vec<String> {
    text.as_bytes()
        .chunks(TXT_STRING)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}
