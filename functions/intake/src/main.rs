//! Takes webhooks in over HTTPS.
mod receive;
fn main() {}
