//! Each function alone under `cargo lambda watch`, invoked with its sample events.

mod samples;
mod watched_function;

pub(crate) use samples::every_sample_event;
