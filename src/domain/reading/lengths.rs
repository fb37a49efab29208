//! Lengths that a reply adds: "two further months", "noch sechs Wochen", "20 working days".

use super::lexicon::{Dates, Lexicon, Unit};
use super::pattern::{Indexed, Span};

/// A length that is added, in days (a month is 30).
pub(super) fn added_days(lexicon: &Lexicon, indexed: &Indexed<'_>) -> Option<u32> {
    let words: &Dates = &lexicon.dates;
    let further: Vec<Span> = words
        .further
        .iter()
        .flat_map(|phrase| indexed.find(phrase))
        .collect();
    let mut best = None;
    for (unit, phrases) in &words.units {
        for span in phrases.iter().flat_map(|phrase| indexed.find(phrase)) {
            let Some((at, number)) = number_before(lexicon, indexed, span.start) else {
                continue;
            };
            let near = |one: &Span| one.start <= span.end + 3 && at <= one.end + 4;
            if number > 0 && number <= 400 && best.is_none() {
                best = Some((further.iter().any(near), in_days(*unit, number)));
            } else if further.iter().any(near) && best.is_some_and(|(is_near, _)| !is_near) {
                best = Some((true, in_days(*unit, number)));
            }
        }
    }
    best.map(|(_, days)| days)
}

fn number_before(lexicon: &Lexicon, indexed: &Indexed<'_>, start: usize) -> Option<(usize, u32)> {
    let places = (start.saturating_sub(3)..start).rev();
    places.into_iter().find_map(|at| {
        let word = indexed.sentence.tokens.get(at)?.text.as_str();
        let number = word
            .parse()
            .ok()
            .or_else(|| lexicon.dates.numbers.get(word).copied())?;
        Some((at, number))
    })
}

fn in_days(unit: Unit, number: u32) -> u32 {
    match unit {
        Unit::Day => number,
        // Five working days are a week.
        Unit::WorkingDay => number / 5 * 7 + number % 5,
        Unit::Week => number * 7,
        Unit::Month => number * 30,
        Unit::Quarter => number * 90,
        Unit::Year => number * 365,
    }
}
