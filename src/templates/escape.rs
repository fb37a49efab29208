//! User text is data, never structure: the escape that every value goes through on its way into CommonMark.

/// CommonMark takes a backslash before any ASCII punctuation as "this is text", at the start of a line too. Lines are trimmed and joined by hard
/// breaks, so a value cannot indent itself into a code block or end its paragraph; text of several paragraphs is passed as a list of paragraphs.
pub(super) fn escape_markdown(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for line in value
        .split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if !out.is_empty() {
            out.push_str("\\\n");
        }
        for c in line.chars() {
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}
