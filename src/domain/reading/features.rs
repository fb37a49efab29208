//! What the weights see of a message, and the kind that they make of it.

use std::collections::BTreeSet;

use super::concept::Concept;
use super::evidence::Sign;
use super::message::Message;
use super::weights::Weights;
use crate::domain::letter::ReplyKind;

impl Message<'_> {
    /// The rules first; the weights, which know them, may correct them. A delivery report needs neither.
    pub(super) fn judge(&self, weights: &Weights) -> (ReplyKind, f64) {
        let by_rules = self.kind();
        if self.reply.is_bounce {
            return by_rules;
        }
        weights.judge(&self.features()).unwrap_or(by_rules)
    }

    /// What is said, how often, and what goes together; no words.
    pub(super) fn features(&self) -> Vec<String> {
        let mut names = vec![
            "always".to_owned(),
            format!("rules.{}", self.kind().0.as_str()),
        ];
        for sign in self
            .findings
            .iter()
            .map(|one| one.sign)
            .collect::<BTreeSet<_>>()
        {
            names.push(sign.name());
            if self.count(sign) > 1 {
                names.push(format!("{}.twice", sign.name()));
            }
        }
        let holds = self
            .together()
            .into_iter()
            .chain(self.beside())
            .chain(self.circumstances());
        names.extend(self.leans());
        names.extend(
            holds
                .filter(|(_, holds)| *holds)
                .map(|(name, _)| name.to_owned()),
        );
        names
    }

    /// What the mere words lean to: most, second most, and what they name often.
    fn leans(&self) -> Vec<String> {
        let mut order: Vec<(&str, f64)> = self
            .leanings
            .iter()
            .map(|(name, sum)| (*name, *sum))
            .collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let ranks = order
            .iter()
            .filter(|(_, sum)| *sum >= 1.0)
            .take(2)
            .zip(["lean1", "lean2"]);
        let mut names: Vec<String> = ranks
            .map(|((name, _), rank)| format!("{rank}.{name}"))
            .collect();
        let much = order.iter().filter(|(_, sum)| *sum >= 2.0);
        names.extend(much.map(|(name, _)| format!("lean.{name}")));
        names
    }

    /// What goes together.
    fn together(&self) -> Vec<(&'static str, bool)> {
        let done = self.deeds() > 0;
        let why = self.whys() > 0;
        let kept = self.keeps();
        let later = |first: Concept, second: Concept| {
            let (first, second) = (
                self.sentences(Sign::Says(first)),
                self.sentences(Sign::Says(second)),
            );
            first
                .first()
                .is_some_and(|one| second.last().is_some_and(|other| other > one))
        };
        vec![
            ("done+kept", done && kept),
            ("done+why", done && why),
            ("done-alone", done && !why && !kept && !self.refuses()),
            ("done>kept", later(Concept::Done, Concept::Kept)),
            ("done>partly", later(Concept::Done, Concept::Partly)),
            ("refuses+why", self.refuses() && why),
            ("kept+why", kept && why),
            ("why-alone", why && !done && !kept && !self.refuses()),
            ("whys", self.whys() > 2),
            (
                "granted+portal",
                self.says(Concept::Granted) > 0 && self.says(Concept::Portal) > 0,
            ),
            ("done+portal", done && self.says(Concept::Portal) > 0),
            ("done-is-portal", self.deeds_are_settings()),
            (
                "aside+refuses",
                self.says(Concept::Aside) > 0 && self.refuses(),
            ),
            (
                "aside-alone",
                self.says(Concept::Aside) > 0 && !self.refuses() && !done && !kept,
            ),
            (
                "before-alone",
                self.gone_before() > 0 && self.says(Concept::Done) == 0 && !kept,
            ),
            ("done+no_data", done && self.says(Concept::NoData) > 0),
            (
                "refuses+identity",
                self.refuses() && self.says(Concept::Identity) > 0,
            ),
            (
                "refuses+portal",
                self.refuses() && self.says(Concept::Portal) > 0,
            ),
        ]
    }

    /// What goes with a question or a receipt.
    fn beside(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("asks", self.questions > 0),
            (
                "asks+clarify",
                self.questions > 0 && self.says(Concept::Clarify) > 0,
            ),
            (
                "asks+identity",
                self.questions > 0 && self.says(Concept::Identity) > 0,
            ),
            (
                "received+later",
                self.says(Concept::Received) > 0 && self.says(Concept::Later) > 0,
            ),
            (
                "request+received",
                self.says(Concept::Received) > 0 && self.says(Concept::Request) > 0,
            ),
        ]
    }

    /// What the header and the length tell.
    fn circumstances(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("automatic", self.reply.is_automatic),
            ("bulk", self.reply.is_bulk),
            ("answer", self.reply.is_answer),
            (
                "sender-robot",
                self.sent_by(&[
                    "noreply",
                    "no-reply",
                    "no_reply",
                    "donotreply",
                    "notification",
                    "bot@",
                    "robot",
                ]),
            ),
            (
                "sender-advert",
                self.sent_by(&["news", "promo", "marketing", "offer", "deals", "hello@"]),
            ),
            ("document", self.reply.has_document),
            ("late", self.late_date()),
            ("short", self.sentences < 3),
            ("long", self.sentences > 6),
            ("silent", self.findings.is_empty()),
        ]
    }

    fn sent_by(&self, names: &[&str]) -> bool {
        let from = self.reply.from.to_lowercase();
        let local = from
            .find('@')
            .and_then(|at| from.get(..=at))
            .unwrap_or_default();
        names.iter().any(|name| local.contains(name))
    }
}
