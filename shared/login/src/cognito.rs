//! What is asked of Cognito over HTTPS: tokens for a code or a refresh token, the end of a refresh token, the public keys.

use app::failure::Failure;
use egress::HttpsExchange;
use http::{Request, StatusCode, header};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;

use crate::{query::encoded, settings::Settings};

/// What is unavailable, for the log.
const WHAT: &str = "the user pool";

pub(crate) struct Cognito {
    https: HttpsExchange,
    settings: Settings,
}

/// Tokens of a user. Only the access token lets anybody in.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug)]
pub(crate) enum NoTokens {
    /// Cognito says no: the code or the refresh token is not valid any more.
    Refused(String),
    /// It does not answer, or answers that it cannot work now.
    Unavailable(Failure),
}

impl Cognito {
    pub(crate) fn new(https: HttpsExchange, settings: Settings) -> Self {
        Self { https, settings }
    }

    /// Tokens for the code that the hosted UI gave.
    pub(crate) async fn exchange(&self, code: &str, verifier: &str) -> Result<Tokens, NoTokens> {
        let callback = self.settings.callback_url();
        self.tokens(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &callback),
            ("code_verifier", verifier),
        ])
        .await
    }

    /// New tokens for a refresh token.
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<Tokens, NoTokens> {
        self.tokens(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
        .await
    }

    /// Ends a refresh token, and the tokens that it gave.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub(crate) async fn revoke(&self, refresh_token: &str) -> Result<(), Failure> {
        let (status, _) = self
            .post("/oauth2/revoke", &[("token", refresh_token)])
            .await?;
        if status.is_success() {
            return Ok(());
        }
        Err(answered(status))
    }

    /// The pool's public keys.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub(crate) async fn keys(&self) -> Result<JwkSet, Failure> {
        let request = Request::get(&self.settings.keys_url).body(String::new());
        let request = request.map_err(|error| Failure::unavailable(WHAT, error))?;
        let response = self.https.send(request).await?;
        if response.status() != StatusCode::OK {
            return Err(answered(response.status()));
        }
        serde_json::from_slice(response.body()).map_err(|error| Failure::unavailable(WHAT, error))
    }

    async fn tokens(&self, parameters: &[(&str, &str)]) -> Result<Tokens, NoTokens> {
        #[derive(Deserialize)]
        struct Refusal {
            error: String,
        }
        let answer = self.post("/oauth2/token", parameters).await;
        let (status, body) = answer.map_err(NoTokens::Unavailable)?;
        if status == StatusCode::OK {
            let tokens = serde_json::from_slice(&body);
            return tokens.map_err(|_| {
                // Its own text would repeat a piece of the tokens.
                NoTokens::Unavailable(Failure::unavailable(WHAT, "its answer has no tokens"))
            });
        }
        // RFC 6749, 5.2: 400, or 401 where the client is not known. All else says nothing about what was sent.
        let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
        match (status, refusal) {
            (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, Some(refusal)) => {
                Err(NoTokens::Refused(refusal.error))
            }
            _ => Err(NoTokens::Unavailable(answered(status))),
        }
    }

    /// Posts a form as our client, and gives status and body of the answer.
    async fn post(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let client = ("client_id", self.settings.client_id.as_str());
        let form = encoded(&[&[client], parameters].concat());
        let request = Request::post(format!("{}{path}", self.settings.hosted_ui))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form)
            .map_err(|error| Failure::unavailable(WHAT, error))?;
        let (parts, body) = self.https.send(request).await?.into_parts();
        Ok((parts.status, body))
    }
}

fn answered(status: StatusCode) -> Failure {
    Failure::unavailable(WHAT, format!("it answered {status}"))
}
