//! The outbox: claimed by one, finished by who claimed it, found again when its claim was lost; the holding pen; the change of the master key.

use std::sync::Arc;

use chrono::TimeDelta;
use demur::config::SystemRandom;
use demur::domain::outbox::MailState;
use demur::storage::{
    Attempted, Db, HeldMail, Lease, LostClaims, Mail, MasterKey, NewMail, OutboxRow, StorageError,
};
use uuid::Uuid;

use crate::{House, id, master, noon, on_each};

/// The journal of the worker in these tests.
const JOURNAL: Uuid = Uuid::from_u128(7);

fn queue(house: &House, case: Uuid) {
    let mail = Mail {
        from_name: "Zoe".into(),
        from: "case-x@cases.example".into(),
        to: "privacy@company.example".into(),
        subject: "Objection".into(),
        text: "text".into(),
        language: "en".into(),
        date: noon(),
        text_sha256: None,
        in_reply_to: None,
        references: Vec::new(),
    };
    let write = |tx: &mut demur::storage::Tx<'_>| {
        let key = tx.case_key(case)?;
        let new = NewMail {
            case_id: case,
            id: id(),
            kind: "letter",
            letter_id: Some(id()),
            message_id: "m@cases.example",
            mail: &mail,
            queued_at: noon(),
        };
        tx.queue_mail(&key, &new)
    };
    house.db.write(write).unwrap();
}

fn due(house: &House) -> Vec<OutboxRow> {
    house.db.write(|tx| tx.due_mails(noon(), 10)).unwrap()
}

fn claim(house: &House, row: &OutboxRow, lease: Uuid) -> Result<(), StorageError> {
    house.db.write(|tx| {
        let key = tx.case_key(row.case_id)?;
        let claim = Lease {
            id: lease,
            journal: JOURNAL,
            until: noon() + TimeDelta::seconds(60),
        };
        tx.claim_mail(row, &claim)?;
        tx.fix_mail_bytes(row, &key, lease, b"bytes")
    })
}

fn finish(
    house: &House,
    row: &OutboxRow,
    lease: Option<Uuid>,
    state: MailState,
) -> Result<(), StorageError> {
    house.db.write(|tx| {
        let key = tx.case_key(row.case_id)?;
        let done = Attempted {
            state,
            copies: 0,
            next_at: noon() + TimeDelta::minutes(5),
            result: "250 taken",
            finished_at: Some(noon()),
        };
        tx.finish_mail(row, &key, lease, &done)
    })
}

#[test]
fn of_two_workers_one_claims_a_mail_and_only_its_claim_can_finish_it() {
    on_each(|house| {
        queue(house, house.open_case("outbox"));
        let row = due(house).remove(0);
        let (first, second) = (id(), id());
        claim(house, &row, first).unwrap();
        assert!(
            matches!(claim(house, &row, second), Err(StorageError::Conflict)),
            "{}",
            house.name
        );
        assert!(due(house).is_empty(), "a claimed mail is not due");
        let claimed = house
            .db
            .read::<_, StorageError>(|tx| tx.mail(row.id))
            .unwrap();
        assert_eq!((claimed.attempts, claimed.crashes), (1, 1));
        assert_eq!(claimed.bytes.as_deref(), Some(b"bytes".as_slice()));
        let foreign = finish(house, &claimed, Some(second), MailState::Failed);
        assert!(matches!(foreign, Err(StorageError::Conflict)));
        finish(house, &claimed, Some(first), MailState::Sent).unwrap();
        let sent = house
            .db
            .read::<_, StorageError>(|tx| tx.mail(row.id))
            .unwrap();
        assert_eq!((sent.state, sent.crashes), (MailState::Sent, 0));
        let again = finish(house, &sent, Some(first), MailState::Failed);
        assert!(
            matches!(again, Err(StorageError::Conflict)),
            "an outcome is written once"
        );
    });
}

