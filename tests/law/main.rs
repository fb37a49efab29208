//! The law as tables: deadlines, regulators and the data itself, through the command that a lawyer would use.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod deadlines;
mod form;
mod ladder;
mod properties;
mod records;
mod regulators;

use std::process::{Command, Output};

/// Runs `demur` with these arguments.
fn demur(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_demur"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json_lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
