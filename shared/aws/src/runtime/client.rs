//! SDK clients without `aws-config`: inside Lambda, region and credentials are plain environment variables, so
//! nothing has to be looked up, and the code that would look it up need not be linked. One HTTP client (rustls on
//! ring) serves every service, so that connections and certificates are set up once.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::region::Region;

use super::settings::{BadSetting, optional, required};

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest wait for one attempt: far above DynamoDB's 99th percentile, far below a function's timeout.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for a call with its retries.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts of one call, the first included.
pub const CALL_ATTEMPTS_MAX: u32 = 3;
/// Upper bound of the first wait between attempts. The SDK's default of a second is long for a function that is
/// paid by time.
pub const CALL_BACKOFF: Duration = Duration::from_millis(50);

/// Region, credentials, endpoint and HTTP client: everything that the clients share. Built once, in `main`.
#[derive(Debug, Clone)]
pub struct Connection {
    region: Region,
    credentials: Credentials,
    http: SharedHttpClient,
    endpoint: Endpoint,
}

#[derive(Debug, Clone)]
enum Endpoint {
    /// `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, else the service's own.
    Environment,
    /// The same for every service.
    Fixed(String),
}

impl Connection {
    /// Reads region and credentials from the variables that Lambda sets.
    ///
    /// # Errors
    /// When one is missing; the error names it.
    pub fn from_environment() -> Result<Self, BadSetting> {
        let region = match optional("AWS_REGION") {
            Some(region) => region,
            None => required("AWS_DEFAULT_REGION").map_err(|error| BadSetting {
                name: "AWS_REGION",
                ..error
            })?,
        };
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let http = https_client();
        Ok(Self {
            region: Region::new(region),
            credentials,
            http,
            endpoint: Endpoint::Environment,
        })
    }

    /// One endpoint for every service, for tests and tools that talk to a local stack.
    pub fn to_endpoint(url: &str, region: &str, key_id: &str, secret: &str) -> Self {
        Self {
            region: Region::new(region.to_owned()),
            credentials: Credentials::new(key_id, secret, None, None, "given"),
            http: https_client(),
            endpoint: Endpoint::Fixed(url.to_owned()),
        }
    }

    /// This connection with another HTTP client, for instance one that injects faults.
    pub fn with_http_client(self, http: SharedHttpClient) -> Self {
        Self { http, ..self }
    }

    /// The HTTP client that all clients share.
    pub fn http_client(&self) -> SharedHttpClient {
        self.http.clone()
    }

    fn endpoint(&self, service: &str) -> Option<String> {
        match &self.endpoint {
            Endpoint::Fixed(url) => Some(url.clone()),
            Endpoint::Environment => optional(&format!("AWS_ENDPOINT_URL_{service}"))
                .or_else(|| optional("AWS_ENDPOINT_URL")),
        }
    }
}

fn https_client() -> SharedHttpClient {
    Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(CALL_ATTEMPTS_MAX)
        .with_initial_backoff(CALL_BACKOFF)
}

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident, $service:literal) => {
        impl Connection {
            $(#[$doc])*
            pub fn $name(&self) -> $sdk::Client {
                let config = $sdk::Config::builder()
                    .behavior_version_latest()
                    .region(self.region.clone())
                    .credentials_provider(self.credentials.clone())
                    .http_client(self.http.clone())
                    .timeout_config(timeouts())
                    .retry_config(retries());
                let config = match self.endpoint($service) {
                    Some(url) => config.endpoint_url(url),
                    None => config,
                };
                $sdk::Client::from_conf(config.build())
            }
        }
    };
}

client!(
    /// A client of DynamoDB.
    dynamodb, aws_sdk_dynamodb, "DYNAMODB"
);
client!(
    /// A client of SQS.
    sqs, aws_sdk_sqs, "SQS"
);
client!(
    /// A client of EventBridge.
    eventbridge, aws_sdk_eventbridge, "EVENTBRIDGE"
);
client!(
    /// A client of Secrets Manager.
    secretsmanager, aws_sdk_secretsmanager, "SECRETS_MANAGER"
);
