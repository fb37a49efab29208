//! Pages and their words: the same words in every language, none missing, no way round the escape, and every notice renders.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use demur::templates::PageTemplates;

type Words = BTreeMap<String, String>;

fn words(language: &str) -> Words {
    toml::from_str(&fs::read_to_string(format!("templates/screens/{language}.toml")).unwrap())
        .unwrap()
}

fn each_template(dir: &Path, visit: &mut impl FnMut(&str, &str)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_template(&path, visit);
        } else if path.extension().is_some_and(|ending| ending == "hbs") {
            visit(path.to_str().unwrap(), &fs::read_to_string(&path).unwrap());
        }
    }
}

/// The names in braces of a text.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

#[test]
fn every_language_has_the_same_words_with_the_same_parameters() {
    let (en, de) = (words("en"), words("de"));
    assert_eq!(en.keys().collect::<Vec<_>>(), de.keys().collect::<Vec<_>>());
    for (key, text) in &en {
        assert_eq!(parameters(text), parameters(de.get(key).unwrap()), "{key}");
        assert!(!text.trim().is_empty(), "{key}");
    }
}

#[test]
fn every_word_that_a_page_names_exists() {
    let known = words("en");
    let mut missing = Vec::new();
    each_template(Path::new("templates/pages"), &mut |path, text| {
        for rest in text.split("t \"").skip(1) {
            let key = rest.split('"').next().unwrap();
            if key.contains('.') && !known.contains_key(key) {
                missing.push(format!("{path}: {key}"));
            }
        }
    });
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_page_goes_round_the_escape_or_carries_script_or_style_of_its_own() {
    each_template(Path::new("templates/pages"), &mut |path, text| {
        for bad in [
            "{{{",
            "{{&",
            "<script",
            "<style",
            " style=",
            "onclick",
            "onload",
            "javascript:",
            "http://",
        ] {
            assert!(!text.contains(bad), "{path}: {bad}");
        }
        assert!(
            !text.contains("method=\"post\"") || text.contains("csrf"),
            "{path}: a form without the hidden field"
        );
    });
}

#[test]
fn every_page_parses_and_every_notice_renders() {
    let pages = PageTemplates::load().unwrap();
    for language in pages.languages() {
        let context = serde_json::json!({
            "lang": language, "site": "Demur", "operator": "Example & Sons", "contact": "help@example.org", "hours": 48,
            "confirm_href": "http://127.0.0.1/confirm/x", "not_me_href": "http://127.0.0.1/not-me/y",
        });
        let (subject, text) = pages
            .notice(&format!("{language}/confirm_address"), &context)
            .unwrap();
        assert!(subject.contains("Demur") && !subject.contains('\n'));
        assert!(
            text.contains("/confirm/x")
                && text.contains("/not-me/y")
                && text.contains("Example & Sons")
        );
    }
}
