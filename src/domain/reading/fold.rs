//! Letters without their accents, for mails that were written without any.

/// The bare letter; `None`: it has no accent. Letters that are another letter without it (`ß`, `ł`, `ø`) count, too.
fn bare(letter: char) -> Option<&'static str> {
    let pairs = [
        ("àáâãäåāăą", "a"),
        ("èéêëēęěė", "e"),
        ("ìíîïī", "i"),
        ("òóôõöøőō", "o"),
        ("ùúûüūůű", "u"),
        ("ýÿ", "y"),
        ("çćč", "c"),
        ("ďđ", "d"),
        ("ñńň", "n"),
        ("ř", "r"),
        ("śšș", "s"),
        ("ťț", "t"),
        ("źżž", "z"),
        ("ł", "l"),
        ("ß", "ss"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ά", "α"),
        ("έ", "ε"),
        ("ή", "η"),
        ("ίϊΐ", "ι"),
        ("ό", "ο"),
        ("ύϋΰ", "υ"),
        ("ώ", "ω"),
    ];
    let found = pairs.iter().find(|(letters, _)| letters.contains(letter))?;
    Some(found.1)
}

/// `ä` as `ae`, the way keyboards without it write.
fn spelled_out(letter: char) -> Option<&'static str> {
    match letter {
        'ä' | 'æ' => Some("ae"),
        'ö' | 'ø' => Some("oe"),
        'ü' => Some("ue"),
        'å' => Some("aa"),
        _ => None,
    }
}

/// The ways to write a word without accents; none if it has none.
pub(super) fn folded(word: &str, digraphs: bool) -> Vec<String> {
    if is_plain(word) {
        return Vec::new();
    }
    let write = |out: bool| -> String {
        let mut text = String::new();
        for letter in word.chars() {
            let pair = if out { spelled_out(letter) } else { None };
            match pair.or_else(|| bare(letter)) {
                Some(plain) => text.push_str(plain),
                None => text.push(letter),
            }
        }
        text
    };
    if digraphs {
        // `wurde` is not `würde`: where `ue` is usual, a lone `u` is meant.
        return vec![write(true)];
    }
    vec![write(false)]
}

/// No letter of the text has an accent.
pub(super) fn is_plain(text: &str) -> bool {
    text.is_ascii() || text.chars().all(|letter| bare(letter).is_none())
}

#[cfg(test)]
mod tests {
    use super::{folded, is_plain};

    #[test]
    fn accents_fall_and_languages_stay_apart() {
        assert_eq!(folded("ștergere", false), ["stergere"]);
        assert_eq!(folded("gelöscht", true), ["geloescht"]);
        assert!(folded("deleted", false).is_empty());
        assert!(is_plain("deleted") && !is_plain("supprimé"));
    }
}
