//! What an answer, a missing answer or an error means in each phase.

use std::future::Future;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::{Outcome, Phase};

/// One SMTP step with a total deadline. `Err` holds the verdict for this phase.
pub(super) async fn step<T>(
    phase: Phase,
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Outcome> {
    match timeout(limit, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(verdict(phase, &error)),
        Err(_late) => Err(retry(phase, "deadline passed")),
    }
}

pub(super) fn verdict(phase: Phase, error: &SmtpError) -> Outcome {
    let why = error.to_string();
    let code = error.status().map(u16::from);
    match (phase, code) {
        // A 5xx before MAIL, or about the login, says nothing about this letter.
        (Phase::Connect | Phase::Greeting, _) | (_, Some(530 | 534 | 535 | 538)) => {
            trouble(phase, why)
        }
        _ if error.is_permanent() => Outcome::Refused { phase, code, why },
        // A 4xx is an answer: not accepted, also after the dot.
        _ if error.is_transient() => Outcome::Retry { phase, code, why },
        // No readable answer after the dot: the only doubt there is.
        (Phase::Dot, _) => Outcome::Unknown { why },
        _ => retry(phase, why),
    }
}

/// Not accepted, and no reply to go by.
pub(super) fn retry(phase: Phase, why: impl Into<String>) -> Outcome {
    Outcome::Retry {
        phase,
        code: None,
        why: why.into(),
    }
}

pub(super) fn trouble(phase: Phase, why: impl Into<String>) -> Outcome {
    Outcome::Relay {
        phase,
        why: why.into(),
    }
}

pub(super) fn code_of(reply: &Response) -> u16 {
    u16::from(reply.code())
}
