//! The live secrets of one sender or receiver.

use std::str::FromStr;

use serde::Deserialize;

/// The secrets that are live at the moment: one, or two while one replaces the other. A signature made with any of
/// them is accepted, and what we sign is signed with all of them.
#[derive(Clone, Default, Deserialize)]
pub struct Secrets {
    secrets: Vec<String>,
}

/// The stored text is not of the form that [`Secrets`] is parsed from. Shows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form {{\"secrets\":[\"...\"]}}")]
pub struct InvalidSecrets;

impl Secrets {
    /// Spaces and line ends around a secret are removed: they come from pasting.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        Self {
            secrets: secrets
                .into_iter()
                .map(|s| s.as_ref().trim().to_owned())
                .collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The newest: what we authenticate ourselves with.
    pub fn first(&self) -> Option<&str> {
        self.live().next().filter(|secret| !secret.is_empty())
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
    }
}

/// Parses `{"secrets":["whsec_...","whsec_older..."]}`, the form in which they are stored.
impl FromStr for Secrets {
    type Err = InvalidSecrets;

    fn from_str(text: &str) -> Result<Self, InvalidSecrets> {
        let read: Self = serde_json::from_str(text).map_err(|_| InvalidSecrets)?;
        Ok(Self::new(read.secrets))
    }
}

// Never shown, not even in part.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({} live)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_secrets_are_read_and_never_shown() {
        let secrets: Secrets = r#"{"secrets":["whsec_a\n","whsec_b"],"note":"x"}"#.parse().unwrap();
        assert_eq!(secrets.live().collect::<Vec<_>>(), ["whsec_a", "whsec_b"]);
        assert_eq!(format!("{secrets:?}"), "Secrets(2 live)");
        let error = "whsec_hunter2".parse::<Secrets>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
