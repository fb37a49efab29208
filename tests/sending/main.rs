//! The worker is killed twenty times during 1,000 letters to a faulty relay: none is lost, none called sent that was refused, none taken three times.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod house;
mod peer;

use std::collections::{BTreeMap, HashMap};
use std::thread;
use std::time::Duration;

use demur::app::case::load_case_by_id;
use demur::domain::case::{Delivery, EventKind};
use demur::domain::outbox::MailState;
use demur::storage::{Mail, OutboxRow, StorageError};
use uuid::Uuid;

use crate::house::{House, NOTICES_FROM, Worker};
use crate::peer::{Peer, Place, Seen, Verdict};

/// `DEMUR_TEST_LETTERS` and `DEMUR_TEST_KILLS` ask for more, for a long run.
const LETTERS: usize = 1000;
const KILLS: u32 = 20;
/// So many hours pass while it is killed.
const HOURS: u32 = 20;
const SEED: u64 = 0x5eed_0f10_c0de_2026;
/// How long the test waits before it looks again, and how often it looks.
const PAUSE: Duration = Duration::from_millis(50);
const LOOKS: u32 = 120 * 20;

/// Every place gets its turn.
const PLACES: [Place; 5] = [
    Place::Mail,
    Place::Data,
    Place::Body,
    Place::Dot,
    Place::Answer,
];

/// Chance that comes out the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A number from the environment of the build.
fn asked<T: std::str::FromStr>(given: Option<&str>, otherwise: T) -> T {
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// What came of it all.
#[derive(Debug, Default)]
struct Figures {
    sent: usize,
    failed: usize,
    asked: usize,
    /// Refused after an earlier copy of which nobody knew the end.
    failed_in_doubt: usize,
    /// Bodies that the relay took, with or without a word.
    taken: usize,
    twice: usize,
}

#[test]
fn twenty_kills_lose_no_letter_and_no_letter_is_taken_three_times() {
    let (count, kills) = (
        asked(option_env!("DEMUR_TEST_LETTERS"), LETTERS),
        asked(option_env!("DEMUR_TEST_KILLS"), KILLS),
    );
    let peer = Peer::start(SEED);
    let house = House::with_letters(peer.port, count);
    let queued = house.letters();
    assert_eq!(queued.len(), count);
    let mut dice = Dice(!SEED);
    for (kill, place) in (1..=kills).zip(PLACES.into_iter().cycle()) {
        peer.stop_after(20 + dice.below(41), place);
        let mut worker = house.worker(kill * HOURS / kills);
        until(&house, &mut worker, || peer.reached(PAUSE));
        worker.kill();
    }
    let open = house.unsettled_letters();
    assert!(
        open > 0,
        "the last kill came when everything was done; kill earlier"
    );
    send_the_rest(&house);
    let letters = house.letters();
    assert!(
        as_queued(&letters) == as_queued(&queued),
        "a letter is lost, or was changed after it was queued"
    );
    let figures = check(&house, &letters, &peer.take_seen());
    println!(
        "{count} letters, {kills} kills ({open} letters open after the last): \
         {} sent, {} failed ({} of them after a doubtful copy), {} ask; the relay took {} bodies, of {} letters two",
        figures.sent,
        figures.failed,
        figures.failed_in_doubt,
        figures.asked,
        figures.taken,
        figures.twice
    );
}

/// Waits for what the worker brings about. `done` waits a little by itself.
fn until(house: &House, worker: &mut Worker, mut done: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        if done() {
            return;
        }
        assert!(worker.lives(), "the worker ended:\n{}", house.log());
    }
    panic!("the worker does not get there:\n{}", house.log());
}

/// Lets the worker do all that is due, five hours later each time: the longest wait between two attempts is four.
fn send_the_rest(house: &House) {
    // Well below the 120 hours after which a letter is given up.
    for hours in (HOURS + 5..100).step_by(5) {
        let mut worker = house.worker(hours);
        until(house, &mut worker, || {
            thread::sleep(PAUSE);
            house.nothing_is_due(hours)
        });
        worker.kill();
        // Nothing is due ever after: every mail has its end.
        if house.nothing_is_due(10_000) {
            return;
        }
    }
    panic!("some letters find no end:\n{}", house.log());
}

