//! What stands around a phrase in its sentence: negation, condition, wish, report, and things beside the matter.

use chrono::{Datelike, NaiveDate};

use super::concept::Concept;
use super::lexicon::Lexicon;
use super::pattern::{Indexed, Span};
use super::tokens::Sentence;

/// The circumstances of a sentence.
pub(super) struct Context<'a> {
    pub(super) sentence: &'a Sentence,
    after: bool,
    pub(super) negations: Vec<Span>,
    conditions: Vec<Span>,
    unreal: Vec<Span>,
    reported: Vec<Span>,
    ands: Vec<Span>,
    aside: Vec<Span>,
    earlier: bool,
    year: Option<i32>,
    pub(super) pending: bool,
}

impl<'a> Context<'a> {
    /// Looks for all of it.
    pub(super) fn of(
        lexicon: &Lexicon,
        indexed: &Indexed<'a>,
        sent_on: Option<NaiveDate>,
    ) -> Context<'a> {
        let spans = |concept| -> Vec<Span> {
            lexicon
                .find(concept, indexed)
                .into_iter()
                .map(|(_, span)| span)
                .collect()
        };
        Context {
            sentence: indexed.sentence,
            after: lexicon.negation_after,
            negations: without_only(spans(Concept::Negation), &spans(Concept::Only)),
            conditions: spans(Concept::Condition),
            unreal: spans(Concept::Unreal),
            reported: spans(Concept::Reported),
            ands: spans(Concept::And),
            aside: spans(Concept::Aside),
            earlier: !spans(Concept::Earlier).is_empty(),
            year: sent_on.map(|day| day.year()),
            pending: !spans(Concept::Pending).is_empty(),
        }
    }

    /// The phrase is the whole sentence, or all behind its colon.
    pub(super) fn is_all(&self, span: Span) -> bool {
        let mut words = self.sentence.tokens.iter();
        // "Point 2: deleted".
        let colon = words
            .position(|word| word.text == ":")
            .filter(|at| *at < 4)
            .unwrap_or(0);
        let outside = self.sentence.tokens.iter().enumerate().skip(colon);
        let mut outside = outside.filter(|(at, _)| *at < span.start || *at >= span.end);
        !self.sentence.asks && outside.all(|(_, word)| word.is_mark)
    }

    /// The ticket, the newsletter, the copy of the passport: something beside what was asked.
    pub(super) fn is_aside(&self, span: Span) -> bool {
        self.aside.iter().any(|aside| {
            let before = aside.end <= span.start
                && span.start - aside.end <= 3
                && !self.cut_between(aside.end, span.start);
            let after = aside.start >= span.end
                && aside.start - span.end <= 4
                && !self.cut_between(span.end, aside.start);
            before || after || (aside.start >= span.start && aside.end <= span.end)
        })
    }

    /// Done long before the request: it says so, or a year stands in or close behind the words.
    pub(super) fn is_old(&self, span: Span) -> bool {
        let Some(year) = self.year else {
            return self.earlier;
        };
        let near = self.sentence.tokens.get(span.start..span.end + 4);
        let near = near.or_else(|| self.sentence.tokens.get(span.start..));
        let mut words = near
            .unwrap_or_default()
            .iter()
            .map(|word| word.text.as_str());
        let old = |word: &str| {
            let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
            digits.len() == 4
                && !word.contains(['.', '/'])
                && digits
                    .parse()
                    .is_ok_and(|given: i32| (1990..year - 1).contains(&given))
        };
        self.earlier || words.any(old)
    }

    /// A negation in the same clause, inside the phrase or not far before it (in some languages after it).
    pub(super) fn is_negated(&self, span: Span) -> bool {
        self.negations.iter().any(|no| {
            let inside = no.start >= span.start && no.end <= span.end;
            // "We kept nothing": an object that is nothing.
            let object = no.start == span.end;
            let before = no.end <= span.start
                && span.start - no.end <= 5
                && !self.cut_between(no.end, span.start);
            let after = self.after
                && no.start >= span.end
                && no.start - span.end <= 4
                && !self.cut_between(span.end, no.start);
            inside || object || before || after
        })
    }

    /// "Neither refused nor forgotten": a negation at most so many words in front of a phrase that holds none itself.
    pub(super) fn is_denied(&self, span: Span, most: usize) -> bool {
        let inside = self
            .negations
            .iter()
            .any(|no| no.start >= span.start && no.end <= span.end);
        !inside
            && self.negations.iter().any(|no| {
                no.end <= span.start
                    && span.start - no.end <= most
                    && !self.cut_between(no.end, span.start)
            })
    }

    /// A condition in front makes the whole rest of the sentence conditional.
    pub(super) fn is_conditional(&self, span: Span) -> bool {
        self.conditions
            .iter()
            .any(|condition| condition.start <= span.start)
            || (self.after
                && self
                    .conditions
                    .iter()
                    .any(|condition| condition.start < span.end))
    }

    /// "We will erase it once you ...": a condition behind takes promises away, not what was done.
    pub(super) fn conditional_after(&self, concept: Concept, span: Span) -> bool {
        concept == Concept::Promise
            && self
                .conditions
                .iter()
                .any(|condition| condition.start >= span.start)
    }

    pub(super) fn is_unreal(&self, span: Span) -> bool {
        self.unreal.iter().any(|unreal| {
            let inside = unreal.start >= span.start && unreal.end <= span.end;
            let before = unreal.end <= span.start
                && span.start - unreal.end <= 6
                && !self.cut_between(unreal.end, span.start);
            let after = self.after
                && unreal.start >= span.end
                && unreal.start - span.end <= 6
                && !self.cut_between(span.end, unreal.start);
            inside || before || after
        })
    }

    /// "You asked us to erase": words near behind, in the same clause.
    pub(super) fn is_reported(&self, span: Span) -> bool {
        self.reported.iter().any(|report| {
            let near = report.start <= span.start && span.start <= report.end + 6;
            near && !self.cut_between(report.end, span.start)
        })
    }

    /// A comma, an "and" or the like between two words.
    pub(super) fn cut_between(&self, from: usize, to: usize) -> bool {
        let (from, to) = (from.min(to), from.max(to));
        let between = self.sentence.tokens.get(from..to).unwrap_or_default();
        let marks = [",", ";", ":", "–", "—", "(", "、", "-"];
        let cuts = between
            .iter()
            .any(|token| token.is_mark && marks.contains(&token.text.as_str()));
        cuts || self
            .ands
            .iter()
            .any(|and| and.start >= from && and.end <= to)
    }
}

/// "Ne ... que", "nothing but": such a negation only limits.
fn without_only(negations: Vec<Span>, only: &[Span]) -> Vec<Span> {
    let limits = |no: &Span| {
        only.iter().any(|one| {
            let second = |other: &Span| {
                other != no
                    && other.start > no.start
                    && other.end <= one.end
                    && other.start >= no.end
            };
            one.start <= no.start && no.end <= one.end && !negations.iter().any(second)
        })
    };
    negations.iter().filter(|no| !limits(no)).copied().collect()
}
