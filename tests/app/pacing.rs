//! The pace of sending: letters to one mailbox are spread, a place that refuses too much is left in peace, and claims that were not begun are given back.

use std::sync::Arc;

use chrono::TimeDelta;
use demur::app::{claim_mails, release_mails, resume_place, view_queue};
use demur::domain::outbox::{MailState, Verdict};
use demur::domain::pacing::Pace;

use uuid::Uuid;

use crate::{House, form, house};

impl House {
    /// So many cases against one company, their letters in the outbox, all notices gone.
    fn dispatched(&self, count: usize) {
        for case in 0..count {
            let opened = self.open(&form_of(case), &format!("198.51.100.{case}"));
            opened.unwrap();
            let secret = self.secret("/confirm/");
            let link = demur::app::case::confirm_case(&self.app, &secret).unwrap();
            self.dispatch(&link).unwrap();
            self.forward(TimeDelta::seconds(1));
        }
    }

    /// The letters that may go now; notices are sent on the way.
    fn letters_that_go(&self) -> usize {
        let mut letters = 0;
        loop {
            let claimed = claim_mails(&self.app, Uuid::nil(), 50).unwrap();
            if claimed.due == 0 {
                return letters;
            }
            for mail in claimed.mails {
                letters += usize::from(mail.row.letter_id.is_some());
                self.end(&mail, Verdict::Sent);
            }
        }
    }
}

fn form_of(case: usize) -> demur::app::form::FormState {
    demur::app::form::FormState {
        email: format!("person{case}@example.org"),
        ..form()
    }
}

const ONE_A_MINUTE: Pace = Pace {
    per_hour: 60,
    burst: 2,
    slow_start_days: 0,
};

#[test]
fn letters_to_one_mailbox_are_spread_and_notices_are_not() {
    let mut house = house();
    Arc::get_mut(&mut house.app).unwrap().pace.mailbox = ONE_A_MINUTE;
    house.dispatched(5);
    assert_eq!(house.letters_that_go(), 2, "the burst");
    house.forward(TimeDelta::seconds(90));
    assert_eq!(house.letters_that_go(), 1);
    house.forward(TimeDelta::minutes(10));
    assert_eq!(house.letters_that_go(), 2, "each was given its own minute");
}

#[test]
fn a_domain_that_refuses_too_much_is_left_in_peace_until_somebody_has_looked() {
    let house = house();
    house.dispatched(7);
    for _ in 0..5 {
        let mail = house.claimed_letter().unwrap();
        assert_eq!(house.end(&mail, Verdict::Refused), MailState::Failed);
    }
    assert!(house.claimed_letter().is_none(), "two letters still wait");
    let queue = view_queue(&house.app).unwrap();
    let paused = queue.paused.first().unwrap();
    assert_eq!((paused.letters, paused.refused), (5, 5));
    assert_eq!((queue.counts.failed, queue.counts.waiting), (5, 2));
    house.forward(TimeDelta::days(1));
    assert!(
        house.claimed_letter().is_none(),
        "time alone changes nothing"
    );
    resume_place(&house.app, &paused.place).unwrap();
    house.forward(TimeDelta::minutes(15));
    assert!(house.claimed_letter().is_some());
}

#[test]
fn a_claim_that_was_not_begun_is_given_back_as_if_nobody_had_taken_it() {
    let house = house();
    house.dispatched(1);
    let mail = house.claimed_letter().unwrap();
    let (attempts, crashes) = (mail.row.attempts, mail.row.crashes);
    release_mails(&house.app, std::slice::from_ref(&mail)).unwrap();
    let again = house.claimed_letter().unwrap();
    assert_eq!((again.row.attempts, again.row.crashes), (attempts, crashes));
    assert_eq!(again.bytes, mail.bytes, "every attempt carries the same");
}

#[test]
fn a_mail_that_took_its_worker_down_twice_is_claimed_alone() {
    let house = house();
    house.dispatched(3);
    let lost = demur::app::Report {
        verdict: Verdict::Retry,
        words: "the sender stopped before anything left".into(),
    };
    let unlucky = house.mails().first().unwrap().id;
    for _ in 0..2 {
        let claimed = claim_mails(&house.app, Uuid::nil(), 50).unwrap().mails;
        let (met, others): (Vec<_>, Vec<_>) =
            claimed.into_iter().partition(|mail| mail.row.id == unlucky);
        release_mails(&house.app, &others).unwrap();
        demur::app::settle(&house.app, &met.first().unwrap().row, None, &lost).unwrap();
    }
    house.forward(TimeDelta::seconds(1));
    let batches: Vec<Vec<Uuid>> =
        std::iter::repeat_with(|| claim_mails(&house.app, Uuid::nil(), 50).unwrap())
            .take_while(|claimed| claimed.due > 0)
            .map(|claimed| claimed.mails.iter().map(|mail| mail.row.id).collect())
            .collect();
    assert!(batches.contains(&vec![unlucky]), "{batches:?}");
    assert_eq!(batches.concat().len(), house.mails().len(), "all go");
}
