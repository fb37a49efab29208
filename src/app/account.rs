//! The operator's account: a password as a slow hash, a session that ends by itself.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use chrono::TimeDelta;

use super::{App, AppError};
use crate::domain::random::{new_id, new_secret};
use crate::storage::{Limit, StorageError};

/// Shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 12;

/// How long a session lasts.
pub const SESSION: TimeDelta = TimeDelta::hours(8);

/// Makes the account, or gives it another password.
///
/// # Errors
/// A password that is too short, in words.
pub fn save_account(app: &App, name: &str, password: &str) -> Result<(), AppError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(AppError::Password);
    }
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| StorageError::Format(error.to_string()))?
        .to_string();
    let now = app.clock.now();
    let id = new_id(app.random.as_ref(), now);
    Ok(app
        .db
        .write(|tx| tx.save_account(id, name.trim(), &hash, now))?)
}

/// Signs in. Returns the token of the session; `None`: name or password is wrong, and nobody learns which.
///
/// # Errors
/// [`AppError::TooOften`] after too many attempts from one network.
pub fn sign_in(
    app: &App,
    name: &str,
    password: &str,
    network: &str,
) -> Result<Option<String>, AppError> {
    let now = app.clock.now();
    let hour = TimeDelta::hours(1);
    let limits = [
        (
            "sign_in_network",
            network.to_owned(),
            app.limits.sign_ins_per_network_hour,
        ),
        // Under the name and from one network: a stranger elsewhere must not lock the operator out.
        ("sign_in_account", format!("{name} {network}"), 10),
    ];
    let taken = app.db.write(|tx| {
        for (bucket, of, count) in &limits {
            let limit = Limit {
                count: *count,
                span: hour,
            };
            tx.take_from(bucket, of, limit, now)?;
        }
        Ok(())
    });
    match taken {
        Err(StorageError::Limit) => return Err(AppError::TooOften),
        other => other?,
    }
    let account = app
        .db
        .read::<_, StorageError>(|tx| tx.account(name.trim()))?;
    // An unknown name takes as long as a wrong password.
    let stored = account.as_ref().map_or(UNKNOWN, |(_, hash)| hash.as_str());
    let right = PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    });
    let Some((account, _)) = account.filter(|_| right) else {
        return Ok(None);
    };
    let token = new_secret(app.random.as_ref());
    app.db.write(|tx| {
        // Only sign-ins that fail count.
        for (bucket, of, _) in &limits {
            tx.forget_bucket(bucket, of)?;
        }
        tx.open_session(&token, account, now + SESSION)
    })?;
    Ok(Some(token))
}

/// A hash that no password has, with the same cost as a real one.
const UNKNOWN: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// True if the token belongs to an open session.
///
/// # Errors
/// The database.
pub fn signed_in(app: &App, token: &str) -> Result<bool, AppError> {
    let now = app.clock.now();
    Ok(app
        .db
        .read::<_, StorageError>(|tx| tx.session_is_open(token, now))?)
}

/// Ends the session.
///
/// # Errors
/// The database.
pub fn sign_out(app: &App, token: &str) -> Result<(), AppError> {
    Ok(app.db.write(|tx| tx.end_session(token))?)
}
