//! What a mail says, before it is plain text or HTML.

use askama::Template;

/// A mail's content; both of its parts are written from it, so that they say the same.
#[derive(Debug, Default)]
pub(crate) struct Page {
    heading: String,
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    Paragraph(String),
    Steps { heading: &'static str, steps: Vec<String> },
    Facts(Vec<(&'static str, String)>),
    Link { label: &'static str, url: String },
    Code(String),
    Quote { heading: String, text: String },
}

impl Page {
    pub(crate) fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), blocks: Vec::new() }
    }

    pub(crate) fn paragraph(self, text: impl Into<String>) -> Self {
        self.with(Block::Paragraph(text.into()))
    }

    /// Adds what to do, one thing after the other.
    pub(crate) fn steps(self, heading: &'static str, steps: Vec<String>) -> Self {
        self.with(Block::Steps { heading, steps })
    }

    /// Adds a small table: what, and what about it.
    pub(crate) fn facts(self, facts: Vec<(&'static str, String)>) -> Self {
        self.with(Block::Facts(facts))
    }

    /// Adds a link, which stands unbroken on a line of its own in plain text.
    pub(crate) fn link(self, label: &'static str, url: &str) -> Self {
        self.with(Block::Link { label, url: url.to_owned() })
    }

    /// Adds a code to be typed, on a line of its own.
    pub(crate) fn code(self, code: &str) -> Self {
        self.with(Block::Code(code.to_owned()))
    }

    /// Adds what somebody wrote, exactly as typed; nothing if they wrote nothing.
    pub(crate) fn quote(self, heading: String, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        self.with(Block::Quote { heading, text: text.to_owned() })
    }

    /// Writes the plain part.
    pub(crate) fn text(&self) -> String {
        let text = Text { heading: &self.heading, blocks: &self.blocks };
        text.render().unwrap_or_default() // Writing into a string does not fail.
    }

    /// Writes the HTML part, in which nothing that people typed is markup (GA-16).
    pub(crate) fn html(&self, subject: &str) -> String {
        let html = Html { subject, heading: &self.heading, blocks: &self.blocks };
        html.render().unwrap_or_default() // Writing into a string does not fail.
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    heading: &'a str,
    blocks: &'a [Block],
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    subject: &'a str,
    heading: &'a str,
    blocks: &'a [Block],
}
