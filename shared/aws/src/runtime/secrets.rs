//! Secrets from Secrets Manager, kept in memory for a while and never shown.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use app::{failure::Failure, ports::SecretStore};
use aws_sdk_secretsmanager::Client;

use crate::runtime::{
    client::Connection,
    settings::{BadSetting, required},
};

/// How long a secret is kept. A rotation that no failing signature has shown is noticed after this.
const SECRET_TTL: Duration = Duration::from_secs(300);
/// A secret is fetched again at most this often, so that forged signatures do not cause a request each.
const REFRESH_INTERVAL: Duration = Duration::from_secs(30);

/// The secrets of this stack, below its prefix.
pub struct SecretsManager {
    client: Client,
    prefix: String,
    cache: Mutex<BTreeMap<String, Cached>>,
}

#[derive(Clone)]
struct Cached {
    text: Option<String>,
    fetched: Instant,
}

// The values are never shown.
impl std::fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretsManager({})", self.prefix)
    }
}

impl SecretsManager {
    /// The secrets below the prefix that the setting `SECRETS_PREFIX` names.
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
            cache: Mutex::default(),
        }
    }

    /// A secret that is required.
    ///
    /// # Errors
    /// [`Failure::Unavailable`], also when there is none.
    pub async fn text(&self, path: &str) -> Result<String, Failure> {
        self.find(path)
            .await?
            .ok_or_else(|| Failure::unavailable("a secret", format!("{path} is not set up")))
    }

    async fn no_older_than(&self, path: &str, age: Duration) -> Result<Option<String>, Failure> {
        if let Some(cached) = self
            .cache()
            .get(path)
            .filter(|cached| cached.fetched.elapsed() < age)
        {
            return Ok(cached.text.clone());
        }
        let text = self.fetch(path).await?;
        let cached = Cached {
            text: text.clone(),
            fetched: Instant::now(),
        };
        self.cache().insert(path.to_owned(), cached);
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
            // Only its message, never its debug output: that shows the response, which holds the secret.
            Err(error) => Err(Failure::unavailable("Secrets Manager", error)),
        }
    }

    fn cache(&self) -> MutexGuard<'_, BTreeMap<String, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for SecretsManager {
    async fn find(&self, path: &str) -> Result<Option<String>, Failure> {
        self.no_older_than(path, SECRET_TTL).await
    }

    async fn refreshed(&self, path: &str) -> Result<Option<String>, Failure> {
        self.no_older_than(path, REFRESH_INTERVAL).await
    }
}
