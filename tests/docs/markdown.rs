//! As much of Markdown as the documentation uses: code blocks, headings, links, tables.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One page.
pub(crate) struct Page {
    /// Its path from the repository root.
    pub(crate) name: PathBuf,
    /// Its lines outside code blocks, with their numbers from 1.
    pub(crate) prose: Vec<(usize, String)>,
    /// Its code blocks.
    pub(crate) blocks: Vec<Block>,
}

/// A fenced code block.
pub(crate) struct Block {
    /// The words after the fence, such as `toml,broken`.
    pub(crate) info: Vec<String>,
    /// What is inside, with a line end.
    pub(crate) text: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
}

impl Block {
    pub(crate) fn is(&self, word: &str) -> bool {
        self.info.iter().any(|part| part == word)
    }

    /// The file that the block is, from `file=NAME`.
    pub(crate) fn file(&self) -> Option<&str> {
        self.info.iter().find_map(|part| part.strip_prefix("file="))
    }

    /// Writes the file that the block is, in a folder.
    pub(crate) fn save(&self, folder: &Path) {
        let Some(file) = self.file() else { return };
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(path, &self.text).expect("a file");
    }
}

impl Page {
    pub(crate) fn read(root: &Path, name: &Path) -> Self {
        let text = std::fs::read_to_string(root.join(name)).unwrap_or_else(|e| panic!("{name:?}: {e}"));
        Self::parse(name, &text)
    }

    pub(crate) fn parse(name: &Path, text: &str) -> Self {
        let (mut prose, mut blocks) = (Vec::new(), Vec::new());
        let mut open: Option<Block> = None;
        for (line, content) in (1..).zip(text.lines()) {
            match (&mut open, content.trim_start().strip_prefix("```")) {
                (None, Some(info)) => {
                    let info = info.split(',').map(|part| part.trim().to_owned()).collect();
                    open = Some(Block { info, text: String::new(), line });
                }
                (Some(_), Some("")) => blocks.extend(open.take()),
                (Some(block), _) => {
                    block.text += content;
                    block.text.push('\n');
                }
                (None, None) => prose.push((line, content.to_owned())),
            }
        }
        assert!(open.is_none(), "{name:?}: a code block is never closed");
        Self { name: name.to_owned(), prose, blocks }
    }

    /// The targets of all links and pictures, with their lines.
    pub(crate) fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (line, content) in &self.prose {
            let content = without_code(content);
            for piece in content.split("](").skip(1) {
                if let Some((target, _)) = piece.split_once(')') {
                    links.push((*line, target.to_owned()));
                }
            }
        }
        links
    }

    /// The anchors of all headings, as GitHub makes them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let headings = self.prose.iter().filter_map(|(_, line)| {
            line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
        });
        let anchor = |heading: &str| {
            let plain = heading.trim().to_lowercase();
            let kept = plain.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
        };
        headings
            .map(|heading| {
                let anchor = anchor(heading);
                let before = seen.entry(anchor.clone()).or_insert(0);
                *before += 1;
                if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) }
            })
            .collect()
    }

    /// The lines under a heading, up to the next one of the same or a higher level.
    pub(crate) fn section(&self, heading: &str) -> Vec<&str> {
        let level = |line: &str| line.bytes().take_while(|&byte| byte == b'#').count();
        let start = self.prose.iter().position(|(_, line)| line == heading);
        let start = start.unwrap_or_else(|| panic!("{:?} has no heading `{heading}`", self.name));
        let lines = self.prose[start + 1..].iter().map(|(_, line)| line.as_str());
        lines.take_while(|line| level(line) == 0 || level(line) > level(heading)).collect()
    }
}

/// The words in backticks of a line.
pub(crate) fn code(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The cells of a row of a table; none for other lines and for the rule under a header.
pub(crate) fn cells(line: &str) -> Vec<&str> {
    let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
        return Vec::new();
    };
    let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
    let is_rule = cells.iter().all(|cell| cell.bytes().all(|byte| matches!(byte, b'-' | b':')));
    if is_rule { Vec::new() } else { cells }
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

#[test]
fn pages_are_taken_apart() {
    let text = "# One\n[a](b.md#c) `[not](this)` ![d](e.svg)\n```toml,file=x.toml\n# not a heading\n```\n## One\n| `k` | v |\n|---|---|\n";
    let page = Page::parse(Path::new("page.md"), text);
    assert_eq!(page.links(), [(2, "b.md#c".to_owned()), (2, "e.svg".to_owned())]);
    assert_eq!(page.anchors(), ["one", "one-1"]);
    assert_eq!((page.blocks[0].file(), page.blocks[0].line), (Some("x.toml"), 3));
    assert_eq!(page.blocks[0].text, "# not a heading\n");
    let section = page.section("## One");
    assert_eq!(section.iter().map(|line| cells(line)).collect::<Vec<_>>(), [vec!["`k`", "v"], vec![]]);
    assert_eq!(code(section[0]), ["k"]);
}
