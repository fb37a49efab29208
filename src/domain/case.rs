//! A case: one person against one controller. Owns its states, its events and the one next step; how a deadline is counted belongs to `deadline`.

use chrono::NaiveDate;

use super::deadline::Derivation;
use super::law::{After, Regime, Rung};
use super::letter::{LetterKind, ReplyKind};
use super::names::names;

names! {
    /// Where a case stands.
    CaseState, "case state":
    Unconfirmed = "unconfirmed", Draft = "draft", Ready = "ready", Sending = "sending", AwaitingReply = "awaiting_reply",
    AwaitingIdentity = "awaiting_identity", Extended = "extended", Replied = "replied", Overdue = "overdue", Escalated = "escalated",
    OnHold = "on_hold", Closed = "closed",
}

names! {
    /// How a case ended; the person says so.
    Outcome, "outcome":
    Complied = "complied", Partial = "partial", Refused = "refused", NoAnswer = "no_answer", Withdrawn = "withdrawn",
    NoJurisdiction = "no_jurisdiction",
}

names! {
    /// What happened. Append-only.
    EventKind, "event":
    CaseOpened = "case_opened", AddressConfirmed = "address_confirmed", LetterApproved = "letter_approved", LetterQueued = "letter_queued",
    LetterSent = "letter_sent", SendFailed = "send_failed", SendUnknown = "send_unknown", SettingSwitched = "setting_switched",
    ReplyReceived = "reply_received", CopyReceived = "copy_received", ReplyRead = "reply_read", BecameOverdue = "became_overdue", CaseWithdrawn = "case_withdrawn", CaseClosed = "case_closed",
    LinkRenewed = "link_renewed", DataExported = "data_exported", CaseErased = "case_erased",
}

names! {
    /// How an answer came. None of them proves who wrote it; `door_proven` proves that they could read the mailbox of the directory.
    Origin, "origin":
    HandedIn = "handed_in", Mail = "mail", Forwarded = "forwarded", Door = "door", DoorProven = "door_proven",
}

/// How far a letter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Approved; nobody has sent it.
    Waiting,
    /// Demur is sending it.
    OnItsWay,
    /// It went, as far as known.
    Sent,
    /// It was refused, or came back: the addressee has not had it.
    NotDelivered,
    /// Twice nobody answered whether it was taken; a person decides.
    InDoubt,
}

/// A letter of the case as far as the ladder looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterStatus {
    /// Which letter.
    pub kind: LetterKind,
    /// How far it has come.
    pub delivery: Delivery,
    /// The day it went, once it did.
    pub sent_on: Option<NaiveDate>,
    /// The day the addressee had it, as far as known.
    pub received_on: Option<NaiveDate>,
}

/// An answer as far as the ladder looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyStatus {
    /// What the person says it is; `None` until they did.
    pub kind: Option<ReplyKind>,
    /// The day it came.
    pub received_on: NaiveDate,
}

/// The one thing to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The mail address is not confirmed.
    Confirm,
    /// A letter is ready to go.
    Send(LetterKind),
    /// A letter is being sent; nothing to do.
    Sending,
    /// A letter was refused or came back: it goes another way.
    SendAgain(LetterKind),
    /// Nobody knows whether a letter was taken: the person decides.
    AskArrived(LetterKind),
    /// An answer came; the person says what it means.
    ReadReply,
    /// Nothing to do until a day. `None`: the law gives no day.
    Wait {
        /// The day on which the next rung is offered.
        until: Option<NaiveDate>,
    },
    /// The next rung of the ladder is offered.
    Climb(LetterKind),
    /// The answer was good; the person grades it and closes.
    Grade,
    /// The last rung is done; the regulator decides.
    WithRegulator,
    /// The case is closed.
    Nothing,
}

/// What the ladder needs to know of a case.
#[derive(Debug, Clone)]
pub struct CaseStatus<'a> {
    /// Where it stands.
    pub state: CaseState,
    /// Its letters, oldest first.
    pub letters: &'a [LetterStatus],
    /// Its answers, oldest first.
    pub replies: &'a [ReplyStatus],
    /// The due date of the first letter, once it is known when it was received.
    pub due: Option<&'a Derivation>,
}

/// Where a case stands that is neither unconfirmed nor closed. `sent`: the letters that have gone. Answers that say nothing leave the state to the one before them.
#[must_use]
pub fn state_of(sent: &[LetterKind], replies: &[ReplyStatus]) -> CaseState {
    if sent.is_empty() {
        return CaseState::Ready;
    }
    if sent.iter().any(|kind| kind.goes_to_the_regulator()) {
        return CaseState::Escalated;
    }
    if replies.iter().any(|reply| reply.kind.is_none()) {
        return CaseState::Replied;
    }
    let telling = replies.iter().rev().filter_map(|reply| match reply.kind? {
        ReplyKind::AutoReply
        | ReplyKind::Acknowledgement
        | ReplyKind::Unrelated
        | ReplyKind::Bounce => None,
        ReplyKind::IdentityDemand => Some(CaseState::AwaitingIdentity),
        ReplyKind::ExtensionNotice => Some(CaseState::Extended),
        _ => Some(CaseState::Replied),
    });
    telling
        .into_iter()
        .next()
        .unwrap_or(CaseState::AwaitingReply)
}

