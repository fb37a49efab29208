//! The controller's door: links, codes and passes, stored as hashes.

use chrono::TimeDelta;
use demur::storage::StorageError;

use crate::{id, noon, on_each};

#[test]
fn a_door_is_found_by_its_link_alone_and_stays_when_the_case_is_erased() {
    on_each(|house| {
        let case = house.open_case("link");
        house
            .db
            .write(|tx| {
                tx.open_door(case, "first", noon())?;
                tx.open_door(case, "second", noon() + TimeDelta::days(1))
            })
            .unwrap();
        let door = |token: &str| house.db.read::<_, StorageError>(|tx| tx.door(token));
        assert_eq!(door("first").unwrap().case_id, case, "{}", house.name);
        let second = door("second").unwrap();
        assert_eq!(second.opened_at, noon() + TimeDelta::days(1));
        for wrong in ["", "link", "First", "reply-link"] {
            assert!(
                matches!(door(wrong), Err(StorageError::NotFound)),
                "{wrong}"
            );
        }
        house
            .db
            .write(|tx| {
                tx.put_door_code(case, "12345678", noon() + TimeDelta::minutes(1))?;
                tx.put_door_pass(case, "pass", noon() + TimeDelta::hours(1))?;
                let (row, _) = tx.case(case)?;
                tx.erase_case(&row, noon())
            })
            .unwrap();
        assert!(door("first").is_ok(), "it says that the case has ended");
        let left = house.db.write(|tx| {
            let tried = tx.try_door_code(case, "12345678", noon())?;
            Ok((tried, tx.door_pass_holds(case, "pass", noon())?))
        });
        assert_eq!(left.unwrap(), (false, false), "{}", house.name);
    });
}

#[test]
fn a_code_is_used_once_in_its_time_and_by_its_own_case() {
    on_each(|house| {
        let (case, other) = (house.open_case("one"), house.open_case("two"));
        let soon = noon() + TimeDelta::minutes(15);
        let put = |code: &str| house.db.write(|tx| tx.put_door_code(case, code, soon));
        let tried = |case, code: &str, at| house.db.write(|tx| tx.try_door_code(case, code, at));
        put("11111111").unwrap();
        assert!(!tried(other, "11111111", noon()).unwrap(), "{}", house.name);
        assert!(!tried(id(), "11111111", noon()).unwrap());
        assert!(!tried(case, "11111111", soon).unwrap(), "its time is over");
        put("22222222").unwrap();
        assert!(!tried(case, "11111111", noon()).unwrap(), "replaced");
        assert!(tried(case, "22222222", noon()).unwrap());
        assert!(!tried(case, "22222222", noon()).unwrap(), "used");
        put("33333333").unwrap();
        for _ in 0..5 {
            assert!(!tried(case, "0", noon()).unwrap());
        }
        assert!(!tried(case, "33333333", noon()).unwrap(), "tried too often");
    });
}

#[test]
fn of_many_who_try_a_code_at_once_one_gets_in() {
    on_each(|house| {
        let case = house.open_case("busy");
        let soon = noon() + TimeDelta::minutes(15);
        house
            .db
            .write(|tx| tx.put_door_code(case, "12345678", soon))
            .unwrap();
        let won: usize = std::thread::scope(|scope| {
            let one = || {
                let tried = house
                    .db
                    .write(|tx| tx.try_door_code(case, "12345678", noon()));
                usize::from(tried.unwrap_or(false))
            };
            let all: Vec<_> = (0..5).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(won, 1, "{}", house.name);
    });
}

#[test]
fn a_pass_opens_its_case_until_its_time_is_over_and_is_swept_then() {
    on_each(|house| {
        let (case, other) = (house.open_case("one"), house.open_case("two"));
        let end = noon() + TimeDelta::hours(2);
        house
            .db
            .write(|tx| tx.put_door_pass(case, "pass", end))
            .unwrap();
        let holds = |case, pass: &str, at| {
            house
                .db
                .read::<_, StorageError>(|tx| tx.door_pass_holds(case, pass, at))
                .unwrap()
        };
        assert!(holds(case, "pass", noon()), "{}", house.name);
        assert!(!holds(other, "pass", noon()) && !holds(case, "Pass", noon()));
        assert!(!holds(case, "pass", end));
        let swept = |at| house.db.write(|tx| tx.delete_old_door_codes(at)).unwrap();
        assert_eq!((swept(noon()), swept(end)), (0, 1));
    });
}
