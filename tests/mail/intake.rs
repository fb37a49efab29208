//! A house that only remembers what it was handed, and answers as it is told.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use demur::mail::{Intake, Taken};

#[derive(Default)]
pub(crate) struct House {
    pub(crate) mails: Mutex<Vec<(Vec<u8>, Option<String>)>>,
    /// What it says to a recipient, or a mail, that holds this text.
    pub(crate) says: Mutex<Vec<(&'static str, Taken)>>,
    closed: Mutex<bool>,
    opened: Condvar,
}

impl House {
    pub(crate) fn new() -> Arc<House> {
        Arc::default()
    }

    pub(crate) fn says(&self, to: &'static str, taken: Taken) {
        self.says.lock().unwrap().push((to, taken));
    }

    pub(crate) fn forget_what_to_say(&self) {
        self.says.lock().unwrap().clear();
    }

    /// From now on storing takes until it is opened.
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    pub(crate) fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let mails = self.mails.lock().unwrap();
        let text = |raw: &Vec<u8>| String::from_utf8_lossy(raw).into_owned();
        mails.iter().map(|(raw, _)| text(raw)).collect()
    }

    pub(crate) fn recipients(&self) -> Vec<Option<String>> {
        let mails = self.mails.lock().unwrap();
        mails.iter().map(|(_, to)| to.clone()).collect()
    }
}

impl Intake for House {
    fn take(&self, raw: &[u8], recipient: Option<&str>) -> Taken {
        let closed = self.closed.lock().unwrap();
        let (closed, late) = self
            .opened
            .wait_timeout_while(closed, Duration::from_secs(10), |closed| *closed)
            .unwrap();
        assert!(!late.timed_out());
        drop(closed);
        let text = String::from_utf8_lossy(raw);
        for (to, taken) in self.says.lock().unwrap().iter() {
            if recipient.is_some_and(|one| one.contains(to)) || text.contains(to) {
                return taken.clone();
            }
        }
        let recipient = recipient.map(str::to_owned);
        self.mails.lock().unwrap().push((raw.to_vec(), recipient));
        Taken::Stored
    }
}
