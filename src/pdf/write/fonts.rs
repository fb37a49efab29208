//! Fonts in the PDF: which glyphs of which font are used, their new numbers, and the cut-down fonts with widths and character maps.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::writers::Resources;
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use super::Numbers;
use crate::pdf::PdfError;
use crate::pdf::font::{Font, FontId, FontSet, Glyph};

const IDENTITY: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// One font as far as the letter uses it.
struct Used {
    root: Ref,
    remapper: GlyphRemapper,
    /// New glyph number to the characters it stands for, and its width in thousandths.
    glyphs: BTreeMap<u16, (String, f32)>,
}

/// All fonts as far as the letter uses them.
pub(super) struct UsedFonts(Vec<Used>);

impl UsedFonts {
    pub(super) fn new(fonts: &FontSet, numbers: &mut Numbers) -> UsedFonts {
        UsedFonts(
            fonts
                .all()
                .map(|_| Used {
                    root: numbers.next(),
                    remapper: GlyphRemapper::new(),
                    glyphs: BTreeMap::new(),
                })
                .collect(),
        )
    }

    /// The number of a glyph in the cut-down font.
    pub(super) fn take(&mut self, id: FontId, font: &Font, glyph: &Glyph) -> u16 {
        let Some(used) = self.0.get_mut(id.0) else {
            return 0;
        };
        let number = used.remapper.remap(glyph.id);
        let entry = used
            .glyphs
            .entry(number)
            .or_insert_with(|| (String::new(), font.advance(glyph.id)));
        if entry.0.is_empty() {
            entry.0.clone_from(&glyph.text);
        }
        number
    }

    /// The name of a font in the page's resources.
    pub(super) fn name(id: FontId) -> String {
        format!("F{}", id.0)
    }

    /// Lists the fonts that are used in the resources of a page.
    pub(super) fn resources(&self, resources: &mut Resources<'_>) {
        let mut fonts = resources.fonts();
        for (index, used) in self
            .0
            .iter()
            .enumerate()
            .filter(|(_, used)| !used.glyphs.is_empty())
        {
            fonts.pair(Name(UsedFonts::name(FontId(index)).as_bytes()), used.root);
        }
    }

    /// Writes every font that is used.
    pub(super) fn write(
        self,
        pdf: &mut Pdf,
        fonts: &FontSet,
        numbers: &mut Numbers,
    ) -> Result<(), PdfError> {
        for (index, used) in self.0.into_iter().enumerate() {
            if let (Some(font), false) = (fonts.get(FontId(index)), used.glyphs.is_empty()) {
                write_font(pdf, font, &used, index, numbers)?;
            }
        }
        Ok(())
    }
}

fn write_font(
    pdf: &mut Pdf,
    font: &Font,
    used: &Used,
    index: usize,
    numbers: &mut Numbers,
) -> Result<(), PdfError> {
    let [cid, descriptor, cmap, file] = [
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    ];
    // Six capital letters say that the font is cut; the index keeps them apart and the same from run to run.
    let tag = char::from_u32(u32::from(b'A') + u32::try_from(index).unwrap_or(0)).unwrap_or('A');
    let name = format!("DEMUR{tag}+{}", font.name);
    let cff = font.data.starts_with(b"OTTO");
    let mut type0 = pdf.type0_font(used.root);
    type0
        .base_font(Name(name.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(cmap);
    type0.finish();

    let mut cid_font = pdf.cid_font(cid);
    cid_font.subtype(if cff {
        CidFontType::Type0
    } else {
        CidFontType::Type2
    });
    cid_font
        .base_font(Name(name.as_bytes()))
        .system_info(IDENTITY)
        .font_descriptor(descriptor)
        .default_width(0.0);
    if !cff {
        cid_font.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths = cid_font.widths();
    for (number, (_, width)) in &used.glyphs {
        widths.consecutive(*number, [*width]);
    }
    widths.finish();
    cid_font.finish();

    write_descriptor(pdf, font, descriptor, file, &name, cff);
    let mut map = UnicodeCmap::<u16>::new(Name(b"Custom"), IDENTITY);
    for (number, (text, _)) in used.glyphs.iter().filter(|(_, (text, _))| !text.is_empty()) {
        map.pair_with_multiple(*number, text.chars());
    }
    pdf.cmap(cmap, &map.finish());

    let cut =
        subsetter::subset(font.data, 0, &used.remapper).map_err(|error| PdfError::Subset {
            font: font.name,
            reason: error.to_string(),
        })?;
    let mut stream = pdf.stream(file, &cut);
    if cff {
        stream.pair(Name(b"Subtype"), Name(b"OpenType"));
    }
    stream.finish();
    Ok(())
}

fn write_descriptor(pdf: &mut Pdf, font: &Font, id: Ref, file: Ref, name: &str, cff: bool) {
    let face = &font.face;
    let units = |value: i16| font.per_mille(i32::from(value));
    let bounds = face.global_bounding_box();
    let mut flags = FontFlags::SYMBOLIC;
    if font.name.contains("Serif") {
        flags |= FontFlags::SERIF;
    }
    if face.is_italic() {
        flags |= FontFlags::ITALIC;
    }
    let mut descriptor = pdf.font_descriptor(id);
    descriptor
        .name(Name(name.as_bytes()))
        .flags(flags)
        .bbox(Rect::new(
            units(bounds.x_min),
            units(bounds.y_min),
            units(bounds.x_max),
            units(bounds.y_max),
        ))
        .italic_angle(face.italic_angle())
        .ascent(units(face.ascender()))
        .descent(units(face.descender()))
        .cap_height(face.capital_height().map_or(700.0, units))
        .stem_v(if face.is_bold() { 140.0 } else { 90.0 });
    if cff {
        descriptor.font_file3(file);
    } else {
        descriptor.font_file2(file);
    }
}
