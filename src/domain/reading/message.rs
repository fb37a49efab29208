//! A message with everything that its sentences say, and the questions that the rules ask of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Reply;
use super::concept::{Concept, Ground};
use super::dates::{self, Promise};
use super::evidence::{self, Finding, Sign};
use super::lengths;
use super::lexicon::Lexicon;
use super::pattern::Indexed;
use super::tokens::{self, Sentence};

/// A promised answer this many days away is an extension, whatever it is called.
const LATE: i64 = 36;

/// The most sentences that are heard; an answer stands in the first.
const MOST_SENTENCES: usize = 200;

/// A message with everything that its sentences say.
pub(super) struct Message<'a> {
    pub(super) reply: &'a Reply<'a>,
    pub(super) lexicon: &'a Lexicon,
    /// The share of words that the lexicon knows.
    pub(super) known: f64,
    pub(super) own: &'a str,
    pub(super) findings: Vec<Finding>,
    pub(super) promises: Vec<(usize, Promise)>,
    pub(super) lengths: Vec<(usize, u32)>,
    /// How many sentences there are, and how many ask.
    pub(super) sentences: usize,
    pub(super) questions: usize,
    /// What the mere words lean to.
    pub(super) leanings: BTreeMap<&'static str, f64>,
}

impl<'a> Message<'a> {
    /// `parts`: the text in runs of one language; none if it is in one.
    pub(super) fn of(
        lexicon: &'a Lexicon,
        known: f64,
        reply: &'a Reply<'a>,
        own: &'a str,
        parts: Vec<(&'a Lexicon, String)>,
    ) -> Message<'a> {
        let mut message = Message {
            reply,
            lexicon,
            known,
            own,
            findings: Vec::new(),
            promises: Vec::new(),
            lengths: Vec::new(),
            sentences: 0,
            questions: 0,
            leanings: BTreeMap::new(),
        };
        let cut = |(lexicon, text): &(&'a Lexicon, String)| -> Vec<(&'a Lexicon, Sentence)> {
            let sentences = tokens::sentences(text, lexicon.script).into_iter();
            sentences.map(|one| (*lexicon, one)).collect()
        };
        let heard: Vec<(&Lexicon, Sentence)> = match parts.len() {
            0 | 1 => cut(&(lexicon, own.to_owned())),
            _ => parts.iter().flat_map(cut).collect(),
        };
        let heard = heard.get(..MOST_SENTENCES).unwrap_or(&heard);
        let answer = answer_in(heard);
        for (number, (lexicon, sentence)) in heard.iter().enumerate() {
            if answer.contains(&number) {
                message.hear(lexicon, &lexicon.index(sentence), number);
            }
        }
        message.read_subject();
        message
    }

    fn hear(&mut self, lexicon: &Lexicon, indexed: &Indexed<'_>, number: usize) {
        if lexicon.is_footer(indexed) {
            return;
        }
        self.sentences += 1;
        self.questions += usize::from(indexed.sentence.asks);
        lexicon.leaning.add(indexed, &mut self.leanings);
        self.findings.extend(evidence::weigh(
            lexicon,
            indexed,
            number,
            self.reply.sent_on,
        ));
        if let Some(sent_on) = self.reply.sent_on {
            let found = dates::dates(lexicon, indexed, sent_on);
            self.promises
                .extend(found.into_iter().map(|promise| (number, promise)));
        }
        let added = lengths::added_days(lexicon, indexed);
        self.lengths.extend(added.map(|days| (number, days)));
    }

    /// A subject is often our own, so it only tells absences, bounces and advertising.
    pub(super) fn read_subject(&mut self) {
        let allowed = [
            Concept::Absence,
            Concept::Bounce,
            Concept::Advert,
            Concept::Closed,
            Concept::Rating,
            Concept::Robot,
            Concept::Bot,
        ];
        for sentence in tokens::sentences(self.reply.subject, self.lexicon.script) {
            let indexed = self.lexicon.index(&sentence);
            let found = evidence::weigh(self.lexicon, &indexed, usize::MAX, None);
            self.findings.extend(found.into_iter().filter(|one| {
                allowed
                    .iter()
                    .any(|concept| one.sign == Sign::Says(*concept))
            }));
        }
    }

