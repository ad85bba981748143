//! The routes of the log-in itself.

use app::ports::{Clock, IdGenerator};
use http::{Method, StatusCode};
use subtle::ConstantTimeEq;

use crate::{
    cognito::NoTokens,
    cookies::{Kind, Pending},
    log_in::LogIn,
    message::Message,
    query::{encoded, parameter},
    random::{challenge, random},
    response::{Request, Response, see_other, with_cookies},
    return_path,
    token_error::TokenError,
};

/// How long a log-in may take, in seconds.
pub const LOG_IN_S: i64 = 600;

/// What is asked of the hosted UI: who it is, and the address to be shown.
const SCOPES: &str = "openid email";

impl<E: Clock + IdGenerator> LogIn<E> {
    /// Answers `GET /console/login`, `GET /console/callback` and `POST /console/logout`; nothing else.
    pub async fn answer(&self, request: &Request) -> Option<Response> {
        let (route, response) = match (request.method(), request.uri().path()) {
            (&Method::GET, "/console/login") => ("login", self.begin(request)),
            (&Method::GET, "/console/callback") => ("callback", self.finish(request).await),
            (&Method::POST, "/console/logout") => ("logout", self.log_out(request).await),
            _ => return None,
        };
        tracing::info!(route, status = response.status().as_u16(), "answered");
        Some(response)
    }

    /// Leads to the hosted UI. What its answer must show is kept in a cookie.
    fn begin(&self, request: &Request) -> Response {
        let next = query(request, "next").unwrap_or_default();
        let pending = Pending {
            state: random(&self.env),
            verifier: random(&self.env),
            next: return_path::checked(&next)
                .unwrap_or(return_path::FIRST_PAGE)
                .to_owned(),
        };
        let parameters = encoded(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.settings.callback_url()),
            ("scope", SCOPES),
            ("state", &pending.state),
            ("code_challenge", &challenge(&pending.verifier)),
            ("code_challenge_method", "S256"),
        ]);
        let hosted_ui = &self.settings.hosted_ui;
        let response = see_other(&format!("{hosted_ui}/oauth2/authorize?{parameters}"));
        let cookie = self.jar(request).set_pending(&pending, LOG_IN_S);
        with_cookies(response, cookie.into_iter().collect())
    }

    /// The hosted UI has led back: exchanges its code for tokens, and leads to the page that was wanted.
    async fn finish(&self, request: &Request) -> Response {
        let jar = self.jar(request);
        let Some(pending) = jar.pending() else {
            return self.not_logged_in("log_in_expired");
        };
        let state = query(request, "state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(pending.state.as_bytes())) {
            return self.not_logged_in("state_mismatch");
        }
        if let Some(error) = query(request, "error") {
            tracing::warn!(error = code(&error), "the hosted UI refused");
            return self.not_logged_in("log_in_refused");
        }
        let Some(code) = query(request, "code") else {
            return self.not_logged_in("log_in_refused");
        };
        let tokens = match self.cognito.exchange(&code, &pending.verifier).await {
            Ok(tokens) => tokens,
            Err(NoTokens::Refused(error)) => {
                tracing::warn!(error, "the code was refused");
                return self.not_logged_in("log_in_refused");
            }
            // The cookie stays: the same code may be sent again.
            Err(NoTokens::Unavailable(failure)) => return self.unavailable(&failure, request),
        };
        match self.accepted(&tokens, &jar).await {
            Ok((principal, mut cookies, _)) => {
                tracing::info!(subject = principal.subject, "logged in");
                // A new one with each log-in, so that nobody can have known it before.
                let csrf = random(&self.env);
                cookies.extend(jar.set(Kind::Session, &csrf, self.settings.idle_s));
                cookies.extend(jar.cleared(&[Kind::Pending]));
                with_cookies(see_other(&pending.next), cookies)
            }
            Err(TokenError::Unavailable(failure)) => self.unavailable(&failure, request),
            Err(TokenError::Expired) => self.not_logged_in("log_in_refused"),
            Err(TokenError::Invalid(code)) => {
                tracing::warn!(code, "a new token was refused");
                self.not_logged_in("log_in_refused")
            }
        }
    }

    /// Ends the session here, its refresh token at Cognito, and the session of the hosted UI.
    async fn log_out(&self, request: &Request) -> Response {
        let jar = self.jar(request);
        // Without a session there is nothing that a foreign page could end.
        if let Some(csrf) = jar.csrf()
            && let Err(error) = self.check_csrf(csrf, request)
        {
            return self.not_from_here(error, request);
        }
        if let Some(token) = jar.get(Kind::Refresh)
            && let Err(failure) = self.cognito.revoke(token).await
        {
            // The browser forgets the token all the same.
            tracing::warn!(cause = failure.chain(), "a refresh token was not revoked");
        }
        let back = format!("{}{}", self.settings.origin, return_path::FIRST_PAGE);
        let parameters = encoded(&[
            ("client_id", &self.settings.client_id),
            ("logout_uri", &back),
        ]);
        let hosted_ui = &self.settings.hosted_ui;
        let response = see_other(&format!("{hosted_ui}/logout?{parameters}"));
        with_cookies(response, jar.cleared(&Kind::LOGGED_IN))
    }

    /// A log-in that did not come to its end.
    fn not_logged_in(&self, code: &'static str) -> Response {
        Message {
            status: StatusCode::BAD_REQUEST,
            code,
            text: "You are not logged in: the log-in took too long, was begun in another window, or was refused.",
            // The whole address: cookies are kept for one host, and this may be another one.
            link: ("Log in again", format!("{}/console/login", self.settings.origin)),
        }
        .into_response()
    }
}

/// An error code of OAuth. It comes through the browser, so anything else is not for the log.
fn code(error: &str) -> &str {
    let is_code = error.len() <= 64 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_code { error } else { "other" }
}

fn query(request: &Request, name: &str) -> Option<String> {
    parameter(request.uri().query()?.as_bytes(), name)
}
