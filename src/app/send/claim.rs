//! Mails are claimed in batches: one transaction takes them at their pace, one fixes their bytes. What is claimed is written down before anything is rendered: a mail
//! that takes the worker down is noticed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::render::{Rendered, render, sha256};
use super::settle::{Report, Settled, settle_all};
use crate::app::{App, AppError};
use crate::domain::case::CaseState;
use crate::domain::outbox::Verdict;
use crate::domain::pacing::places_of;
use crate::domain::random::new_id;
use crate::storage::{Lease, OutboxRow, StorageError, Tx};

/// How long a claim holds without a sign of life.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Claims without an outcome after which a mail is claimed alone: once may have been a power cut that met many.
const ALONE_FROM: i32 = 2;

/// After this time it is looked again whether a paused place was released.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// A mail that this worker may send now.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// The row as it was claimed.
    pub row: OutboxRow,
    /// Its bytes; every attempt carries the same.
    pub bytes: Vec<u8>,
    /// Their hash, for the journal.
    pub sha256: String,
    /// The claim.
    pub lease: Uuid,
    /// When it was claimed.
    pub claimed_at: DateTime<Utc>,
}

/// What a look at the outbox gave.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Mails to send.
    pub mails: Vec<ClaimedMail>,
    /// How many were due; 0 = there is nothing to do.
    pub due: usize,
}

/// Claims mails that are due, at most so many, for the worker with this journal. One that ended twice without an outcome is claimed alone, so that it takes no other down with it.
///
/// # Errors
/// The database.
pub fn claim_mails(app: &App, journal: Uuid, most: usize) -> Result<Claimed, AppError> {
    let now = app.clock.now();
    let lease_id = new_id(app.random.as_ref(), now);
    let limit = i64::try_from(most).unwrap_or(1);
    let (rows, due) = app.db.write(|tx| {
        tx.claim_alone()?;
        let lease = Lease {
            id: lease_id,
            journal,
            until: tx.lease_clock(now)? + LEASE,
        };
        let mut due = tx.due_mails(now, limit)?;
        let looked_at = due.len();
        let healthy = due
            .iter()
            .take_while(|row| row.crashes < ALONE_FROM)
            .count();
        due.truncate(healthy.max(1));
        let mut rows = Vec::new();
        for row in due {
            rows.extend(claim(app, tx, row, &lease, now)?);
        }
        Ok::<_, StorageError>((rows, looked_at))
    })?;
    let mails = fix(app, rows, lease_id, now)?;
    Ok(Claimed { mails, due })
}

