//! `demur letter`: composes a letter from a file, without a database.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{Failure, law};
use crate::app::{ComposeError, compose_letter};
use crate::config::SystemClock;
use crate::domain::clock::Clock;
use crate::domain::letter::{CaseFacts, FieldError, RawCase, Refusal};
use crate::templates::LetterTemplates;

/// What `letter` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The case, as JSON
    #[arg(long, value_name = "CASE.json")]
    file: PathBuf,
    /// Folder for letter.txt, letter.html, letter.pdf, letter.eml and meta.json; made if needed
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let book = law()?;
    let templates =
        LetterTemplates::load(&book).map_err(|error| Failure::Refused(error.to_string()))?;
    let text = fs::read_to_string(&arguments.file)
        .map_err(|error| Failure::Refused(format!("{}: {error}", arguments.file.display())))?;
    let raw: RawCase = serde_json::from_str(&text)
        .map_err(|error| refused(&json!({ "error": "bad_input", "message": error.to_string() })))?;
    let facts = CaseFacts::check(raw, SystemClock.today(chrono_tz::UTC))
        .map_err(|errors| refused(&bad_fields(&errors)))?;
    let letter =
        compose_letter(&book, &templates, &facts).map_err(|error| refused(&told(&error)))?;
    fs::create_dir_all(&arguments.out)?;
    let meta = serde_json::to_string_pretty(&letter.meta).unwrap_or_default() + "\n";
    write(&arguments.out, "letter.txt", letter.text.as_bytes())?;
    write(&arguments.out, "letter.html", letter.html.as_bytes())?;
    write(&arguments.out, "letter.pdf", &letter.pdf)?;
    write(&arguments.out, "letter.eml", &letter.eml)?;
    write(&arguments.out, "meta.json", meta.as_bytes())
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = dir.join(name);
    fs::write(&path, bytes)
        .map_err(|error| Failure::Refused(format!("{}: {error}", path.display())))
}

fn refused(value: &Value) -> Failure {
    Failure::Refused(value.to_string())
}

fn bad_fields(errors: &[FieldError]) -> Value {
    json!({ "error": "bad_input", "fields": errors })
}

/// The refusal as JSON with a stable code.
fn told(error: &ComposeError) -> Value {
    let message = error.to_string();
    let ComposeError::Refused(refusal) = error else {
        return json!({ "error": "internal", "message": message });
    };
    match refusal {
        Refusal::Fields(errors) => bad_fields(errors),
        Refusal::NotFound(missing) => {
            json!({ "error": "unknown_controller", "message": message, "nearest": missing.near })
        }
        Refusal::NoRight { instead, .. } => {
            json!({ "error": "no_right", "message": message, "instead": instead })
        }
        Refusal::GroundsMissing { .. } => json!({ "error": "grounds_missing", "message": message }),
        Refusal::HistoryMissing(_) => json!({ "error": "history_missing", "message": message }),
        Refusal::NoLanguage { available, .. } => {
            json!({ "error": "no_language", "message": message, "available": available })
        }
        Refusal::NoLetter { available, .. } => {
            json!({ "error": "no_letter", "message": message, "available": available })
        }
        Refusal::Regulator(_) => json!({ "error": "no_regulator", "message": message }),
    }
}
