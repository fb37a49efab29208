//! The command line: translates arguments into use cases and their results into JSON and exit codes. Decides nothing.

mod administration;
mod check;
mod check_dns;
mod classify;
mod deadline;
mod demo;
mod demo_people;
mod dkim;
mod incoming;
mod ingest;
mod install;
mod letter;
mod regulator;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use install::Installation;

/// Writes objections and erasure requests, tracks the deadline, takes overdue cases to the regulator
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// Settings that differ from config/default.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder for database, key and journal, for commands that need one [default: demur-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Computes when an answer is due, with its derivation
    Deadline(deadline::Arguments),
    /// Composes a letter from a file
    Letter(letter::Arguments),
    /// Tells who hears a complaint, and how it may be lodged
    Regulator(regulator::Arguments),
    /// Checks the law data and renders every template
    Check(check::Arguments),
    /// Asks a running server whether it answers
    Healthcheck(check::HealthArguments),
    /// Reads raw mail and says what kind of answer it is
    Classify(classify::Arguments),
    /// Checks a bundle of a case offline
    Verify(verify::Arguments),
    /// Opens the whole product on this machine; no mail leaves it
    Demo(demo::Arguments),
    /// Runs the web server and the jobs
    Serve(serve::Arguments),
    /// Runs the jobs alone
    Worker(serve::Rehearsal),
    /// Takes one raw mail in
    Ingest(ingest::Arguments),
    /// Brings the tables up to date
    Migrate,
    /// Writes a consistent copy of the SQLite database
    Backup(administration::BackupArguments),
    /// Gives the installation a new master key
    RotateKey,
    /// Makes the keys that sign outgoing mail
    Dkim(dkim::Arguments),
    /// Manages the account of the inbox
    #[command(subcommand)]
    Account(administration::AccountCommand),
    /// Writes what belongs to a case into an archive
    #[command(subcommand)]
    Export(administration::ExportCommand),
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Refused or failed with a reason: exit 1. The text goes to stderr.
    Refused(String),
    /// The arguments make no sense: exit 2.
    Usage(String),
    /// Not now; the caller tries again: exit 75.
    TryAgain(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Refused(error.to_string())
    }
}

/// Runs the command and tells its exit code: 0 done, 1 refused or failed with a reason, 2 wrong usage, 75 try again.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors and go to stdout; clap knows.
            let _printed = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run_command(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(message)) => tell(&message, 1),
        Err(Failure::Usage(message)) => tell(&message, 2),
        Err(Failure::TryAgain(message)) => tell(&message, 75),
    }
}

fn run_command(cli: Cli) -> Result<(), Failure> {
    let find = || Installation::find(cli.config.as_deref(), cli.data_dir.clone());
    match cli.command {
        Command::Deadline(arguments) => deadline::run(&arguments),
        Command::Letter(arguments) => letter::run(&arguments),
        Command::Regulator(arguments) => regulator::run(&arguments),
        Command::Check(arguments) => check::run(&arguments, find),
        Command::Healthcheck(arguments) => check::health(&arguments),
        Command::Classify(arguments) => classify::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments, cli.data_dir),
        Command::Serve(arguments) => serve::serve(&arguments, &find()?),
        Command::Worker(rehearsal) => serve::worker(rehearsal, &find()?),
        Command::Ingest(arguments) => ingest::run(&arguments, find()),
        Command::Migrate => administration::migrate(&find()?),
        Command::Backup(arguments) => administration::backup(&arguments, &find()?),
        Command::RotateKey => administration::rotate_key(&find()?),
        Command::Dkim(arguments) => dkim::run(&arguments),
        Command::Account(command) => administration::account(&command, &find()?),
        Command::Export(command) => administration::export(&command, &find()?),
    }
}

#[expect(clippy::print_stderr, reason = "messages go to stderr")]
fn tell(message: &str, code: u8) -> ExitCode {
    if !message.is_empty() {
        eprintln!("{message}");
    }
    ExitCode::from(code)
}

/// A message to the person at the shell.
#[expect(clippy::print_stderr, reason = "messages go to stderr")]
fn say(message: &str) {
    eprintln!("{message}");
}

/// The log goes to stderr, without a word of anybody's letter.
fn log_to_stderr(level: tracing::Level) {
    use std::io::IsTerminal;
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // Of the libraries only what is wrong.
    let heard = Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("demur", level);
    tracing_subscriber::registry()
        .with(lines)
        .with(heard)
        .init();
}

/// One line of machine output.
fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(())
}

/// The law this binary carries. A binary that passed its tests has no fault in it.
fn law() -> Result<crate::domain::law::LawBook, Failure> {
    crate::config::embedded_law().map_err(|errors| told(&errors))
}

/// Faults of the data, one a line.
fn told(errors: &[crate::config::DataError]) -> Failure {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Failure::Refused(lines.join("\n"))
}
