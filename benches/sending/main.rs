//! Sending against the program that the field measures with: `cargo bench --bench sending [-- ROUNDS NAME]`. Every round runs smtp-source, Demur and smtp-source again
//! through the same smtp-sink on this machine, with the same size and connections; what is printed is the ratio to the mean of its neighbours. Needs Postfix's
//! `smtp-source` and `smtp-sink`; what is missing is said and left out.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod bare;
mod durable;
mod reference;

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::reference::{Sink, nodemailer, source};

/// A message of 6 KiB of text, or the same with a file that makes it 60 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Text,
    WithFile,
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
struct Row {
    name: &'static str,
    connections: usize,
    size: Size,
    mails: usize,
    way: Way,
    /// The least ratio that is aimed at.
    goal: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Each mail is built and sent, nothing is written down.
    Bare,
    /// The same, signed with RSA-2048.
    Signed,
    /// The outbox of a database on disk, claims and verdicts in batches, and the side journal.
    Durable,
}

const ROWS: [Row; 6] = [
    row("text, 1 connection", 1, Size::Text, 4000, Way::Bare, 0.6),
    row("text, 4 connections", 4, Size::Text, 6000, Way::Bare, 0.65),
    row(
        "text, 16 connections",
        16,
        Size::Text,
        6000,
        Way::Bare,
        0.65,
    ),
    row(
        "60 KiB, 4 connections",
        4,
        Size::WithFile,
        2000,
        Way::Bare,
        0.6,
    ),
    row(
        "text, DKIM RSA-2048, 4 connections",
        4,
        Size::Text,
        3000,
        Way::Signed,
        0.2,
    ),
    row(
        "text, durable, 16 connections",
        16,
        Size::Text,
        4000,
        Way::Durable,
        0.35,
    ),
];

const fn row(
    name: &'static str,
    connections: usize,
    size: Size,
    mails: usize,
    way: Way,
    goal: f64,
) -> Row {
    Row {
        name,
        connections,
        size,
        mails,
        way,
        goal,
    }
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let rounds = words.iter().filter_map(|word| word.parse().ok()).next();
    let rounds: usize = rounds.unwrap_or(6);
    let wanted = words.iter().find(|word| word.parse::<usize>().is_err());
    let Some(sink) = Sink::start() else {
        println!("skipped: smtp-sink and smtp-source (Debian package postfix) are not installed");
        return;
    };
    println!("fdatasync: {:.0}/s", syncs_per_second());
    let is_wanted = |row: &&Row| wanted.is_none_or(|wanted| row.name.contains(wanted.as_str()));
    for row in ROWS.iter().filter(is_wanted).copied() {
        let mut ratios = Vec::new();
        for round in 0..=rounds {
            let before = rate(row.mails, || source(&sink, row));
            let ours = rate(row.mails, || match row.way {
                Way::Bare => bare::send(&sink, row, false),
                Way::Signed => bare::send(&sink, row, true),
                Way::Durable => durable::send(&sink, row),
            });
            let after = rate(row.mails, || source(&sink, row));
            let ratio = ours / f64::midpoint(before, after);
            println!(
                "  {}: smtp-source {before:.0}/s, demur {ours:.0}/s, smtp-source {after:.0}/s, ratio {ratio:.2}",
                row.name
            );
            // The first round warms up.
            if round > 0 {
                ratios.push(ratio);
            }
        }
        ratios.sort_by(f64::total_cmp);
        let (low, high) = (ratios.first().unwrap(), ratios.last().unwrap());
        let median = ratios.get(ratios.len() / 2).unwrap();
        println!(
            "{}: median {median:.2} ({low:.2} to {high:.2}), goal {:.2}",
            row.name, row.goal
        );
    }
    if wanted.is_none_or(|wanted| "nodemailer".contains(wanted.as_str())) {
        beside_nodemailer(&sink, rounds);
    }
    println!("fdatasync: {:.0}/s", syncs_per_second());
}

/// How many times as many mails in a second as nodemailer, over the same connections in turn.
fn beside_nodemailer(sink: &Sink, rounds: usize) {
    let row = row("nodemailer", 4, Size::Text, 6000, Way::Bare, 5.0);
    let few = 1500;
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let Some(theirs) = nodemailer(sink, row, few) else {
            println!(
                "left out: nodemailer is not installed (npm install --no-package-lock in benches/sending)"
            );
            return;
        };
        let theirs = rate(few, || theirs);
        let ours = rate(row.mails, || bare::send(sink, row, false));
        println!("  nodemailer {theirs:.0}/s, demur {ours:.0}/s");
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).unwrap();
    println!(
        "text, 4 connections: {median:.1} times nodemailer, goal {}",
        row.goal
    );
}

/// Mails in a second. `work` tells how long it took; it counts only what was taken with 250.
fn rate(mails: usize, work: impl FnOnce() -> Duration) -> f64 {
    let mails = u32::try_from(mails).unwrap();
    f64::from(mails) / work().as_secs_f64()
}

/// What the disk under the temporary folder can do.
fn syncs_per_second() -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut file = File::create(dir.path().join("sync")).unwrap();
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_millis(500) {
        file.write_all(&[0; 8192]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}
