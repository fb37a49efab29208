//! What one sentence says for and against each answer: phrases, turned by negation and taken away by conditions, wishes and reports.

use chrono::{Datelike, NaiveDate};

use super::concept::{Concept, Ground};
use super::lexicon::Lexicon;
use super::pattern::{Indexed, Span};
use super::tokens::Sentence;

/// What a sentence says, after negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// As the lexicon has it.
    Says(Concept),
    /// Nothing was deleted.
    NotDone,
    /// It will not, or cannot, be done.
    WontDo,
    /// It is not kept or used.
    NotKept,
    /// It was gone before anybody asked.
    Before,
    /// A reason why not.
    Why(Ground),
}

impl Sign {
    /// A name for the weights.
    pub(super) fn name(self) -> String {
        match self {
            Sign::Says(concept) => concept.as_str().to_owned(),
            Sign::NotDone => "not_done".to_owned(),
            Sign::WontDo => "wont_do".to_owned(),
            Sign::NotKept => "not_kept".to_owned(),
            Sign::Before => "before".to_owned(),
            Sign::Why(ground) => format!("why.{}", ground.as_str()),
        }
    }
}

/// A sign and the words that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) sign: Sign,
    pub(super) text: String,
    pub(super) rule: String,
    /// Which sentence of the message.
    pub(super) sentence: usize,
}

/// The circumstances of a sentence.
struct Context<'a> {
    sentence: &'a Sentence,
    after: bool,
    negations: Vec<Span>,
    conditions: Vec<Span>,
    unreal: Vec<Span>,
    reported: Vec<Span>,
    ands: Vec<Span>,
    aside: Vec<Span>,
    earlier: bool,
    year: Option<i32>,
    pending: bool,
}

/// Weighs one sentence.
///
/// `sent_on`: the day of the mail; a deed of an earlier year was no answer.
pub(super) fn weigh(
    lexicon: &Lexicon,
    indexed: &Indexed<'_>,
    number: usize,
    sent_on: Option<NaiveDate>,
) -> Vec<Finding> {
    let spans = |concept| -> Vec<Span> {
        lexicon
            .find(concept, indexed)
            .into_iter()
            .map(|(_, span)| span)
            .collect()
    };
    let context = Context {
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
    };
    let mut found = Vec::new();
    for concept in Concept::ALL {
        for (rule, span) in lexicon.find(*concept, indexed) {
            if let Some(sign) = context.sign(*concept, span) {
                found.push(context.finding(
                    sign,
                    &lexicon.code,
                    concept.as_str(),
                    rule,
                    span,
                    number,
                ));
            }
        }
    }
    for ground in Ground::ALL {
        for (rule, span) in lexicon.find_ground(*ground, indexed) {
            if !context.is_conditional(span) && !context.sentence.asks {
                found.push(context.finding(
                    Sign::Why(*ground),
                    &lexicon.code,
                    ground.as_str(),
                    rule,
                    span,
                    number,
                ));
            }
        }
    }
    found
}

