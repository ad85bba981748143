//! The queues of the stack: how many messages they hold, and what has reached their dead-letter queues.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    environment::Environment,
    outcome::{Outcome, expect},
    wait::{self, Poll},
};

/// Waits until all queues of the consumers are empty: every message has been processed.
///
/// # Errors
/// When one still holds messages after [`wait::LONG`].
pub fn wait_until_empty(env: &Environment) -> Outcome {
    let names: Vec<&str> = env.stack.queues.keys().map(String::as_str).collect();
    wait_until_these_are_empty(env, &names)
}

/// Waits until the queues of these names are empty.
///
/// # Errors
/// When one still holds messages after [`wait::LONG`], or does not exist.
pub fn wait_until_these_are_empty(env: &Environment, names: &[&str]) -> Outcome {
    let what = format!("queues {} being empty", names.join(", "));
    wait::until(&what, wait::LONG, || {
        let mut left = Vec::new();
        for name in names {
            let depth = env.cloud.depth(env.stack.queue(name)?)?;
            if depth > 0 {
                left.push(format!("{name} {depth}"));
            }
        }
        Ok(if left.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending(left.join(", "))
        })
    })
}

/// Sends the message that the scheduler sends to start a sweep.
///
/// # Errors
/// When the queue refuses it.
pub fn send_sweep(env: &Environment) -> Outcome {
    let queue = env.stack.queue("replenishment")?;
    env.cloud.send_message(queue, &json!({ "sweep": true }))
}

/// Checks that no message was dead-lettered since the environment was opened. Gives a sentence for the report.
///
/// # Errors
/// When one was, with the counts of all dead-letter queues.
pub fn no_new_dead_letters(env: &Environment) -> Outcome<String> {
    expect(
        "messages in dead-letter queues",
        dead_letters(env)?,
        env.dead_letters_before.clone(),
    )?;
    Ok("No message was dead-lettered.".to_owned())
}

/// Messages in each dead-letter queue.
pub(crate) fn dead_letters(env: &Environment) -> Outcome<BTreeMap<String, u64>> {
    let queues = env
        .stack
        .dead_letters
        .iter()
        .map(|(name, url)| (name.as_str(), url.as_str()));
    let all = queues.chain([("relay-failures", env.stack.relay_failures.as_str())]);
    all.map(|(name, url)| Ok((name.to_owned(), env.cloud.depth(url)?)))
        .collect()
}