#[test]
fn a_lost_claim_is_found_when_its_lease_is_over_and_a_renewed_one_is_not() {
    on_each(|house| {
        queue(house, house.open_case("lost"));
        let (row, lease) = (due(house).remove(0), id());
        claim(house, &row, lease).unwrap();
        let lost_to = |journal, which| {
            let lost = house
                .db
                .read::<_, StorageError>(|tx| tx.lost_mails(journal, which));
            lost.unwrap()
        };
        let lost = |at| lost_to(JOURNAL, LostClaims::RanOut(at)).len();
        assert_eq!(lost(noon() + TimeDelta::seconds(59)), 0, "{}", house.name);
        assert_eq!(lost(noon() + TimeDelta::seconds(60)), 1);
        let until = noon() + TimeDelta::seconds(90);
        house
            .db
            .write(|tx| tx.renew_lease(row.case_id, row.id, lease, until))
            .unwrap();
        assert_eq!(lost(noon() + TimeDelta::seconds(60)), 0);
        let foreign = house
            .db
            .write(|tx| tx.renew_lease(row.case_id, row.id, id(), until));
        assert!(matches!(foreign, Err(StorageError::Conflict)));
        let another = id();
        let to_another = |at| lost_to(another, LostClaims::RanOut(at)).len();
        assert_eq!(to_another(until + TimeDelta::seconds(24)), 0);
        assert_eq!(
            to_another(until + TimeDelta::seconds(25)),
            1,
            "another worker waits whether the one that had it comes back"
        );
        assert_eq!(lost_to(another, LostClaims::OfThisJournal).len(), 0);
        assert_eq!(lost_to(another, LostClaims::All).len(), 1);
        let settled = lost_to(JOURNAL, LostClaims::OfThisJournal).remove(0);
        assert_eq!(settled.claimed_by, Some(JOURNAL));
        finish(house, &settled, None, MailState::Queued).unwrap();
        assert_eq!(lost(noon() + TimeDelta::days(1)), 0);
    });
}

#[test]
fn where_several_machines_share_a_database_leases_go_by_its_clock() {
    on_each(|house| {
        let clock = |db: &Db| db.read(|tx| tx.lease_clock(noon())).unwrap();
        assert_eq!(clock(&house.db), noon());
        let shared = house.db.clone().shared();
        let (first, second) = (clock(&shared), clock(&shared));
        if house.name == "sqlite" {
            assert_eq!(first, noon(), "a file has no clock");
        } else {
            assert!(first != noon() && first <= second, "{first} {second}");
        }
    });
}

#[test]
fn a_mail_in_the_pen_is_there_once_and_opens_as_it_came() {
    on_each(|house| {
        let held = |raw: &[u8]| HeldMail {
            id: id(),
            raw: raw.to_vec(),
            why: "why.no_token".into(),
            received_at: noon(),
        };
        let first = house
            .db
            .write(|tx| tx.hold_mail(&held(b"From: a\r\n\r\nx")))
            .unwrap();
        let twice = house
            .db
            .write(|tx| tx.hold_mail(&held(b"From: a\r\n\r\nx")))
            .unwrap();
        assert_eq!(first, twice, "{}", house.name);
        house
            .db
            .write(|tx| tx.hold_mail(&held(b"From: b\r\n\r\nx")))
            .unwrap();
        let all = house
            .db
            .read::<_, StorageError>(|tx| tx.held_mails(10))
            .unwrap();
        assert_eq!(all.len(), 2);
        house.db.write(|tx| tx.release_mail(first)).unwrap();
        let gone = house.db.write(|tx| tx.release_mail(first));
        assert!(matches!(gone, Err(StorageError::NotFound)));
    });
}

#[test]
fn after_a_change_of_the_master_key_only_the_new_one_opens_the_database() {
    let house = crate::sqlite();
    house.open_case("rotate");
    let new = || MasterKey::new([8; 32]);
    assert_eq!(
        house.db.write(|tx| tx.rotate_master_key(&new())).unwrap(),
        1
    );
    let file = house.dir.as_ref().unwrap().path().join("demur.db");
    let url = format!("sqlite:{}", file.display());
    let old = Db::open(&url, master(), Arc::new(SystemRandom));
    assert!(
        matches!(old.err(), Some(StorageError::Sealed)),
        "the old key is refused at the start"
    );
    let db = Db::open(&url, new(), Arc::new(SystemRandom)).unwrap();
    let (row, _) = db
        .read::<_, StorageError>(|tx| tx.case_by_link("rotate"))
        .unwrap();
    assert_eq!(row.facts, br#"{"name":"Zoe"}"#);
}
