//! Attempts every call with the keys of every role.

use std::thread;

use live::{
    cloud::{AwsError, Cloud},
    environment::Environment,
    http::Http,
    outcome::{Outcome, StoryError, expect},
};

use super::{
    attempts::{Attempt, attempts},
    granted::granted,
};

/// Every function attempts every call that any of them is allowed, and some that none is.
pub(crate) fn each_function(env: &Environment) -> Outcome {
    let attempts = attempts(env);
    let functions: Vec<&str> = env.stack.functions.keys().map(String::as_str).collect();
    expect("functions", functions.len(), 10)?;
    // In parallel, because the script that gives a role's keys takes a second.
    let results: Vec<Outcome> = thread::scope(|scope| {
        let all: Vec<_> = functions
            .iter()
            .map(|name| (name, &attempts))
            .map(|(name, attempts)| scope.spawn(move || check(env, name, attempts)))
            .collect();
        all.into_iter()
            .map(|one| {
                one.join()
                    .unwrap_or_else(|_| Err(StoryError::Failed("a thread panicked".to_owned())))
            })
            .collect()
    });
    results.into_iter().collect()
}

fn check(env: &Environment, function: &str, attempts: &[Attempt]) -> Outcome {
    let cloud = Cloud::new(Http::default(), &env.stack, &env.stack.role_of(function)?);
    let granted = granted(function);
    for attempt in attempts {
        let outcome = cloud.request(attempt.service, attempt.operation, &attempt.input)?;
        let denied = outcome.as_ref().err().is_some_and(is_denial);
        let what = format!(
            "whether {function} is denied `{}` ({outcome:?})",
            attempt.name
        );
        expect(&what, denied, !granted.contains(&attempt.name))?;
    }
    let unknown: Vec<&String> = granted
        .iter()
        .filter(|name| attempts.iter().all(|a| a.name != **name))
        .collect();
    expect(
        "calls that are granted and were not attempted",
        unknown,
        Vec::<&String>::new(),
    )
}

/// Any other error (a bad receipt, a failed condition) means that the call was allowed.
fn is_denial(error: &AwsError) -> bool {
    matches!(
        error.code.as_str(),
        "AccessDenied" | "AccessDeniedException"
    )
}
