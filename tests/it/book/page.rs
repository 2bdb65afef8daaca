//! A page of Markdown: its headings, links and code blocks.

use super::root;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(super) struct Page {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) anchors: Vec<String>,
    pub(super) links: Vec<String>,
    pub(super) blocks: Vec<Block>,
}

/// A fenced block of code.
pub(super) struct Block {
    /// What follows the opening fence, such as `console,skip=public-network`.
    pub(super) info: String,
    pub(super) text: String,
    /// The number of the block's first line in the page, from 1.
    pub(super) line: usize,
}

impl Block {
    pub(super) fn language(&self) -> &str {
        self.info.split(',').next().unwrap_or_default()
    }

    /// The value of an attribute of the info string, as in `yaml,file=mine.yaml`.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.info.split(',').skip(1).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

impl Page {
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Self { path: path.to_owned(), text, anchors: Vec::new(), links: Vec::new(), blocks: Vec::new() };
        page.parse();
        page
    }

    /// The path below the repository.
    pub(super) fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap_or(&self.path).display().to_string()
    }

    fn parse(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let (mut heading, mut block): (Option<String>, Option<Block>) = (None, None);
        for (event, range) in Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let id = id(&heading.take().unwrap_or_default());
                    let count = seen.entry(id.clone()).or_default();
                    self.anchors.push(if *count == 0 { id } else { format!("{id}-{count}") });
                    *count += 1;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let line = self.text[..range.start].matches('\n').count() + 2;
                    block = Some(Block { info: info.to_string(), text: String::new(), line });
                }
                Event::End(TagEnd::CodeBlock) => self.blocks.extend(block.take()),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    self.links.push(dest_url.to_string());
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&text);
                    } else if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        self.links
            .extend(self.text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
}

/// The id that mdBook and GitHub give a heading.
fn id(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|letter| match letter {
            letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter.to_ascii_lowercase()),
            letter if letter.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}
