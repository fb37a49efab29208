//! What no mark sets apart from the answer: our letter, copied without a sign, and names below the text.

use super::tokens::{self, Script};

/// Lines that stand in our letter; a mail program may have wrapped them anew.
pub(super) fn without_letter<'a>(lines: &[&'a str], letter: Option<&str>) -> Vec<&'a str> {
    let Some(letter) = letter else {
        return lines.to_vec();
    };
    let squeeze = |text: &str| -> String {
        tokens::words(text, Script::default())
            .into_iter()
            .filter(|word| !word.is_mark)
            .map(|word| word.text + " ")
            .collect()
    };
    let letter = squeeze(letter);
    let is_ours = |line: &&str| {
        let line = squeeze(line);
        line.split(' ').count() > 3 && letter.contains(line.as_str())
    };
    lines
        .iter()
        .copied()
        .filter(|line| !is_ours(line))
        .collect()
}

/// Our address ends a copy of our letter that nothing marks: the paragraphs from its salutation on are dropped.
pub(super) fn without_ours<'a>(lines: &[&'a str], ours: &[String]) -> Vec<&'a str> {
    let names_us = |line: &str| {
        let low = line.to_lowercase();
        ours.iter().any(|address| low.contains(address.as_str()))
    };
    let Some(end) = lines.iter().position(|line| names_us(line)) else {
        return lines.to_vec();
    };
    let salutation =
        |line: &&str| line.trim_end().ends_with([',', ':']) && line.split_whitespace().count() <= 6;
    let head = lines.get(..end).unwrap_or_default();
    let tail = lines.get(end + 1..).unwrap_or_default();
    let start = head.iter().rposition(salutation).unwrap_or(end);
    let before = head.get(..start).unwrap_or_default();
    // With nothing above it, the letter is on top and the answer below.
    let answer_above =
        before.iter().any(|line| has_words(line)) || !tail.iter().any(|line| has_words(line));
    let kept = if answer_above && start > 0 {
        before
    } else {
        &[]
    };
    let kept = if start == end && answer_above {
        head
    } else {
        kept
    };
    kept.iter().chain(tail).copied().collect()
}

/// Short lines at the end without a full stop are names, units, telephone numbers; lines like "A | B | c.example" always are.
pub(super) fn without_names<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let strip = |line: &&&str| line.matches(" | ").count() < 2;
    let mut kept: Vec<&str> = lines.iter().filter(strip).copied().collect();
    let many = kept.iter().filter(|line| has_words(line)).count();
    let mut dropped = 0;
    while let Some(last) = kept.last() {
        let bare = last.trim();
        let open =
            !bare.ends_with(['.', '!', '?', ':', '。', ')', '”', '"']) || bare.starts_with("www.");
        let short = bare.split_whitespace().count() <= 5 && bare.chars().count() <= 44;
        if bare.is_empty() || (open && short && !tells(bare) && dropped + 1 < many && dropped < 5) {
            dropped += usize::from(!bare.is_empty());
            kept.pop();
        } else {
            break;
        }
    }
    kept
}

/// A line that says something.
pub(super) fn has_words(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

/// "New date: 15-02-2027": a label with a date is part of the answer.
fn tells(line: &str) -> bool {
    let value = line.split_once([':', '：']).map_or("", |(_, value)| value);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let year = value.contains("20")
        && value
            .chars()
            .any(|c| matches!(c, '.' | '-' | '/' | ' ' | '年'));
    let short = value
        .split(['.', '/'])
        .filter(|part| !part.trim().is_empty())
        .count()
        == 3;
    (4..=8).contains(&digits) && (year || short)
}
