//! Which language a text is in, by its script, its letters and its small words.

use super::lexicon::Lexicon;
use super::tokens;

/// The most paragraphs that are looked at one by one; an answer stands in the first.
const MOST: usize = 40;

/// A text in one language.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) lexicon: &'a Lexicon,
    /// The share of words that the lexicon knows.
    pub(super) known: f64,
    /// How much speaks for the language.
    points: f64,
}

/// The likeliest language; `None` if none is recognised.
pub(super) fn detect<'a>(lexicons: &'a [Lexicon], text: &str) -> Option<Found<'a>> {
    let text: String = text.chars().take(1_500).collect();
    if let Some(lexicon) = solid(lexicons, &text) {
        return Some(Found {
            lexicon,
            known: 1.0,
            points: f64::MAX,
        });
    }
    let scored = lexicons.iter().filter(|lexicon| !lexicon.script.solid);
    let scored = scored.map(|lexicon| weigh(lexicon, lexicons, &text));
    // Of equals the first, so that the order of the files does not decide by chance.
    let best = scored.reduce(|best, next| {
        if next.points > best.points {
            next
        } else {
            best
        }
    })?;
    (best.points > 0.0).then_some(best)
}

/// The text in runs of paragraphs of one language: a paragraph that is clearly in another one is read in that.
pub(super) fn split<'a>(
    lexicons: &'a [Lexicon],
    main: Found<'a>,
    text: &str,
) -> Vec<(&'a Lexicon, String)> {
    let mut runs: Vec<(&Lexicon, String)> = Vec::new();
    for (number, paragraph) in text.split("\n\n").enumerate() {
        let found = (number < MOST).then(|| other(lexicons, main, paragraph));
        let lexicon = found.flatten().unwrap_or(main.lexicon);
        match runs.last_mut() {
            Some((last, run)) if last.code == lexicon.code => {
                run.push_str("\n\n");
                run.push_str(paragraph);
            }
            _ => runs.push((lexicon, paragraph.to_owned())),
        }
    }
    runs
}

fn other<'a>(lexicons: &'a [Lexicon], main: Found<'a>, text: &str) -> Option<&'a Lexicon> {
    let solid_text = solid(lexicons, text).is_some();
    if text.split_whitespace().count() < 7 && !solid_text {
        return None;
    }
    let best = detect(lexicons, text)?;
    let usual = weigh(main.lexicon, lexicons, text);
    let clearly = best.points > usual.points.max(1.0) * 2.0 && best.known > usual.known + 0.15;
    (best.lexicon.code != main.lexicon.code && clearly).then_some(best.lexicon)
}

/// A script without spaces shows at once.
fn solid<'a>(lexicons: &'a [Lexicon], text: &str) -> Option<&'a Lexicon> {
    let kana = |c: &char| ('\u{3040}'..='\u{30ff}').contains(c);
    (text.chars().filter(kana).count() >= 3)
        .then(|| lexicons.iter().find(|lexicon| lexicon.script.solid))?
}

/// A word counts the more the fewer languages have it; a letter that the language lacks counts against it.
fn weigh<'a>(lexicon: &'a Lexicon, all: &[Lexicon], text: &str) -> Found<'a> {
    let words = tokens::words(text, lexicon.script);
    let (mut points, mut known, mut count) = (0.0, 0.0, 0.0);
    for word in words.iter().filter(|word| !word.is_mark) {
        let small = lexicon.common.contains(&word.text);
        let other = !small && lexicon.knows(&word.text);
        if small {
            let having = all.iter().filter(|one| one.common.contains(&word.text));
            points += 3.0 / having.map(|_| 1.0).sum::<f64>();
        } else if other {
            let having = all.iter().filter(|one| one.knows(&word.text));
            points += 1.0 / having.map(|_| 1.0).sum::<f64>().max(1.0);
        }
        let strange = |c: char| !c.is_ascii() && c.is_alphabetic() && !lexicon.letters.contains(&c);
        points -= if word.text.contains(strange) {
            1.5
        } else {
            0.0
        };
        known += if small || other { 1.0 } else { 0.0 };
        count += 1.0;
    }
    Found {
        lexicon,
        known: if count > 0.0 { known / count } else { 0.0 },
        points,
    }
}