impl Context<'_> {
    /// What the phrase means here; `None`: nothing.
    fn sign(&self, concept: Concept, span: Span) -> Option<Sign> {
        let says = Sign::Says(concept);
        match concept {
            Concept::And
            | Concept::Negation
            | Concept::Condition
            | Concept::Unreal
            | Concept::Only
            | Concept::Earlier
            | Concept::Reported => None,
            Concept::Yes => self.is_all(span).then_some(Sign::Says(Concept::Granted)),
            Concept::No => self.is_all(span).then_some(Sign::Says(Concept::Refused)),
            Concept::Done
            | Concept::Stopped
            | Concept::Granted
            | Concept::Promise
            | Concept::Able
            | Concept::Kept
            | Concept::Refused => self.fact(concept, span),
            Concept::Extended => {
                let open = self.is_conditional(span) || self.is_unreal(span);
                (!open && !self.sentence.asks).then_some(says)
            }
            Concept::Identity | Concept::Portal | Concept::Clarify => Some(says),
            Concept::NoData | Concept::NotController => {
                (!self.is_conditional(span) && !self.sentence.asks).then_some(says)
            }
            _ => Some(says),
        }
    }

    fn fact(&self, concept: Concept, span: Span) -> Option<Sign> {
        if self.sentence.asks || self.is_conditional(span) {
            return None;
        }
        if self.is_reported(span) && !matches!(concept, Concept::Granted | Concept::Refused) {
            return None;
        }
        // "Nothing is left", "rebuilt without": the phrase itself begins or ends with its only negation.
        let inside: Vec<&Span> = self
            .negations
            .iter()
            .filter(|no| no.start >= span.start && no.end <= span.end)
            .collect();
        let own = concept == Concept::Done
            && inside.len() == 1
            && inside
                .iter()
                .all(|no| no.start == span.start || no.end == span.end);
        let negated = !own && self.is_negated(span);
        let unreal = self.is_unreal(span);
        if !negated && !unreal && concept == Concept::Done {
            if self.is_aside(span) {
                return Some(Sign::Says(Concept::Aside));
            }
            if self.is_old(span) {
                return Some(Sign::Before);
            }
        }
        match (concept, negated) {
            (Concept::Stopped, _) => (!unreal).then_some(Sign::Says(concept)),
            (Concept::Refused, _) => {
                (!unreal && !self.is_denied(span)).then_some(Sign::Says(concept))
            }
            (Concept::Done, true) => (!unreal).then_some(Sign::NotDone),
            (Concept::Granted | Concept::Promise | Concept::Able, true) if self.pending => {
                Some(Sign::NotDone)
            }
            (Concept::Granted | Concept::Promise | Concept::Able, true) => {
                (!unreal).then_some(Sign::WontDo)
            }
            (Concept::Kept, true) => (!unreal).then_some(Sign::NotKept),
            (Concept::Able, false) => None,
            (_, false) => {
                (!unreal && !self.conditional_after(concept, span)).then_some(Sign::Says(concept))
            }
            _ => None,
        }
    }

    /// The phrase is the whole sentence, or all behind its colon.
    fn is_all(&self, span: Span) -> bool {
        let mut words = self.sentence.tokens.iter();
        // "Point 2: deleted".
        let colon = words.rposition(|word| word.text == ":").unwrap_or(0);
        let outside = self.sentence.tokens.iter().enumerate().skip(colon);
        let mut outside = outside.filter(|(at, _)| *at < span.start || *at >= span.end);
        !self.sentence.asks && outside.all(|(_, word)| word.is_mark)
    }

    /// The ticket, the newsletter, the copy of the passport: something beside what was asked.
    fn is_aside(&self, span: Span) -> bool {
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
    fn is_old(&self, span: Span) -> bool {
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
    fn is_negated(&self, span: Span) -> bool {
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

    /// "Neither refused nor forgotten": a negation in front of a refusal that holds none itself.
    fn is_denied(&self, span: Span) -> bool {
        let inside = self
            .negations
            .iter()
            .any(|no| no.start >= span.start && no.end <= span.end);
        !inside
            && self.negations.iter().any(|no| {
                no.end <= span.start
                    && span.start - no.end <= 4
                    && !self.cut_between(no.end, span.start)
            })
    }

    /// A condition in front makes the whole rest of the sentence conditional.
    fn is_conditional(&self, span: Span) -> bool {
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
    fn conditional_after(&self, concept: Concept, span: Span) -> bool {
        concept == Concept::Promise
            && self
                .conditions
                .iter()
                .any(|condition| condition.start >= span.start)
    }

    fn is_unreal(&self, span: Span) -> bool {
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
    fn is_reported(&self, span: Span) -> bool {
        self.reported.iter().any(|report| {
            let near = report.start <= span.start && span.start <= report.end + 6;
            near && !self.cut_between(report.end, span.start)
        })
    }

    /// A comma, an "and" or the like between two words.
    fn cut_between(&self, from: usize, to: usize) -> bool {
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

    fn finding(
        &self,
        sign: Sign,
        code: &str,
        list: &str,
        rule: usize,
        span: Span,
        sentence: usize,
    ) -> Finding {
        let words = self
            .sentence
            .tokens
            .get(span.start..span.end)
            .unwrap_or_default();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Finding {
            sign,
            text: text.join(" "),
            rule: format!("{code}.{list}.{}", rule + 1),
            sentence,
        }
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
