//! Runs the tests as `cargo test` expects it, around one stack.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, OnceLock},
    time::Instant,
};

use libtest_mimic::{Arguments, Failed, Trial, run as run_trials};
use live::{
    narrator::Narrator,
    outcome::{Told, Trouble},
    stack::Stack,
    world::World,
};

use super::Test;

/// Stories under way at once: they mostly wait.
const AT_ONCE: usize = 6;

/// The one world, or why there is none.
static WORLD: OnceLock<Result<World, String>> = OnceLock::new();
/// Whoever comes while it is being made waits.
static MAKING: Mutex<()> = Mutex::new(());

/// Runs stories and tests, in three rounds.
pub(crate) fn run(
    stories: impl Iterator<Item = (&'static str, fn(&World) -> Told)>,
    together: &[Test],
    alone: &[Test],
    at_the_end: &[Test],
) -> ExitCode {
    let arguments = Arguments::from_args();
    let stories = stories.map(|(name, story)| trial(&format!("stories::{name}"), story));
    let first: Vec<Trial> = stories
        .chain(together.iter().map(|(name, test)| trial(name, *test)))
        .collect();
    let second: Vec<Trial> = alone
        .iter()
        .map(|(name, test)| trial(name, *test))
        .collect();
    let last: Vec<Trial> = at_the_end
        .iter()
        .map(|(name, test)| trial(name, *test))
        .collect();
    if arguments.list {
        drop(run_trials(
            &arguments,
            first.into_iter().chain(second).chain(last).collect(),
        ));
        return ExitCode::SUCCESS;
    }
    let threads = |count| Arguments {
        test_threads: Some(count),
        ..arguments.clone()
    };
    let mut failed =
        run_trials(&threads(arguments.test_threads.unwrap_or(AT_ONCE)), first).has_failed();
    failed |= run_trials(&threads(1), second).has_failed();
    if let Some(Ok(world)) = WORLD.get() {
        // Whatever was asked for: what a story leaves behind must keep the rules.
        let everything = Arguments {
            filter: None,
            skip: Vec::new(),
            exact: false,
            ..threads(1)
        };
        failed |= run_trials(&everything, last).has_failed();
        if let Err(trouble) = world.close() {
            eprintln!("closing the world: {trouble}");
            failed = true;
        }
        keep_logs(world, failed);
        world.stack.stop();
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Keeps what the functions have logged: the stack forgets it.
fn keep_logs(world: &World, failed: bool) {
    let file = world.stack.directory.join("functions.log");
    let kept = world
        .stack
        .local(&["logs"])
        .is_ok_and(|logs| fs::write(&file, logs).is_ok());
    if failed && kept {
        eprintln!("what the functions logged is in {}", file.display());
    }
}

fn trial(name: &str, test: fn(&World) -> Told) -> Trial {
    Trial::test(name, move || {
        let world = world().map_err(Failed::from)?;
        test(world).map_err(|trouble| Failed::from(trouble.to_string()))
    })
}

fn world() -> Result<&'static World, String> {
    let _one = MAKING.lock();
    WORLD
        .get_or_init(|| open().map_err(|trouble| trouble.to_string()))
        .as_ref()
        .map_err(Clone::clone)
}

/// A directory that no other run is using now. It is used again, because packed functions are kept in it.
fn directory() -> Told<PathBuf> {
    for number in 1..100 {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stack-{number}"));
        let broken =
            |error: std::io::Error| Trouble::broken(&directory.display().to_string(), error);
        fs::create_dir_all(&directory).map_err(broken)?;
        let lock = fs::File::create(directory.join("lock")).map_err(broken)?;
        if lock.try_lock().is_ok() {
            // Held until this process ends.
            std::mem::forget(lock);
            return Ok(directory);
        }
    }
    Err(Trouble::Broken(
        "a hundred stacks are running already".to_owned(),
    ))
}

fn open() -> Told<World> {
    let begun = Instant::now();
    let stack = Stack::start(&directory()?)?;
    eprintln!(
        "  The stack was ready after {} s.",
        begun.elapsed().as_secs()
    );
    World::open(stack, Narrator::silent())
}
