//! Requests to a server that the deployment's own settings name, such as that of the user pool.

use app::failure::Failure;
use http::{Request, Response};
use reqwest::Method;

use crate::client::HttpsClient;

/// Longest body of an answer that is read, in bytes. Tokens have some thousand.
pub const EXCHANGE_BYTES_MAX: usize = 65_536;

/// What is unavailable, for the log.
const WHAT: &str = "a server of the settings";

/// Sends requests and reads the answers, whatever their status, over HTTPS and to public addresses only.
pub struct HttpsExchange(HttpsClient);

impl HttpsExchange {
    /// `private_allowed` is the setting for local use: plain HTTP and private addresses.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn new(private_allowed: bool) -> Result<Self, reqwest::Error> {
        HttpsClient::new(private_allowed).map(Self)
    }

    /// Sends a request and reads the answer. Errors do not repeat what was sent.
    ///
    /// # Errors
    /// [`Failure::Location`] when the address must not be called, [`Failure::Unavailable`] when no whole answer came in time.
    pub async fn send(&self, request: Request<String>) -> Result<Response<Vec<u8>>, Failure> {
        let broken = |error: reqwest::Error| Failure::unavailable(WHAT, error.without_url());
        let (parts, body) = request.into_parts();
        let destination = self.0.destination(&parts.uri.to_string())?;
        let method = Method::from_bytes(parts.method.as_str().as_bytes());
        let method = method.map_err(|error| Failure::unavailable(WHAT, error))?;
        let sent = self.0.request(method, destination);
        let sent = sent.headers(parts.headers).body(body).send();
        let mut answer = sent.await.map_err(broken)?;
        let mut read = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            if read.len().saturating_add(chunk.len()) > EXCHANGE_BYTES_MAX {
                return Err(Failure::unavailable(WHAT, "its answer is too long"));
            }
            read.extend_from_slice(&chunk);
        }
        let mut response = Response::new(read);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}
