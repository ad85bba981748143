//! What is sent back.

use super::{error::ApiError, faults::Fault, keys::StoredAnswer};

pub(super) enum Reply {
    Answer {
        answer: StoredAnswer,
        headers: Vec<(&'static str, String)>,
        withheld: bool,
    },
    Broken,
}

/// The answer that a request has led to.
pub(super) fn stored(done: Result<String, ApiError>) -> StoredAnswer {
    match done {
        Ok(body) => StoredAnswer { status: 200, body },
        Err(error) => StoredAnswer {
            status: error.status,
            body: error.body().to_string(),
        },
    }
}

pub(super) fn plain(answer: StoredAnswer) -> Reply {
    with_headers(answer, vec![])
}

pub(super) fn with_headers(answer: StoredAnswer, headers: Vec<(&'static str, String)>) -> Reply {
    Reply::Answer {
        answer,
        headers,
        withheld: false,
    }
}

/// The reply to a command that was carried out, now or earlier, as the fault lets it through.
pub(super) fn reply(
    fault: Option<Fault>,
    answer: StoredAnswer,
    headers: Vec<(&'static str, String)>,
) -> Reply {
    let withheld = match fault {
        Some(Fault::Broken { .. }) => return Reply::Broken,
        Some(Fault::NoAnswer) => true,
        Some(Fault::RateLimited { .. } | Fault::ServerError { .. } | Fault::Held) | None => false,
    };
    Reply::Answer {
        answer,
        headers,
        withheld,
    }
}
