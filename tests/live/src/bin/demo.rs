//! Plays a day of orders against the running stack that `OMS_STACK` names, tells it, and checks what it tells.
//!
//! Words on the command line are names of scenes; none: all of them. Ends with 0 when everything was so.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use live::{
    narrator::Narrator,
    outcome::{Told, Trouble},
    stack::Stack,
    stories::{SCENES, Scene},
    table,
    world::World,
};

fn main() -> ExitCode {
    let begun = Instant::now();
    let narrator = Narrator::aloud();
    match play(narrator, begun) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(trouble) => {
            Narrator::aloud().not_so(&trouble.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Plays the scenes; how many did not go as told.
fn play(narrator: Narrator, begun: Instant) -> Told<usize> {
    let scenes = wanted()?;
    let world = World::open(Stack::at(&stack_file()?)?, narrator)?;
    let told = |scene: &&Scene| {
        world.narrator().scene(scene.title, scene.about);
        let trouble = (scene.story)(&world).err();
        if let Some(trouble) = &trouble {
            world.narrator().not_so(&trouble.to_string());
        }
        trouble.is_some()
    };
    let mut failed: Vec<&str> = scenes.iter().filter(told).map(|scene| scene.name).collect();
    world.narrator().scene(
        "The rules that never break",
        "Read straight from the table, all of it, when all is done.",
    );
    let last: [fn(&World) -> Told<String>; 2] =
        [table::keeps_its_rules, table::nothing_was_given_up];
    for check in last {
        match check(&world) {
            Ok(fact) => world.narrator().so(&fact),
            Err(trouble) => {
                world.narrator().not_so(&trouble.to_string());
                failed.push("the rules");
            }
        }
    }
    world.close()?;
    sum_up(&world, begun, scenes.len(), &failed);
    Ok(failed.len())
}

fn sum_up(world: &World, begun: Instant, scenes: usize, failed: &[&str]) {
    let narrator = world.narrator();
    let seconds = begun.elapsed().as_secs();
    let (_, facts) = narrator.counts();
    narrator.say("");
    let well = scenes.saturating_sub(failed.len());
    narrator.say(&narrator.bold(&format!(
        "{well} of {scenes} scenes as told, {facts} facts checked, in {seconds} s"
    )));
    if !failed.is_empty() {
        narrator.not_so(&format!("not so: {}", failed.join(", ")));
        return;
    }
    let stack = &world.stack;
    let Some(agent) = stack.users.get("agent") else {
        return;
    };
    narrator.say("");
    narrator.say("Look on, as an agent:");
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
        narrator.say(&line);
    }
}

fn wanted() -> Told<Vec<Scene>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let known: Vec<&str> = SCENES.iter().map(|scene| scene.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Trouble::Broken(format!(
            "there is no scene {unknown}; there are {}",
            known.join(", ")
        )));
    }
    Ok(SCENES
        .into_iter()
        .filter(|scene| names.is_empty() || names.iter().any(|name| name == scene.name))
        .collect())
}

fn stack_file() -> Told<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the demo is no function: this is its one setting"
    )]
    let named = std::env::var("OMS_STACK");
    let file = named.map_or_else(
        |_| live::stack::root().join(".local/stack.json"),
        PathBuf::from,
    );
    if Path::new(&file).is_file() {
        Ok(file)
    } else {
        Err(Trouble::Broken(format!(
            "no stack at {}; start one with infra/local up",
            file.display()
        )))
    }
}
