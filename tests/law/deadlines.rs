//! Every row of `vectors.jsonl`, with the calendars beside it and with the project's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{demur, json_lines};

const VECTORS: &str = include_str!("vectors.jsonl");

/// What a row may be computed from; the rest is there to compare with.
const INPUT: [&str; 10] = [
    "id",
    "jurisdiction",
    "subdivision",
    "rule",
    "calendar",
    "received_on",
    "received_at",
    "tz",
    "extended",
    "pauses",
];

fn rows() -> Vec<Value> {
    VECTORS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Writes the rows without their answers, so that the engine cannot read them.
fn questions(rows: &[Value], without: &[&str]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut text = String::new();
    for row in rows {
        let keep = |key: &str| (INPUT.contains(&key) || key == "params") && !without.contains(&key);
        let row: BTreeMap<&String, &Value> = row
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| keep(key))
            .collect();
        text.push_str(&serde_json::to_string(&row).unwrap());
        text.push('\n');
    }
    fs::write(file.path(), text).unwrap();
    file
}

fn differences(rows: &[Value], answers: &[Value]) -> Vec<String> {
    assert_eq!(rows.len(), answers.len());
    let mut found = Vec::new();
    for (row, answer) in rows.iter().zip(answers) {
        assert_eq!(row["id"], answer["id"], "the order of the rows is kept");
        for key in ["strict_due", "expected_due", "safe_due"] {
            if row.get(key).is_some_and(|wanted| *wanted != answer[key]) {
                found.push(format!(
                    "{} {key}: wanted {}, got {}",
                    row["id"], row[key], answer
                ));
            }
        }
    }
    found
}

#[test]
fn all_rows_are_right_with_the_calendars_beside_them() {
    let rows = rows();
    assert_eq!(rows.len(), 700);
    let file = questions(&rows, &[]);
    let calendars = PathBuf::from("tests/law/calendars.json");
    let output = demur(&[
        "deadline",
        "--batch",
        file.path().to_str().unwrap(),
        "--calendars",
        calendars.to_str().unwrap(),
    ]);
    assert!(output.status.success());
    assert_eq!(
        differences(&rows, &json_lines(&output)),
        Vec::<String>::new()
    );
}

#[test]
fn all_rows_but_provisional_ones_are_right_with_our_own_holidays() {
    let rows: Vec<Value> = rows()
        .into_iter()
        .filter(|row| {
            !row["tags"]
                .as_array()
                .unwrap()
                .contains(&json!("provisional"))
        })
        .collect();
    assert!(rows.len() > 690);
    // With the calendar named in the row, and with the one that follows from the controller's place and the rule.
    for without in [&[][..], &["calendar"][..]] {
        let file = questions(&rows, without);
        let output = demur(&["deadline", "--batch", file.path().to_str().unwrap()]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(
            differences(&rows, &json_lines(&output)),
            Vec::<String>::new()
        );
    }
}

#[test]
fn a_clock_starts_in_the_controllers_zone_and_is_overdue_at_its_midnight() {
    for row in rows()
        .iter()
        .filter(|row| row.get("overdue_from").is_some())
    {
        let place = match row["subdivision"].as_str() {
            Some(part) => format!("{}-{part}", row["jurisdiction"].as_str().unwrap()),
            None => row["jurisdiction"].as_str().unwrap().to_owned(),
        };
        let output = demur(&[
            "deadline",
            "--jurisdiction",
            &place,
            "--rule",
            row["rule"].as_str().unwrap(),
            "--received-at",
            row["received_at"].as_str().unwrap(),
        ]);
        let answer = &json_lines(&output)[0];
        assert_eq!(answer["received_on"], row["received_on"], "{}", row["id"]);
        assert_eq!(answer["overdue_from"], row["overdue_from"], "{}", row["id"]);
        assert_eq!(answer["expected_due"], row["expected_due"], "{}", row["id"]);
    }
}

#[test]
fn the_derivation_can_be_checked_by_hand() {
    let output = demur(&[
        "deadline",
        "--jurisdiction",
        "IE",
        "--rule",
        "gdpr_12_3",
        "--received-on",
        "2026-11-25",
    ]);
    let answer = &json_lines(&output)[0];
    assert_eq!(answer["expected_due"], "2026-12-28");
    assert_eq!(
        answer["why"],
        "received Wed 2026-11-25; 1 month after it ends Fri 2026-12-25; not a working day: Fri 12-25 Christmas Day, Sat 12-26 Saint Stephen's Day, \
         Sun 12-27; so it moves to Mon 2026-12-28"
    );
}

#[test]
fn beyond_the_holiday_data_the_answer_is_unknown() {
    let output = demur(&[
        "deadline",
        "--jurisdiction",
        "IE",
        "--rule",
        "gdpr_12_3",
        "--received-on",
        "2036-12-15",
    ]);
    assert!(output.status.success());
    let answer = &json_lines(&output)[0];
    assert_eq!(answer["expected_due"], Value::Null);
    assert_eq!(answer["unknown"], "holidays end 2036-12-31");
}

#[test]
fn a_law_without_a_period_gives_no_date_and_says_so() {
    let output = demur(&[
        "deadline",
        "--jurisdiction",
        "JP",
        "--rule",
        "jp_none",
        "--received-on",
        "2026-11-23",
    ]);
    assert!(output.status.success());
    let answer = &json_lines(&output)[0];
    assert_eq!(answer["expected_due"], Value::Null);
    assert_eq!(answer["why"], "the law sets no fixed period");
}

#[test]
fn a_row_that_cannot_be_computed_is_named_and_the_rest_is_computed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let good = r#"{"id":"a","jurisdiction":"IE","rule":"gdpr_12_3","received_on":"2026-11-23"}"#;
    let bad = r#"{"id":"b","jurisdiction":"IE","rule":"gdpr_12_4","received_on":"2026-11-23"}"#;
    let impossible =
        r#"{"id":"c","jurisdiction":"IE","rule":"gdpr_12_3","received_on":"2026-02-30"}"#;
    fs::write(
        file.path(),
        format!("{good}\n{bad}\n{impossible}\n{good}\n"),
    )
    .unwrap();
    let output = demur(&["deadline", "--batch", file.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let answers = json_lines(&output);
    assert_eq!(answers.len(), 4);
    assert!(
        answers[1]["error"].as_str().unwrap().contains("gdpr_12_3"),
        "the nearest rule is named: {}",
        answers[1]
    );
    assert!(answers[2]["error"].as_str().unwrap().contains("2026-02-30"));
    assert_eq!(answers[3]["expected_due"], "2026-12-23");
}

#[test]
fn wrong_arguments_get_their_exit_codes() {
    let unknown = demur(&[
        "deadline",
        "--jurisdiction",
        "DE-XY",
        "--rule",
        "gdpr_12_3",
        "--received-on",
        "2026-11-23",
    ]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nearest: DE-"));
    assert_eq!(
        demur(&["deadline", "--jurisdiction", "DE"]).status.code(),
        Some(2)
    );
    assert_eq!(demur(&["deadlines"]).status.code(), Some(2));
    assert_eq!(demur(&["--version"]).status.code(), Some(0));
}
