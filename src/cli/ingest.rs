//! `demur ingest`: takes one raw mail in, from a file or a pipe. Exit 75 asks the delivery agent to try again; once it is stored the answer is 0, whatever it is.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Failure;
use super::install::Installation;
use crate::app::case::{Received, receive_mail};

/// What `ingest` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The mail as it came; without it, standard input
    file: Option<PathBuf>,
    /// The address that the mail server took it for
    #[arg(long)]
    recipient: Option<String>,
}

/// Larger mails are refused: a mail that was cut is no evidence.
const MOST_BYTES: usize = 26 * 1024 * 1024;

pub(super) fn run(
    arguments: &Arguments,
    installation: Result<Installation, Failure>,
) -> Result<(), Failure> {
    super::log_to_stderr(tracing::Level::WARN);
    let raw = read(arguments).map_err(|error| Failure::TryAgain(error.to_string()))?;
    if raw.len() > MOST_BYTES {
        return Err(Failure::Refused("the mail is larger than 26 MB".to_owned()));
    }
    // Whatever is wrong with this machine, the mail must not bounce for it.
    let installation = installation.map_err(later)?;
    let _key_stays = installation.intake_lock().map_err(later)?;
    let app = installation.real_app().map_err(later)?;
    let received = receive_mail(&app, &raw, arguments.recipient.as_deref())
        .map_err(|error| Failure::TryAgain(error.to_string()))?;
    // A mail server quotes what its pipes say to the sender, who need not know.
    if arguments.recipient.is_some() {
        return Ok(());
    }
    super::print_json(&match received {
        Received::Case(_) => json!({ "received": "case", "why": null }),
        Received::Held(why) => json!({ "received": "held", "why": why }),
    })
}

fn later(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(why) | Failure::Usage(why) => Failure::TryAgain(why),
        other @ Failure::TryAgain(_) => other,
    }
}

fn read(arguments: &Arguments) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let most = u64::try_from(MOST_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    match &arguments.file {
        Some(file) => std::fs::File::open(file)?
            .take(most)
            .read_to_end(&mut raw)?,
        None => std::io::stdin().lock().take(most).read_to_end(&mut raw)?,
    };
    Ok(raw)
}
