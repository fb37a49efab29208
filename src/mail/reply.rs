//! An incoming mail as the reader of replies wants it.

use crate::domain::reading::{Authenticity, Reply};

use super::authenticity::authenticity;
use super::incoming::{IncomingFile, IncomingMail};
use super::signals::Signal;

/// Providers whose addresses anybody can have: a controller's name in front of one proves nothing.
const FREE_MAIL: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.es",
    "yahoo.it",
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "web.de",
    "proton.me",
    "protonmail.com",
    "icloud.com",
    "mail.com",
    "aol.com",
    "libero.it",
    "wp.pl",
    "o2.pl",
    "seznam.cz",
    "freemail.hu",
    "mail.ru",
];

impl IncomingMail {
    /// What the reader needs. `authserv_id`: whose `Authentication-Results` count; `None`: nobody's.
    #[must_use]
    pub fn as_reply(&self, authserv_id: Option<&str>) -> Reply<'_> {
        let from = self.from.as_deref().unwrap_or_default();
        let judged = authserv_id.map(|host| authenticity(&self.authentication_results, host, from));
        let domain = from
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
            .to_lowercase();
        Reply {
            subject: self.subject.as_deref().unwrap_or_default(),
            from,
            text: &self.text,
            sent_on: self.sent_on,
            ours: &self.to,
            letter: None,
            is_bounce: self
                .signals
                .iter()
                .any(|signal| matches!(signal, Signal::Bounce { .. })),
            is_automatic: self
                .signals
                .iter()
                .any(|signal| matches!(signal, Signal::AutoReply { .. })),
            is_bulk: self.is_bulk,
            is_answer: self.in_reply_to.is_some(),
            has_document: self.attachments.iter().any(is_document),
            authenticity: judged.unwrap_or(Authenticity::NotProven),
            from_controller: FREE_MAIL.contains(&domain.as_str()).then_some(false),
        }
    }
}

/// A file that can hold an answer; a logo or a signature cannot.
fn is_document(file: &IncomingFile) -> bool {
    let name = file.name.to_lowercase();
    let kinds = [
        "pdf",
        "msword",
        "officedocument",
        "opendocument",
        "rtf",
        "tnef",
        "tiff",
    ];
    let ends = [
        ".pdf",
        ".doc",
        ".docx",
        ".odt",
        ".rtf",
        ".tif",
        ".asice",
        ".p7m",
        "winmail.dat",
    ];
    kinds.iter().any(|kind| file.kind.contains(kind)) || ends.iter().any(|end| name.ends_with(end))
}
