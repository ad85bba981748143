//! A request whose answer is read: status, some headers, and a body of bounded size.

use app::failure::Failure;
use reqwest::{Method, Response, Url};

use crate::client::HttpsClient;

/// Longest body of an answer that is read, in bytes. A page of 50 events has a tenth of it; an event with all the metadata that
/// Stripe allows has 80 KB.
pub const ANSWER_BYTES_MAX: usize = 4_194_304;

pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) destination: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent as `authorization: Bearer`, and never shown.
    pub(crate) token: String,
    pub(crate) body: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Those that were asked for and could be read.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl HttpsClient {
    /// Sends a request to the payment gateway and reads the answer, whatever its status, with these of its headers.
    ///
    /// # Errors
    /// [`Failure::Gateway`] when no whole answer came in time: what the request asks for may have been done.
    pub(crate) async fn call(
        &self,
        call: Call,
        headers: &[&'static str],
    ) -> Result<Answer, Failure> {
        let broken = |error: reqwest::Error| Failure::gateway(error.without_url());
        let mut request = self.request(call.method, call.destination);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request.bearer_auth(call.token).body(call.body);
        let mut response = request.send().await.map_err(broken)?;
        let headers = kept(&response, headers);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
                return Err(Failure::gateway("its answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body,
        })
    }
}

fn kept(response: &Response, names: &[&'static str]) -> Vec<(&'static str, String)> {
    let value = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    names
        .iter()
        .filter_map(|name| Some((*name, value(*name)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A call to a server that answers with a body of this length.
    async fn answered_with(length: usize) -> Result<Answer, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let head = format!(
                "HTTP/1.1 418 No\r\nRetry-After: 7\r\nother: x\r\ncontent-length: {length}\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&vec![b'x'; length]).await;
        });
        let client = HttpsClient::new(true).unwrap();
        let call = Call {
            method: Method::POST,
            destination: client.destination(&url).unwrap(),
            headers: vec![],
            token: "sk_test_hunter2".to_owned(),
            body: String::new(),
        };
        client.call(call, &["retry-after", "absent"]).await
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_a_bound() {
        let answer = answered_with(ANSWER_BYTES_MAX).await.unwrap();
        assert_eq!((answer.status, answer.body.len()), (418, ANSWER_BYTES_MAX));
        assert_eq!(answer.headers, [("retry-after", "7".to_owned())]);
        let too_long = answered_with(ANSWER_BYTES_MAX + 1).await.err().unwrap();
        assert_eq!(
            too_long.chain(),
            "the payment gateway is unavailable: its answer is too long"
        );
    }
}
