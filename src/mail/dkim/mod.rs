//! Signs finished mail with DKIM (RFC 6376, RFC 8463): relaxed headers, relaxed body, the whole body, no expiry.

mod canonical;
mod generate;
mod key;
#[cfg(test)]
mod vectors;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};

use canonical::{Header, hash_body, split, write_header};
pub use generate::{new_ed25519_key, new_rsa_key};
pub use key::DkimKey;

use super::deliverability::Published;

/// The headers that are signed where the mail has them.
const SIGNED: [&str; 12] = [
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
];
const NAME: &str = "DKIM-Signature";
/// Lines of the signature are folded before they grow longer than this.
const LINE: usize = 76;

/// Why a mail cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// The key cannot be used.
    #[error("the DKIM key cannot be used: {0}")]
    Key(String),
    /// The domain or the selector is no name.
    #[error("`{0}` is no domain and no selector of DKIM: letters, digits, hyphens and dots")]
    Name(String),
    /// Two keys under one selector: a record holds one.
    #[error("two DKIM keys have the selector `{0}`; each needs its own")]
    SameSelector(String),
    /// A line ends otherwise than with CR LF.
    #[error("a line of the mail does not end with CR LF")]
    LineEnd,
    /// A line before the body is no header.
    #[error("a line before the body is no header")]
    NoHeader,
    /// There is not exactly one From.
    #[error("the mail has {0} From headers; one is needed")]
    From(usize),
    /// The key made no signature.
    #[error("the DKIM key made no signature")]
    Sign,
}

/// Signs every mail of one domain, with one key or with two.
#[derive(Debug)]
pub struct DkimSigner {
    domain: String,
    keys: Vec<SelectedKey>,
}

#[derive(Debug)]
struct SelectedKey {
    selector: String,
    key: DkimKey,
    /// The tags that are the same in every mail.
    tags: String,
}

impl DkimSigner {
    /// A signer for a domain, with the selector of each key. Every key makes a signature of its own.
    ///
    /// # Errors
    /// [`DkimError::Name`] for a domain or a selector that is none, [`DkimError::SameSelector`].
    pub fn new(domain: &str, keys: Vec<(String, DkimKey)>) -> Result<DkimSigner, DkimError> {
        check_name(domain)?;
        let domain = domain.to_ascii_lowercase();
        let mut selectors = BTreeSet::new();
        let keys = keys.into_iter().map(|(selector, key)| {
            check_name(&selector)?;
            if !selectors.insert(selector.to_ascii_lowercase()) {
                return Err(DkimError::SameSelector(selector));
            }
            let algorithm = key.algorithm();
            // A fold before each name: together they may be longer than a line.
            let tags = format!(
                " v=1; a={algorithm}; c=relaxed/relaxed;\r\n\td={domain};\r\n\ts={selector};\r\n\t"
            );
            Ok(SelectedKey {
                selector,
                key,
                tags,
            })
        });
        let keys = keys.collect::<Result<_, DkimError>>()?;
        Ok(DkimSigner { domain, keys })
    }

    /// The domain that answers for the mail.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The TXT records without which nobody can check a signature.
    #[must_use]
    pub fn records(&self) -> Vec<Published> {
        let record = |own: &SelectedKey| Published {
            name: format!("{}._domainkey.{}", own.selector, self.domain),
            text: own.key.record(),
        };
        self.keys.iter().map(record).collect()
    }

    /// The mail with its signatures before it. Nothing in it may change afterwards.
    ///
    /// # Errors
    /// A mail that is none: see [`DkimError`].
    pub fn sign(&self, mail: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, DkimError> {
        let (headers, body) = split(mail)?;
        let body_hash = BASE64.encode(hash_body(body)?);
        let chosen = choose(&headers)?;
        let names = chosen.iter().map(|(name, _)| *name);
        // Once more than there are: a second From would break the signature.
        let list = folded_list(names.chain(["From"]));
        let tags = format!(
            "t={};\r\n\th={list};\r\n\tbh={body_hash};\r\n\tb=",
            at.timestamp()
        );
        let mut canonical = Vec::with_capacity(2048);
        for (_, header) in &chosen {
            header.write(&mut canonical);
        }
        let shared = canonical.len();
        let mut out = Vec::with_capacity(mail.len() + self.keys.len() * 1024);
        for own in &self.keys {
            let value = format!("{}{tags}", own.tags);
            canonical.truncate(shared);
            write_header(&mut canonical, NAME.as_bytes(), value.as_bytes());
            let signature = own.key.sign(&canonical)?;
            out.extend_from_slice(NAME.as_bytes());
            out.push(b':');
            out.extend_from_slice(value.as_bytes());
            for (index, part) in signature.as_bytes().chunks(LINE - 4).enumerate() {
                if index > 0 {
                    out.extend_from_slice(b"\r\n\t");
                }
                out.extend_from_slice(part);
            }
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(mail);
        Ok(out)
    }
}

/// The headers to sign, those of one name from the last to the first: that is the order in which a verifier takes them.
fn choose<'a>(headers: &[Header<'a>]) -> Result<Vec<(&'static str, Header<'a>)>, DkimError> {
    let mut chosen = Vec::with_capacity(headers.len());
    for name in SIGNED {
        let of_name = headers
            .iter()
            .rev()
            .filter(|header| header.name.eq_ignore_ascii_case(name.as_bytes()));
        let before = chosen.len();
        chosen.extend(of_name.map(|header| (name, *header)));
        let found = chosen.len() - before;
        if name == "From" && found != 1 {
            return Err(DkimError::From(found));
        }
    }
    Ok(chosen)
}

/// Names with colons between them, in lines of a bearable length.
fn folded_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::with_capacity(192);
    let mut length = 4;
    for (index, name) in names.enumerate() {
        if index > 0 {
            list.push(':');
            length += 1;
            if length + name.len() > LINE {
                list.push_str("\r\n\t");
                length = 1;
            }
        }
        list.push_str(name);
        length += name.len();
    }
    list
}

fn check_name(name: &str) -> Result<(), DkimError> {
    let label = |label: &str| {
        let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        label.len() <= 63
            && end(label.bytes().next())
            && end(label.bytes().last())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if name.len() <= 200 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(DkimError::Name(name.to_owned()))
    }
}
