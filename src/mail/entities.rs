//! The entities of HTML that mail programs write.

/// The entities that mail programs write.
const KNOWN: [(&str, char); 52] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("rsquo", '\''),
    ("lsquo", '\''),
    ("ldquo", '"'),
    ("rdquo", '"'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("euro", '€'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("ugrave", 'ù'),
    ("ograve", 'ò'),
    ("igrave", 'ì'),
    ("icirc", 'î'),
    ("ocirc", 'ô'),
    ("ntilde", 'ñ'),
    ("atilde", 'ã'),
    ("otilde", 'õ'),
    ("aring", 'å'),
    ("oslash", 'ø'),
    ("aelig", 'æ'),
    ("Eacute", 'É'),
    ("Agrave", 'À'),
    ("middot", '·'),
    ("bull", '•'),
    ("sect", '§'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("rarr", '→'),
];

/// The entities of the list; others stay as they are.
pub(super) fn unescape(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        kept.push_str(before);
        // Looked for no further than a name is long: a text of nothing but these signs would else be searched again for each.
        let end = tail.bytes().take(9).position(|byte| byte == b';');
        let named = end.and_then(|end| Some((tail.get(..end)?, tail.get(end + 1..)?)));
        match named.and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((c, after)) => {
                kept.push(c);
                rest = after;
            }
            None => {
                kept.push('&');
                rest = tail;
            }
        }
    }
    kept.push_str(rest);
    kept
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, c)| *c)
}
