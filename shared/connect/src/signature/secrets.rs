//! The live secrets of one source.

use serde::Deserialize;

/// The secrets that are live at the moment: one, or two while one replaces the other. A signature by any of them
/// is good, and what we sign is signed by all of them.
#[derive(Clone, Default, Deserialize)]
pub struct Secrets {
    secrets: Vec<String>,
}

/// The stored secret is not of the form that [`Secrets::from_json`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form {{\"secrets\":[\"...\"]}}")]
pub struct BadSecrets;

impl Secrets {
    /// These secrets. Spaces and line ends around one are an accident of pasting.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        Self {
            secrets: secrets
                .into_iter()
                .map(|s| s.as_ref().trim().to_owned())
                .collect(),
        }
    }

    /// Reads `{"secrets":["whsec_...","whsec_older..."]}`, the form in which they are stored.
    ///
    /// # Errors
    /// When it has another form; the error shows nothing of it.
    pub fn from_json(text: &str) -> Result<Self, BadSecrets> {
        let read: Self = serde_json::from_str(text).map_err(|_| BadSecrets)?;
        Ok(Self::new(read.secrets))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
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
        let secrets =
            Secrets::from_json(r#"{"secrets":["whsec_a\n","whsec_b"],"note":"x"}"#).unwrap();
        assert_eq!(secrets.live().collect::<Vec<_>>(), ["whsec_a", "whsec_b"]);
        assert_eq!(format!("{secrets:?}"), "Secrets(2 live)");
        let error = Secrets::from_json("whsec_hunter2").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
