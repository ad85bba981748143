//! The guard before the pages.

use app::{
    access::Principal,
    failure::Failure,
    ports::{Clock, IdGenerator},
};
use egress::HttpsExchange;
use http::{HeaderValue, Method, StatusCode, header};

use crate::{
    cognito::{Cognito, NoTokens, Tokens},
    cookies::{Jar, Kind},
    csrf::{self, CsrfError},
    headers,
    keys::Keys,
    message::Message,
    query::{encoded, parameter},
    response::{Request, Response, see_other, with_cookies},
    return_path, ring_verifier,
    session::Session,
    settings::Settings,
    token_error::TokenError,
    tokens::Verifier,
};

/// Whether somebody is logged in.
pub enum Access {
    /// Who, and the cookies that go with the response.
    LoggedIn(Session, Vec<HeaderValue>),
    /// Nobody, or it cannot be said: the response leads to the log-in or says what is wrong.
    Refused(Response),
}

/// The log-in of the console. It is shared by the requests of a function's life, and keeps the pool's keys.
pub struct LogIn<E> {
    pub(crate) settings: Settings,
    pub(crate) cognito: Cognito,
    keys: Keys,
    /// The clock and the source of random values.
    pub(crate) env: E,
}

impl<E: Clock + IdGenerator> LogIn<E> {
    /// The log-in of this deployment.
    pub fn new(settings: Settings, https: HttpsExchange, env: E) -> Self {
        ring_verifier::install();
        Self {
            cognito: Cognito::new(https, settings.clone()),
            keys: Keys::default(),
            settings,
            env,
        }
    }

    /// Answers the routes of the log-in itself; calls `page` for whoever is logged in; leads everybody else to the log-in. A
    /// request that changes something reaches `page` only with the session's CSRF token, and from our own pages.
    pub async fn guard(
        &self,
        request: &Request,
        page: impl AsyncFnOnce(&Session) -> Response,
    ) -> Response {
        if let Some(response) = self.answer(request).await {
            return response;
        }
        let (session, cookies) = match self.session(request).await {
            Access::LoggedIn(session, cookies) => (session, cookies),
            Access::Refused(response) => return response,
        };
        let response = if matches!(*request.method(), Method::GET | Method::HEAD) {
            page(&session).await
        } else {
            match self.check_csrf(&session.csrf, request) {
                Ok(()) => page(&session).await,
                Err(error) => self.not_from_here(error, request),
            }
        };
        with_cookies(response, cookies)
    }

    /// The response with the security headers of the console. For every response: pages, assets and errors.
    pub fn secured(&self, response: Response) -> Response {
        headers::secured(&self.settings, response)
    }

    /// Who is logged in. An access token that has expired is refreshed, once for a request.
    pub async fn session(&self, request: &Request) -> Access {
        let jar = self.jar(request);
        let Some(csrf) = jar.csrf() else {
            return Access::Refused(self.to_log_in(request, &jar));
        };
        let verified = match jar.get(Kind::Access) {
            Some(token) => self.verifier().caller(token).await,
            None => Err(TokenError::Expired),
        };
        let mut cookies = Vec::new();
        let mut email = jar.email();
        let principal = match verified {
            Ok(principal) => principal,
            Err(TokenError::Expired) => match self.refreshed(request, &jar).await {
                Ok((principal, refreshed, new_email)) => {
                    cookies = refreshed;
                    email = new_email.or(email);
                    principal
                }
                Err(response) => return Access::Refused(response),
            },
            Err(error) => return Access::Refused(self.refused(&error, request, &jar)),
        };
        // With each request the time that the session may be idle begins anew.
        cookies.extend(jar.set(Kind::Session, csrf, self.settings.idle_s));
        let csrf = csrf.to_owned();
        Access::LoggedIn(
            Session {
                principal,
                email,
                csrf,
            },
            cookies,
        )
    }

    /// The caller with new tokens, their cookies, and the address if it came with them.
    async fn refreshed(
        &self,
        request: &Request,
        jar: &Jar,
    ) -> Result<(Principal, Vec<HeaderValue>, Option<String>), Response> {
        let Some(token) = jar.get(Kind::Refresh) else {
            return Err(self.to_log_in(request, jar));
        };
        match self.cognito.refresh(token).await {
            Ok(tokens) => self
                .accepted(&tokens, jar)
                .await
                .map_err(|error| self.refused(&error, request, jar)),
            Err(NoTokens::Refused(error)) => {
                tracing::info!(error, "the refresh token is not valid any more");
                Err(self.to_log_in(request, jar))
            }
            Err(NoTokens::Unavailable(failure)) => Err(self.unavailable(&failure, request)),
        }
    }

