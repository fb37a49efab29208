//! Sending with several connections at once. One task claims, each lane sends over a connection of its own, one task writes down what came of it, and one keeps the
//! claims alive. A slow relay holds up its own lane and no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Turn, Notify, mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::post::{IDLE, Line, Post};
use super::worker::blocking;
use crate::app::{
    App, ClaimedMail, LEASE, Report, Settled, claim_mails, release_mails, renew_claims, settle_all,
};
use crate::domain::outbox::Verdict;

/// Claims are kept alive this often while their mails wait or are under way.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// A claim holds for a minute; shortly before that nothing leaves any more.
const HOLDS: Duration = Duration::from_secs(55);

/// Mails claimed ahead for each lane.
const AHEAD: usize = 8;

/// The most attempts that are written down in one transaction.
const GROUP: usize = 128;

/// What the tasks share.
pub(super) struct Lanes {
    app: Arc<App>,
    post: Arc<Post>,
    stop: watch::Receiver<bool>,
    held: InHand,
    unsent: Mutex<Vec<ClaimedMail>>,
}

/// The claims that this process has in hand, by mail. However the clock jumps, none of them is lost.
pub(super) type InHand = Arc<Mutex<HashMap<Uuid, Held>>>;

/// A claim that must be kept alive.
#[derive(Debug)]
pub(super) struct Held {
    case_id: Uuid,
    lease: Uuid,
    grip: Arc<Grip>,
}

/// How sure a lane may be that a claim is still its own.
#[derive(Debug)]
pub(super) struct Grip {
    lost: Notify,
    until: Mutex<Instant>,
}

impl Grip {
    fn from(asked: Instant) -> Grip {
        Grip {
            lost: Notify::new(),
            until: Mutex::new(asked + HOLDS),
        }
    }

    fn renew(&self, asked: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = asked + HOLDS;
    }

