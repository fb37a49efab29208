//! A mail that Demur sends: the headers it needs, the text, and the files with it, all in ASCII so that every relay takes it.

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

/// A mail to write.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields are those of a mail")]
pub struct Outgoing<'a> {
    pub from_name: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub language: &'a str,
    pub date: DateTime<Utc>,
    pub message_id: &'a str,
    /// The mail it answers, without angle brackets, and those before it in the exchange, oldest first.
    pub in_reply_to: Option<&'a str>,
    pub references: &'a [String],
    /// The same in HTML, for programs that show that.
    pub html: Option<&'a str>,
    /// A notice of the service: it asks for no automatic answer.
    pub automatic: bool,
    /// Name, media type and bytes.
    pub files: &'a [(&'a str, &'a str, &'a [u8])],
}

/// Tells other programs that nobody wrote this by hand, so that none of them answers.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<AutoSubmitted, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(AutoSubmitted::name(), "auto-generated".to_owned())
    }
}

/// Writes the mail. The same mail gives the same bytes.
///
/// # Errors
/// An address or a media type that is none, in words.
pub fn to_mail(mail: &Outgoing<'_>) -> Result<Vec<u8>, String> {
    let address = |text: &str| {
        text.parse::<lettre::Address>()
            .map_err(|error| format!("`{text}` is no e-mail address: {error}"))
    };
    let name = one_line(mail.from_name);
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(name), address(mail.from)?))
        .to(Mailbox::new(None, address(mail.to)?))
        .subject(one_line(mail.subject))
        .date(mail.date.into())
        .message_id(Some(format!("<{}>", mail.message_id)));
    if let Some(answered) = mail.in_reply_to.filter(|id| is_message_id(id)) {
        builder = builder.in_reply_to(format!("<{answered}>"));
    }
    let before = mail.references.iter().filter(|id| is_message_id(id));
    let before: Vec<String> = before.map(|id| format!("<{id}>")).collect();
    if !before.is_empty() {
        builder = builder.references(before.join(" "));
    }
    if mail.automatic {
        builder = builder.header(AutoSubmitted);
    }
    let text = SinglePart::plain(mail.text.to_owned());
    let message = if mail.files.is_empty() && mail.html.is_none() {
        builder.singlepart(text)
    } else {
        builder.multipart(with_files(mail, text)?)
    };
    Ok(message.map_err(|error| error.to_string())?.formatted())
}

fn with_files(mail: &Outgoing<'_>, text: SinglePart) -> Result<MultiPart, String> {
    // A boundary of chance would give other bytes each time.
    let hash: String = Sha256::digest(mail.message_id.as_bytes())
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let parts = MultiPart::mixed().boundary(format!("mixed-{hash}"));
    let mut parts = match mail.html {
        None => parts.singlepart(text),
        Some(html) => parts.multipart(
            MultiPart::alternative()
                .boundary(format!("alternative-{hash}"))
                .singlepart(text)
                .singlepart(SinglePart::html(html.to_owned())),
        ),
    };
    for (name, media_type, bytes) in mail.files {
        let kind = ContentType::parse(media_type).map_err(|error| error.to_string())?;
        let file = Attachment::new((*name).to_owned()).body(bytes.to_vec(), kind);
        parts = parts.singlepart(file);
    }
    Ok(parts)
}

/// What came in from elsewhere is only repeated in a header if it is nothing but an id.
fn is_message_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\');
    id.len() <= 200 && id.contains('@') && id.bytes().all(plain)
}

/// lettre panics on a line break in a name; everything that could be one becomes a space.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
