//! The door between the ways in and the house: a way in hands over raw bytes, and acknowledges them only after the house has said that they are stored.

use std::sync::Arc;

/// The largest mail that is taken.
pub const MOST_BYTES: usize = 25 * 1024 * 1024;

/// What became of a mail that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is on the disk, in a case or in the holding pen, or it was there before.
    Stored,
    /// It is not stored, and may be later.
    TryAgain,
    /// It is not stored, and never will be.
    Refused(&'static str),
}

/// Whoever stores what comes in.
pub trait Intake: Send + Sync + 'static {
    /// Stores one raw mail before it returns. `recipient`: the address of the envelope, if there is one; it outranks what the headers say. It may block; the same
    /// mail may come twice.
    fn take(&self, raw: &[u8], recipient: Option<&str>) -> Taken;
}

/// Hands a mail over, on a thread that may block: once for each recipient, and once if there is none.
pub async fn hand_over(
    intake: &Arc<dyn Intake>,
    raw: Vec<u8>,
    recipients: Vec<String>,
) -> Vec<Taken> {
    let intake = Arc::clone(intake);
    let count = recipients.len().max(1);
    let work = move || {
        if recipients.is_empty() {
            return vec![intake.take(&raw, None)];
        }
        let recipients = recipients.iter();
        recipients
            .map(|recipient| intake.take(&raw, Some(recipient)))
            .collect()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(taken) => taken,
        Err(error) => {
            tracing::error!(%error, "a mail could not be taken in");
            vec![Taken::TryAgain; count]
        }
    }
}

/// One mail without an envelope.
pub(super) async fn hand_over_one(intake: &Arc<dyn Intake>, raw: Vec<u8>) -> Taken {
    let taken = hand_over(intake, raw, Vec::new()).await;
    taken.into_iter().next().unwrap_or(Taken::TryAgain)
}
