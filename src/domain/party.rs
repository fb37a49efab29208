//! Names and addresses of people and companies, checked where they come in.

/// Characters that change the direction of text and so can make a name read as something else.
const BIDI_CONTROLS: [char; 12] = [
    '\u{061C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Longest value of one line, in characters.
const LONGEST_LINE: usize = 300;

/// Why a value of one line is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// Nothing but space.
    #[error("is empty")]
    Empty,
    /// More than 300 characters.
    #[error("is longer than 300 characters")]
    TooLong,
    /// A line break.
    #[error("has a line break; it must stand on one line")]
    LineBreak,
    /// A control character.
    #[error("has an invisible control character")]
    Control,
    /// A character that turns the direction of text round.
    #[error("has an invisible character that turns the direction of text round")]
    Bidi,
}

/// Checks a value of one line (a name, a line of an address) and trims it. Any printable character is allowed.
///
/// # Errors
/// [`BadLine`] with the reason.
pub fn one_line(value: &str) -> Result<String, BadLine> {
    let value = value.trim_matches(' ');
    for c in value.chars() {
        if matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            return Err(BadLine::LineBreak);
        }
        if BIDI_CONTROLS.contains(&c) {
            return Err(BadLine::Bidi);
        }
        if c.is_control()
            || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
        {
            return Err(BadLine::Control);
        }
    }
    if value.trim().is_empty() {
        return Err(BadLine::Empty);
    }
    if value.chars().count() > LONGEST_LINE {
        return Err(BadLine::TooLong);
    }
    Ok(value.to_owned())
}

/// Splits free text into paragraphs (at blank lines) and drops what cannot be printed: controls and characters that turn the direction round.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<String> {
    let unified = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}'], "\n")
        .replace('\u{2029}', "\n\n");
    let printable =
        |c: &char| *c == '\n' || !(c.is_control() || BIDI_CONTROLS.contains(c) || *c == '\u{FEFF}');
    let clean: String = unified
        .replace('\t', " ")
        .chars()
        .filter(printable)
        .collect();
    let mut found = vec![String::new()];
    for line in clean.lines().map(str::trim) {
        match (line.is_empty(), found.last_mut()) {
            (true, Some(last)) if !last.is_empty() => found.push(String::new()),
            (false, Some(last)) => {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line);
            }
            _ => {}
        }
    }
    found.retain(|paragraph| !paragraph.is_empty());
    found
}

/// Checks the form of an e-mail address: one name, one `@`, one domain with a dot; no spaces, no characters that a mail header could mistake.
///
/// # Errors
/// What is wrong with it, in words.
pub fn email_address(value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    let (local, domain) = value
        .rsplit_once('@')
        .ok_or("has no @; write it as name@example.org")?;
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.is_empty()
        || local.len() > 64
        || !local.chars().all(atom)
        || local.starts_with('.')
        || local.ends_with('.')
        || local.contains("..")
    {
        return Err("has a character before the @ that an e-mail address cannot have");
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
        return Err("has no valid domain behind the @; write it as name@example.org");
    }
    Ok(value.to_owned())
}

/// One mailbox under one name: in lower case, and without what follows a plus sign, which most providers ignore. For counting and blocking, never for sending.
#[must_use]
pub fn one_mailbox(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let local = local.split('+').next().unwrap_or(local);
            format!("{local}@{domain}")
        }
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_any_printable_character() {
        for name in [
            "Zoë O’Neil-Müller",
            "王小明",
            "Иван",
            "<b>Bob</b> & {{co}} *x*",
            "😀",
        ] {
            assert_eq!(one_line(name), Ok(name.to_owned()));
        }
    }

    #[test]
    fn a_name_that_could_break_a_header_or_mislead_is_refused() {
        assert_eq!(one_line("a\r\nBcc: b"), Err(BadLine::LineBreak));
        assert_eq!(one_line("a\u{2028}b"), Err(BadLine::LineBreak));
        assert_eq!(one_line("a\u{202E}b"), Err(BadLine::Bidi));
        assert_eq!(one_line("a\u{0}b"), Err(BadLine::Control));
        assert_eq!(one_line("  "), Err(BadLine::Empty));
    }

    #[test]
    fn an_address_that_is_no_address_is_refused_with_the_reason() {
        assert!(email_address("anna@example.org").is_ok());
        for bad in [
            "anna",
            "anna@",
            "@example.org",
            "anna@example",
            "an na@example.org",
            "anna@exa mple.org",
            "a@b.org\nBcc: x",
            "<a@b.org>",
            "a..b@c.org",
        ] {
            assert!(email_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn free_text_becomes_paragraphs() {
        assert_eq!(
            paragraphs("one\r\ntwo\r\n\r\n\u{202E}three\n"),
            ["one\ntwo", "three"]
        );
        assert!(paragraphs(" \n ").is_empty());
    }
}
