//! The entry: finds the page of a path, checks that the user may see it, and shows it.

use app::ports::{Clock, DeadLetterQueues, IdGenerator, Store};
use http::{Request, Response};
use web::{Settings, problem::Problem};

use crate::{
    Session, exceptions, layout, lists, order, order_list, post, queues, start, stock,
    visit::{Answer, Visit},
};

/// Answers a request of somebody who is logged in. Every outcome is a page; the CSRF token of a form has been checked.
pub async fn serve(
    store: &impl Store,
    env: &(impl Clock + IdGenerator + DeadLetterQueues),
    settings: &Settings,
    request: &Request<Vec<u8>>,
    session: &Session,
) -> Response<String> {
    let visit = Visit {
        store,
        env,
        settings,
        request,
        session,
        now: env.now(),
    };
    let path = request.uri().path().trim_end_matches('/');
    let (here, answer) = match request.method().as_str() {
        "GET" | "HEAD" => show(&visit, path).await,
        "POST" => (part_of(path), post::submit(&visit, path).await),
        _ => {
            let detail = "A page is read, or a form of it is sent.";
            let problem = Problem::new(405, "method_not_allowed", detail);
            (part_of(path), Err(problem))
        }
    };
    answer.unwrap_or_else(|problem| layout::problem(session, here, problem))
}

async fn show(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator + DeadLetterQueues>,
    path: &str,
) -> (&'static str, Answer) {
    let here = part_of(path);
    let answer = match path {
        "/console" => start::show(visit).await,
        "/console/orders" => order_list::show(visit).await,
        "/console/exceptions" => exceptions::show(visit, None).await,
        "/console/backorders" => lists::backorders(visit).await,
        "/console/unmatched" => lists::unmatched(visit, None).await,
        "/console/stock" => stock::show(visit, None).await,
        "/console/queues" => queues::show(visit, None, None).await,
        "/console/help" => lists::help(visit),
        _ if path.starts_with("/console/queues/") => {
            let name = path.strip_prefix("/console/queues/");
            queues::show(visit, name, None).await
        }
        _ => match path.strip_prefix("/console/orders/") {
            Some(id) => order::show(visit, id).await,
            None => Err(Problem::not_found("There is no such page.")),
        },
    };
    (here, answer)
}

/// The part of the console that a path belongs to.
fn part_of(path: &str) -> &'static str {
    let parts = [
        "/console/orders",
        "/console/exceptions",
        "/console/backorders",
        "/console/unmatched",
        "/console/stock",
        "/console/queues",
    ];
    let part = parts.into_iter().find(|part| path.starts_with(part));
    part.unwrap_or("/console")
}
