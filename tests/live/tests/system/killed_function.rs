//! A function is killed during its work.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use live::{
    environment::Environment,
    locations,
    locations::BERLIN,
    outcome::{Outcome, StoryError, expect, expect_that},
    queues,
    wait::{self, Poll},
};

use super::operator;

/// Visibility timeout of the queue for this test, in seconds. The template has 360.
const VISIBILITY_S: u32 = 4;

/// Dispatch is killed while one location does not respond and others have their requests: in the end every location
/// has its request, and none ships twice.
pub(crate) fn during_a_batch(env: &Environment) -> Outcome {
    if !Path::new("/proc/self").exists() {
        eprintln!("skipped: this system has no /proc");
        return Ok(());
    }
    let bremen = "bremen";
    locations::connect(env, bremen)?;
    let (lamp, mug) = (env.sku("LAMP"), env.sku("MUG"));
    env.add_stock(bremen, &lamp, 2)?;
    env.add_stock(BERLIN, &mug, 2)?;
    let queue = env.stack.queue("dispatch")?;
    let visibility = operator::shorten_visibility(env, queue, VISIBILITY_S)?;
    let paused = operator::pause_consumer(env, "dispatch")?;
    let mut orders = Vec::new();
    for sku in [&mug, &lamp, &mug, &lamp] {
        let order = env.basket().with(sku, 1).place()?;
        order.pay(env)?;
        order.until_event("OrderRouted")?;
        orders.push((order, if sku == &lamp { bremen } else { BERLIN }));
    }
    wait::until(
        "four messages on the queue of dispatch",
        wait::SHORT,
        || {
            let depth = env.cloud.depth(queue)?;
            Ok(if depth >= 4 {
                Poll::Ready(())
            } else {
                Poll::Pending(depth.to_string())
            })
        },
    )?;
    env.warehouse.withhold_responses(bremen, true);
    drop(paused);
    let first = orders.iter().find(|(_, location)| *location == bremen);
    let (order, _) = first.ok_or_else(|| StoryError::Failed("no order for Bremen".to_owned()))?;
    let interrupted = order.fulfillment(env, bremen)?.id();
    let killed = kill(env, "dispatch")?;
    env.warehouse.withhold_responses(bremen, false);
    expect_that("processes of dispatch killed", killed > 0, killed)?;
    wait::until(
        "a second request to Bremen with the same id",
        wait::SHORT,
        || {
            let times = env.warehouse.times(&interrupted);
            Ok(if times >= 2 {
                Poll::Ready(())
            } else {
                Poll::Pending(format!("{times} requests"))
            })
        },
    )?;
    for (order, location) in &orders {
        let fulfillment = order.fulfillment(env, location)?;
        fulfillment.prepare()?;
        fulfillment.ship_all("BOX-1")?;
        let view = order.until_status("fulfilled")?;
        order.expect_times(
            &view,
            &[("FulfillmentRequested", 1), ("ShipmentShipped", 1)],
        )?;
    }
    expect("left at Bremen", env.stock_level(&lamp, bremen)?, (0, 0))?;
    expect("left in Berlin", env.stock_level(&mug, BERLIN)?, (0, 0))?;
    queues::wait_until_empty(env)?;
    drop(visibility);
    locations::disconnect(env, bremen)
}

/// Kills (SIGKILL) the processes of a function of this stack, by their ids; gives their number.
fn kill(env: &Environment, name: &str) -> Outcome<usize> {
    let file = env.stack.directory.join("emulator.json");
    let text = fs::read_to_string(&file)
        .map_err(|e| StoryError::failed(&file.display().to_string(), e))?;
    let emulator: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| StoryError::failed("emulator.json", e))?;
    let emulator = emulator["pid"].as_u64().unwrap_or(0);
    let marker = format!(
        "AWS_LAMBDA_FUNCTION_NAME={}",
        env.stack.function_name(name)?
    );
    let mut killed = 0_usize;
    for (pid, parent) in processes()? {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let matches = environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == marker.as_bytes());
        if parent == emulator && matches {
            let done = Command::new("kill").args(["-9", &pid.to_string()]).status();
            killed = killed.saturating_add(usize::from(done.is_ok_and(|status| status.success())));
        }
    }
    Ok(killed)
}

/// Every process id with its parent's.
fn processes() -> Outcome<BTreeMap<u64, u64>> {
    let folder = Path::new("/proc");
    let entries = fs::read_dir(folder).map_err(|e| StoryError::failed("/proc", e))?;
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u64>().ok());
    let parent = |pid: u64| {
        let stat = fs::read_to_string(folder.join(pid.to_string()).join("stat")).ok()?;
        // The name may contain anything; after it come the state and the parent.
        stat.rsplit_once(')')?
            .1
            .split_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
    };
    Ok(pids.filter_map(|pid| Some((pid, parent(pid)?))).collect())
}
