//! Commands for whoever runs an installation: the account of the inbox, the database, its copy and its key.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Failure;
use super::install::{Installation, write_private};
use crate::app::case::{bundle_case, load_case_by_id};
use crate::app::save_account;
use crate::config::SystemRandom;
use crate::domain::random::Random;
use crate::storage::{MasterKey, StorageError};

/// What `account` does.
#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Makes the account, or gives it another password; the password is the first line of standard input
    Set {
        /// Name to sign in with
        name: String,
    },
}

/// What `backup` takes.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

/// What `export` does.
#[derive(Debug, Subcommand)]
pub(super) enum ExportCommand {
    /// Writes the bundle of a case: letters, answers, event log, index
    Case {
        /// Its reference, DM-…
        reference: String,
        /// The archive to write
        #[arg(long)]
        out: PathBuf,
    },
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}

pub(super) fn account(
    command: &AccountCommand,
    installation: &Installation,
) -> Result<(), Failure> {
    let AccountCommand::Set { name } = command;
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    save_account(&installation.real_app()?, name, password).map_err(refused)?;
    super::say(&format!("the account `{name}` can sign in at /sign-in"));
    Ok(())
}

pub(super) fn migrate(installation: &Installation) -> Result<(), Failure> {
    installation.database()?;
    super::say("the tables are up to date");
    Ok(())
}

pub(super) fn backup(
    arguments: &BackupArguments,
    installation: &Installation,
) -> Result<(), Failure> {
    let file = &arguments.file;
    if file.exists() {
        let why = format!("{}: exists already; nothing was written", file.display());
        return Err(Failure::Refused(why));
    }
    let db = installation.database()?;
    db.copy_to(&file.display().to_string()).map_err(refused)?;
    std::fs::File::open(file)?.sync_all()?;
    super::say(&format!(
        "the copy is sealed; it opens only with the master key {}, which is not in it",
        installation.key_file().display()
    ));
    Ok(())
}

/// Seals every case key anew. The old key is kept beside the new one until the operator removes it: backups need it.
pub(super) fn rotate_key(installation: &Installation) -> Result<(), Failure> {
    let file = installation.key_file();
    // A server at work would go on sealing with the old key.
    let _no_server = installation.lock("serve.lock", "stop `demur serve` first")?;
    let _no_worker = installation.lock("jobs.lock", "stop `demur worker` first")?;
    let _no_intake = installation.lock("intake.lock", "a mail is just coming in; try again")?;
    let db = installation.database()?;
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    let new_file = file.with_extension("key.new");
    let old_file = file.with_extension("key.old");
    if new_file.exists() || old_file.exists() {
        let why = format!(
            "an earlier rotation left {} or {}; see which key opens the database, and put the other away",
            new_file.display(),
            old_file.display()
        );
        return Err(Failure::Refused(why));
    }
    // The new key is on the disk before anything is sealed with it.
    write_private(&new_file, &bytes)?;
    let done = db.write(|tx| tx.rotate_master_key(&MasterKey::new(bytes)));
    let done = done.map_err(refused)?;
    std::fs::rename(&file, &old_file)?;
    std::fs::rename(&new_file, &file)?;
    super::print_json(&json!({ "cases": done, "old_key": old_file.display().to_string() }))
}

pub(super) fn export(command: &ExportCommand, installation: &Installation) -> Result<(), Failure> {
    let ExportCommand::Case { reference, out } = command;
    let app = installation.real_app()?;
    let id = app
        .db
        .read::<_, StorageError>(|tx| tx.case_by_reference(&reference.to_uppercase()))
        .map_err(refused)?
        .ok_or_else(|| Failure::Refused(format!("there is no case `{reference}`")))?;
    let file = load_case_by_id(&app, id).map_err(refused)?;
    let language = file.screen_language().to_owned();
    let bytes = bundle_case(&app, &file, &language).map_err(refused)?;
    std::fs::write(out, bytes)?;
    Ok(())
}
