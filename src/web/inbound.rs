//! Raw mail over HTTP, for a mail server or provider elsewhere that knows the secret: `POST /api/v1/inbound`, answered only when the mail is stored.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_core::Stream;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::House;
use crate::mail::{Intake, MOST_BYTES, Taken, hand_over};

/// So long a mail may take to arrive.
const LONGEST: Duration = Duration::from_secs(120);
/// So many at once: each is in memory.
const AT_ONCE: usize = 4;
/// So many recipients.
const MOST_RECIPIENTS: usize = 100;
/// The longest address.
const MOST_ADDRESS: usize = 320;

/// Who may hand in mail over HTTP, and who takes it.
pub struct Inbound {
    /// The hash of the secret: hashes have one length, whatever is compared.
    secret: [u8; 32],
    intake: Arc<dyn Intake>,
    places: Semaphore,
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbound")
    }
}

impl Inbound {
    /// Takes mail from whoever knows the secret.
    #[must_use]
    pub fn new(secret: &str, intake: Arc<dyn Intake>) -> Inbound {
        Inbound {
            secret: Sha256::digest(secret).into(),
            intake,
            places: Semaphore::new(AT_ONCE),
        }
    }

    fn knows(&self, request: &HttpRequest) -> bool {
        let said = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let said = said.map_or("", |(_, secret)| secret.trim());
        let said: [u8; 32] = Sha256::digest(said).into();
        said.ct_eq(&self.secret).into()
    }
}

/// Takes one mail. 204: it is stored; 503: not now, send it again; everything else: do not.
pub(super) async fn take(
    request: HttpRequest,
    house: web::Data<House>,
    body: Payload,
) -> HttpResponse {
    let Some(inbound) = &house.inbound else {
        return HttpResponse::NotFound().finish();
    };
    // Before a byte of the mail is read.
    if !inbound.knows(&request) {
        tracing::warn!("somebody without the secret wants to hand in mail");
        return HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
            .finish();
    }
    if !is_mail(&request) {
        return HttpResponse::UnsupportedMediaType().body("The body is a mail: message/rfc822.\n");
    }
    let Some(recipients) = recipients(&request) else {
        return HttpResponse::BadRequest()
            .body("Each X-Recipient is one address, and there are at most 100.\n");
    };
    let Ok(_place) = inbound.places.try_acquire() else {
        return later();
    };
    let raw = match tokio::time::timeout(LONGEST, read(body)).await {
        Ok(Ok(raw)) if raw.is_empty() => {
            return HttpResponse::BadRequest().body("There is no mail.\n");
        }
        Ok(Ok(raw)) => raw,
        Ok(Err(Unread::TooLarge)) => {
            return HttpResponse::PayloadTooLarge().body("The mail is larger than 25 MiB.\n");
        }
        Ok(Err(Unread::Broken)) => {
            return HttpResponse::BadRequest().body("The mail did not arrive whole.\n");
        }
        Err(_late) => return HttpResponse::RequestTimeout().finish(),
    };
    let taken = hand_over(&inbound.intake, raw, recipients).await;
    if taken.contains(&Taken::TryAgain) {
        return later();
    }
    let refused = taken.iter().find_map(|taken| match taken {
        Taken::Refused(why) => Some(*why),
        Taken::Stored | Taken::TryAgain => None,
    });
    match refused {
        Some(why) => HttpResponse::UnprocessableEntity().body(format!("{why}\n")),
        None => HttpResponse::NoContent().finish(),
    }
}

fn later() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((header::RETRY_AFTER, "60"))
        .body("Not stored. Send it again later.\n")
}

fn is_mail(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default();
            kind.trim().eq_ignore_ascii_case("message/rfc822")
        })
}

/// The addresses of the envelope, each once; `None`: one of them is none.
fn recipients(request: &HttpRequest) -> Option<Vec<String>> {
    let mut addresses: Vec<String> = Vec::new();
    for value in request.headers().get_all("x-recipient") {
        let address = value.to_str().ok()?.trim();
        let plain = !address.chars().any(|letter| " ,;<>".contains(letter));
        if !plain || !address.contains('@') || address.len() > MOST_ADDRESS {
            return None;
        }
        if !addresses
            .iter()
            .any(|known| known.eq_ignore_ascii_case(address))
        {
            addresses.push(address.to_owned());
        }
    }
    (addresses.len() <= MOST_RECIPIENTS).then_some(addresses)
}

/// Why a mail was not read to its end.
enum Unread {
    Broken,
    TooLarge,
}

async fn read(mut body: Payload) -> Result<Vec<u8>, Unread> {
    let mut raw = Vec::new();
    while let Some(chunk) = next(&mut body).await {
        let chunk = chunk.map_err(|_broken| Unread::Broken)?;
        if raw.len() + chunk.len() > MOST_BYTES {
            return Err(Unread::TooLarge);
        }
        raw.extend_from_slice(&chunk);
    }
    Ok(raw)
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}