/// Decides the next step from the ladder of the regime. `today` is the civil date at the controller's place.
#[must_use]
pub fn next_step(regime: &Regime, case: &CaseStatus<'_>, today: NaiveDate) -> NextStep {
    match case.state {
        CaseState::Closed => return NextStep::Nothing,
        CaseState::Unconfirmed => return NextStep::Confirm,
        _ => {}
    }
    if let Some(step) = case.letters.iter().find_map(delivery_step) {
        return step;
    }
    if case.replies.iter().any(|reply| reply.kind.is_none()) {
        return NextStep::ReadReply;
    }
    let answer = case
        .replies
        .iter()
        .rev()
        .find_map(|reply| reply.kind.filter(|kind| is_answer(*kind)));
    let answered_since = |rung: &Rung| sent(case, rung.kind).is_none();
    let Some(rung) = regime
        .rungs
        .iter()
        .find(|rung| answered_since(rung) && !skipped(rung, answer))
    else {
        return NextStep::WithRegulator;
    };
    match answer {
        Some(ReplyKind::Complied) => NextStep::Grade,
        // What keeps the controller from acting is answered before anything is waited for.
        Some(ReplyKind::IdentityDemand | ReplyKind::PortalDemand)
            if let Some(letter) = counter_letter(regime, case) =>
        {
            NextStep::Climb(letter)
        }
        // A refusal does not have to be waited out, unless a letter has gone since that gives the controller its own time.
        Some(
            ReplyKind::Refused | ReplyKind::Partial | ReplyKind::NoData | ReplyKind::NotController,
        ) if rung.after != After::LastLetter || answered_last_letter(case) => {
            NextStep::Climb(rung.kind)
        }
        _ => offered(case, regime, rung, today),
    }
}

/// The letter that replies to the newest answer, if the law has one and none has gone since. It may always go before the next rung.
#[must_use]
pub fn counter_letter(regime: &Regime, case: &CaseStatus<'_>) -> Option<LetterKind> {
    let mut read = case.replies.iter().rev();
    let (kind, received_on) = read.find_map(|reply| {
        let kind = reply.kind?;
        (is_answer(kind) || kind == ReplyKind::ExtensionNotice).then_some((kind, reply.received_on))
    })?;
    let letter = kind.replied_by().filter(|letter| has(regime, *letter))?;
    let gone = |sent: &LetterStatus| {
        sent.kind == letter && sent.sent_on.is_none_or(|day| day >= received_on)
    };
    let complained = |sent: &LetterStatus| sent.kind.goes_to_the_regulator();
    let mut letters = case.letters.iter();
    letters
        .all(|sent| !gone(sent) && !complained(sent))
        .then_some(letter)
}

/// What a letter asks for that has not gone yet.
fn delivery_step(letter: &LetterStatus) -> Option<NextStep> {
    match letter.delivery {
        Delivery::Waiting => Some(NextStep::Send(letter.kind)),
        Delivery::OnItsWay => Some(NextStep::Sending),
        Delivery::NotDelivered => Some(NextStep::SendAgain(letter.kind)),
        Delivery::InDoubt => Some(NextStep::AskArrived(letter.kind)),
        Delivery::Sent => None,
    }
}

/// True if an answer of substance came after the newest letter.
fn answered_last_letter(case: &CaseStatus<'_>) -> bool {
    let letter = case
        .letters
        .iter()
        .filter_map(|letter| letter.received_on.or(letter.sent_on))
        .max();
    let answers = case
        .replies
        .iter()
        .filter(|reply| reply.kind.is_some_and(is_answer));
    answers.map(|reply| reply.received_on).max() > letter
}

/// An answer of substance; the rest only tells that the letter arrived, or nothing.
fn is_answer(kind: ReplyKind) -> bool {
    !matches!(
        kind,
        ReplyKind::AutoReply
            | ReplyKind::Acknowledgement
            | ReplyKind::Bounce
            | ReplyKind::Unrelated
            | ReplyKind::ExtensionNotice
    )
}

/// After an answer of substance a reminder has no sense.
fn skipped(rung: &Rung, answer: Option<ReplyKind>) -> bool {
    rung.kind == LetterKind::Reminder && answer.is_some()
}

fn has(regime: &Regime, kind: LetterKind) -> bool {
    !regime.letter_languages(kind).is_empty()
}

fn sent(case: &CaseStatus<'_>, kind: LetterKind) -> Option<LetterStatus> {
    case.letters
        .iter()
        .copied()
        .find(|letter| letter.kind == kind)
}

fn offered(case: &CaseStatus<'_>, regime: &Regime, rung: &Rung, today: NaiveDate) -> NextStep {
    match opens_on(case, regime, rung) {
        Some(day) if day <= today => NextStep::Climb(rung.kind),
        until => NextStep::Wait { until },
    }
}

/// The first day on which the regulator can be turned to, if it is known.
#[must_use]
pub fn complaint_from(regime: &Regime, case: &CaseStatus<'_>) -> Option<NaiveDate> {
    let rung = regime
        .rungs
        .iter()
        .find(|rung| rung.kind == LetterKind::Complaint)?;
    opens_on(case, regime, rung)
}

/// The first day on which a rung is offered: the day after what it waits for, plus its own wait.
fn opens_on(case: &CaseStatus<'_>, regime: &Regime, rung: &Rung) -> Option<NaiveDate> {
    let from = match rung.after {
        After::StrictDue => case.due?.strict_due?,
        After::SafeDue => case.due?.latest_reading?,
        After::LastLetter => {
            let before = regime
                .rungs
                .iter()
                .take_while(|other| other.kind != rung.kind)
                .last()?;
            let last = sent(case, before.kind)?;
            last.received_on.or(last.sent_on)?
        }
    };
    rung.wait.after(from)?.succ_opt()
}
