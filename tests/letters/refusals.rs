//! `demur letter` with bad facts: a clear error at the field, the exit code, and no files.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn case() -> Value {
    json!({
        "kind": "objection", "rights": ["objection", "erasure"], "scenario": "ai_training",
        "jurisdiction": "DE-BE", "language": "de", "controller": "linkedin",
        "subject": { "name": "Zoë O'Neil", "email": "zoe@example.org", "address": ["Beispielweg 1", "12045 Berlin"],
                     "identifiers": [{ "kind": "profile_url", "value": "https://www.linkedin.com/in/zoe" }] },
        "on_behalf_of": null, "grounds": [{ "kind": "profession", "text": "I treat patients." }], "signature": null,
        "written_on": "2026-11-23", "received_on": null, "history": []
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut case = case();
    for (path, value) in changes {
        *case.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value.clone();
    }
    case
}

struct Run {
    output: Output,
    dir: tempfile::TempDir,
}

fn letter(case: &Value) -> Run {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    fs::write(&file, case.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_demur"))
        .arg("letter")
        .arg("--file")
        .arg(&file)
        .arg("--out")
        .arg(dir.path().join("out"))
        .output()
        .unwrap();
    Run { output, dir }
}

impl Run {
    fn refused(&self) -> Value {
        assert_eq!(
            self.output.status.code(),
            Some(1),
            "{}",
            String::from_utf8_lossy(&self.output.stderr)
        );
        assert!(!self.dir.path().join("out").exists(), "nothing is written");
        serde_json::from_slice(&self.output.stderr).unwrap()
    }

    fn read(&self, name: &str) -> String {
        assert!(
            self.output.status.success(),
            "{}",
            String::from_utf8_lossy(&self.output.stderr)
        );
        String::from_utf8_lossy(&fs::read(self.dir.path().join("out").join(name)).unwrap())
            .into_owned()
    }

    fn meta(&self) -> Value {
        serde_json::from_str(&self.read("meta.json")).unwrap()
    }
}

#[test]
fn five_files_are_written_and_the_letter_is_addressed_to_the_entity_of_the_region() {
    let run = letter(&case());
    let meta = run.meta();
    assert_eq!(meta["entity"]["name"], "LinkedIn Ireland Unlimited Company");
    assert_eq!(meta["regime"], "gdpr");
    assert_eq!(meta["review"], "draft");
    assert_eq!(meta["channel"], "web_form");
    for name in ["letter.txt", "letter.html", "letter.pdf", "letter.eml"] {
        assert!(!run.read(name).is_empty());
    }
    let eml = run.read("letter.eml");
    assert!(
        eml.contains("X-Unsent: 1") && !eml.contains("\nTo:"),
        "a controller without a mailbox has no To"
    );
}

#[test]
fn an_objection_without_grounds_is_refused_unless_it_is_against_direct_marketing() {
    assert_eq!(
        letter(&with(&[("/grounds", json!([]))])).refused()["error"],
        "grounds_missing"
    );
    let marketing = with(&[
        ("/grounds", json!([])),
        ("/scenario", json!("direct_marketing")),
    ]);
    assert_eq!(letter(&marketing).meta()["kind"], "objection");
}

#[test]
fn unknown_names_are_answered_with_the_nearest_valid_ones() {
    let refused = letter(&with(&[("/controller", json!("linkedn"))])).refused();
    assert_eq!(
        (&refused["error"], &refused["nearest"][0]),
        (&json!("unknown_controller"), &json!("linkedin"))
    );
    for (path, value, near) in [
        ("/kind", "objektion", "objection"),
        ("/jurisdiction", "DE-XX", "DE-"),
        ("/scenario", "ai", "ai_training"),
    ] {
        let refused = letter(&with(&[(path, json!(value))])).refused();
        let message = refused["fields"][0]["message"].as_str().unwrap();
        assert!(message.contains(near), "{message}");
    }
    let refused = letter(&with(&[("/language", json!("es"))])).refused();
    assert_eq!(
        (&refused["error"], &refused["available"]),
        (&json!("no_language"), &json!(["en", "de", "fr"]))
    );
}

#[test]
fn a_regional_language_falls_back_to_its_base_and_an_alias_finds_its_company() {
    let meta = letter(&with(&[
        ("/language", json!("de-AT")),
        ("/jurisdiction", json!("AT")),
        ("/controller", json!("gmail")),
    ]))
    .meta();
    assert_eq!(meta["language"], "de");
    assert_eq!(meta["entity"]["name"], "Google Ireland Limited");
}

#[test]
fn a_name_that_could_break_a_header_is_refused_at_its_field() {
    for bad in [
        "Zoë\r\nBcc: x@example.org",
        "a\u{202E}b",
        "a\u{2028}b",
        "a\u{0}b",
        "",
    ] {
        let refused = letter(&with(&[("/subject/name", json!(bad))])).refused();
        assert_eq!(refused["fields"][0]["field"], "subject.name", "{bad:?}");
    }
}

#[test]
fn a_day_that_has_not_come_or_does_not_exist_is_refused_with_the_reason() {
    for (bad, reason) in [
        ("2026-12-24", "lies after"),
        ("2026-02-30", "is no date"),
        ("yesterday", "is no date"),
    ] {
        let refused = letter(&with(&[("/received_on", json!(bad))])).refused();
        assert!(
            refused["fields"][0]["message"]
                .as_str()
                .unwrap()
                .contains(reason),
            "{refused}"
        );
    }
}

#[test]
fn the_words_of_a_person_stay_words() {
    let hostile = "<script>alert(1)</script> & {{writer.email}} **x** [a](http://b)";
    let run = letter(&with(&[("/subject/name", json!(hostile))]));
    assert!(
        run.read("letter.txt")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(hostile)
    );
    let html = run.read("letter.html");
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;") && !html.contains("href"));
}

#[test]
fn a_right_that_california_lacks_is_not_named_and_the_notes_say_so() {
    let run = letter(&with(&[
        ("/jurisdiction", json!("US-CA")),
        ("/language", json!("en")),
        ("/rights", json!(["objection"])),
    ]));
    let meta = run.meta();
    assert_eq!(
        (&meta["kind"], &meta["regime"]),
        (&json!("opt_out"), &json!("ccpa"))
    );
    assert!(
        meta["notes"]
            .to_string()
            .contains("no right of `objection`")
    );
    assert!(
        !run.read("letter.txt")
            .to_lowercase()
            .contains("right to object")
    );
    assert_eq!(meta["entity"]["country"], "US");
}

#[test]
fn a_controller_in_the_union_owes_erasure_to_everyone_and_a_swiss_letter_names_both_laws() {
    let meta = letter(&with(&[
        ("/jurisdiction", json!("AU")),
        ("/language", json!("en")),
        ("/controller", json!("laion")),
    ]))
    .meta();
    assert_eq!(meta["regime"], "gdpr");
    let meta = letter(&with(&[("/jurisdiction", json!("CH-ZH"))])).meta();
    assert_eq!(
        (&meta["regime"], &meta["second_regime"]),
        (&json!("fadp"), &json!("gdpr"))
    );
}

#[test]
fn where_nothing_can_be_asked_nothing_is_written() {
    let refused = letter(&with(&[
        ("/jurisdiction", json!("KP")),
        ("/language", json!("en")),
        ("/controller", json!("linkedin")),
    ]))
    .refused();
    assert_eq!(refused["error"], "no_right");
    assert!(
        refused["instead"]
            .as_array()
            .is_some_and(|instead| !instead.is_empty())
    );
}

#[test]
fn a_complaint_needs_its_history_and_goes_to_the_regulator_of_the_residence() {
    let complaint = with(&[("/kind", json!("complaint"))]);
    assert_eq!(letter(&complaint).refused()["error"], "history_missing");
    let history = json!([
        { "kind": "objection", "sent_on": "2026-09-01", "received_on": "2026-09-01", "channel": "web_form", "reference": "R1" },
        { "kind": "refused", "received_on": "2026-09-20", "reference": "C-4711", "text": "No." }
    ]);
    let meta = letter(&with(&[
        ("/kind", json!("complaint")),
        ("/history", history),
    ]))
    .meta();
    assert_eq!(meta["regulator"], "de-be");
    assert_eq!(meta["due"]["expected_due"], "2026-10-01");
    let text = letter(&with(&[("/kind", json!("reminder"))])).read("letter.txt");
    assert!(
        !text.contains("2026-1") && !text.contains("Oktober"),
        "a reminder without history claims no date"
    );
}

#[test]
fn an_identifier_that_is_not_the_companys_is_a_warning() {
    let foreign = json!([{ "kind": "profile_url", "value": "https://www.example.org/zoe" }]);
    let meta = letter(&with(&[("/subject/identifiers", foreign)])).meta();
    assert!(
        meta["warnings"][0]
            .as_str()
            .unwrap()
            .contains("does not look like")
    );
}

#[test]
fn a_company_outside_the_directory_is_written_to_but_never_by_our_own_mail() {
    let described = json!({ "name": "Beispiel GmbH", "address": ["Weg 1", "10115 Berlin"], "email": "post@beispiel.example" });
    let run = letter(&with(&[("/controller", described)]));
    assert_eq!(run.meta()["channel"], "own_mailbox");
    assert!(run.read("letter.eml").contains("To: post@beispiel.example"));
}
