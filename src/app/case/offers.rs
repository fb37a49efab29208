//! The letters that can be written now: the one of the ladder, and the reply to the newest answer, which may always go first. A reply is offered with the reason that the file shows.

use super::file::CaseFile;
use crate::domain::case::{NextStep, counter_letter};
use crate::domain::letter::{LetterKind, LetterPlan, Reasons};

/// A letter that may go before the next rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The letter.
    pub kind: LetterKind,
    /// The word for why it is offered: `offer.<why>`.
    pub why: &'static str,
}

impl CaseFile {
    /// The reply to the newest answer, if one can be written and it is not the next step itself.
    #[must_use]
    pub fn offer(&self, plan: &LetterPlan<'_>, next: &NextStep) -> Option<Offer> {
        if !matches!(next, NextStep::Wait { .. } | NextStep::Climb(_)) {
            return None;
        }
        let due = plan.due.as_ref().map(|(_, due)| due);
        let kind = self.with_status(due, |status| counter_letter(plan.regime, status))?;
        if *next == NextStep::Climb(kind) {
            return None;
        }
        let why = match kind {
            LetterKind::ExtensionReply => self.what_speaks_against_more_time(plan)?,
            LetterKind::RefusalReply => "refused",
            LetterKind::PartialReply => "partial",
            LetterKind::PortalReply => "portal",
            _ => "identity",
        };
        Some(Offer { kind, why })
    }

    /// An extension that came in time, is no longer than the law allows and has its reasons is to be waited for.
    fn what_speaks_against_more_time(&self, plan: &LetterPlan<'_>) -> Option<&'static str> {
        let extension = plan.extension.as_ref()?;
        let mut replies = self.replies.iter().rev();
        let said = replies.find_map(|reply| {
            (reply.kind?.replied_by()? == LetterKind::ExtensionReply).then_some(reply.content.said)
        })?;
        match said.reasons {
            _ if extension.late => Some("extension_late"),
            _ if extension.beyond => Some("extension_beyond"),
            Some(Reasons::Missing) => Some("extension_no_reasons"),
            _ if !extension.in_time => Some("extension_ask"),
            _ => None,
        }
    }
}
