//! The house as a door for mail that comes in: whatever the way, it is taken by `receive_mail`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::receive_mail;
use crate::app::App;
use crate::mail::{Intake, Taken};

impl Intake for App {
    fn take(&self, raw: &[u8], recipient: Option<&str>) -> Taken {
        // One mail that breaks something must not close the way for the others.
        let taken = catch_unwind(AssertUnwindSafe(|| receive_mail(self, raw, recipient)));
        let Ok(taken) = taken else {
            tracing::error!("a mail broke the intake; it comes again");
            return Taken::TryAgain;
        };
        match taken {
            Ok(_case_or_pen) => Taken::Stored,
            // Too many in this hour, or a database that does not answer: whoever has the mail keeps it.
            Err(error) => {
                tracing::warn!(%error, "a mail could not be stored; it comes again");
                Taken::TryAgain
            }
        }
    }
}
