//! Charts as PNG, for slides and word processors that take no SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::report::chart::pen::{BOLD, REGULAR};

/// Pixels of the picture for one of the drawing: sharp on a projector.
const SCALE: f32 = 2.0;

/// Why a picture may be taken for granted.
const OWN_DRAWING: &str = "a chart of this program is a sound SVG of a moderate size";

/// The picture of a chart, in the fonts of the charts whatever the machine has.
pub fn png(svg: &str) -> Vec<u8> {
    let tree = Tree::from_str(svg, &options()).expect(OWN_DRAWING);
    let [width, height] = [tree.size().width(), tree.size().height()].map(|length| (length * SCALE) as u32);
    let mut picture = Pixmap::new(width, height).expect(OWN_DRAWING);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().expect(OWN_DRAWING)
}

fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    for font in [REGULAR, BOLD] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(font)));
    }
    Options { fontdb: Arc::new(fonts), ..Options::default() }
}
