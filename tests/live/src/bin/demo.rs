//! Plays the scenes against the running stack that `OMS_STACK` names (a `stack.json`), prints them and checks them.
//!
//! Arguments are names of scenes; without any, all are played. Exits with 0 when every check has passed.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use live::{
    environment::Environment,
    outcome::{Outcome, StoryError},
    queues,
    reporter::Reporter,
    scenes::{SCENES, Scene},
    stack::Stack,
    table,
};

fn main() -> ExitCode {
    match play(Instant::now()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            Reporter::to_stdout().failed(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Plays the scenes and checks the invariants; gives the number of failures.
fn play(begun: Instant) -> Outcome<usize> {
    let scenes = chosen_scenes()?;
    let env = Environment::open(Stack::at(&stack_file()?)?, Reporter::to_stdout())?;
    let reporter = env.reporter();
    let mut failed: Vec<&str> = Vec::new();
    for scene in &scenes {
        reporter.scene(scene.title, scene.about);
        if let Err(error) = (scene.story)(&env) {
            reporter.failed(&error.to_string());
            failed.push(scene.name);
        }
    }
    reporter.scene(
        "The invariants",
        "Checked over the whole table and the dead-letter queues after all scenes.",
    );
    let checks: [fn(&Environment) -> Outcome<String>; 2] =
        [table::invariants_hold, queues::no_new_dead_letters];
    for check in checks {
        match check(&env) {
            Ok(fact) => reporter.passed(&fact),
            Err(error) => {
                reporter.failed(&error.to_string());
                failed.push("invariants");
            }
        }
    }
    env.close()?;
    print_summary(&env, begun, scenes.len(), &failed);
    Ok(failed.len())
}

fn print_summary(env: &Environment, begun: Instant, scenes: usize, failed: &[&str]) {
    let reporter = env.reporter();
    let seconds = begun.elapsed().as_secs();
    let checks = reporter.checks();
    reporter.line("");
    let passed = scenes.saturating_sub(failed.len());
    reporter.line(&reporter.bold(&format!(
        "{passed} of {scenes} scenes passed, {checks} checks, in {seconds} s"
    )));
    if !failed.is_empty() {
        reporter.failed(&format!("failed: {}", failed.join(", ")));
        return;
    }
    let stack = &env.stack;
    let Some(agent) = stack.users.get("agent") else {
        return;
    };
    reporter.line("");
    reporter.line("To look at the orders in a browser:");
    reporter.line(&format!("  {}", stack.console));
    reporter.line(&format!(
        "  log in as {} with {} (or as support, operator, admin @example.test)",
        agent.username, agent.password
    ));
    reporter.line("");
    reporter.line("To continue as an agent with the API:");
    for line in [
        format!("  API='{}/api/oms'", stack.api),
        format!("  TOKEN=$(curl -s {} -H 'content-type: application/x-amz-json-1.1' \\", stack.endpoint),
        "    -H 'x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth' \\".to_owned(),
        format!("    -d '{{\"AuthFlow\":\"USER_PASSWORD_AUTH\",\"ClientId\":\"{}\",", stack.user_pool_client_id),
        format!(
            "         \"AuthParameters\":{{\"USERNAME\":\"{}\",\"PASSWORD\":\"{}\"}}}}' \\",
            agent.username, agent.password
        ),
        "    | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"AuthenticationResult\"][\"AccessToken\"])')"
            .to_owned(),
        "  curl -s \"$API/orders?status=delivered\" -H \"authorization: Bearer $TOKEN\"".to_owned(),
        "  curl -s \"$API/orders/<id>\" -H \"authorization: Bearer $TOKEN\"".to_owned(),
    ] {
        reporter.line(&line);
    }
}

fn chosen_scenes() -> Outcome<Vec<Scene>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let known: Vec<&str> = SCENES.iter().map(|scene| scene.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(StoryError::Failed(format!(
            "there is no scene {unknown}; the scenes are {}",
            known.join(", ")
        )));
    }
    Ok(SCENES
        .into_iter()
        .filter(|scene| names.is_empty() || names.iter().any(|name| name == scene.name))
        .collect())
}

fn stack_file() -> Outcome<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the demo is no function; this is its only setting"
    )]
    let named = std::env::var("OMS_STACK");
    let file = named.map_or_else(
        |_| live::stack::root().join(".local/stack.json"),
        PathBuf::from,
    );
    if Path::new(&file).is_file() {
        Ok(file)
    } else {
        Err(StoryError::Failed(format!(
            "no stack at {}; start one with infra/local up",
            file.display()
        )))
    }
}
