//! The timeline of an order page: newest first, by kind of event and actor.

use app::views::timeline::TimelineEntry;

use crate::{format::words, submitted::Submitted};

/// The timeline as it is shown.
pub(crate) struct Timeline {
    pub(crate) entries: Vec<TimelineEntry>,
    /// How many there are without a filter.
    pub(crate) total: usize,
    /// Kinds of event: name, words, whether it is chosen.
    pub(crate) kinds: Vec<(String, String, bool)>,
    /// Kinds of actor.
    pub(crate) actors: Vec<(String, String, bool)>,
    pub(crate) is_filtered: bool,
}

impl Timeline {
    /// The entries that the query asks for by `kind` and `actor`.
    pub(crate) fn of(entries: &[TimelineEntry], query: &Submitted) -> Self {
        let (kind, actor) = (query.get("kind"), query.get("actor"));
        let wanted = |entry: &&TimelineEntry| {
            kind.is_none_or(|kind| entry.event == kind)
                && actor.is_none_or(|actor| entry.actor.kind.as_str() == actor)
        };
        Self {
            entries: entries.iter().rev().filter(wanted).cloned().collect(),
            total: entries.len(),
            kinds: choices(entries.iter().map(|entry| entry.event), kind, spaced),
            actors: choices(
                entries.iter().map(|entry| entry.actor.kind.as_str()),
                actor,
                |name| words(name),
            ),
            is_filtered: kind.is_some() || actor.is_some(),
        }
    }
}

fn choices<'a>(
    names: impl Iterator<Item = &'a str>,
    chosen: Option<&str>,
    words: impl Fn(&str) -> String,
) -> Vec<(String, String, bool)> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let choice = |name: &str| (name.to_owned(), words(name), chosen == Some(name));
    names.into_iter().map(choice).collect()
}

/// `OrderPlaced` as `Order placed`.
pub(crate) fn spaced(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
            text.push(letter.to_ascii_lowercase());
        } else {
            text.push(letter);
        }
    }
    text
}
