//! Keeps the arrows true: a module may only use modules of a lower layer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{fs, path::Path};

/// Lowest first. Modules of one row may not use each other.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["config", "error"],
    &["archive", "storage", "mail", "pdf", "templates"],
    &["app"],
    &["web", "jobs"],
    // The command line starts the others.
    &["cli"],
];

#[test]
fn modules_only_use_lower_layers() {
    let mut wrong = Vec::new();
    each_source(Path::new("src"), &mut |file, source| {
        let own = module_of(file);
        let Some(from) = layer_of(own) else { return };
        for used in crate_uses(source) {
            if used != own && layer_of(used).is_some_and(|to| to >= from) {
                wrong.push(format!("{} uses crate::{used}", file.display()));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "these go the wrong way:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_module_of_the_house_has_a_layer() {
    let mut unknown = Vec::new();
    each_source(Path::new("src"), &mut |file, _| {
        let own = module_of(file);
        if layer_of(own).is_none() && !matches!(own, "lib" | "main") {
            unknown.push(own.to_owned());
        }
    });
    assert!(
        unknown.is_empty(),
        "give these a row in LAYERS: {unknown:?}"
    );
}

#[test]
fn the_domain_is_pure() {
    let banned = [
        "diesel", "actix", "lettre", "tokio", "std::fs", "std::env", "std::net", "Utc::now",
    ];
    let mut wrong = Vec::new();
    each_source(Path::new("src/domain"), &mut |file, source| {
        for line in source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for word in banned.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}: {word}", file.display()));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "the domain does no I/O:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_file_says_what_it_owns() {
    let mut silent = Vec::new();
    each_source(Path::new("src"), &mut |file, source| {
        if !(source.starts_with("//!") || source.starts_with("#![doc = include_str!")) {
            silent.push(file.display().to_string());
        }
    });
    assert!(silent.is_empty(), "these begin without `//!`: {silent:?}");
}

#[test]
fn no_country_stands_in_the_code() {
    let mut wrong = Vec::new();
    each_source(Path::new("src"), &mut |file, source| {
        let code = source.split("#[cfg(test)]").next().unwrap_or(source);
        for country in [
            "\"DE\"",
            "\"FR\"",
            "\"IE\"",
            "\"GB\"",
            "\"US\"",
            "\"CH\"",
            "\"AT\"",
            "\"US-CA\"",
            "\"gdpr\"",
            "\"ccpa\"",
            "\"fadp\"",
        ] {
            if code.contains(country) {
                wrong.push(format!("{}: {country}", file.display()));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "the law lives in data:\n{}",
        wrong.join("\n")
    );
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// `src/web/forms.rs` and `src/web.rs` belong to `web`.
fn module_of(file: &Path) -> &str {
    let part = file
        .components()
        .nth(1)
        .and_then(|part| part.as_os_str().to_str());
    part.map_or("", |name| name.strip_suffix(".rs").unwrap_or(name))
}

/// The word after every `crate::`, and each first word inside `crate::{a, b::c}`.
fn crate_uses(source: &str) -> Vec<&str> {
    source
        .split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => items(group),
            None => vec![rest],
        })
        .filter_map(first_word)
        .collect()
}

/// Splits the inside of a brace group at its own commas.
fn items(group: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn first_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn each_source(dir: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, visit);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            visit(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
