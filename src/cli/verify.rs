//! `demur verify`: checks a bundle offline.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, print_json};
use crate::app::case::verify_bundle;

/// What `verify` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The bundle, as the case page gives it
    #[arg(value_name = "FILE.zip")]
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let name = arguments.file.display();
    let bytes = std::fs::read(&arguments.file)
        .map_err(|error| Failure::Refused(format!("{name}: {error}")))?;
    let verified = verify_bundle(&bytes)
        .map_err(|error| Failure::Refused(format!("{name}: not accepted: {error}")))?;
    print_json(&serde_json::to_value(&verified).unwrap_or_default())
}
