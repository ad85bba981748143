//! Each function by itself, under `cargo lambda watch` and with the sample events, as the README says it.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use live::{
    outcome::{Told, Trouble, expect},
    stack,
    watch::{self, Look},
    world::World,
};
use serde_json::Value;

use super::operator;

/// Longest wait for an answer; the first one waits until the function is built.
const ANSWER: Duration = Duration::from_secs(15 * 60);

/// What a case is answered with.
#[derive(Clone, Copy)]
enum Answer {
    /// HTTP, with the problem's code; empty: no problem.
    Status(u64, &'static str),
    /// A batch, with the messages or records that are to come again.
    Again(&'static [&'static str]),
}

use Answer::{Again, Status};

const FIRST: &str = "7d9a6c1e-0000-4000-8000-000000000001";

/// Every function and every file of its folder.
const CASES: &[(&str, &[(&str, Answer)])] = &[
    (
        "intake",
        &[
            ("base64_body", Status(401, "timestamp_out_of_window")),
            ("forged_signature", Status(401, "wrong_signature")),
            ("no_signature", Status(401, "missing_signature")),
            ("replayed", Status(401, "timestamp_out_of_window")),
            ("unknown_source", Status(404, "unknown_source")),
            ("warehouse_forged", Status(401, "wrong_signature")),
        ],
    ),
    (
        "lifecycle",
        &[
            ("early_neighbour", Again(&[FIRST])),
            ("malformed", Again(&[])),
            ("payment_before_its_order", Again(&[FIRST])),
            ("stock_received", Again(&[])),
        ],
    ),
    (
        "routing",
        &[
            ("malformed", Again(&[])),
            ("order_released", Again(&[FIRST])),
            ("redrive", Again(&[FIRST])),
        ],
    ),
    (
        "replenishment",
        &[
            ("drain", Again(&[])),
            ("malformed", Again(&[])),
            ("stock_received", Again(&[])),
            ("sweep", Again(&[])),
        ],
    ),
    (
        "cancellation",
        &[
            ("by_support", Status(403, "forbidden")),
            ("malformed", Again(&[])),
            ("payment_failed", Again(&[FIRST])),
            ("unknown_order", Status(404, "not_found")),
            ("without_key", Status(400, "idempotency_key_required")),
        ],
    ),
    (
        "dispatch",
        &[
            ("cancellation_requested", Again(&[FIRST])),
            ("malformed", Again(&[])),
            ("order_routed", Again(&[FIRST])),
        ],
    ),
    (
        "relay",
        &[
            ("edited_commit", Again(&["000000000000000000002"])),
            ("order_placed", Again(&[])),
            ("stock_received", Again(&[])),
        ],
    ),
    (
        "api",
        &[
            ("adjust_stock", Status(200, "")),
            ("adjust_stock_by_support", Status(403, "forbidden")),
            ("backorders", Status(200, "")),
            ("find_orders", Status(200, "")),
            ("locations", Status(200, "")),
            ("place_order", Status(201, "")),
            ("place_order_without_lines", Status(422, "invalid_order")),
            ("stock", Status(200, "")),
            ("unknown_order", Status(404, "not_found")),
        ],
    ),
];

/// Watches each function in turn and sends it all of its cases.
pub(crate) fn every_case(world: &World) -> Told {
    for (function, cases) in CASES {
        let listed: Vec<&str> = cases.iter().map(|(case, _)| *case).collect();
        expect(
            &format!("the files of events/{function}"),
            files(function)?,
            listed,
        )?;
        let watched = Watched::start(world, function)?;
        for (case, answer) in *cases {
            check(
                &format!("{function} {case}"),
                &watched.invoke(case)?,
                *answer,
            )?;
        }
        drop(watched);
        if cases.iter().any(|(case, _)| *case == "malformed") {
            put_aside(world, function)?;
        }
    }
    Ok(())
}

fn check(what: &str, found: &Value, answer: Answer) -> Told {
    match answer {
        Status(status, code) => {
            let body: Value = serde_json::from_str(found["body"].as_str().unwrap_or_default())
                .unwrap_or_default();
            let found = (
                found["statusCode"].as_u64(),
                body["code"].as_str().unwrap_or_default(),
            );
            expect(
                &format!("the answer to {what}: {body}"),
                found,
                (Some(status), code),
            )
        }
        Again(wanted) => {
            let failures = found["batchItemFailures"].as_array();
            let ids = failures.map(|all| {
                all.iter()
                    .filter_map(|one| one["itemIdentifier"].as_str())
                    .collect::<Vec<_>>()
            });
            expect(
                &format!("what of {what} is to come again ({found})"),
                ids,
                Some(wanted.to_vec()),
            )
        }
    }
}

