//! The rules of sending: the states of a mail, when it is tried again, and when a person has to decide. No network here.

use chrono::{DateTime, TimeDelta, Utc};

use super::names::names;

names! {
    /// Where a mail stands.
    MailState, "mail state":
    Queued = "queued", Intent = "intent", Sent = "sent", Failed = "failed", Unknown = "unknown", Ask = "ask",
}

/// What is known after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken: the answer 250 after the last dot.
    Sent,
    /// Refused for good; this letter is not tried again.
    Refused,
    /// Certainly not taken; tried again.
    Retry,
    /// The relay or the login is in trouble, which says nothing about this letter: tried again soon, for as long as it takes.
    Trouble,
    /// It may have been taken (RFC 1047).
    Unknown,
}

/// How long a mail is tried.
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(120);

/// It is given up only after so many attempts; the ladder makes a few more of them in that time.
pub const FEWEST_ATTEMPTS: i32 = 30;

/// So many claims without an outcome, and a person has to look.
pub const MOST_CRASHES: i32 = 3;

/// Steps of the waiting times, in minutes; the last one repeats.
const LADDER: [i64; 6] = [5, 15, 30, 60, 120, 240];

/// The next state of a mail, and when it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextTry {
    /// The state.
    pub state: MailState,
    /// The earliest next attempt.
    pub at: DateTime<Utc>,
    /// Attempts of which nobody knows the end.
    pub copies: i32,
}

/// Decides what happens after an attempt. A doubtful mail goes once more with the same bytes, so that the receiver can drop the copy; a second doubt is a person's to settle.
#[must_use]
pub fn after_attempt(
    verdict: Verdict,
    attempts: i32,
    copies: i32,
    queued_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> NextTry {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let wait = LADDER.get(step).or(LADDER.last()).copied().unwrap_or(240);
    let wait = if verdict == Verdict::Trouble { 5 } else { wait };
    let at = now + TimeDelta::minutes(wait);
    // It may have waited long for its turn; what counts are attempts.
    let gives_up = attempts >= FEWEST_ATTEMPTS && at > queued_at + GIVE_UP_AFTER;
    let (state, copies) = match verdict {
        Verdict::Sent => (MailState::Sent, copies),
        // An earlier copy may have arrived: "refused" would say too much.
        Verdict::Refused if copies > 0 => (MailState::Ask, copies),
        Verdict::Refused => (MailState::Failed, copies),
        Verdict::Retry if gives_up && copies > 0 => (MailState::Ask, copies),
        Verdict::Retry if gives_up => (MailState::Failed, copies),
        Verdict::Retry | Verdict::Trouble => (MailState::Queued, copies),
        Verdict::Unknown if copies == 0 => (MailState::Unknown, 1),
        Verdict::Unknown => (MailState::Ask, copies + 1),
    };
    NextTry { state, at, copies }
}
