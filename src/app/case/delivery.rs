//! What became of each letter, told by the events alone: queued, sent, refused, in doubt, come back.

use std::collections::HashMap;

use serde::Deserialize;
use uuid::Uuid;

use super::file::SentRecord;
use crate::domain::case::{Delivery, EventKind};
use crate::domain::letter::ReplyKind;
use crate::storage::{EventRow, StorageError};

/// How far a letter has come.
#[derive(Debug, Clone)]
pub(super) struct LetterDelivery {
    pub(super) delivery: Delivery,
    pub(super) sent: Option<SentRecord>,
    /// The answer that says it came back, with the record it takes away.
    returned: Option<(Uuid, SentRecord)>,
}

impl Default for LetterDelivery {
    fn default() -> LetterDelivery {
        LetterDelivery {
            delivery: Delivery::Waiting,
            sent: None,
            returned: None,
        }
    }
}

#[derive(Deserialize)]
struct About {
    letter: Uuid,
    #[serde(default)]
    asks: bool,
}

#[derive(Deserialize)]
struct Read {
    reply: Uuid,
    kind: ReplyKind,
    #[serde(default)]
    letter: Option<Uuid>,
}

/// Goes through the events in their order.
pub(super) fn deliveries(
    events: &[EventRow],
) -> Result<HashMap<Uuid, LetterDelivery>, StorageError> {
    let mut found: HashMap<Uuid, LetterDelivery> = HashMap::new();
    for event in events {
        let payload = event.payload.clone();
        match event.kind {
            EventKind::LetterSent => {
                let sent: SentRecord = serde_json::from_value(payload)?;
                let letter = found.entry(sent.letter).or_default();
                (letter.delivery, letter.returned) = (Delivery::Sent, None);
                letter.sent = Some(sent);
            }
            EventKind::LetterQueued => {
                let about: About = serde_json::from_value(payload)?;
                found.entry(about.letter).or_default().delivery = Delivery::OnItsWay;
            }
            EventKind::SendFailed => {
                let about: About = serde_json::from_value(payload)?;
                found.entry(about.letter).or_default().delivery = Delivery::NotDelivered;
            }
            EventKind::SendUnknown => {
                let about: About = serde_json::from_value(payload)?;
                if about.asks {
                    found.entry(about.letter).or_default().delivery = Delivery::InDoubt;
                }
            }
            EventKind::ReplyRead => read(&mut found, &serde_json::from_value(payload)?),
            _ => {}
        }
    }
    Ok(found)
}

/// An answer read as a bounce takes "sent" from its letter; read as something else later, it gives it back.
fn read(found: &mut HashMap<Uuid, LetterDelivery>, read: &Read) {
    for letter in found.values_mut() {
        let by_this = letter
            .returned
            .as_ref()
            .is_some_and(|(reply, _)| *reply == read.reply);
        if by_this && let Some((_, sent)) = letter.returned.take() {
            (letter.delivery, letter.sent) = (Delivery::Sent, Some(sent));
        }
    }
    if read.kind != ReplyKind::Bounce {
        return;
    }
    let letter = read.letter.and_then(|letter| found.get_mut(&letter));
    if let Some(letter) = letter
        && let Some(sent) = letter.sent.take()
    {
        letter.delivery = Delivery::NotDelivered;
        letter.returned = Some((read.reply, sent));
    }
}