/// What can never be read has gone to the function's own dead-letter queue, with the reason.
fn put_aside(world: &World, function: &str) -> Told {
    let queue = if function == "lifecycle" {
        "inbound"
    } else {
        function
    };
    let queue = operator::dead_letters(world, queue)?;
    let message = operator::receive(world, queue, 30)?;
    let message =
        message.ok_or_else(|| Trouble::Broken(format!("{function} has put nothing aside")))?;
    expect(
        "the reason's code",
        message.attribute("reason_code"),
        "malformed",
    )?;
    message.delete(world)
}

fn files(function: &str) -> Told<Vec<String>> {
    let folder = stack::root().join("events").join(function);
    let entries =
        fs::read_dir(&folder).map_err(|e| Trouble::broken(&folder.display().to_string(), e))?;
    let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| stem(entry.path()))
        .collect();
    names.sort();
    Ok(names)
}

/// A function under `cargo lambda watch`, until this is dropped.
struct Watched<'w> {
    world: &'w World,
    function: &'static str,
    port: u16,
    child: Child,
    log: PathBuf,
}

impl<'w> Watched<'w> {
    fn start(world: &'w World, function: &'static str) -> Told<Self> {
        let what = format!("cargo lambda watch of {function}");
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).map_err(|e| Trouble::broken("a free port", e))?;
        let port = listener
            .local_addr()
            .map_err(|e| Trouble::broken("a free port", e))?
            .port();
        drop(listener);
        let log = world.stack.directory.join(format!("watch-{function}.log"));
        let file =
            fs::File::create(&log).map_err(|e| Trouble::broken(&log.display().to_string(), e))?;
        let errors = file.try_clone().map_err(|e| Trouble::broken(&what, e))?;
        let line = format!(
            "eval \"$(infra/local env {function})\" && \
             exec cargo lambda watch --package {function} --invoke-address 127.0.0.1 --invoke-port {port}"
        );
        let mut command = shell(world, &line);
        let child = command.stdout(file).stderr(errors).process_group(0).spawn();
        let child = child.map_err(|e| Trouble::broken(&what, e))?;
        let watched = Self {
            world,
            function,
            port,
            child,
            log,
        };
        watch::until(&what, watch::SOON, || {
            let said = fs::read_to_string(&watched.log).unwrap_or_default();
            let ready = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            Ok(if ready {
                Look::There(())
            } else {
                Look::NotYet(said)
            })
        })?;
        Ok(watched)
    }

    fn invoke(&self, case: &str) -> Told<Value> {
        let Self { function, port, .. } = self;
        let file = Path::new("events")
            .join(function)
            .join(format!("{case}.json"));
        let line = format!(
            "eval \"$(infra/local env)\" && exec cargo lambda invoke {function} --data-file {} \
             --invoke-address 127.0.0.1 --invoke-port {port}",
            file.display()
        );
        let what = format!("cargo lambda invoke {function} with {case}");
        let mut command = shell(self.world, &line);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn();
        let mut child = child.map_err(|e| Trouble::broken(&what, e))?;
        let ended = watch::until(&what, ANSWER, || {
            let ended = child.try_wait().map_err(|e| Trouble::broken(&what, e))?;
            // It waits for ever when the function does not build.
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            if ended.is_none() && said.contains("command exited") {
                stop(&child);
                return Err(Trouble::broken(&what, said));
            }
            Ok(ended.map_or(Look::NotYet(said), Look::There))
        });
        if ended.is_err() {
            stop(&child);
        }
        ended?;
        let output = child
            .wait_with_output()
            .map_err(|e| Trouble::broken(&what, e))?;
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&said).map_err(|_| {
            Trouble::broken(
                &what,
                format!("{said}{}", String::from_utf8_lossy(&output.stderr)),
            )
        })
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        stop(&self.child);
        drop(self.child.wait());
    }
}

/// Ends a process of ours and those that it started.
fn stop(child: &Child) {
    drop(
        Command::new("kill")
            .args(["--", &format!("-{}", child.id())])
            .status(),
    );
}

fn shell(world: &World, line: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", line])
        .current_dir(stack::root())
        .env("OMS_STATE_DIR", &world.stack.directory);
    command.stdin(Stdio::null());
    stack::without_cargo_of_this_test(&mut command);
    command
}
