//! The life of a case, one story per file: opened, confirmed, sent, answered, climbed, ended.

mod bundle;
mod confirm;
mod delivery;
mod dispatch;
mod door;
mod end;
mod export;
mod file;
mod follow_up;
mod hand_in;
mod held;
mod intake;
mod offers;
mod open;
mod reading;
mod receive;
mod report_sent;

pub use bundle::{BadBundle, VerifiedBundle, bundle_case, verify_bundle};
pub use confirm::{confirm_case, refuse_case};
pub use dispatch::{LetterMail, dispatch_letter, letter_mail};
pub use door::{
    CODE_MINUTES, Door, DoorEntry, DoorReceipt, PastEntry, Refused, ask_door_code, door_mailbox,
    enter_door, enter_door_code, extension_worth, open_door,
};
pub use end::{close_case, erase_case, renew_link, withdraw_case};
pub(super) use file::read_file;
pub use file::{CaseFile, SentRecord, StoredLetter, load_case, load_case_by_id};
pub use follow_up::{approve_follow_up, draft_follow_up};
pub use hand_in::{AnswerRead, HandedIn, hand_in_reply, read_reply};
pub use held::{
    HeldLetter, assign_held_mail, discard_held_mail, held_mail, held_mails, letters_in_doubt,
};
pub use offers::Offer;
pub use open::{OpenedCase, compose_first_letter, open_case, resend_confirmation};
pub use reading::{AnswerReading, read_answer};
pub use receive::{Received, receive_mail};
pub use report_sent::{Report, report_sent};

use chrono::TimeDelta;

/// How long a confirmation link works, in hours.
pub const CONFIRMATION_HOURS: i64 = 48;

pub(super) fn confirmation_time() -> TimeDelta {
    TimeDelta::hours(CONFIRMATION_HOURS)
}
