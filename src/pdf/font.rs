//! The embedded fonts: which font has a character, and the shaping of a stretch of text into glyphs.

use rustybuzz::ttf_parser::GlyphId;
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer, shape};

use super::PdfError;
use crate::domain::document::Style;

/// Index into the set. The first three are the faces of the letter, the rest stand in for missing characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FontId(pub(super) usize);

const FILES: [(&str, &[u8]); 10] = [
    (
        "NotoSerif-Regular",
        include_bytes!("fonts/NotoSerif-Regular.ttf"),
    ),
    (
        "NotoSerif-Italic",
        include_bytes!("fonts/NotoSerif-Italic.ttf"),
    ),
    ("NotoSerif-Bold", include_bytes!("fonts/NotoSerif-Bold.ttf")),
    (
        "NotoSansHebrew-Regular",
        include_bytes!("fonts/NotoSansHebrew-Regular.ttf"),
    ),
    (
        "NotoSansArabic-Regular",
        include_bytes!("fonts/NotoSansArabic-Regular.ttf"),
    ),
    (
        "NotoSansDevanagari-Regular",
        include_bytes!("fonts/NotoSansDevanagari-Regular.ttf"),
    ),
    (
        "NotoSansThai-Regular",
        include_bytes!("fonts/NotoSansThai-Regular.ttf"),
    ),
    (
        "DroidSansFallback",
        include_bytes!("fonts/DroidSansFallback.ttf"),
    ),
    ("Unifont", include_bytes!("fonts/Unifont.otf")),
    ("UnifontUpper", include_bytes!("fonts/UnifontUpper.otf")),
];

/// Has the replacement character and nearly everything else.
const UNIFONT: usize = 8;

/// Printed for a character that no font has (a code without a character); never an empty box of the font's own.
const REPLACEMENT: char = '\u{FFFD}';

/// One font.
pub(super) struct Font {
    pub(super) name: &'static str,
    pub(super) data: &'static [u8],
    pub(super) face: Face<'static>,
}

impl Font {
    /// Font units to thousandths of the size.
    pub(super) fn per_mille(&self, units: i32) -> f32 {
        let units = i16::try_from(units).map_or(0.0, f32::from);
        let em = u16::try_from(self.face.units_per_em()).map_or(1000.0, f32::from);
        units * 1000.0 / em
    }

    /// The advance of a glyph by the font's own table, in thousandths.
    pub(super) fn advance(&self, glyph: u16) -> f32 {
        self.per_mille(
            self.face
                .glyph_hor_advance(GlyphId(glyph))
                .map_or(0, i32::from),
        )
    }
}

/// A shaped glyph. Lengths in thousandths of the size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u16,
    pub(super) advance: f32,
    pub(super) x_offset: f32,
    pub(super) y_offset: f32,
    /// The characters it stands for; empty for the second and later glyphs of one cluster.
    pub(super) text: String,
}

/// Glyphs of one font in visual order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) font: FontId,
    pub(super) glyphs: Vec<Glyph>,
}

/// All fonts.
pub(super) struct FontSet(Vec<Font>);

impl FontSet {
    pub(super) fn load() -> Result<FontSet, PdfError> {
        let font = |(name, data): (&'static str, &'static [u8])| {
            Face::from_slice(data, 0)
                .map(|face| Font { name, data, face })
                .ok_or(PdfError::Font(name))
        };
        FILES
            .into_iter()
            .map(font)
            .collect::<Result<_, _>>()
            .map(FontSet)
    }

    pub(super) fn get(&self, id: FontId) -> Option<&Font> {
        self.0.get(id.0)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (FontId, &Font)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, font)| (FontId(index), font))
    }

    /// The first font that has the character: the face of the style, then the others in order.
    fn font_for(&self, c: char, style: Style) -> Option<FontId> {
        let own = match style {
            Style::Plain => 0,
            Style::Emphasis => 1,
            Style::Strong => 2,
        };
        let has = |index: &usize| {
            self.0
                .get(*index)
                .is_some_and(|font| font.face.glyph_index(c).is_some())
        };
        std::iter::once(own)
            .chain([0])
            .chain(3..self.0.len())
            .find(has)
            .map(FontId)
    }

    /// Shapes text of one style and one direction. A mark stays with the font of the character before it.
    pub(super) fn shape(&self, text: &str, style: Style, right_to_left: bool) -> Vec<Run> {
        let mut pieces: Vec<(FontId, String)> = Vec::new();
        for c in text.chars() {
            let (c, font) = match self.font_for(c, style) {
                Some(font) => (c, font),
                None => (REPLACEMENT, FontId(UNIFONT)),
            };
            match pieces.last_mut() {
                Some((same, piece)) if *same == font || (joins(c) && self.has(*same, c)) => {
                    piece.push(c)
                }
                _ => pieces.push((font, c.to_string())),
            }
        }
        let mut runs: Vec<Run> = pieces
            .iter()
            .filter_map(|(font, piece)| self.shape_piece(*font, piece, right_to_left))
            .collect();
        if right_to_left {
            runs.reverse();
        }
        runs
    }

    fn has(&self, font: FontId, c: char) -> bool {
        self.get(font)
            .is_some_and(|font| font.face.glyph_index(c).is_some())
    }

    fn shape_piece(&self, id: FontId, piece: &str, right_to_left: bool) -> Option<Run> {
        let font = self.get(id)?;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(piece);
        buffer.set_direction(if right_to_left {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        // Ligatures would make several characters one glyph, which some readers copy wrongly.
        let off = |tag: &[u8; 4]| Feature::new(rustybuzz::ttf_parser::Tag::from_bytes(tag), 0, ..);
        let shaped = shape(
            &font.face,
            &[off(b"liga"), off(b"clig"), off(b"dlig")],
            buffer,
        );
        let clusters: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .filter_map(|info| usize::try_from(info.cluster).ok())
            .collect();
        let mut glyphs = Vec::new();
        for (index, (info, position)) in shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .enumerate()
        {
            glyphs.push(Glyph {
                id: u16::try_from(info.glyph_id).ok()?,
                advance: font.per_mille(position.x_advance),
                x_offset: font.per_mille(position.x_offset),
                y_offset: font.per_mille(position.y_offset),
                text: cluster_text(piece, &clusters, index),
            });
        }
        Some(Run { font: id, glyphs })
    }

    /// Width of shaped runs at a size, in points.
    pub(super) fn width(runs: &[Run], size: f32) -> f32 {
        runs.iter()
            .flat_map(|run| &run.glyphs)
            .map(|glyph| glyph.advance)
            .sum::<f32>()
            * size
            / 1000.0
    }
}

/// Combining marks, joiners and variation selectors belong to the character before them.
fn joins(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// The characters from this glyph's cluster to the next one, given to the first glyph of the cluster.
fn cluster_text(piece: &str, clusters: &[usize], index: usize) -> String {
    let Some(start) = clusters.get(index).copied() else {
        return String::new();
    };
    if index > 0 && clusters.get(index - 1) == Some(&start) {
        return String::new();
    }
    let end = clusters
        .iter()
        .copied()
        .filter(|cluster| *cluster > start)
        .min()
        .unwrap_or(piece.len());
    piece.get(start..end).unwrap_or_default().to_owned()
}
