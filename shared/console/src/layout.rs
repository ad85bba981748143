//! What every page has: navigation, the search box, who is logged in, notices.

use app::access::Principal;
use askama::Template;
use http::Response;
use web::{Operation, ROUTES, problem::Problem};

use crate::{Session, assets, refusal::Refusal, respond};

/// The frame of a page.
pub(crate) struct Layout<'a> {
    pub(crate) title: String,
    /// The path of the page's part of the console.
    pub(crate) here: &'static str,
    pub(crate) session: &'a Session,
    /// What is in the search box.
    pub(crate) search: String,
    pub(crate) notice: Option<Notice>,
}

/// What has become of the last request.
pub(crate) struct Notice {
    /// Whether it was refused.
    pub(crate) is_problem: bool,
    pub(crate) text: String,
    /// The stable code of a refusal.
    pub(crate) code: Option<String>,
    /// What goes with it, one line each.
    pub(crate) details: Vec<String>,
    /// What the user had written, when its form is no longer there: label and value.
    pub(crate) kept: Vec<(String, String)>,
}

/// A part of the console, and the route of the API that reads the same.
const PARTS: [(&str, &str, Operation); 6] = [
    ("/console/orders", "Orders", Operation::ListOrders),
    (
        "/console/exceptions",
        "Exceptions",
        Operation::ListExceptions,
    ),
    (
        "/console/backorders",
        "Backorders",
        Operation::ListBackorders,
    ),
    (
        "/console/unmatched",
        "Unmatched payments",
        Operation::ListUnmatchedPayments,
    ),
    ("/console/stock", "Stock", Operation::ReadStock),
    ("/console/queues", "Queues", Operation::ListQueues),
];

/// Whether a caller may use a route of the API.
pub(crate) fn may(principal: &Principal, operation: Operation) -> bool {
    let mut routes = ROUTES.iter();
    let route = routes.find(|route| route.operation == operation);
    route.is_some_and(|route| principal.may_any(route.permissions))
}

impl<'a> Layout<'a> {
    pub(crate) fn new(session: &'a Session, here: &'static str, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            here,
            session,
            search: String::new(),
            notice: None,
        }
    }

    /// The parts that the user may see: path, name, and whether the page is in it.
    pub(crate) fn parts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let may = |operation| may(&self.session.principal, operation);
        let mut parts = vec![("/console", "Start", self.here == "/console")];
        parts.extend(
            PARTS
                .into_iter()
                .filter(|(_, _, operation)| may(*operation))
                .map(|(path, name, _)| (path, name, self.here == path)),
        );
        parts
    }

    pub(crate) fn may_search(&self) -> bool {
        may(&self.session.principal, Operation::ListOrders)
    }

    /// Who is logged in.
    pub(crate) fn user(&self) -> &str {
        let session = self.session;
        session
            .email
            .as_deref()
            .unwrap_or(&session.principal.subject)
    }

    /// The roles of who is logged in.
    pub(crate) fn roles(&self) -> String {
        let roles = self.session.principal.roles.iter();
        let names: Vec<&str> = roles.map(|role| role.as_str()).collect();
        if names.is_empty() {
            "no role".to_owned()
        } else {
            names.join(", ")
        }
    }

    pub(crate) fn stylesheet(&self) -> String {
        assets::path("console.css")
    }

    pub(crate) fn keys(&self) -> String {
        assets::path("keys.js")
    }
}

impl Notice {
    /// Something was refused.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        Self {
            is_problem: true,
            text: refusal.detail.clone(),
            code: Some(refusal.code.clone()),
            details: refusal.details.clone(),
            kept: Vec::new(),
        }
    }

    /// Something was done.
    pub(crate) fn done(text: &str) -> Self {
        Self {
            is_problem: false,
            text: text.to_owned(),
            code: None,
            details: Vec::new(),
            kept: Vec::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    layout: Layout<'a>,
    problem: Problem,
    advice: &'static str,
}

/// The page of a request that cannot be answered with what it asks for.
pub(crate) fn problem(session: &Session, here: &'static str, problem: Problem) -> Response<String> {
    problem.log("console");
    let (title, advice) = match problem.status {
        403 => (
            "Not permitted",
            "Ask whoever manages the users of this console for the role that it needs.",
        ),
        404 => (
            "Not found",
            "Check what was typed, or find the order by its number, e-mail address or tracking number.",
        ),
        500.. => ("Not available", "Nothing was changed. Try it again."),
        _ => ("Not understood", "Go back and correct it."),
    };
    let status = problem.status;
    let page = ProblemPage {
        layout: Layout::new(session, here, title),
        problem,
        advice,
    };
    respond::html(status, &page)
}
