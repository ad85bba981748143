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

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// What comes of a request to a server that gives this answer.
    async fn answered(answer: String) -> Result<Response<Vec<u8>>, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        });
        let exchange = HttpsExchange::new(true).unwrap();
        exchange.send(request(&url)).await
    }

    fn request(url: &str) -> Request<String> {
        Request::post(url)
            .body("secret=hunter2".to_owned())
            .unwrap()
    }

    fn with_body(length: usize) -> String {
        format!(
            "HTTP/1.1 400 No\r\nx-what: y\r\ncontent-length: {length}\r\n\r\n{}",
            "x".repeat(length)
        )
    }

    #[tokio::test]
    async fn every_status_is_an_answer_and_is_read_up_to_a_bound() {
        let answer = answered(with_body(EXCHANGE_BYTES_MAX)).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.body().len()),
            (400, EXCHANGE_BYTES_MAX)
        );
        assert_eq!(answer.headers()["x-what"], "y");
        let too_long = answered(with_body(EXCHANGE_BYTES_MAX + 1))
            .await
            .unwrap_err();
        assert!(too_long.chain().ends_with("its answer is too long"));
        let moved =
            "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let moved = answered(moved.to_owned()).await.unwrap();
        assert_eq!(
            moved.status().as_u16(),
            307,
            "nothing is sent on to elsewhere"
        );
    }

    #[tokio::test]
    async fn a_broken_answer_is_a_failure_that_repeats_nothing_of_the_request() {
        let broken = answered(String::new()).await.unwrap_err();
        assert_eq!(broken.code(), "unavailable");
        assert!(!broken.chain().contains("hunter2") && !broken.chain().contains("127.0.0.1"));
    }

    #[tokio::test]
    async fn private_addresses_are_called_on_a_local_stack_only() {
        let exchange = HttpsExchange::new(false).unwrap();
        for url in ["http://example.com/", "https://127.0.0.1:1/"] {
            let refused = exchange.send(request(url)).await.unwrap_err();
            assert_eq!(refused.code(), "location_failed", "{url}");
        }
    }
}
