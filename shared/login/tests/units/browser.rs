//! A browser in front of the console: it keeps cookies, and follows nothing by itself.

use std::collections::BTreeMap;

use app::memory::ManualClock;
use egress::HttpsExchange;
use http::{HeaderMap, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use login::{LogIn, Request, Response, Session, Settings};

use crate::cognito_double::{CLIENT, CognitoDouble, ISSUER, NOW};

/// The address of the console.
pub(crate) const CONSOLE: &str = "https://console.example.com";

pub(crate) struct Browser {
    pub(crate) cognito: CognitoDouble,
    pub(crate) clock: ManualClock,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Those that it had right after the log-in.
    pub(crate) cookies_of_log_in: BTreeMap<String, String>,
    log_in: LogIn<ManualClock>,
}

/// What became of a request, and who the page was served to.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) session: Option<Session>,
}

impl Browser {
    /// A console behind HTTPS, and a browser without cookies.
    pub(crate) fn new() -> Self {
        Self::at(CONSOLE)
    }

    pub(crate) fn at(console: &str) -> Self {
        let cognito = CognitoDouble::start();
        let clock = ManualClock::new(Timestamp::from_second(NOW).unwrap(), 7);
        let log_in = log_in_at(console, &cognito.url, &clock);
        Self {
            cognito,
            clock,
            cookies: BTreeMap::new(),
            cookies_of_log_in: BTreeMap::new(),
            log_in,
        }
    }

    /// One that has logged in as an agent.
    pub(crate) async fn logged_in() -> Self {
        let mut browser = Self::new();
        let begun = browser.get("/console/login?next=/console").await;
        let back = format!(
            "/console/callback?code=code-1&state={}",
            begun.parameter("state")
        );
        let back = browser.get(&back).await;
        assert_eq!(
            back.response.status(),
            StatusCode::SEE_OTHER,
            "{}",
            back.response.body()
        );
        browser.cookies_of_log_in = browser.cookies.clone();
        browser
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    /// Sends a form, as a page of the console does.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send(Method::POST, path, &[("origin", CONSOLE)], form)
            .await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request: Request = request.body(body.as_bytes().to_vec()).unwrap();
        let mut session = None;
        let page = async |given: &Session| {
            session = Some(given.clone());
            Response::new("the page".to_owned())
        };
        let response = self.log_in.guard(&request, page).await;
        let response = self.log_in.secured(response);
        self.keep(response.headers());
        Answer { response, session }
    }

    /// Keeps the cookies of a response, as a browser does: those with an age of 0 are forgotten.
    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie::Cookie::parse(cookie.to_str().unwrap()).unwrap();
            if cookie.max_age().unwrap().is_zero() {
                self.cookies.remove(cookie.name());
            } else {
                let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
                self.cookies.insert(name, value);
            }
        }
    }

    /// The console looks for Cognito elsewhere, as a function does that has just started there.
    pub(crate) fn move_cognito(&mut self, url: &str) {
        self.log_in = log_in_at(CONSOLE, url, &self.clock);
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The session's CSRF token.
    pub(crate) fn csrf(&self) -> String {
        self.cookies["__Host-oms-session"].clone()
    }
}

fn log_in_at(console: &str, cognito: &str, clock: &ManualClock) -> LogIn<ManualClock> {
    let (client, issuer) = (CLIENT.to_owned(), ISSUER.to_owned());
    let keys = format!("{cognito}/keys");
    let settings = Settings::new(console, cognito, client, issuer, keys, 30, 12).unwrap();
    LogIn::new(settings, HttpsExchange::new(true).unwrap(), clock.clone())
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// A parameter of the address that the response leads to.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let query = self
            .header("location")
            .split_once('?')
            .unwrap()
            .1
            .to_owned();
        let mut all = form_urlencoded::parse(query.as_bytes());
        let found = all.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }

    /// The header that sets a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let all = self.response.headers().get_all("set-cookie").iter();
        let mut all = all.map(|cookie| cookie.to_str().unwrap());
        all.find(|cookie| cookie.starts_with(&format!("{name}=")))
            .map(str::to_owned)
    }

    /// Nobody is let in, with this code on the page.
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status(), status, "{}", self.response.body());
        let body = self.response.body();
        assert!(body.contains(&format!("<code>{code}</code>")), "{body}");
        assert!(self.session.is_none());
    }

    /// The response leads to the log-in, which will lead back to the page.
    pub(crate) fn led_to_log_in(&self, page: &str) {
        assert!(self.session.is_none());
        assert_eq!(self.status(), 303, "{}", self.response.body());
        assert!(self.header("location").starts_with("/console/login?"));
        assert_eq!(self.parameter("next"), page);
    }
}
