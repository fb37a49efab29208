//! The house as a door for mail that comes in: whatever the way, it is taken by `receive_mail`.

use super::receive_mail;
use crate::app::App;
use crate::mail::{Intake, Taken};

impl Intake for App {
    fn take(&self, raw: &[u8], recipient: Option<&str>) -> Taken {
        match receive_mail(self, raw, recipient) {
            Ok(_case_or_pen) => Taken::Stored,
            // Too many in this hour, or a database that does not answer: whoever has the mail keeps it.
            Err(error) => {
                tracing::warn!(%error, "a mail could not be stored; it comes again");
                Taken::TryAgain
            }
        }
    }
}
