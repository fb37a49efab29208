//! A letter as an `.eml` file that the person's own mail program opens as an unsent message: text, HTML and the PDF.

use chrono::NaiveDate;
use lettre::Address;
use lettre::message::header::{
    Bcc, ContentDisposition, ContentType, Date, From, Header, HeaderName, HeaderValue, Headers,
    MimeVersion, Subject, To,
};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use crate::domain::document::Document;

/// Who writes to whom.
#[derive(Debug, Clone, Copy)]
pub struct EmlAddresses<'a> {
    /// Name of the person.
    pub from_name: &'a str,
    /// Their address, if known.
    pub from: Option<&'a str>,
    /// The controller's mailbox, if one is known; Demur never guesses one.
    pub to: Option<&'a str>,
    /// The case's own address, so that it has a copy; the person may take it off.
    pub copy_to: Option<&'a str>,
}

/// Tells mail programs that the message was not sent yet.
#[derive(Clone)]
struct Unsent;

impl Header for Unsent {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Unsent")
    }

    fn parse(_: &str) -> Result<Unsent, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Unsent)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Unsent::name(), "1".to_owned())
    }
}

/// Writes the message. The same letter gives the same bytes.
///
/// # Errors
/// An address that is none, in words.
pub fn to_eml(
    document: &Document,
    addresses: &EmlAddresses<'_>,
    written_on: NaiveDate,
    text: &str,
    html: &str,
    pdf: &[u8],
) -> Result<Vec<u8>, String> {
    let mut headers = Headers::new();
    if let Some(from) = addresses.from {
        headers.set(From::from(Mailboxes::from(Mailbox::new(
            Some(addresses.from_name.to_owned()),
            address(from)?,
        ))));
    }
    if let Some(to) = addresses.to {
        headers.set(To::from(Mailboxes::from(Mailbox::new(None, address(to)?))));
    }
    if let Some(copy_to) = addresses.copy_to {
        headers.set(Bcc::from(Mailboxes::from(Mailbox::new(
            None,
            address(copy_to)?,
        ))));
    }
    headers.set(Subject::from(document.subject.clone()));
    let noon = written_on
        .and_hms_opt(12, 0, 0)
        .ok_or("the date of the letter has no noon")?
        .and_utc();
    headers.set(Date::new(noon.into()));
    headers.set(Unsent);
    headers.set(MimeVersion::default());
    let body = parts(text, html, pdf)?;
    let mut out = headers.to_string().into_bytes();
    out.extend(body.formatted());
    Ok(out)
}

fn address(text: &str) -> Result<Address, String> {
    text.parse()
        .map_err(|error| format!("`{text}` is no e-mail address: {error}"))
}

fn parts(text: &str, html: &str, pdf: &[u8]) -> Result<MultiPart, String> {
    let hash: String = Sha256::digest(text.as_bytes())
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kind = ContentType::parse("application/pdf").map_err(|error| error.to_string())?;
    let attachment = SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment("letter.pdf"))
        .body(pdf.to_vec());
    let both = MultiPart::alternative()
        .boundary(format!("alternative-{hash}"))
        .singlepart(SinglePart::plain(text.to_owned()));
    let both = both.singlepart(SinglePart::html(html.to_owned()));
    Ok(MultiPart::mixed()
        .boundary(format!("mixed-{hash}"))
        .multipart(both)
        .singlepart(attachment))
}
