//! Charts inside the page: the drawings of the folder, element by element, and nothing that is no drawing.

use roxmltree::{Document, Node};

/// The elements of a chart.
const ELEMENTS: &[&str] =
    &["svg", "title", "rect", "circle", "line", "polyline", "polygon", "path", "text", "g"];

/// The attributes that are kept. The fonts of a chart and what says nothing are left to the page.
const KEPT: &[&str] = &[
    "x",
    "y",
    "width",
    "height",
    "viewBox",
    "role",
    "cx",
    "cy",
    "r",
    "x1",
    "y1",
    "x2",
    "y2",
    "points",
    "d",
    "dx",
    "dy",
    "text-anchor",
    "font-size",
    "font-weight",
    "fill",
    "stroke",
    "stroke-width",
    "opacity",
];
const LEFT_OUT: &[&str] = &["font-family", "font-style"];

/// A chart as it may stand in a page, written anew from what was read.
///
/// # Errors
/// What in it is no part of a chart of this program: scripts, links, styles, pictures.
pub(super) fn inline(svg: &str) -> Result<String, String> {
    let document = Document::parse(svg).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err(format!("it begins with <{}>", root.tag_name().name()));
    }
    let mut html = String::with_capacity(svg.len());
    write(&mut html, root)?;
    Ok(html)
}

fn write(html: &mut String, node: Node<'_, '_>) -> Result<(), String> {
    if node.is_text() {
        html.push_str(&escaped(node.text().unwrap_or_default().trim()));
        return Ok(());
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name().name();
    if !ELEMENTS.contains(&name) {
        return Err(format!("it has an element <{name}>"));
    }
    html.push_str(&format!("<{name}"));
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        if attribute.namespace().is_some()
            || !(KEPT.contains(&key) || LEFT_OUT.contains(&key))
            || value.contains("url")
        {
            return Err(format!("an element <{name}> has `{key}=\"{value}\"`"));
        }
        if key == "viewBox" {
            html.push_str(&format!(
                " viewBox=\"{}\"",
                without_margins(value).ok_or("its viewBox is no box")?
            ));
        } else if KEPT.contains(&key) && !is_idle(name, key, value) {
            html.push_str(&format!(" {key}=\"{}\"", escaped(value)));
        }
    }
    html.push('>');
    for child in node.children() {
        write(html, child)?;
    }
    html.push_str(&format!("</{name}>"));
    Ok(())
}

/// A chart has margins of its own, which the page has too: most of them is cut off.
fn without_margins(view_box: &str) -> Option<String> {
    const SIDE: f64 = 44.0;
    const TOP: f64 = 24.0;
    let numbers: Vec<f64> = view_box.split(' ').map_while(|number| number.parse().ok()).collect();
    let [x, y, width, height] = numbers[..] else { return None };
    let (width, height) = (width - 2.0 * SIDE, height - TOP);
    (width > 0.0 && height > 0.0).then(|| format!("{} {} {width} {height}", x + SIDE, y + TOP))
}

/// Whether an attribute changes nothing. A chart takes the width that the page has for it.
fn is_idle(element: &str, key: &str, value: &str) -> bool {
    matches!((element, key, value), ("svg", "width" | "height", _) | (_, "opacity", "1"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_written_anew() {
        let svg = r##"<svg width="10" height="20" viewBox="0 0 1280 720" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A &lt;b&gt; &amp; c</title>
<text x="1" y="2" opacity="1" font-family="Verdana" fill="#212529">
up &lt;
</text></svg>"##;
        let html = inline(svg).unwrap();
        let expected = "<svg viewBox=\"44 24 1192 696\" role=\"img\"><title>A &lt;b&gt; &amp; c</title>\
                        <text x=\"1\" y=\"2\" fill=\"#212529\">up &lt;</text></svg>";
        assert_eq!(html, expected);
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        let refused = |inside: &str| {
            inline(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>")).is_err()
        };
        assert!(!refused("<g><rect x=\"1\"/></g>"));
        for bad in [
            "<script>alert(1)</script>",
            "<rect onclick=\"alert(1)\"/>",
            "<a href=\"http://example.org\"><rect/></a>",
            "<image href=\"x.png\"/>",
            "<rect style=\"x\"/>",
            "<rect fill=\"url(http://example.org/x.svg#a)\"/>",
            "<foreignObject/>",
            "<rect>",
            "<svg viewBox=\"0 0 10\"/>",
        ] {
            assert!(refused(bad), "{bad}");
        }
        assert!(inline("<html/>").is_err() && inline("").is_err());
    }
}
