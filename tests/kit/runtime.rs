//! The runtimes that tests run on.

use tokio::runtime::Builder;

/// Runs to the end on this thread alone.
pub(crate) fn block_on(body: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(body);
}

/// Runs to the end, with tasks on so many threads.
pub(crate) fn block_on_threads(threads: usize, body: impl Future<Output = ()>) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(body);
}