    /// Every finding on one line.
    pub(super) fn explain(&self) -> Vec<String> {
        let all = self.findings.iter();
        all.map(|one| {
            format!(
                "{} {:?} `{}` {}",
                one.sentence, one.sign, one.text, one.rule
            )
        })
        .collect()
    }

    /// In how many sentences it is said.
    pub(super) fn count(&self, sign: Sign) -> usize {
        let sentences: BTreeSet<usize> = self
            .findings
            .iter()
            .filter(|one| one.sign == sign)
            .map(|one| one.sentence)
            .collect();
        sentences.len()
    }

    pub(super) fn says(&self, concept: Concept) -> usize {
        self.count(Sign::Says(concept))
    }

    pub(super) fn whys(&self) -> usize {
        Ground::ALL
            .iter()
            .map(|ground| self.count(Sign::Why(*ground)))
            .sum()
    }

    pub(super) fn strong_answer(&self) -> bool {
        self.deeds() > 0 || (self.refuses() && self.whys() > 0) || self.says(Concept::Extended) > 0
    }

    /// Gone before anybody asked.
    pub(super) fn gone_before(&self) -> usize {
        self.count(Sign::Before)
    }

    /// What was done, was to hand out a setting.
    pub(super) fn deeds_are_settings(&self) -> bool {
        let mut deeds = self.sentences(Sign::Says(Concept::Done));
        deeds.extend(self.sentences(Sign::Says(Concept::Granted)));
        let portal = self.sentences(Sign::Says(Concept::Portal));
        !deeds.is_empty() && deeds.is_subset(&portal)
    }

    /// Sentences that say that something was done or stopped.
    pub(super) fn deeds(&self) -> usize {
        self.says(Concept::Done) + self.says(Concept::Stopped) + self.count(Sign::NotKept)
    }

    pub(super) fn refuses(&self) -> bool {
        self.says(Concept::Refused) + self.count(Sign::WontDo) > 0
    }

    /// Something is kept, and not only so that the objection holds.
    pub(super) fn keeps(&self) -> bool {
        let harmless: BTreeSet<usize> = self.sentences(Sign::Says(Concept::Harmless));
        self.sentences(Sign::Says(Concept::Kept))
            .difference(&harmless)
            .count()
            > 0
    }

    pub(super) fn sentences(&self, sign: Sign) -> BTreeSet<usize> {
        self.findings
            .iter()
            .filter(|one| one.sign == sign)
            .map(|one| one.sentence)
            .collect()
    }

    /// An answer is announced for a day that is more than a month away.
    pub(super) fn late_date(&self) -> bool {
        let Some(sent_on) = self.reply.sent_on else {
            return false;
        };
        let promised = self
            .promises
            .iter()
            .filter(|(_, promise)| promise.promised && !promise.old);
        let mut late = promised.filter(|(_, promise)| {
            (LATE..400).contains(&promise.on.signed_duration_since(sent_on).num_days())
        });
        late.next().is_some()
    }
}

/// Our letter, quoted without any mark, is cut off: below the answer, or above it.
fn answer_in(heard: &[(&Lexicon, Sentence)]) -> Range<usize> {
    let ours =
        |(lexicon, sentence): &(&Lexicon, Sentence)| lexicon.is_letter(&lexicon.index(sentence));
    let all = 0..heard.len();
    let (Some(first), Some(last)) = (heard.iter().position(ours), heard.iter().rposition(ours))
    else {
        return all;
    };
    let says = |(lexicon, sentence): &(&Lexicon, Sentence)| {
        !evidence::weigh(lexicon, &lexicon.index(sentence), 0, None).is_empty()
    };
    let on_top = first < 2 && last + 1 < all.end && !heard.iter().take(first).any(says);
    if on_top { last + 1..all.end } else { 0..first }
}
