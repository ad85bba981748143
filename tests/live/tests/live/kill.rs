//! A function that dies in the middle of its work.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use live::{
    locations,
    locations::BERLIN,
    outcome::{Told, Trouble, expect, expect_that},
    watch::{self, Look},
    world::World,
};

use super::operator;

/// Messages come back so many seconds after a function has died with them. The template says 360.
const BACK_AFTER_S: u32 = 4;

/// Killed while one location keeps it waiting and others have been told: everyone is told in the end, and nobody
/// ships twice.
pub(crate) fn in_mid_batch(world: &World) -> Told {
    if !Path::new("/proc/self").exists() {
        eprintln!("skipped: this system does not show its processes in /proc");
        return Ok(());
    }
    let bremen = "bremen";
    locations::connect(world, bremen)?;
    let (lamp, mug) = (world.sku("LAMP"), world.sku("MUG"));
    world.stock(bremen, &lamp, 2)?;
    world.stock(BERLIN, &mug, 2)?;
    let queue = operator::queue(world, "dispatch")?;
    let hasty = operator::come_back_after(world, queue, BACK_AFTER_S)?;
    let stopped = operator::stop(world, "dispatch")?;
    let mut orders = Vec::new();
    for sku in [&mug, &lamp, &mug, &lamp] {
        let order = world.basket().with(sku, 1).place()?;
        order.pay(world)?;
        order.until_event("OrderRouted")?;
        orders.push((order, if sku == &lamp { bremen } else { BERLIN }));
    }
    watch::until("four messages waiting for dispatch", watch::SOON, || {
        let depth = world.cloud.depth(queue)?;
        Ok(if depth >= 4 {
            Look::There(())
        } else {
            Look::NotYet(depth.to_string())
        })
    })?;
    world.warehouse.keep_silent(bremen, true);
    drop(stopped);
    let first = orders.iter().find(|(_, location)| *location == bremen);
    let (order, _) = first.ok_or_else(|| Trouble::Broken("no order for Bremen".to_owned()))?;
    let interrupted = order.job(world, bremen)?.id();
    let killed = kill(world, "dispatch")?;
    world.warehouse.keep_silent(bremen, false);
    expect_that("dispatch was killed at work", killed > 0, killed)?;
    watch::until(
        "Bremen being told again, under the same id",
        watch::SOON,
        || {
            let times = world.warehouse.times(&interrupted);
            Ok(if times >= 2 {
                Look::There(())
            } else {
                Look::NotYet(format!("told {times} times"))
            })
        },
    )?;
    for (order, location) in &orders {
        let job = order.job(world, location)?;
        job.prepare()?;
        job.ship_all("BOX-1")?;
        let shown = order.until_status("fulfilled")?;
        order.expect_times(
            &shown,
            &[("FulfillmentRequested", 1), ("ShipmentShipped", 1)],
        )?;
    }
    expect("left at Bremen", world.shelf(&lamp, bremen)?, (0, 0))?;
    expect("left in Berlin", world.shelf(&mug, BERLIN)?, (0, 0))?;
    live::table::settled(world)?;
    drop(hasty);
    locations::disconnect(world, bremen)
}

/// Kills the processes of a function of this stack, by their ids, at once and without a word; how many.
fn kill(world: &World, name: &str) -> Told<usize> {
    let file = world.stack.directory.join("emulator.json");
    let text =
        fs::read_to_string(&file).map_err(|e| Trouble::broken(&file.display().to_string(), e))?;
    let emulator: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| Trouble::broken("emulator.json", e))?;
    let emulator = emulator["pid"].as_u64().unwrap_or(0);
    let wanted = format!(
        "AWS_LAMBDA_FUNCTION_NAME={}",
        operator::function(world, name)?
    );
    let mut killed = 0_usize;
    for (pid, parent) in processes()? {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let is_it = environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted.as_bytes());
        if parent == emulator && is_it {
            let done = Command::new("kill").args(["-9", &pid.to_string()]).status();
            killed = killed.saturating_add(usize::from(done.is_ok_and(|status| status.success())));
        }
    }
    Ok(killed)
}

/// Every process and its parent.
fn processes() -> Told<BTreeMap<u64, u64>> {
    let folder = Path::new("/proc");
    let entries = fs::read_dir(folder).map_err(|e| Trouble::broken("/proc", e))?;
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u64>().ok());
    let parent = |pid: u64| {
        let stat = fs::read_to_string(folder.join(pid.to_string()).join("stat")).ok()?;
        // After the name, which may hold anything, come the state and the parent.
        stat.rsplit_once(')')?
            .1
            .split_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
    };
    Ok(pids.filter_map(|pid| Some((pid, parent(pid)?))).collect())
}
