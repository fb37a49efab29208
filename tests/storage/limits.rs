//! Buckets that empty and fill again, addresses that are blocked, and what is forgotten when.

use chrono::TimeDelta;
use demur::storage::{Limit, StorageError};

use crate::{House, noon, on_each};

fn take(house: &House, of: &str, limit: Limit, at: chrono::DateTime<chrono::Utc>) -> bool {
    match house.db.write(|tx| tx.take_from("mails", of, limit, at)) {
        Ok(()) => true,
        Err(StorageError::Limit) => false,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_bucket_gives_so_many_and_is_full_again_when_its_time_is_over() {
    on_each(|house| {
        let limit = Limit {
            count: 3,
            span: TimeDelta::hours(1),
        };
        for number in 0..3 {
            let at = noon() + TimeDelta::minutes(number);
            assert!(take(house, "Zoe@Example.org ", limit, at), "{}", house.name);
        }
        let last = noon() + TimeDelta::minutes(59);
        assert!(
            !take(house, "zoe@example.org", limit, last),
            "case and blanks do not count"
        );
        assert!(
            take(house, "bob@example.org", limit, last),
            "each has a bucket of its own"
        );
        assert!(take(
            house,
            "zoe@example.org",
            limit,
            noon() + TimeDelta::hours(1)
        ));
    });
}

#[test]
fn a_bucket_is_forgotten_when_its_time_is_over_and_not_before() {
    on_each(|house| {
        let limit = Limit {
            count: 1,
            span: TimeDelta::days(10),
        };
        assert!(take(house, "zoe@example.org", limit, noon()));
        let swept = |at| house.db.write(|tx| tx.delete_old_limits(at)).unwrap();
        assert_eq!(swept(noon() + TimeDelta::days(9)), 0, "{}", house.name);
        // Kept to the day: the hour at which somebody wrote a letter is nobody's business for years.
        assert_eq!(
            swept(noon() + TimeDelta::days(10) - TimeDelta::hours(12)),
            1
        );
    });
}

#[test]
fn a_blocked_address_stays_blocked_however_it_is_written() {
    on_each(|house| {
        let blocked = |address: &str| {
            house
                .db
                .read::<_, StorageError>(|tx| tx.is_blocked(address))
                .unwrap()
        };
        assert!(!blocked("bob@example.org"));
        house
            .db
            .write(|tx| tx.block_address("BOB@example.org", noon().date_naive()))
            .unwrap();
        assert!(blocked(" bob@Example.org"), "{}", house.name);
        assert!(!blocked("zoe@example.org"));
    });
}
