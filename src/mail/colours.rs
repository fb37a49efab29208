//! Colours of text in HTML: who answers inside a quoted letter often writes in another one.

/// The colour of the text that a tag (in lower case, without spaces) sets, as red, green and blue.
pub(super) fn colour(tag: &str) -> Option<[u32; 3]> {
    let value = ["\"color:", "'color:", ";color:", "fontcolor=", "=color:"]
        .iter()
        .find_map(|key| tag.split_once(key))?
        .1
        .trim_start_matches(['"', '\'']);
    let named = [
        ("red", [255, 0, 0]),
        ("blue", [0, 0, 255]),
        ("green", [0, 128, 0]),
        ("navy", [0, 0, 128]),
        ("teal", [0, 128, 128]),
        ("darkred", [139, 0, 0]),
        ("darkblue", [0, 0, 139]),
        ("darkgreen", [0, 100, 0]),
        ("purple", [128, 0, 128]),
        ("orange", [255, 165, 0]),
        ("magenta", [255, 0, 255]),
    ];
    let word: String = value
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    if let Some((_, colour)) = named.iter().find(|(name, _)| *name == word) {
        return Some(*colour);
    }
    if let Some(list) = value.strip_prefix("rgb(") {
        let mut parts = list.split([',', ')']).map(str::parse);
        return Some([
            parts.next()?.ok()?,
            parts.next()?.ok()?,
            parts.next()?.ok()?,
        ]);
    }
    let hex: String = value
        .strip_prefix('#')?
        .chars()
        .take_while(char::is_ascii_hexdigit)
        .collect();
    let number = u32::from_str_radix(&hex, 16).ok()?;
    match hex.len() {
        6 => Some([number >> 16, number >> 8 & 255, number & 255]),
        3 => Some([number >> 8, number >> 4 & 15, number & 15].map(|part| part * 17)),
        _ => None,
    }
}

/// Neither black, grey nor the purple in which mail programs show quotes.
pub(super) fn is_bright(colour: [u32; 3]) -> bool {
    let most = colour.iter().max().copied().unwrap_or_default();
    let least = colour.iter().min().copied().unwrap_or_default();
    let [red, green, blue] = colour;
    let quote = green < 80 && red == blue && red < 128 || colour == [0x95, 0x4f, 0x72];
    most - least > 60 && !quote
}

#[cfg(test)]
mod tests {
    use super::{colour, is_bright};

    #[test]
    fn blue_is_a_colour_and_grey_is_not() {
        let bright = |tag| colour(tag).is_some_and(is_bright);
        assert!(bright("spanstyle=\"color:#1f497d\"") && bright("fontcolor=\"red\""));
        assert!(
            !bright("divstyle=\"color:#333333\"") && !bright("pstyle=\"background-color:#00f\"")
        );
    }
}
