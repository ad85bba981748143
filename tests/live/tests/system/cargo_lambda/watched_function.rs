//! One function under `cargo lambda watch`.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use live::{
    environment::Environment,
    outcome::{Outcome, StoryError},
    stack,
    wait::{self, Poll},
};
use serde_json::Value;

/// Longest wait for a response; the first includes the build.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// A function under `cargo lambda watch`, stopped when this is dropped.
pub(super) struct WatchedFunction<'e> {
    env: &'e Environment,
    function: &'static str,
    port: u16,
    child: Child,
    log: PathBuf,
}

impl<'e> WatchedFunction<'e> {
    pub(super) fn start(env: &'e Environment, function: &'static str) -> Outcome<Self> {
        let what = format!("cargo lambda watch of {function}");
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .map_err(|e| StoryError::failed("a free port", e))?;
        let port = listener
            .local_addr()
            .map_err(|e| StoryError::failed("a free port", e))?
            .port();
        drop(listener);
        let log = env.stack.directory.join(format!("watch-{function}.log"));
        let file = fs::File::create(&log)
            .map_err(|e| StoryError::failed(&log.display().to_string(), e))?;
        let errors = file.try_clone().map_err(|e| StoryError::failed(&what, e))?;
        // The crate of pages has the function's name.
        let package = match function {
            "console" => "console-function",
            other => other,
        };
        let line = format!(
            "eval \"$(infra/local env {function})\" && \
             exec cargo lambda watch --package {package} --invoke-address 127.0.0.1 --invoke-port {port}"
        );
        let mut command = shell(env, &line);
        let child = command.stdout(file).stderr(errors).process_group(0).spawn();
        let child = child.map_err(|e| StoryError::failed(&what, e))?;
        let watched = Self {
            env,
            function,
            port,
            child,
            log,
        };
        wait::until(&what, wait::SHORT, || {
            let output = fs::read_to_string(&watched.log).unwrap_or_default();
            let ready = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            Ok(if ready {
                Poll::Ready(())
            } else {
                Poll::Pending(output)
            })
        })?;
        Ok(watched)
    }

    pub(super) fn invoke(&self, sample: &str) -> Outcome<Value> {
        let Self { function, port, .. } = self;
        let file = Path::new("events")
            .join(function)
            .join(format!("{sample}.json"));
        let line = format!(
            "eval \"$(infra/local env)\" && exec cargo lambda invoke {function} --data-file {} \
             --invoke-address 127.0.0.1 --invoke-port {port}",
            file.display()
        );
        let what = format!("cargo lambda invoke {function} with {sample}");
        let mut command = shell(self.env, &line);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn();
        let mut child = child.map_err(|e| StoryError::failed(&what, e))?;
        let ended = wait::until(&what, RESPONSE_TIMEOUT, || {
            let ended = child.try_wait().map_err(|e| StoryError::failed(&what, e))?;
            // Without this check it would wait for ever when the function does not build.
            let output = fs::read_to_string(&self.log).unwrap_or_default();
            if ended.is_none() && output.contains("command exited") {
                stop(&child);
                return Err(StoryError::failed(&what, output));
            }
            Ok(ended.map_or(Poll::Pending(output), Poll::Ready))
        });
        if ended.is_err() {
            stop(&child);
        }
        ended?;
        let output = child
            .wait_with_output()
            .map_err(|e| StoryError::failed(&what, e))?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&stdout).map_err(|_| {
            StoryError::failed(
                &what,
                format!("{stdout}{}", String::from_utf8_lossy(&output.stderr)),
            )
        })
    }
}

impl Drop for WatchedFunction<'_> {
    fn drop(&mut self) {
        stop(&self.child);
        drop(self.child.wait());
    }
}

/// Ends a process and those that it has started.
fn stop(child: &Child) {
    drop(
        Command::new("kill")
            .args(["--", &format!("-{}", child.id())])
            .status(),
    );
}

fn shell(env: &Environment, line: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", line])
        .current_dir(stack::root())
        .env("OMS_STATE_DIR", &env.stack.directory);
    command.stdin(Stdio::null());
    stack::without_cargo_of_this_test(&mut command);
    command
}
