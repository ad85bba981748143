//! Idempotency keys: the first answer to a key is kept for 24 hours and given to every repetition.

use std::collections::BTreeMap;

/// Seconds after which a key is forgotten.
const KEPT_S: i64 = 86_400;

/// Status and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredAnswer {
    pub(super) status: u16,
    pub(super) body: String,
}

#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, Key>);

#[derive(Debug)]
struct Key {
    /// The request that it was used for first.
    request: String,
    /// None while that request is in progress.
    answer: Option<StoredAnswer>,
    at_s: i64,
}

/// What a key is at the beginning of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyState {
    New,
    Replay(StoredAnswer),
    InFlight,
    /// It was used for another request.
    Reused,
}

impl Keys {
    /// Takes the key for a request; the caller completes or drops it.
    pub(super) fn begin(&mut self, key: &str, request: &str, now_s: i64) -> KeyState {
        let is_kept = |key: &Key| now_s.saturating_sub(key.at_s) < KEPT_S || key.answer.is_none();
        match self.0.get(key).filter(|key| is_kept(key)) {
            Some(known) if known.request != request => KeyState::Reused,
            Some(Key {
                answer: Some(answer),
                ..
            }) => KeyState::Replay(answer.clone()),
            Some(_) => KeyState::InFlight,
            None => {
                let begun = Key {
                    request: request.to_owned(),
                    answer: None,
                    at_s: now_s,
                };
                self.0.insert(key.to_owned(), begun);
                KeyState::New
            }
        }
    }

    pub(super) fn complete(&mut self, key: &str, answer: StoredAnswer) {
        if let Some(key) = self.0.get_mut(key) {
            key.answer = Some(answer);
        }
    }

    /// The request was not carried out.
    pub(super) fn drop(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Keys whose request is in progress.
    pub(super) fn in_flight(&self) -> usize {
        self.0.values().filter(|key| key.answer.is_none()).count()
    }
}