/// Claims one mail, or lets it wait for its slot.
fn claim(
    app: &App,
    tx: &mut Tx<'_>,
    mut row: OutboxRow,
    lease: &Lease,
    now: DateTime<Utc>,
) -> Result<Option<OutboxRow>, StorageError> {
    if row.letter_id.is_some() && !may_go(app, tx, &row, now)? {
        return Ok(None);
    }
    match tx.claim_mail(&row, lease) {
        Ok(()) => {
            (row.attempts, row.crashes) = (row.attempts + 1, row.crashes + 1);
            Ok(Some(row))
        }
        Err(StorageError::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

/// True if the letter may go now. Else it was given the moment at which it may; a paused place is asked again.
fn may_go(
    app: &App,
    tx: &mut Tx<'_>,
    row: &OutboxRow,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let (mailbox, domain) = places_of(&row.mail.to);
    if let Some(end) = app
        .pace
        .quiet
        .map(|quiet| quiet.after(now))
        .filter(|end| *end > now)
    {
        tx.postpone_mail(row, end, row.slot_at)?;
        return Ok(false);
    }
    if tx.is_paused(&format!("domain:{domain}"))? {
        tx.postpone_mail(row, now + LOOK_AGAIN, row.slot_at)?;
        return Ok(false);
    }
    let slot = match row.slot_at {
        Some(slot) => slot,
        None => {
            let mailbox = tx.take_slot(&format!("mailbox:{mailbox}"), app.pace.mailbox, now)?;
            let domain = tx.take_slot(&format!("domain:{domain}"), app.pace.domain, now)?;
            mailbox.max(domain)
        }
    };
    if slot > now {
        tx.postpone_mail(row, slot, Some(slot))?;
        return Ok(false);
    }
    // The provider's places are given to those that can go now: a long line for one mailbox must not use them up.
    match tx.take_free_slot("provider", app.pace.provider, now)? {
        Some(free) => {
            // Not all at once again.
            tx.postpone_mail(row, free.max(now + TimeDelta::minutes(1)), Some(slot))?;
            Ok(false)
        }
        None => Ok(true),
    }
}

/// Fixes the bytes of claimed mails. What cannot be written does not go, and its case says why; what was taken away meanwhile is left out.
fn fix(
    app: &App,
    rows: Vec<OutboxRow>,
    lease: Uuid,
    claimed_at: DateTime<Utc>,
) -> Result<Vec<ClaimedMail>, AppError> {
    let mut refused = Vec::new();
    let mut refuse = |row: OutboxRow, words: String| {
        let verdict = Verdict::Refused;
        let report = Report { verdict, words };
        refused.push(Settled {
            row,
            lease: Some(lease),
            report,
            tried: false,
        });
    };
    let mut written = Vec::new();
    for row in rows {
        match render(app, &row)? {
            Rendered::Bytes(bytes) => written.push((row, bytes)),
            Rendered::Refused(words) => refuse(row, words),
            Rendered::Gone => {}
        }
    }
    let mut fixed = Vec::new();
    app.db.write(|tx| {
        for (row, bytes) in written {
            match fix_one(tx, &row, lease, &bytes) {
                Ok(true) => fixed.push((row, bytes)),
                Ok(false) => refuse(row, "the case was closed before the letter went".to_owned()),
                Err(StorageError::Conflict | StorageError::Erased) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    if let Err(error) = settle_all(app, refused) {
        tracing::error!(%error, "mails that do not go could not be settled");
    }
    let claimed = |(row, bytes): (OutboxRow, Vec<u8>)| ClaimedMail {
        sha256: sha256(&bytes),
        row,
        bytes,
        lease,
        claimed_at,
    };
    Ok(fixed.into_iter().map(claimed).collect())
}

/// False if it is a letter of a case that ended meanwhile.
fn fix_one(
    tx: &mut Tx<'_>,
    row: &OutboxRow,
    lease: Uuid,
    bytes: &[u8],
) -> Result<bool, StorageError> {
    // An erased case has taken its mails with it, so a claim that still stands has a case.
    let goes = match row.letter_id {
        None => true,
        Some(_) => tx.lock_case(row.case_id)?.0.state != CaseState::Closed,
    };
    if row.bytes.is_none() {
        tx.fix_mail_bytes(row, &row.key, lease, bytes)?;
    }
    Ok(goes)
}

/// Keeps claims alive. Gives back those that were lost.
///
/// # Errors
/// The database.
pub fn renew_claims(app: &App, mails: &[(Uuid, Uuid, Uuid)]) -> Result<Vec<Uuid>, AppError> {
    let mut lost = Vec::new();
    app.db.write(|tx| {
        let until = tx.lease_clock(app.clock.now())? + LEASE;
        for (case_id, id, lease) in mails {
            match tx.renew_lease(*case_id, *id, *lease, until) {
                Ok(()) => {}
                Err(StorageError::Conflict) => lost.push(*id),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    Ok(lost)
}

/// Gives claims back that were never begun.
///
/// # Errors
/// The database.
pub fn release_mails(app: &App, mails: &[ClaimedMail]) -> Result<(), AppError> {
    Ok(app.db.write(|tx| {
        for mail in mails {
            match tx.give_back_mail(&mail.row, mail.lease) {
                Ok(()) | Err(StorageError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?)
}
