//! What a client may say, read from one line. Addresses are taken as they are, as long as they are addresses; whose they are is not decided here.

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Lhlo,
    /// With the sender, which is empty for a bounce, and the size that the client announces.
    Mail {
        from: String,
        size: Option<u64>,
    },
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Quit,
}

/// The answer to a line that is no command, or none that is understood.
pub(super) type Wrong = &'static str;

const SYNTAX: Wrong = "501 5.5.4 this cannot be understood";

/// The longest address: 64 bytes, an @ and 255 bytes.
const MOST_ADDRESS: usize = 320;

impl Command {
    pub(super) fn read(line: &[u8]) -> Result<Command, Wrong> {
        let line = std::str::from_utf8(line).map_err(|_not_utf8| "500 5.5.2 this is no UTF-8")?;
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let alone = |command| {
            if rest.is_empty() {
                Ok(command)
            } else {
                Err(SYNTAX)
            }
        };
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" if rest.is_empty() => Err("501 5.5.4 who is there?"),
            "LHLO" => Ok(Command::Lhlo),
            "HELO" | "EHLO" => Err("500 5.5.1 this is LMTP: say LHLO"),
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "DATA" => alone(Command::Data),
            "RSET" => alone(Command::Rset),
            "NOOP" => Ok(Command::Noop),
            "QUIT" => alone(Command::Quit),
            "VRFY" | "EXPN" | "HELP" | "AUTH" | "STARTTLS" | "BDAT" | "TURN" | "ETRN" => {
                Err("502 5.5.1 not offered here")
            }
            _ => Err("500 5.5.1 no such command"),
        }
    }
}

fn mail(rest: &str) -> Result<Command, Wrong> {
    let (from, parameters) = path(rest, "FROM:")?;
    if !from.is_empty() && !is_address(from) {
        return Err("501 5.1.7 this is no address");
    }
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value) {
            ("SIZE", digits) => size = Some(digits.parse().map_err(|_no_number| SYNTAX)?),
            ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") => {}
            _ => return Err("555 5.5.4 such a parameter is not offered"),
        }
    }
    Ok(Command::Mail {
        from: from.to_owned(),
        size,
    })
}

fn rcpt(rest: &str) -> Result<Command, Wrong> {
    let (to, parameters) = path(rest, "TO:")?;
    if !parameters.trim().is_empty() {
        return Err("555 5.5.4 such a parameter is not offered");
    }
    if !is_address(to) {
        return Err("501 5.1.3 this is no address");
    }
    Ok(Command::Rcpt(to.to_owned()))
}

/// `FROM:<address> parameters`. A `>` may stand in a quoted local part, so the first one that a space or the end follows ends it.
fn path<'a>(rest: &'a str, word: &str) -> Result<(&'a str, &'a str), Wrong> {
    let said = rest
        .get(..word.len())
        .filter(|said| said.eq_ignore_ascii_case(word));
    let path = said
        .and_then(|said| rest.strip_prefix(said))
        .and_then(|path| path.trim_start().strip_prefix('<'))
        .ok_or(SYNTAX)?;
    match path.split_once("> ") {
        Some(parts) => Ok(parts),
        None => path.strip_suffix('>').map(|path| (path, "")).ok_or(SYNTAX),
    }
}

/// No address can write a line of its own into a header or a log.
fn is_address(text: &str) -> bool {
    let ends = text.rsplit_once('@');
    text.len() <= MOST_ADDRESS
        && ends.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace() || "<>".contains(letter))
}
