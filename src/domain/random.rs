//! Chance as an argument. Owns the trait; the one source of real randomness is `config::SystemRandom`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where unpredictable bytes come from.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// A new id: UUID v7, so that ids sort by time.
pub fn new_id(random: &dyn Random, now: DateTime<Utc>) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A secret of 130 bits for a link, in 26 letters and digits.
pub fn new_secret(random: &dyn Random) -> String {
    letters(random, 26)
}

/// A reference that a person can read out: `DM-7K2P-9WQX`. Not secret.
pub fn new_reference(random: &dyn Random) -> String {
    let code = letters(random, 8).to_uppercase();
    let (first, second) = code.split_at(4);
    format!("DM-{first}-{second}")
}

/// A code of eight digits to type in.
pub fn new_code(random: &dyn Random) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    format!("{:08}", u64::from_be_bytes(bytes) % 100_000_000)
}

fn letters(random: &dyn Random, count: usize) -> String {
    let mut bytes = vec![0; count];
    random.fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect()
}
