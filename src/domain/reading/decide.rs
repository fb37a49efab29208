//! Which kind a message is, by rules: the precedence of kinds, and how strong the signs for each are.

use super::concept::{Concept, Ground};
use super::evidence::Sign;
use super::message::Message;
use crate::domain::letter::ReplyKind;

impl Message<'_> {
    pub(super) fn kind(&self) -> (ReplyKind, f64) {
        self.machine()
            .or_else(|| self.answer())
            .or_else(|| self.demand())
            .unwrap_or_else(|| self.holding())
    }

    /// Bounces, advertising, absences: what no person answered.
    fn machine(&self) -> Option<(ReplyKind, f64)> {
        let answers = self.strong_answer();
        let bounce = self.says(Concept::Bounce);
        let daemon = ["mailer-daemon@", "postmaster@", "mail-daemon@"]
            .iter()
            .any(|name| self.reply.from.to_lowercase().starts_with(name));
        if self.reply.is_bounce || (daemon && !answers) {
            return Some((ReplyKind::Bounce, 0.95));
        }
        let answered =
            answers && (bounce < 2 || self.deeds() > 0 && self.says(Concept::Received) > 0);
        if bounce > 0
            && !answered
            && self.says(Concept::Identity) + self.says(Concept::Portal) <= bounce
        {
            return Some((ReplyKind::Bounce, if bounce > 1 { 0.85 } else { 0.65 }));
        }
        let advert = self.says(Concept::Advert);
        if !answers
            && advert > 0
            && (self.reply.is_bulk || advert > 1)
            && self.says(Concept::Received) + self.says(Concept::Clarify) == 0
        {
            return Some((
                ReplyKind::Unrelated,
                if self.reply.is_bulk { 0.9 } else { 0.65 },
            ));
        }
        let away = self.says(Concept::Absence);
        let early = |one: &usize| *one < 3 || *one == usize::MAX;
        let first = self
            .sentences(Sign::Says(Concept::Absence))
            .iter()
            .any(early);
        let asks = self.says(Concept::Received) + self.says(Concept::Clarify) + self.whys();
        if away > 0 && !answers && (self.reply.is_automatic || away > 1 || first && asks == 0) {
            return Some((ReplyKind::AutoReply, 0.9));
        }
        if self.says(Concept::Bot) > 0 && !answers && self.says(Concept::Received) == 0 {
            return Some((ReplyKind::AutoReply, 0.85));
        }
        let rated = self.says(Concept::Rating) > 0
            && (self.says(Concept::Closed) > 0
                || self.says(Concept::Rating) > 1
                || self.reply.is_automatic);
        let closed = rated || self.says(Concept::Closed) > 1 && self.says(Concept::Portal) == 0;
        if closed && self.says(Concept::Done) == 0 && !self.refuses() {
            return Some((ReplyKind::AutoReply, 0.8));
        }
        None
    }

    /// Kinds that answer the request.
    fn answer(&self) -> Option<(ReplyKind, f64)> {
        let demands =
            self.says(Concept::Identity) + self.says(Concept::Portal) + self.says(Concept::Clarify);
        let granted = self.says(Concept::Granted);
        let done = self.deeds() > 0 || (granted > 0 && self.says(Concept::Portal) == 0);
        let elsewhere = self.says(Concept::NotController);
        let before = self.gone_before();
        let nothing = self.says(Concept::NoData) + before;
        let why = self.whys();
        if elsewhere > 0 && !done && !(self.refuses() && why > 0) {
            return Some((
                ReplyKind::NotController,
                if elsewhere > 1 { 0.85 } else { 0.65 },
            ));
        }
        if before > 0 && self.says(Concept::Done) == 0 && !self.keeps() {
            return Some((ReplyKind::NoData, 0.75));
        }
        let model =
            self.count(Sign::Why(Ground::Model)) + self.count(Sign::Why(Ground::NotIdentified));
        if nothing > 0 && model == 0 && (self.deeds() == 0 || nothing > 1) && demands < 2 {
            return Some((ReplyKind::NoData, if nothing > 1 { 0.85 } else { 0.7 }));
        }
        if done && (self.keeps() || self.refuses() || self.says(Concept::Partly) > 0 && why > 0) {
            return Some((ReplyKind::Partial, if self.keeps() { 0.8 } else { 0.6 }));
        }
        if done && (self.deeds() > 0 || demands == 0) {
            let sole = demands == 0 && self.says(Concept::Later) == 0 && why == 0;
            return Some((ReplyKind::Complied, if sole { 0.85 } else { 0.6 }));
        }
        let firm = self.refuses() || self.keeps();
        if firm && (why > 0 || demands == 0) {
            return Some((ReplyKind::Refused, if why > 0 { 0.85 } else { 0.55 }));
        }
        let waits =
            self.says(Concept::Later) + self.says(Concept::Extended) + self.says(Concept::Received);
        (why > 0 && demands == 0 && waits == 0).then_some((ReplyKind::Refused, 0.5))
    }

    /// Kinds that ask for something.
    fn demand(&self) -> Option<(ReplyKind, f64)> {
        let asked = [
            (self.says(Concept::Identity) * 2, ReplyKind::IdentityDemand),
            (self.says(Concept::Portal) * 2, ReplyKind::PortalDemand),
            (
                self.says(Concept::Clarify) * 2,
                ReplyKind::ClarificationDemand,
            ),
        ];
        let (most, kind) = asked
            .into_iter()
            .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        let others = asked
            .iter()
            .filter(|(count, other)| *count > 0 && *other != kind)
            .count();
        (most > 0).then_some((kind, if others == 0 { 0.8 } else { 0.6 }))
    }

    /// Kinds without a decision.
    fn holding(&self) -> (ReplyKind, f64) {
        if self.says(Concept::Extended) > 0 || self.late_date() {
            return (ReplyKind::ExtensionNotice, 0.75);
        }
        let received = self.says(Concept::Received);
        let ours = self.says(Concept::Request);
        let later =
            self.says(Concept::Later) + self.count(Sign::NotDone) + self.says(Concept::Promise);
        let machine = self.says(Concept::Robot)
            + self.says(Concept::Closed)
            + self.says(Concept::Rating)
            + self.says(Concept::Absence);
        if machine > 0 && (ours == 0 || later == 0 || received == 0) {
            return (
                ReplyKind::AutoReply,
                if self.reply.is_automatic { 0.85 } else { 0.65 },
            );
        }
        if self.reply.is_automatic && ours == 0 {
            return (ReplyKind::AutoReply, 0.7);
        }
        if received + later > 0 || self.says(Concept::Attached) > 0 {
            return (
                ReplyKind::Acknowledgement,
                if received > 0 || later > 1 { 0.8 } else { 0.6 },
            );
        }
        if self.says(Concept::Advert) > 0 {
            return (ReplyKind::Unrelated, 0.5);
        }
        (ReplyKind::Acknowledgement, 0.2)
    }
}
