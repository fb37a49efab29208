//! The mail suite: the sender against scripted relays, the side journal, and incoming mail that may be anything.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod deliverability;
mod dkim;
mod dns;
mod hostile;
mod imap;
mod incoming;
mod intake;
mod journal;
mod kept;
mod lmtp;
mod lmtp_faults;
mod maildir;
mod peer;
mod prescan;
mod sender;
