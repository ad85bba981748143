//! A browser without scripts: pages are read as a browser reads them, and forms are sent with the fields that they have.

use app::access::{Claims, Principal};
use console::{Session, serve};
use http::{Request, Response};
use scraper::{ElementRef, Html, Selector};
use serde_json::json;
use web::Env;

use crate::api_harness::ApiHarness;

pub(super) const CSRF: &str = "csrf-token-of-the-session";

/// Somebody who is logged in.
pub(super) struct User<'a> {
    pub(super) api: &'a ApiHarness,
    pub(super) session: Session,
}

/// A page that was answered.
pub(super) struct Page {
    pub(super) status: u16,
    /// Where it leads to.
    pub(super) location: Option<String>,
    pub(super) text: String,
    pub(super) html: Html,
}

impl<'a> User<'a> {
    /// A user of the groups, separated by spaces.
    pub(super) fn of(api: &'a ApiHarness, groups: &str) -> Self {
        let subject = format!("user-{}", groups.replace([' ', ':'], "-"));
        let claims = json!({ "sub": subject, "cognito:groups": format!("[{groups}]") });
        let claims = Claims(claims.as_object().cloned().unwrap());
        let session = Session {
            principal: Principal::from_claims(&claims).unwrap(),
            email: Some("person@example.test".to_owned()),
            csrf: CSRF.to_owned(),
        };
        Self { api, session }
    }

    pub(super) async fn get(&self, target: &str) -> Page {
        let request = Request::get(target).body(Vec::new()).unwrap();
        self.send(&request).await
    }

    /// Sends fields to a path, whatever forms there are.
    pub(super) async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = fields.iter().map(|(name, value)| {
            let encoded = |text: &str| {
                text.bytes()
                    .map(|byte| format!("%{byte:02X}"))
                    .collect::<String>()
            };
            format!("{}={}", encoded(name), encoded(value))
        });
        let body: Vec<String> = body.collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&").into_bytes())
            .unwrap();
        self.send(&request).await
    }

    async fn send(&self, request: &Request<Vec<u8>>) -> Page {
        let api = self.api;
        let env = Env {
            clock: &api.clock,
            queues: &api.queues,
        };
        let response: Response<String> =
            serve(&api.store, &env, &api.settings, request, &self.session).await;
        let location = response.headers().get("location");
        Page {
            status: response.status().as_u16(),
            location: location.map(|value| value.to_str().unwrap().to_owned()),
            html: Html::parse_document(response.body()),
            text: response.into_body(),
        }
    }

    /// Sends a form of a page with other values in some of its fields, and follows where it leads to.
    pub(super) async fn submit(&self, page: &Page, action: &str, values: &[(&str, &str)]) -> Page {
        let sent = self.submit_only(page, action, values).await;
        match &sent.location {
            Some(target) => self.get(target).await,
            None => sent,
        }
    }

    pub(super) async fn submit_only(
        &self,
        page: &Page,
        action: &str,
        values: &[(&str, &str)],
    ) -> Page {
        let mut fields = page.fields(action);
        for (name, value) in values {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post(action, &fields).await
    }
}

impl Page {
    /// The elements that a selector finds.
    pub(super) fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap();
        self.html.select(&selector).collect()
    }

    /// The words of the elements that a selector finds.
    pub(super) fn words(&self, selector: &str) -> String {
        let found = self.all(selector).into_iter();
        let texts: Vec<String> = found.map(|found| found.text().collect()).collect();
        texts
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The actions of the forms that change something, without logging out.
    pub(super) fn actions(&self) -> Vec<String> {
        let forms = self.all("main form[method=post]").into_iter();
        forms
            .map(|form| form.attr("action").unwrap().to_owned())
            .collect()
    }

    /// The form of an action, as a browser would send it untouched.
    pub(super) fn fields(&self, action: &str) -> Vec<(String, String)> {
        let form = self.all(&format!("form[action='{action}']"));
        let form = *form
            .first()
            .unwrap_or_else(|| panic!("no form {action}: {:?}", self.actions()));
        let named = Selector::parse("input[name], select, textarea").unwrap();
        let mut fields = Vec::new();
        for field in form.select(&named) {
            let name = field.attr("name").unwrap().to_owned();
            let value = match field.value().name() {
                "select" => {
                    let options = Selector::parse("option").unwrap();
                    let chosen = Selector::parse("option[selected]").unwrap();
                    let option = field
                        .select(&chosen)
                        .next()
                        .or(field.select(&options).next());
                    option
                        .and_then(|option| option.attr("value"))
                        .unwrap_or_default()
                        .to_owned()
                }
                "textarea" => field.text().collect(),
                _ if field.attr("type") == Some("checkbox") && field.attr("checked").is_none() => {
                    continue;
                }
                _ => field.attr("value").unwrap_or_default().to_owned(),
            };
            fields.push((name, value));
        }
        fields
    }
}
