//! The queues of the functions, and what they have given up.

use app::{
    bus::subscriptions::Consumer,
    ports::{Clock, DeadLetterQueues, IdGenerator, Store},
    views::queues::{DeadLettersView, QueuesView},
};
use askama::Template;
use jiff::Timestamp;
use serde_json::Value;
use web::{Operation, problem::Problem};

use crate::{
    format::{Time, words},
    forms::{FieldKind, Form},
    layout::{Layout, Notice, may},
    refusal::Refusal,
    respond,
    submitted::Submitted,
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "queues.html")]
struct QueuesPage<'a> {
    layout: Layout<'a>,
    queues: QueuesView,
    /// The dead letters of the queue that was chosen.
    letters: Option<DeadLettersView>,
    /// Has them handled again, for those who may.
    forms: Vec<Form>,
    now: Timestamp,
}

impl QueuesPage<'_> {
    fn time(&self, at: Timestamp) -> Time {
        Time { at, now: self.now }
    }

    fn words(&self, name: &str) -> String {
        words(name)
    }

    fn body(&self, body: &Value) -> String {
        body.to_string()
    }
}

/// All queues, and the dead letters of the one that the path names; after a form that was refused, with the reason.
pub(crate) async fn show(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator + DeadLetterQueues>,
    name: Option<&str>,
    refused: Option<&Refusal>,
) -> Answer {
    permitted(visit.session, Operation::ListQueues)?;
    let consumer = name.map(consumer).transpose()?;
    let queues = QueuesView::of(&visit.env.depths().await?);
    let letters = match consumer {
        Some(consumer) => {
            let letters = visit.env.dead_letters(consumer).await?;
            Some(DeadLettersView::of(consumer, letters))
        }
        None => None,
    };
    let may_redrive = may(&visit.session.principal, Operation::RedriveDeadLetters);
    let form = |letters: &DeadLettersView| {
        let target = format!("/console/queues/{}/redrive", letters.queue);
        let title = "Have them handled again";
        Form::new(visit.env, "redrive".to_owned(), target, title, title)
            .hinted("Correct the cause first. What was done is not done twice.")
    };
    let some = letters
        .as_ref()
        .filter(|letters| may_redrive && !letters.items.is_empty());
    let given = Submitted::of_query(visit.request);
    let mut layout = Layout::new(visit.session, "/console/queues", "Queues");
    layout.notice = match (refused, given.get("moved")) {
        (Some(refusal), _) => Some(Notice::refused(refusal)),
        (None, Some(moved)) => Some(Notice::done(&format!(
            "So many messages are on their queue again: {moved}."
        ))),
        (None, None) => None,
    };
    let page = QueuesPage {
        layout,
        forms: some.map(form).into_iter().collect(),
        queues,
        letters,
        now: visit.now,
    };
    Ok(respond::html(
        refused.map_or(200, |refusal| refusal.status),
        &page,
    ))
}

fn consumer(name: &str) -> Result<Consumer, Problem> {
    Consumer::of_queue(name).ok_or_else(|| Problem::not_found("There is no such queue."))
}
