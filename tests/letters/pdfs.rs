//! The PDF of every letter: same input, same bytes; and, where the readers are installed, its text read back and its structure checked.

use std::fs;
use std::process::Command;

use crate::House;

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let (one, two) = (House::new(), House::new());
    for sample in one
        .pairs()
        .iter()
        .filter(|sample| sample.name.ends_with("full"))
    {
        let (first, second) = (one.compose(sample), two.compose(sample));
        assert!(
            first.pdf == second.pdf && first.eml == second.eml && first.html == second.html,
            "{}",
            sample.name
        );
    }
}

/// `tests/run` sets this after it has installed the readers; without it a missing reader is no failure.
const READERS_REQUIRED: bool = option_env!("DEMUR_TEST_TOOLS").is_some();

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("-v").output().is_ok();
    assert!(
        found || !READERS_REQUIRED,
        "`{program}` is missing; `tests/run` installs it"
    );
    found
}

/// Everything but white space; page numbers are taken out of the PDF's text before.
fn letters_only(text: &str) -> String {
    let bidi = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{c}');
    text.chars()
        .filter(|c| !c.is_whitespace() && !bidi(*c))
        .collect()
}

#[test]
fn the_text_of_every_pdf_is_the_text_of_the_letter() {
    if !has("pdftotext") {
        return;
    }
    let house = House::new();
    let dir = tempfile::tempdir().unwrap();
    for sample in house.pairs() {
        let letter = house.compose(&sample);
        let file = dir.path().join("letter.pdf");
        fs::write(&file, &letter.pdf).unwrap();
        let output = Command::new("pdftotext")
            .args(["-raw", "-enc", "UTF-8"])
            .arg(&file)
            .arg("-")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let pages = text.matches('\u{c}').count();
        let mut body = String::new();
        for (number, page) in text
            .split('\u{c}')
            .filter(|page| !page.trim().is_empty())
            .enumerate()
        {
            let furniture = format!("{}/{pages}", number + 1);
            let page = page.trim_end();
            body.push_str(
                page.strip_suffix(&furniture)
                    .unwrap_or_else(|| panic!("{}: no page number {furniture}", sample.name)),
            );
        }
        assert_eq!(
            letters_only(&body),
            letters_only(&letter.text),
            "{}",
            sample.name
        );
    }
}

#[test]
fn every_pdf_passes_independent_checks() {
    if !(has("qpdf") && has("pdffonts")) {
        return;
    }
    let house = House::new();
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, sample) in house.pairs().iter().enumerate() {
        let file = dir.path().join(format!("{number:03}.pdf"));
        fs::write(&file, house.compose(sample).pdf).unwrap();
        let qpdf = Command::new("qpdf")
            .arg("--check")
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            qpdf.status.success(),
            "{}: {}",
            sample.name,
            String::from_utf8_lossy(&qpdf.stderr)
        );
        let fonts = Command::new("pdffonts").arg(&file).output().unwrap();
        for line in String::from_utf8(fonts.stdout).unwrap().lines().skip(2) {
            let cells: Vec<&str> = line.split_whitespace().rev().collect();
            assert!(
                cells[4] == "yes" && cells[2] == "yes",
                "{}: not embedded or without characters: {line}",
                sample.name
            );
        }
        files.push(file);
    }
    if let Some(pdfua) = option_env!("DEMUR_PDFUA") {
        for file in &files {
            let output = Command::new(pdfua).arg("check").arg(file).output().unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                file.display(),
                String::from_utf8_lossy(&output.stdout)
            );
        }
    }
}

#[test]
fn a_name_in_any_script_is_printed_and_no_glyph_is_missing() {
    let house = House::new();
    let mut sample = house
        .pairs()
        .into_iter()
        .find(|sample| sample.name == "gdpr/en/objection/full")
        .unwrap();
    for name in [
        "王小明",
        "Иван Ωμέγα",
        "ﬀ ﬁ",
        "أحمد",
        "שלום",
        "कमल",
        "สมชาย",
        "😀 Ꮳ ꙮ",
        "N\u{303}",
        "A\u{fffd}",
        "<b>&{{x}}",
    ] {
        sample.facts.subject.name = name.to_owned();
        let letter = house.compose(&sample);
        assert!(letter.text.contains(name), "{name}");
        assert!(letter.pdf.starts_with(b"%PDF-1.7"));
        assert!(!letter.html.contains("<b>"));
        if has("mutool") {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("letter.pdf");
            fs::write(&file, &letter.pdf).unwrap();
            let trace = Command::new("mutool")
                .args(["draw", "-q", "-F", "trace", "-o", "-"])
                .arg(&file)
                .arg("1")
                .output()
                .unwrap();
            let trace = String::from_utf8_lossy(&trace.stdout).into_owned();
            assert!(
                trace.contains("glyph=")
                    && !trace.contains("glyph=\"0\"")
                    && !trace.contains("glyph=\".notdef\""),
                "{name}"
            );
        }
    }
}
