//! What the sender newly wrote: the message without quotes, header blocks, signature lines, ticket frames and our own letter.

use super::file::Frame;
use super::leftovers::{has_words, without_letter, without_names, without_ours};
use super::lexicon::Lexicon;

/// The most characters that are read; an answer stands in the first.
const MOST: usize = 20_000;

/// Stands before a line that its sender wrote in another colour, perhaps inside a copy of our letter.
const ANSWER: &str = "❯ ";

/// Header labels, quote verbs and closings of all languages: a quote may be in another language than the answer.
pub(super) struct Frames {
    labels: Vec<String>,
    wrote: Vec<String>,
    original: Vec<String>,
    reply_above: Vec<String>,
    closing: Vec<String>,
}

impl Frames {
    pub(super) fn of(lexicons: &[Lexicon]) -> Frames {
        let all = |pick: fn(&Frame) -> &Vec<String>| -> Vec<String> {
            let lists = lexicons.iter().flat_map(|lexicon| pick(&lexicon.frame));
            lists.map(|word| word.to_lowercase()).collect()
        };
        let labels = [
            all(|frame| &frame.from),
            all(|frame| &frame.sent),
            all(|frame| &frame.to),
            all(|frame| &frame.subject),
        ];
        Frames {
            labels: labels.concat(),
            wrote: all(|frame| &frame.wrote),
            original: all(|frame| &frame.original),
            reply_above: all(|frame| &frame.reply_above),
            closing: all(|frame| &frame.closing),
        }
    }

    /// The lines that the sender wrote. `ours`: addresses of ours, whose appearance ends a copy of our letter; `letter`: our letter.
    pub(super) fn own_words(&self, text: &str, ours: &[String], letter: Option<&str>) -> String {
        let text = text.replace("\r\n", "\n");
        let lines: Vec<&str> = text.lines().map(|line| line.trim_end()).collect();
        let mut kept: Vec<&str> = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let rest = lines.get(at..).unwrap_or_default();
            let wrote_something = kept.iter().any(|line| has_words(line));
            match self.look(line, rest, wrote_something) {
                Look::Keep => kept.push(line),
                Look::Drop(count) => at += count.saturating_sub(1),
                Look::Cut if wrote_something => {
                    kept.extend(rest.iter().filter(|line| line.starts_with(ANSWER)));
                    break;
                }
                Look::Cut => {}
                Look::Signature => at += signature_length(rest).saturating_sub(1),
            }
            at += 1;
        }
        let kept: Vec<&str> = kept
            .into_iter()
            .map(|line| line.strip_prefix(ANSWER).unwrap_or(line))
            .collect();
        let kept = without_letter(&kept, letter);
        let own = without_names(&without_ours(&kept, ours)).join("\n");
        own.chars().take(MOST).collect()
    }

    fn look(&self, line: &str, rest: &[&str], wrote_something: bool) -> Look {
        let bare = line.trim();
        if bare.starts_with('>') || bare.starts_with("|>") {
            return Look::Drop(1);
        }
        let low = bare.to_lowercase();
        if is_ruler(bare) {
            return if self.starts_history(rest) {
                Look::Cut
            } else {
                Look::Drop(1)
            };
        }
        if self.reply_above.iter().any(|phrase| low.contains(phrase)) && bare.len() < 120 {
            return Look::Drop(1);
        }
        if let Some(count) = self.attribution(rest) {
            let next = rest.iter().skip(count).find(|line| !line.trim().is_empty());
            let marked = next.is_none_or(|next| next.trim_start().starts_with('>'));
            return if marked || !wrote_something {
                Look::Drop(count)
            } else {
                Look::Cut
            };
        }
        if let Some(count) = self.header_block(rest) {
            return if wrote_something {
                Look::Cut
            } else {
                Look::Drop(count)
            };
        }
        let inner = low.trim_matches(|c: char| {
            c == '-' || c == '_' || c == '*' || c == '=' || c.is_whitespace() || c == ':'
        });
        if self.original.iter().any(|phrase| {
            inner == phrase || (bare.starts_with("--") && inner.contains(phrase.as_str()))
        }) {
            return Look::Cut;
        }
        if is_stamp(bare) && rest.len() > 2 {
            return Look::Cut;
        }
        if bare == "--" || line == "-- " {
            return Look::Signature;
        }
        if wrote_something && self.closing.iter().any(|phrase| closes(bare, &low, phrase)) {
            return Look::Signature;
        }
        Look::Keep
    }

    /// "On 3 May 2026, X <x@y> wrote:", on one line or two, in any language.
    fn attribution(&self, rest: &[&str]) -> Option<usize> {
        let first = rest.first()?.trim();
        if first.chars().filter(char::is_ascii_digit).count() < 3 && !first.contains('@') {
            return None;
        }
        let lines = rest
            .iter()
            .take(3)
            .take_while(|line| !line.trim().is_empty())
            .count();
        (1..=lines).find(|count| {
            let joined = rest.get(..*count).unwrap_or_default().join(" ");
            let joined = joined.trim();
            let closes = joined.ends_with([':', '：']) || joined.ends_with("wrote");
            let low = joined.to_lowercase();
            let says = self.wrote.iter().any(|verb| low.contains(verb.as_str()));
            let dated = joined.chars().filter(char::is_ascii_digit).count() >= 3;
            let addressed = joined.contains('@');
            joined.len() < 260
                && closes
                && dated
                && (says || addressed)
                && (says || is_date_heavy(joined))
        })
    }

    /// Three or more lines of From, Sent, To, Subject.
    fn header_block(&self, rest: &[&str]) -> Option<usize> {
        let labelled = |line: &&&str| {
            let line = line.trim().trim_start_matches(['*', '_']);
            line.split_once([':', '：']).is_some_and(|(label, _)| {
                let label = label.trim().trim_matches('*').to_lowercase();
                self.labels.contains(&label)
            })
        };
        if !rest.iter().take(1).any(|line| labelled(&line)) {
            return None;
        }
        let window = rest
            .iter()
            .take(8)
            .take_while(|line| !line.trim().is_empty());
        let count = window.clone().filter(|line| labelled(line)).count();
        (count >= 3).then(|| window.count())
    }

    /// A ruler is followed by the history of a ticket: a header block, or a name with a date and time.
    fn starts_history(&self, rest: &[&str]) -> bool {
        let after = rest
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, line)| !line.trim().is_empty());
        after.take(2).any(|(at, line)| {
            let tail = rest.get(at..).unwrap_or_default();
            is_stamp(line.trim())
                || self.header_block(tail).is_some()
                || self.attribution(tail).is_some()
        })
    }
}

