//! The logs that the functions have written during all tests.

use live::{
    cloud::LOGS,
    environment::Environment,
    outcome::{Outcome, expect, expect_that},
};
use serde_json::{Value, json};

/// Parts of the personal data in all stories, and of every secret.
const FORBIDDEN: [&str; 6] = [
    "Jane",
    "Doe",
    "example.test",
    "901820",
    "Hauptstr",
    "whsec_",
];

pub(crate) fn no_personal_data_or_secret(env: &Environment) -> Outcome {
    let mut lines = 0_usize;
    for (name, function) in &env.stack.functions {
        let all = read(env, &function.log_group)?;
        lines = lines.saturating_add(all.len());
        let leaking: Vec<&String> = all
            .iter()
            .filter(|line| FORBIDDEN.iter().any(|word| line.contains(word)))
            .collect();
        expect(
            &format!("log lines of {name} with personal data or a secret"),
            leaking,
            Vec::<&String>::new(),
        )?;
    }
    expect_that("there are log lines", lines > 0, lines)
}

/// The lines of a log group.
pub(crate) fn read(env: &Environment, group: &str) -> Outcome<Vec<String>> {
    let mut lines = Vec::new();
    let mut input = json!({ "logGroupName": group });
    loop {
        let page = env.cloud.call(LOGS, "FilterLogEvents", &input)?;
        let events = page["events"].as_array().into_iter().flatten();
        lines.extend(events.filter_map(|event| event["message"].as_str().map(str::to_owned)));
        match page.get("nextToken") {
            Some(token) if token != &Value::Null => input["nextToken"] = token.clone(),
            _ => return Ok(lines),
        }
    }
}
