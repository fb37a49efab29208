//! Measures of the page: margins, and the address field where the window of an envelope shows it. All lengths in points from the top left corner.

use crate::domain::law::Page;

const MM: f32 = 72.0 / 25.4;

/// Measures of one paper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
    /// Top of the first line of the address field.
    pub(super) address_top: f32,
    /// Top of the date line, below the window.
    pub(super) date_top: f32,
    /// Fold marks, distance from the top edge.
    pub(super) folds: &'static [f32],
}

/// DIN 5008 form B: the window shows 45 to 90 mm; folds at 105 and 210 mm.
const A4: Geometry = Geometry {
    width: 210.0 * MM,
    height: 297.0 * MM,
    left: 25.0 * MM,
    right: 20.0 * MM,
    top: 18.0 * MM,
    bottom: 22.0 * MM,
    address_top: 52.0 * MM,
    date_top: 94.0 * MM,
    folds: &[105.0 * MM, 210.0 * MM],
};

/// A letter folded in thirds for a number 10 envelope with a window.
const LETTER: Geometry = Geometry {
    width: 612.0,
    height: 792.0,
    left: 72.0,
    right: 72.0,
    top: 50.0,
    bottom: 64.0,
    address_top: 148.0,
    date_top: 256.0,
    folds: &[],
};

impl Geometry {
    pub(super) fn of(page: Page) -> Geometry {
        match page {
            Page::A4 => A4,
            Page::Letter => LETTER,
        }
    }

    pub(super) fn text_width(&self) -> f32 {
        self.width - self.left - self.right
    }
}
