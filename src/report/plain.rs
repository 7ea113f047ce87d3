//! Text from files, made safe to show.

use crate::diagnostic::hides;

/// Text without what could pass it off as something else: line ends become blanks, and characters that steer a
/// terminal, turn the direction of writing around, hide, or have no place in a drawing become visible.
pub fn plain(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// The same with its line ends.
pub fn plain_lines(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { letter } else { visible(letter) }).collect()
}

fn visible(letter: char) -> char {
    match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        letter if letter.is_control() || hides(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_turn_around_hide_or_steer() {
        assert_eq!(
            plain("a\u{202e}b\u{1b}[31mc\nd\u{200b}\u{ffff}"),
            "a\u{fffd}b\u{fffd}[31mc d\u{fffd}\u{fffd}"
        );
        assert_eq!(plain_lines("a\n\tb\u{7}\n"), "a\n b\u{fffd}\n");
    }

    #[test]
    fn every_writing_is_kept() {
        let text = "Côte d’Ivoire – 貿易 ‑ العربية\u{a0}→ नेपाल क्‍ष";
        assert_eq!(plain(text), text);
    }
}