enum Look {
    Keep,
    Drop(usize),
    /// Everything from here on is a quote.
    Cut,
    Signature,
}

fn is_ruler(line: &str) -> bool {
    line.len() >= 3
        && line != "--"
        && line
            .chars()
            .all(|c| matches!(c, '-' | '_' | '=' | '*' | '—' | '─' | '~' | '#' | '+'))
}

/// A name with date and time, as help desks put above every message of a thread.
fn is_stamp(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let clock = line
        .split(|c: char| !(c.is_ascii_digit() || c == ':'))
        .any(|part| {
            part.split_once(':').is_some_and(|(hour, minute)| {
                (1..=2).contains(&hour.len())
                    && minute.len() >= 2
                    && hour.chars().all(|c| c.is_ascii_digit())
            })
        });
    (2..=12).contains(&words)
        && clock
        && is_date_heavy(line)
        && !line.ends_with('.')
        && !line.contains("://")
}

fn is_date_heavy(line: &str) -> bool {
    line.chars().filter(char::is_ascii_digit).count() >= 7
}

/// The lines of a signature: up to an empty line after the first name, and contact lines that follow.
fn signature_length(rest: &[&str]) -> usize {
    let mut count = 1;
    let mut names = 0;
    for line in rest.iter().skip(1) {
        let bare = line.trim();
        let sentence = bare.split_whitespace().count() > 8
            || bare.to_lowercase().starts_with("ps")
            || bare.to_lowercase().starts_with("p.");
        if bare.starts_with('>')
            || is_ruler(bare)
            || sentence
            || bare.ends_with(':')
            || (names > 0 && bare.is_empty())
        {
            break;
        }
        names += usize::from(!bare.is_empty());
        count += 1;
    }
    count
}

/// A closing, alone on its line or with a name behind it: "Best, Tom".
fn closes(line: &str, low: &str, phrase: &str) -> bool {
    let Some(rest) = low.strip_prefix(phrase) else {
        return false;
    };
    let end = rest.trim_matches([',', '.', '!', ' ', '–', '-']);
    let name = line.get(phrase.len()..).unwrap_or_default();
    let words: Vec<&str> = name
        .trim_start_matches([',', '.', '!', ' ', '–', '-'])
        .split_whitespace()
        .collect();
    let names = words.len() <= 4
        && words
            .iter()
            .all(|word| word.chars().next().is_some_and(char::is_uppercase))
        && !line.ends_with(['?', ':', '.'])
        && rest.starts_with([',', ' ', '!']);
    end.is_empty() || names
}