    /// False when the lease may have run out, however long this process slept: then nothing may leave.
    pub(super) fn holds(&self) -> bool {
        Instant::now() < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends what is due until `stop` says so; then the letters under way are ended and the claims that were not begun given back. `due`: told when it is time to look.
pub(super) async fn run_lanes(
    app: Arc<App>,
    post: Arc<Post>,
    count: usize,
    due: Arc<Notify>,
    held: InHand,
    stop: watch::Receiver<bool>,
) {
    let count = count.max(1);
    let lanes = Arc::new(Lanes {
        app,
        post,
        stop,
        held,
        unsent: Mutex::default(),
    });
    let (claimed, mails) = mpsc::channel(count * AHEAD * 2);
    let (ended, attempts) = mpsc::channel(GROUP);
    let mails = Arc::new(Turn::new(mails));
    let mut senders = JoinSet::new();
    for _ in 0..count {
        let (lanes, mails) = (Arc::clone(&lanes), Arc::clone(&mails));
        let ended = ended.clone();
        senders.spawn(async move { lanes.send_all(&mails, &ended).await });
    }
    drop(ended);
    let writer = tokio::spawn(Arc::clone(&lanes).write_down(attempts));
    let keeper = tokio::spawn(Arc::clone(&lanes).keep_alive());
    lanes.claim(claimed, count * AHEAD, &due).await;
    while senders.join_next().await.is_some() {}
    if let Err(error) = writer.await {
        tracing::error!(%error, "the writer of attempts stopped");
    }
    keeper.abort();
    lanes.give_back().await;
}

impl Lanes {
    fn stopped(&self) -> bool {
        *self.stop.borrow()
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims a batch whenever there is room for one.
    async fn claim(&self, to: mpsc::Sender<(ClaimedMail, Arc<Grip>)>, batch: usize, due: &Notify) {
        let mut stop = self.stop.clone();
        while !self.stopped() {
            let Ok(room) = to.reserve_many(batch).await else {
                return;
            };
            let journal = self.post.journal();
            let asked = Instant::now();
            let claimed = blocking(&self.app, move |app| claim_mails(app, journal, batch)).await;
            let claimed = claimed.unwrap_or_else(|error| {
                tracing::error!(%error, "the outbox cannot be read");
                Default::default()
            });
            let nothing_due = claimed.due == 0;
            for (place, mail) in room.zip(claimed.mails) {
                let grip = Arc::new(Grip::from(asked));
                let held = Held {
                    case_id: mail.row.case_id,
                    lease: mail.lease,
                    grip: Arc::clone(&grip),
                };
                self.held().insert(mail.row.id, held);
                place.send((mail, grip));
            }
            if nothing_due {
                tokio::select! {
                    () = due.notified() => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    /// One lane: one connection, one mail after the other.
    async fn send_all(
        &self,
        mails: &Turn<mpsc::Receiver<(ClaimedMail, Arc<Grip>)>>,
        ended: &mpsc::Sender<Settled>,
    ) {
        let mut line = Line::default();
        loop {
            let next = async { mails.lock().await.recv().await };
            let (mail, grip) = match tokio::time::timeout(IDLE, next).await {
                Ok(Some(next)) => next,
                Ok(None) => break,
                Err(_idle) => {
                    line.hang_up().await;
                    continue;
                }
            };
            if self.stopped() {
                let mut unsent = self.unsent.lock().unwrap_or_else(PoisonError::into_inner);
                unsent.push(mail);
                continue;
            }
            let report = tokio::select! {
                report = self.send(&mut line, &mail, &grip) => report,
                // Whoever took it over decides by the journal. The connection is dropped with the attempt.
                () = grip.lost.notified() => {
                    tracing::error!("a claim could not be renewed; its attempt is given up");
                    self.held().remove(&mail.row.id);
                    line = Line::default();
                    continue;
                }
            };
            let settled = Settled {
                row: mail.row,
                lease: Some(mail.lease),
                report,
                tried: true,
            };
            if ended.send(settled).await.is_err() {
                break;
            }
        }
        line.hang_up().await;
    }

    async fn send(&self, line: &mut Line, mail: &ClaimedMail, grip: &Grip) -> Report {
        // A mail that is new here, but not to the journal: the database is older than what was sent.
        let known = self.post.known(&mail.row.message_id, mail.row.copies);
        match known.filter(|report| report.verdict != Verdict::Retry) {
            Some(report) => report,
            None => self.post.deliver(line, mail, grip).await,
        }
    }

    /// Writes down what came of the attempts, as many at once as have come together.
    async fn write_down(self: Arc<Self>, mut attempts: mpsc::Receiver<Settled>) {
        let mut group = Vec::new();
        while attempts.recv_many(&mut group, GROUP).await > 0 {
            let ids: Vec<Uuid> = group.iter().map(|attempt| attempt.row.id).collect();
            let ended = std::mem::take(&mut group);
            if let Err(error) = blocking(&self.app, move |app| settle_all(app, ended)).await {
                tracing::error!(%error, "an attempt could not be written down; the journal knows it");
            }
            let mut held = self.held();
            for id in ids {
                held.remove(&id);
            }
        }
    }

    /// Keeps the claims alive, and ends the attempt whose claim was lost. A database that is away for a moment costs nothing: the leases hold a while.
    async fn keep_alive(self: Arc<Self>) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let claims: Vec<(Uuid, Uuid, Uuid)> = {
                let held = self.held();
                let claims = held
                    .iter()
                    .map(|(id, held)| (held.case_id, *id, held.lease));
                claims.collect()
            };
            let asked = Instant::now();
            if claims.is_empty() {
                renewed = asked;
                continue;
            }
            let all: Vec<Uuid> = claims.iter().map(|(_, id, _)| *id).collect();
            let answer = blocking(&self.app, move |app| renew_claims(app, &claims));
            match tokio::time::timeout(SIGN_OF_LIFE, answer).await {
                Ok(Ok(lost)) => {
                    renewed = asked;
                    self.renew(&all, &lost, asked);
                    self.give_up(&lost);
                }
                _ if renewed.elapsed() + SIGN_OF_LIFE < LEASE.to_std().unwrap_or_default() => {
                    tracing::warn!("claims could not be renewed; they are asked for again");
                }
                // Nobody knows who has the claims: no attempt goes on.
                _ => self.give_up(&all),
            }
        }
    }

    fn renew(&self, all: &[Uuid], lost: &[Uuid], asked: Instant) {
        let held = self.held();
        let kept = all.iter().filter(|id| !lost.contains(id));
        for held in kept.filter_map(|id| held.get(id)) {
            held.grip.renew(asked);
        }
    }

    fn give_up(&self, lost: &[Uuid]) {
        let held = self.held();
        for held in lost.iter().filter_map(|id| held.get(id)) {
            held.grip.lost.notify_one();
        }
    }

    /// Gives back what was claimed and not begun.
    async fn give_back(&self) {
        let unsent = {
            let mut unsent = self.unsent.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *unsent)
        };
        if let Err(error) = blocking(&self.app, move |app| release_mails(app, &unsent)).await {
            tracing::error!(%error, "claims could not be given back; they run out");
        }
    }
}