/// What never changes of a letter, by its id.
fn as_queued(letters: &[OutboxRow]) -> BTreeMap<Uuid, (&str, &Mail)> {
    letters
        .iter()
        .map(|row| (row.id, (row.message_id.as_str(), &row.mail)))
        .collect()
}

/// Compares what the outbox says with what the relay saw. Each case has an address of its own, and so each letter has its sender.
fn check(house: &House, letters: &[OutboxRow], seen: &[Seen]) -> Figures {
    let mut by_sender: HashMap<&str, Vec<&Seen>> = HashMap::new();
    for one in seen {
        by_sender.entry(&one.sender).or_default().push(one);
    }
    let mut figures = Figures::default();
    for row in letters {
        let seen = by_sender.remove(row.mail.from.as_str()).unwrap_or_default();
        check_copies(row, &seen, &mut figures);
        check_state(row, &seen, &mut figures);
        check_case(house, row);
    }
    let others: Vec<&str> = by_sender.into_keys().collect();
    assert_eq!(others, [NOTICES_FROM], "somebody else sent, too");
    figures
}

/// At most two copies were taken, and every body that left is the one that was fixed.
fn check_copies(row: &OutboxRow, seen: &[&Seen], figures: &mut Figures) {
    let id = &row.message_id;
    for one in seen.iter().filter(|one| !one.bytes.is_empty()) {
        assert_eq!(one.message_id(), Some(id.as_str()));
        assert!(
            row.bytes.as_ref() == Some(&one.bytes),
            "{id}: other bytes left"
        );
    }
    let taken = seen
        .iter()
        .filter(|one| matches!(one.verdict, Verdict::Taken | Verdict::Unanswered))
        .count();
    assert!(taken <= 2, "{id}: the relay took {taken} copies");
    figures.taken += taken;
    figures.twice += usize::from(taken == 2);
}

/// "Sent" needs a 250, "failed" a refusal; whoever read a 250 says "sent".
fn check_state(row: &OutboxRow, seen: &[&Seen], figures: &mut Figures) {
    let id = &row.message_id;
    let with = |verdict: Verdict| seen.iter().filter(move |one| one.verdict == verdict);
    let taken = with(Verdict::Taken).count() > 0;
    let taken_and_read = with(Verdict::Taken).any(|one| one.read);
    match row.state {
        MailState::Sent => {
            assert!(taken, "{id}: sent, and the relay never said 250");
            figures.sent += 1;
        }
        MailState::Failed => {
            let refused = with(Verdict::Refused).count() > 0;
            assert!(refused, "{id}: failed, and the relay never refused it");
            assert!(!taken_and_read, "{id}: failed after a 250");
            figures.failed += 1;
            let doubtful = taken || with(Verdict::Unanswered).count() > 0;
            figures.failed_in_doubt += usize::from(doubtful);
        }
        MailState::Ask => {
            assert!(!taken_and_read, "{id}: in doubt after a 250");
            figures.asked += 1;
        }
        MailState::Queued | MailState::Intent | MailState::Unknown => {
            panic!("{id}: is left {}", row.state.as_str());
        }
    }
}

/// The case tells the same as the outbox: "sent" once if it was sent, and else never.
fn check_case(house: &House, row: &OutboxRow) {
    let id = &row.message_id;
    let file = load_case_by_id(&house.app, row.case_id).unwrap();
    let sent = file
        .events
        .iter()
        .filter(|event| event.kind == EventKind::LetterSent)
        .count();
    assert_eq!(sent, usize::from(row.state == MailState::Sent), "{id}");
    let delivery = file.letter(row.letter_id.unwrap()).unwrap().delivery;
    let wanted = match row.state {
        MailState::Sent => Delivery::Sent,
        MailState::Failed => Delivery::NotDelivered,
        _ => Delivery::InDoubt,
    };
    assert_eq!(delivery, wanted, "{id}");
    let whole = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.chain_is_whole(row.case_id));
    assert!(whole.unwrap(), "{id}: the chain of events is broken");
}
