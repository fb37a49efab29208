//! How well the reader does on the labelled messages of `tests/replies`. The tables lie beside them; a change of the reader shows there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
use std::path::{Path, PathBuf};

use demur::domain::letter::ReplyKind;
use demur::domain::reading::Reader;
use demur::mail::read_mail;
use serde::Deserialize;

use crate::reader;
use crate::tables::{Row, tables};

/// The mail server whose word about a sender counts in these messages.
const OWN_SERVER: &str = "mx1.replies.example.org";

#[derive(Deserialize)]
struct Label {
    file: String,
    kind: String,
    language: String,
    refusal_ground: Option<String>,
    extension_until: Option<String>,
    ticket: Option<String>,
    legal_effect: bool,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replies")
}

fn rows(reader: &Reader, name: &str) -> Vec<Row> {
    let folder = folder().join(name);
    let labels = fs::read_to_string(folder.join("labels.jsonl")).unwrap();
    let labels = labels
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    labels.map(|label| row(reader, &folder, &label)).collect()
}

fn row(reader: &Reader, folder: &Path, label: &Label) -> Row {
    let raw = fs::read(folder.join(&label.file)).unwrap();
    let mail = read_mail(&raw).unwrap();
    let read = reader.read(&mail.as_reply(Some(OWN_SERVER)));
    let want = ReplyKind::parse(&label.kind).unwrap();
    let mut values = vec![("legal effect", read.legal_effect == label.legal_effect)];
    // What belongs to a kind is compared where the kind is right.
    if read.kind == want {
        let mut both = |name, label: &Option<String>, read: Option<String>| {
            if label.is_some() || read.is_some() {
                values.push((name, *label == read));
            }
        };
        let ground = read.refusal_ground.map(|ground| ground.as_str().to_owned());
        both("ground", &label.refusal_ground, ground);
        both(
            "date",
            &label.extension_until,
            read.extension_until.map(|day| day.to_string()),
        );
        both("ticket", &label.ticket, read.ticket);
    }
    Row {
        language: label.language.clone(),
        want,
        got: read.kind,
        sure: read.sure,
        values,
    }
}

#[test]
fn the_measured_tables_are_those_beside_the_messages() {
    let reader = reader();
    let known: Vec<Row> = ["en", "south", "north"]
        .iter()
        .flat_map(|name| rows(&reader, name))
        .collect();
    let blind: Vec<Row> = ["blind-a", "blind-b"]
        .iter()
        .flat_map(|name| rows(&reader, name))
        .collect();
    assert!(known.len() + blind.len() >= 500);
    let text = format!(
        "# How well replies are read\n\n## Messages that the language files were written with\n\n{}\n## Messages written apart from them\n\n{}",
        tables(&known),
        tables(&blind)
    );
    let file = folder().join("MEASURED.md");
    if option_env!("UPDATE_TABLES").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == text,
        "the reader reads otherwise than MEASURED.md says; run with UPDATE_TABLES=1 and look at the difference"
    );
}

#[test]
fn what_is_said_surely_is_right_nineteen_times_in_twenty() {
    let reader = reader();
    let rows: Vec<Row> = ["blind-a", "blind-b"]
        .iter()
        .flat_map(|name| rows(&reader, name))
        .collect();
    let sure = rows.iter().filter(|row| row.sure);
    let right = sure.clone().filter(|row| row.want == row.got).count();
    assert!(right * 20 >= sure.count() * 19, "{right}");
}