    /// The caller that new tokens name, with their cookies and the address.
    pub(crate) async fn accepted(
        &self,
        tokens: &Tokens,
        jar: &Jar,
    ) -> Result<(Principal, Vec<HeaderValue>, Option<String>), TokenError> {
        let verifier = self.verifier();
        let principal = verifier.caller(&tokens.access_token).await?;
        let email = match &tokens.id_token {
            // It is only shown: whatever is wrong with the id token, the access token lets the caller in.
            Some(token) => verifier.email(token).await.unwrap_or_default(),
            None => None,
        };
        let seconds = self.settings.session_s;
        let refresh = tokens.refresh_token.as_deref();
        let cookies = [
            jar.set(Kind::Access, &tokens.access_token, seconds),
            refresh.and_then(|token| jar.set(Kind::Refresh, token, seconds)),
            email
                .as_deref()
                .and_then(|email| jar.set_email(email, seconds)),
        ];
        Ok((principal, cookies.into_iter().flatten().collect(), email))
    }

    pub(crate) fn jar(&self, request: &Request) -> Jar {
        Jar::of(request.headers(), self.settings.is_https())
    }

    fn verifier(&self) -> Verifier<'_> {
        Verifier {
            settings: &self.settings,
            keys: &self.keys,
            cognito: &self.cognito,
            now: self.env.now(),
        }
    }

    /// Checks a request that changes something.
    pub(crate) fn check_csrf(&self, expected: &str, request: &Request) -> Result<(), CsrfError> {
        let header = request.headers().get("x-csrf-token");
        let header = header.and_then(|value| value.to_str().ok().map(str::to_owned));
        let token = header.or_else(|| parameter(request.body(), "csrf"));
        let headers = request.headers();
        csrf::check(expected, token.as_deref(), headers, &self.settings.origin)
    }

    pub(crate) fn not_from_here(&self, error: CsrfError, request: &Request) -> Response {
        tracing::warn!(code = error.code(), "a change was refused");
        Message {
            status: StatusCode::FORBIDDEN,
            code: error.code(),
            text: "Nothing was changed: the request did not come from a page of this session. Open the page again and repeat it.",
            link: ("Back to the page", self.page_of(request)),
        }
        .into_response()
    }

    pub(crate) fn unavailable(&self, failure: &Failure, request: &Request) -> Response {
        tracing::error!(
            log_in = "unavailable",
            cause = failure.chain(),
            "nobody can be logged in"
        );
        let again = request.uri().path_and_query();
        let again = again.map_or(return_path::FIRST_PAGE, |path| path.as_str());
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let again = if is_read {
            again.to_owned()
        } else {
            self.page_of(request)
        };
        Message {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "log_in_unavailable",
            text: "The log-in service does not answer. Nothing was changed, and you stay logged in. Try again in a moment.",
            link: ("Try again", again),
        }
        .into_response()
    }

    fn refused(&self, error: &TokenError, request: &Request, jar: &Jar) -> Response {
        match error {
            TokenError::Expired => self.to_log_in(request, jar),
            TokenError::Invalid(code) => {
                tracing::warn!(code, "a token was refused");
                self.to_log_in(request, jar)
            }
            TokenError::Unavailable(failure) => self.unavailable(failure, request),
        }
    }

    /// Leads to the log-in, which leads back to the page.
    fn to_log_in(&self, request: &Request, jar: &Jar) -> Response {
        let next = self.page_of(request);
        let location = format!("/console/login?{}", encoded(&[("next", &next)]));
        let mut response = see_other(&location);
        if request.headers().contains_key("hx-request") {
            // A script cannot follow to another host; htmx has the browser go there.
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            if let Some(location) = response.headers_mut().remove(header::LOCATION) {
                response.headers_mut().insert("hx-redirect", location);
            }
        }
        with_cookies(response, jar.cleared(&Kind::LOGGED_IN))
    }

    /// The page that a request is from or for: what is read itself, else the page with the form, or the one that a part of is
    /// read for.
    fn page_of(&self, request: &Request) -> String {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let from = text("hx-current-url").or_else(|| text("referer"));
        let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
            && !headers.contains_key("hx-request");
        let page = if is_page {
            return_path::of(request.uri())
        } else {
            from.map_or(return_path::FIRST_PAGE, |from| {
                return_path::of_address(from, &self.settings.origin)
            })
        };
        page.to_owned()
    }
}
