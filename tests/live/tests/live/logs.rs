//! What the functions have written to their logs in the course of all this.

use live::{
    cloud::LOGS,
    outcome::{Told, expect, expect_that},
    world::World,
};
use serde_json::{Value, json};

/// Of the customer of every story, in whatever field; of every secret.
const PRIVATE: [&str; 6] = [
    "Jane",
    "Doe",
    "example.test",
    "901820",
    "Hauptstr",
    "whsec_",
];

/// No name, address, number or secret in any line.
pub(crate) fn keep_secrets(world: &World) -> Told {
    let mut lines = 0_usize;
    for (name, function) in &world.stack.functions {
        let all = read(world, &function.log_group)?;
        lines = lines.saturating_add(all.len());
        let telling: Vec<&String> = all
            .iter()
            .filter(|line| PRIVATE.iter().any(|word| line.contains(word)))
            .collect();
        expect(
            &format!("lines of {name} that tell too much"),
            telling,
            Vec::<&String>::new(),
        )?;
    }
    expect_that("there are logs to read", lines > 0, lines)
}

fn read(world: &World, group: &str) -> Told<Vec<String>> {
    let mut lines = Vec::new();
    let mut input = json!({ "logGroupName": group });
    loop {
        let page = world.cloud.call(LOGS, "FilterLogEvents", &input)?;
        let events = page["events"].as_array().into_iter().flatten();
        lines.extend(events.filter_map(|event| event["message"].as_str().map(str::to_owned)));
        match page.get("nextToken") {
            Some(token) if token != &Value::Null => input["nextToken"] = token.clone(),
            _ => return Ok(lines),
        }
    }
}
