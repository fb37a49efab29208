//! The controller's own reference, as it is printed.

use super::lexicon::Lexicon;
use super::pattern::Span;
use super::tokens;

/// The likeliest reference in subject and text. `ours`: addresses of ours, which are no reference.
pub(super) fn find(lexicon: &Lexicon, subject: &str, text: &str) -> Option<String> {
    let mut best: Option<(i32, String)> = None;
    let lines = std::iter::once((subject, true)).chain(text.lines().map(|line| (line, false)));
    for (line, in_subject) in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            let candidate = trim(word);
            let Some(shape) = shape(candidate, word) else {
                continue;
            };
            let letters = at
                .checked_sub(1)
                .and_then(|at| words.get(at))
                .and_then(|word| series(word, candidate));
            let from = at - usize::from(letters.is_some());
            let before = words
                .get(from.saturating_sub(3)..from)
                .unwrap_or_default()
                .join(" ");
            let name = named(lexicon, &format!("{before} {}", lead(word, candidate)));
            let twice = in_subject && text.contains(candidate)
                || !in_subject && subject.contains(candidate);
            let score = shape
                + name
                + i32::from(in_subject) * 2
                + i32::from(twice) * 2
                + i32::from(letters.is_some());
            if score >= 3 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                let ticket = letters.map_or(candidate.to_owned(), |letters| {
                    format!("{letters} {candidate}")
                });
                best = Some((score, ticket));
            }
        }
    }
    best.map(|(_, ticket)| ticket)
}

/// Capitals that belong to a number behind them: `RA 2026-1187`.
fn series<'a>(word: &'a str, candidate: &str) -> Option<&'a str> {
    let bare = word.trim_start_matches(['[', '(', '#', '"']);
    let capitals = (1..=4).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_uppercase());
    let number = candidate.starts_with(|c: char| c.is_ascii_digit())
        && candidate.contains(['-', '/', '.'])
        || bare.len() > 1 && candidate.chars().all(|c| c.is_ascii_digit());
    (capitals && number && !["NR", "NO", "ID", "REF", "AZ"].contains(&bare)).then_some(bare)
}

/// Brackets, quotes, `#` and full stops around a reference.
fn trim(word: &str) -> &str {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    bare.rsplit(['#', '[', '(', '：'])
        .next()
        .unwrap_or(bare)
        .trim_matches(|c: char| !c.is_alphanumeric())
}

/// What stands in front of the reference in the same word, such as `Ref:`.
fn lead<'a>(word: &'a str, candidate: &str) -> &'a str {
    word.split_once(candidate).map_or("", |(before, _)| before)
}

/// How much it looks like a reference; `None` for dates, times, addresses, articles, plain words.
fn shape(candidate: &str, word: &str) -> Option<i32> {
    let digits = candidate.chars().filter(char::is_ascii_digit).count();
    let capitals = candidate.chars().filter(|c| c.is_uppercase()).count();
    let small = candidate.chars().filter(|c| c.is_lowercase()).count();
    let marks = candidate
        .chars()
        .filter(|c| matches!(c, '-' | '/' | '.' | '_'))
        .count();
    let strange = candidate
        .chars()
        .any(|c| !(c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '_')));
    let address = word.contains(['@', '+']) || word.contains("://") || word.contains("www.");
    let length = candidate.chars().count();
    if digits == 0 || strange || address || !(3..=28).contains(&length) || small > 3 {
        return None;
    }
    if candidate.contains(':') || is_date(candidate) {
        return None;
    }
    let hash = i32::from(word.contains('#')) * 3;
    match (capitals, marks) {
        (0, 0) if digits < 4 => (hash > 0 && digits > 1).then_some(hash),
        (0, _) => Some(hash),
        (_, 0) if digits < 3 => Some(hash - 1),
        (_, 0) => Some(hash + 1),
        _ => Some(hash + 2),
    }
}

fn is_date(candidate: &str) -> bool {
    let parts: Vec<&str> = candidate.split(['.', '/', '-']).collect();
    let all_numbers = parts
        .iter()
        .all(|part| part.chars().all(|c| c.is_ascii_digit()) && part.len() <= 4);
    let year = |part: &&str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let small = |part: &&str| part.len() <= 2;
    let (years, days) = (
        parts.iter().filter(|part| year(part)).count(),
        parts.iter().filter(|part| small(part)).count(),
    );
    all_numbers && parts.len() >= 2 && years <= 1 && years + days == parts.len()
}

/// Words such as "ticket" in front count for it, "your reference" against it.
fn named(lexicon: &Lexicon, before: &str) -> i32 {
    let sentence = tokens::Sentence {
        text: String::new(),
        tokens: tokens::words(before, lexicon.script),
        asks: false,
        plain: false,
    };
    let indexed = lexicon.index(&sentence);
    let stands = |phrases: &[super::pattern::Phrase]| -> Option<usize> {
        let spans = phrases.iter().flat_map(|phrase| indexed.find(phrase));
        spans.map(|span: Span| span.end).max()
    };
    if stands(&lexicon.dates.your_ticket).is_some() {
        return -6;
    }
    match stands(&lexicon.dates.ticket) {
        Some(end) if end + 2 >= sentence.tokens.len() => 3,
        Some(_) => 1,
        None => 0,
    }
}
