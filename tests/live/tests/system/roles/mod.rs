//! The rights of each function's role: every function attempts every call.

mod attempts;
mod check;
mod granted;

pub(crate) use check::each_function;
