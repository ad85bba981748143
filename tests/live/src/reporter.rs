//! Prints what happens in the stories, one line each. Silent in tests.

use std::{
    io::{IsTerminal, Write, stdout},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::order_view::TimelineEntry;

#[derive(Debug)]
pub struct Reporter {
    prints: bool,
    colours: bool,
    scenes: AtomicU32,
    checks: AtomicU32,
}

/// Width of the text of a timeline entry; longer texts continue in the next line.
const ENTRY_WIDTH: usize = 74;
/// Column at which the text of a timeline entry begins.
const ENTRY_INDENT: usize = 41;
/// Width of all other texts.
const TEXT_WIDTH: usize = 94;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";
const CYAN: &str = "36";

impl Reporter {
    pub fn silent() -> Self {
        Self {
            prints: false,
            colours: false,
            scenes: AtomicU32::new(0),
            checks: AtomicU32::new(0),
        }
    }

    /// Prints to standard output, in colours on a terminal.
    pub fn to_stdout() -> Self {
        Self {
            prints: true,
            colours: stdout().is_terminal(),
            ..Self::silent()
        }
    }

    /// Prints the heading of a scene.
    pub fn scene(&self, title: &str, about: &str) {
        let number = self
            .scenes
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        self.line("");
        self.line(&format!("{:>3}  {}", number, self.paint(BOLD, title)));
        for line in wrapped(about, TEXT_WIDTH) {
            self.line(&format!("     {}", self.paint(DIM, &line)));
        }
    }

    /// Prints an entry of an order's timeline, with who it was, and its status when that is new.
    pub fn timeline_entry(
        &self,
        number: &str,
        entry: &TimelineEntry,
        who: &str,
        is_new_status: bool,
    ) {
        let at = entry.at.strftime("%H:%M:%S%.3f").to_string();
        let mut lines = wrapped(&entry.text, ENTRY_WIDTH).into_iter();
        let first = lines.next().unwrap_or_default();
        let status = if is_new_status {
            format!("  -> {}", entry.status)
        } else {
            String::new()
        };
        let status = self.paint(CYAN, &status);
        let (at, number) = (self.paint(DIM, &at), format!("{number:<8}"));
        self.line(&format!("     {at}  {number} {who:<13} {first}{status}"));
        for line in lines {
            self.line(&format!("{:ENTRY_INDENT$}{line}", ""));
        }
    }

    /// Prints what happens outside the system, or a remark.
    pub fn note(&self, text: &str) {
        self.marked(&self.paint(DIM, "·"), text, DIM);
    }

    /// Prints one of several cases and its result.
    pub fn row(&self, case: &str, result: &str) {
        self.line(&format!(
            "     {} {}",
            self.paint(DIM, &format!("· {case:<34}")),
            self.paint(DIM, result)
        ));
    }

    /// Prints that a check has passed, and counts it.
    pub fn passed(&self, fact: &str) {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.marked(&self.paint(GREEN, "✓"), fact, "");
    }

    /// Prints an error.
    pub fn failed(&self, error: &str) {
        for (number, line) in error.lines().enumerate() {
            let mark = if number == 0 { "✗" } else { " " };
            self.line(&format!("     {} {line}", self.paint(RED, mark)));
        }
    }

    fn marked(&self, mark: &str, text: &str, colour: &str) {
        for (number, line) in wrapped(text, TEXT_WIDTH).iter().enumerate() {
            let mark = if number == 0 { mark } else { " " };
            self.line(&format!("     {mark} {}", self.paint(colour, line)));
        }
    }

    /// Prints a line as it is.
    pub fn line(&self, line: &str) {
        if self.prints {
            // Fails when the reader has closed the pipe; the stories go on.
            drop(writeln!(stdout().lock(), "{line}"));
        }
    }

    pub fn bold(&self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    /// Checks that have passed so far.
    pub fn checks(&self) -> u32 {
        self.checks.load(Ordering::Relaxed)
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
    fn long_texts_continue_in_the_next_line() {
        assert_eq!(
            wrapped("one two three four", 9),
            ["one two", "three", "four"]
        );
        assert_eq!(wrapped("", 9), [""; 0]);
    }
}
