//! The data files: a record without a source is found with file and line, and everything a letter cites was read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use demur::config::{embedded_law, law_from};
use demur::domain::law::Checked;

use crate::{demur, json_lines};

fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(Path::new("config"), &mut found);
    found
}

fn collect(dir: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "toml" || ending == "tsv")
        {
            let name = path
                .strip_prefix("config")
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn check_passes_and_renders_every_template() {
    let output = demur(&["check"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer = &json_lines(&output)[0];
    assert_eq!(answer["faults"], 0);
    assert!(
        answer["letters_rendered"].as_u64().unwrap() > 1000,
        "{answer}"
    );
}

#[test]
fn a_record_without_a_source_is_named_with_file_and_line() {
    let mut files = files();
    assert!(law_from(&files).is_ok());
    let file = files.get_mut("regulators/europe.toml").unwrap();
    let at = file.find("id = \"be-apd\"").unwrap();
    let line = file[..at].matches('\n').count(); // the line of [[regulator]], from 1
    let source = at + file[at..].find("source = \"").unwrap();
    let end = source + file[source..].find('\n').unwrap();
    file.replace_range(source..end, "source = \"\"");
    let errors = law_from(&files).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].file.as_str(), errors[0].line),
        ("config/regulators/europe.toml", line)
    );
    let file = files.get_mut("regulators/europe.toml").unwrap();
    let at = file.find("source = \"\"\n").unwrap();
    file.replace_range(at..at + "source = \"\"\n".len(), "");
    let errors = law_from(&files).unwrap_err();
    assert!(
        errors[0].message.contains("source") && errors[0].line > 0,
        "{}",
        errors[0]
    );
}

#[test]
fn a_typing_error_in_a_field_is_found() {
    let mut files = files();
    let file = files.get_mut("jurisdictions/eea.toml").unwrap();
    *file = file.replacen("languages = [", "langauges = [", 1);
    let errors = law_from(&files).unwrap_err();
    assert!(
        errors[0].message.contains("langauges") && errors[0].line > 0,
        "{}",
        errors[0]
    );
}

/// Every article that a letter of this binary can cite, with where it was read: the snapshot is the table that a lawyer reviews.
#[test]
fn every_citation_of_a_letter_was_read_and_says_where() {
    let book = embedded_law().unwrap();
    let mut used = std::collections::BTreeSet::new();
    collect_cites(Path::new("templates/letters"), &mut used);
    assert!(used.len() > 100);
    let mut table =
        String::from("| id | as printed | read in | on | flag |\n|---|---|---|---|---|\n");
    for id in &used {
        let citation = book
            .citations
            .get(id)
            .unwrap_or_else(|| panic!("`{id}` is not in config/citations"));
        assert!(citation.may_be_printed(), "{id}");
        assert_ne!(citation.checked, Checked::Unverified, "{id} was not read");
        let flag = match citation.checked {
            Checked::Verified => "verified".to_owned(),
            _ => format!("partly: {}", citation.checked_note),
        };
        let printed = citation.text.for_screen("en");
        table.push_str(&format!(
            "| `{id}` | {printed} | {} | {} | {flag} |\n",
            citation.source, citation.checked_on
        ));
    }
    let file = Path::new("config/citations/README.md");
    let head = "# What the letters cite, and where it was read\n\nWritten by `UPDATE_TABLES=1 cargo test --test law`; a test keeps it equal to the data.\n\n";
    let wanted = format!("{head}{table}");
    if option_env!("UPDATE_TABLES").is_some() {
        fs::write(file, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(file).unwrap_or_default() == wanted,
        "run `UPDATE_TABLES=1 cargo test --test law` and look at the change"
    );
}

fn collect_cites(dir: &Path, used: &mut std::collections::BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_cites(&path, used);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for start in ["cite \"", "quote \""] {
            for rest in text.split(start).skip(1) {
                used.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
}
