//! Tells what happens, one line a thing, to whoever reads along; or nothing, in tests.

use std::{
    io::{IsTerminal, Write, stdout},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::order::Moment;

/// The teller.
#[derive(Debug)]
pub struct Narrator {
    aloud: bool,
    colours: bool,
    scenes: AtomicU32,
    facts: AtomicU32,
}

/// Width of a sentence; longer ones go on in the next line.
const WIDTH: usize = 74;
/// Where a moment's sentence begins.
const INDENT: usize = 41;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";
const CYAN: &str = "36";

impl Narrator {
    /// Says nothing.
    pub fn silent() -> Self {
        Self {
            aloud: false,
            colours: false,
            scenes: AtomicU32::new(0),
            facts: AtomicU32::new(0),
        }
    }

    /// Speaks on standard output, in colours when a person looks.
    pub fn aloud() -> Self {
        Self {
            aloud: true,
            colours: stdout().is_terminal(),
            ..Self::silent()
        }
    }

    /// A new scene begins.
    pub fn scene(&self, title: &str, about: &str) {
        let number = self
            .scenes
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        self.say("");
        self.say(&format!("{:>3}  {}", number, self.paint(BOLD, title)));
        for line in wrapped(about, WIDTH.saturating_add(20)) {
            self.say(&format!("     {}", self.paint(DIM, &line)));
        }
    }

    /// Something happened to an order. The status stands behind it when it is a new one.
    pub fn moment(&self, number: &str, moment: &Moment, new_status: bool) {
        let at = moment.at.strftime("%H:%M:%S%.3f").to_string();
        let who = match (moment.actor.kind.as_str(), moment.event.as_str()) {
            ("agent", "OrderPlaced") => "shop",
            ("agent", _) => "agent",
            ("payment_provider", _) => "stripe",
            _ => moment.actor.id.as_str(),
        };
        let mut lines = wrapped(&moment.text, WIDTH).into_iter();
        let first = lines.next().unwrap_or_default();
        let status = if new_status {
            format!("  -> {}", moment.status)
        } else {
            String::new()
        };
        let status = self.paint(CYAN, &status);
        let (at, number) = (self.paint(DIM, &at), format!("{number:<8}"));
        self.say(&format!("     {at}  {number} {who:<13} {first}{status}"));
        for line in lines {
            self.say(&format!("{:INDENT$}{line}", ""));
        }
    }

    /// What the outside world does, or why.
    pub fn note(&self, text: &str) {
        self.listed(&self.paint(DIM, "·"), text, DIM);
    }

    /// One of several things in a row, and what became of it.
    pub fn row(&self, what: &str, outcome: &str) {
        self.say(&format!(
            "     {} {}",
            self.paint(DIM, &format!("· {what:<34}")),
            self.paint(DIM, outcome)
        ));
    }

    /// Something was checked and is so.
    pub fn so(&self, fact: &str) {
        self.facts.fetch_add(1, Ordering::Relaxed);
        self.listed(&self.paint(GREEN, "✓"), fact, "");
    }

    /// Something is not so.
    pub fn not_so(&self, problem: &str) {
        for (number, line) in problem.lines().enumerate() {
            let sign = if number == 0 { "✗" } else { " " };
            self.say(&format!("     {} {line}", self.paint(RED, sign)));
        }
    }

    fn listed(&self, sign: &str, text: &str, colour: &str) {
        for (number, line) in wrapped(text, WIDTH.saturating_add(20)).iter().enumerate() {
            let sign = if number == 0 { sign } else { " " };
            self.say(&format!("     {sign} {}", self.paint(colour, line)));
        }
    }

    /// A line as it is.
    pub fn say(&self, line: &str) {
        if self.aloud {
            // Whoever has stopped reading does not want to be told so.
            drop(writeln!(stdout().lock(), "{line}"));
        }
    }

    /// Emphasised, where that can be seen.
    pub fn bold(&self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    /// Scenes begun and facts checked so far.
    pub fn counts(&self) -> (u32, u32) {
        (
            self.scenes.load(Ordering::Relaxed),
            self.facts.load(Ordering::Relaxed),
        )
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colours && !text.is_empty() && !colour.is_empty() {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(word.len()) < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_go_on_in_the_next_line() {
        assert_eq!(
            wrapped("one two three four", 9),
            ["one two", "three", "four"]
        );
        assert_eq!(wrapped("", 9), [""; 0]);
    }
}
