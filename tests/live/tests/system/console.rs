//! The console's log-in, over HTTP with a cookie jar, as a browser goes through it.

use std::collections::BTreeMap;

use live::{
    environment::Environment,
    http::{Http, Response},
    outcome::{Outcome, StoryError, expect, expect_that},
};

/// A browser at the console: it keeps cookies by host, and follows where it is led when it is told to.
struct Browser<'e> {
    env: &'e Environment,
    http: Http,
    cookies: BTreeMap<String, String>,
}

impl<'e> Browser<'e> {
    fn new(env: &'e Environment) -> Self {
        Self {
            env,
            http: Http::default(),
            cookies: BTreeMap::new(),
        }
    }

    /// The console's scheme, host and port.
    fn origin(&self) -> &str {
        self.env.stack.console.trim_end_matches("/console")
    }

    fn get(&mut self, path: &str) -> Outcome<Response> {
        self.send("GET", path, None)
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Outcome<Response> {
        let origin = self.origin().to_owned();
        let host = origin.trim_start_matches("http://").to_owned();
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let mut headers = vec![("host", host.as_str())];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if form.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            headers.push(("origin", &origin));
        }
        // By address, because not every system resolves names below localhost.
        let url = format!("{}{path}", self.env.stack.endpoint);
        let response = self
            .http
            .send(method, &url, &headers, form.map(str::as_bytes))?;
        self.keep(&response);
        Ok(response)
    }

    fn keep(&mut self, response: &Response) {
        let set = response
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        for (_, cookie) in set {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The path that a response of the console leads to.
    fn led_to(&self, response: &Response) -> Outcome<String> {
        expect("the status", response.status, 303)?;
        let location = response.header("location").unwrap_or_default();
        let path = location.strip_prefix(self.origin()).unwrap_or(location);
        Ok(path.to_owned())
    }

    /// Fills in the form of the hosted UI for the group's user, and follows back to the page that was wanted.
    fn log_in(&mut self, group: &str, begin: &str) -> Outcome<String> {
        let begun = self.get(begin)?;
        let authorize = self.led_to(&begun)?;
        let page = self.http.send("GET", &authorize, &[], None)?;
        expect("the hosted UI", page.status, 200)?;
        let no_user = || StoryError::Failed(format!("group {group} has no user"));
        let user = self.env.stack.users.get(group).ok_or_else(no_user)?;
        let mut form = hidden_fields(&page.body);
        form.push(("username".to_owned(), user.username.clone()));
        form.push(("password".to_owned(), user.password.clone()));
        let form: Vec<String> = form
            .iter()
            .map(|(n, v)| format!("{n}={}", encoded(v)))
            .collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let action = format!("{}/login", self.env.stack.endpoint);
        let sent = self
            .http
            .send("POST", &action, &headers, Some(form.join("&").as_bytes()))?;
        expect("the answer to the log-in form", sent.status, 302)?;
        let location = sent.header("location").unwrap_or_default();
        let callback = location
            .strip_prefix(self.origin())
            .unwrap_or_default()
            .to_owned();
        expect_that(
            "it leads back to us",
            callback.starts_with("/console/callback?"),
            &callback,
        )?;
        let back = self.get(&callback)?;
        self.led_to(&back)
    }
}

/// Without cookies, a page leads to the log-in, and the log-in to that page.
pub(crate) fn log_in(env: &Environment) -> Outcome {
    let mut browser = Browser::new(env);
    let first = browser.get("/console")?;
    let begin = browser.led_to(&first)?;
    expect(
        "where the console leads",
        begin.as_str(),
        "/console/login?next=%2Fconsole",
    )?;
    let wanted = "/console/orders?q=1001&status=paid";
    let led = browser.get(wanted)?;
    let begin = browser.led_to(&led)?;
    let back = browser.log_in("agent", &begin)?;
    expect("the page after the log-in", back.as_str(), wanted)?;
    let page = browser.get("/console")?;
    expect("the first page", page.status, 200)?;
    expect_that(
        "it says who is logged in",
        page.body.contains("agent@example.test"),
        &page.body,
    )?;
    expect("cookies", browser.cookies.len(), 4)?;
    for header in [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
    ] {
        expect_that(header, page.header(header).is_some(), &page.headers)?;
    }
    expect("caching", page.header("cache-control"), Some("no-store"))
}

/// The console's tokens are for the console, and those of the API for the API.
pub(crate) fn tokens_are_not_mixed(env: &Environment) -> Outcome {
    let mut browser = Browser::new(env);
    browser.log_in("admin", "/console/login")?;
    let token = browser
        .cookies
        .get("oms-access")
        .cloned()
        .unwrap_or_default();
    let bearer = format!("Bearer {token}");
    let answer = env.get("/api/oms/orders", &[("authorization", &bearer)])?;
    expect("the API with the console's token", answer.status, 401)?;
    let of_the_api = env.users.log_in("admin")?.access_token;
    browser.cookies.insert("oms-access".to_owned(), of_the_api);
    let led = browser.get("/console")?;
    browser.led_to(&led).map(drop)
}

/// A lost access token is refreshed, with the same rights; after log-out the refresh token is worth nothing.
pub(crate) fn refresh_and_log_out(env: &Environment) -> Outcome {
    let mut browser = Browser::new(env);
    browser.log_in("agent", "/console/login")?;
    browser.cookies.remove("oms-access");
    expect(
        "the page with a refreshed token",
        browser.get("/console")?.status,
        200,
    )?;
    expect_that(
        "there is a new token",
        browser.cookies.contains_key("oms-access"),
        browser.cookies.len(),
    )?;
    let mut kept = browser.cookies.clone();

    let without = browser.send("POST", "/console/logout", Some("csrf=x"))?;
    expect("log-out without the token", without.status, 403)?;
    let form = format!(
        "csrf={}",
        browser
            .cookies
            .get("oms-session")
            .cloned()
            .unwrap_or_default()
    );
    let out = browser.send("POST", "/console/logout", Some(&form))?;
    let hosted = browser.led_to(&out)?;
    expect("cookies after log-out", browser.cookies.len(), 0)?;
    let left = browser.http.send("GET", &hosted, &[], None)?;
    expect("leaving the hosted UI", left.status, 302)?;
    expect(
        "where it leads",
        left.header("location"),
        Some(env.stack.console.as_str()),
    )?;

    kept.remove("oms-access");
    browser.cookies = kept;
    let led = browser.get("/console")?;
    browser.led_to(&led).map(drop)
}

/// Names and values of the hidden fields of a form.
fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(rest.split_once('"')?.0.replace("&amp;", "&"))
    };
    let tags = html.split("<input type=\"hidden\"").skip(1);
    tags.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect()
}

/// A value of a form.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
