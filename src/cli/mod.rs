//! The command line: translates arguments into use cases and their results into JSON and exit codes. Decides nothing.

mod check;
mod deadline;
mod demo;
mod letter;
mod regulator;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Writes objections and erasure requests, tracks the deadline, takes overdue cases to the regulator
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// Folder for the database and the key, for commands that need one
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<std::path::PathBuf>,
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
    Check,
    /// Checks a bundle of a case offline
    Verify(verify::Arguments),
    /// Opens the whole product on this machine; no mail leaves it
    Demo(demo::Arguments),
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Refused or failed with a reason: exit 1. The text goes to stderr.
    Refused(String),
    /// The arguments make no sense: exit 2.
    Usage(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Refused(error.to_string())
    }
}

/// Runs the command and tells its exit code: 0 done, 1 refused or failed with a reason, 2 wrong usage.
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
    let result = match cli.command {
        Command::Deadline(arguments) => deadline::run(&arguments),
        Command::Letter(arguments) => letter::run(&arguments),
        Command::Regulator(arguments) => regulator::run(&arguments),
        Command::Check => check::run(),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments, cli.data_dir),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(message)) => tell(&message, 1),
        Err(Failure::Usage(message)) => tell(&message, 2),
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

/// One line of machine output.
fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(())
}

/// The law this binary carries. A binary that passed its tests has no fault in it.
fn law() -> Result<crate::domain::law::LawBook, Failure> {
    crate::config::embedded_law().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Refused(lines.join("\n"))
    })
}
