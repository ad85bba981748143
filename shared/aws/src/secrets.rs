//! Secrets Manager with a memory: a secret is fetched once in a while and never shown.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use app::failure::Failure;
use aws_sdk_secretsmanager::Client;

use crate::runtime::{
    client::Connection,
    settings::{BadSetting, required},
};

/// So long a secret is believed. A rotation that is not noticed by a failing signature is noticed after this.
const BELIEVED: Duration = Duration::from_secs(300);
/// A secret is fetched afresh at most this often, so that forged signatures cannot make us ask for each.
const AFRESH_EVERY: Duration = Duration::from_secs(30);

/// The secrets of this stack, below its prefix.
pub struct Vault {
    client: Client,
    prefix: String,
    remembered: Mutex<BTreeMap<String, Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    text: Option<String>,
    fetched: Instant,
}

// What it remembers is never shown.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.prefix)
    }
}

impl Vault {
    /// The vault that the setting `SECRETS_PREFIX` names.
    ///
    /// # Errors
    /// When the setting is missing.
    pub fn from_environment(connection: &Connection) -> Result<Self, BadSetting> {
        Ok(Self::new(
            connection.secretsmanager(),
            required("SECRETS_PREFIX")?,
        ))
    }

    /// The secrets below `prefix`.
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self {
            client,
            prefix: prefix.into(),
            remembered: Mutex::default(),
        }
    }

    /// The secret `<prefix>/<path>`; none when there is none.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn find(&self, path: &str) -> Result<Option<String>, Failure> {
        self.no_older_than(path, BELIEVED).await
    }

    /// The same, fetched again unless that was done a moment ago: for when a signature has failed and the secret
    /// may have been rotated.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn refreshed(&self, path: &str) -> Result<Option<String>, Failure> {
        self.no_older_than(path, AFRESH_EVERY).await
    }

    /// A secret that must be there.
    ///
    /// # Errors
    /// [`Failure::Unavailable`], also when there is none.
    pub async fn text(&self, path: &str) -> Result<String, Failure> {
        self.find(path)
            .await?
            .ok_or_else(|| Failure::unavailable("a secret", format!("{path} is not set up")))
    }

    async fn no_older_than(&self, path: &str, age: Duration) -> Result<Option<String>, Failure> {
        if let Some(known) = self
            .memory()
            .get(path)
            .filter(|known| known.fetched.elapsed() < age)
        {
            return Ok(known.text.clone());
        }
        let text = self.fetch(path).await?;
        let remembered = Remembered {
            text: text.clone(),
            fetched: Instant::now(),
        };
        self.memory().insert(path.to_owned(), remembered);
        Ok(text)
    }

    async fn fetch(&self, path: &str) -> Result<Option<String>, Failure> {
        let id = format!("{}/{path}", self.prefix);
        match self.client.get_secret_value().secret_id(id).send().await {
            Ok(found) => Ok(found.secret_string),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            // Only what it says of itself, never its debug output: that shows the answer, and the answer a secret.
            Err(error) => Err(Failure::unavailable("Secrets Manager", error)),
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Remembered>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
