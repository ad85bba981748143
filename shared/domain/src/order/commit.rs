//! Commits: the audit trail, the outbox and the hash chain in one record.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Event;
use crate::{open_set::open_set, schema};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Which one: a user's id, a location, a function; never a name or an e-mail address.
    pub id: String,
}

open_set! {
    /// Kinds of actor.
    pub enum ActorKind {
        /// One of our own functions.
        System = "system",
        /// A person or program signed in to the API.
        Agent = "agent",
        /// The payment provider.
        PaymentProvider = "payment_provider",
        /// A warehouse, 3PL or supplier.
        Location = "location",
    }
}

impl Actor {
    /// One of our own functions.
    pub fn system(id: &str) -> Self {
        Self {
            kind: ActorKind::System,
            id: id.to_owned(),
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.as_str().replace('_', " "), self.id)
    }
}

/// What caused it: the message or request, by its sender's own id, so that it is known when it comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Where it came from: `stripe`, `wms`, `api`, `bus`, `sweep`.
    pub source: String,
    /// Its id there: event id, idempotency key, order and sequence number.
    pub id: String,
    /// SHA-256 of a request's content (first 16 hexadecimal digits), to distinguish a repeated request from a reused key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Cause {
    /// A cause without a content digest.
    pub fn new(source: &str, id: impl Into<String>) -> Self {
        Self {
            source: source.to_owned(),
            id: id.into(),
            digest: None,
        }
    }

    /// `source:id`, the text by which it is remembered.
    pub fn key(&self) -> String {
        format!("{}:{}", self.source, self.id)
    }
}

/// What a commit says; its JSON text is what the hash is taken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitBody {
    /// Version of the document, see [`schema::VERSION`].
    #[serde(default = "schema::first")]
    pub schema: u16,
    /// 1 for the placement, then without gaps.
    pub seq: u64,
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub cause: Cause,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Hash of the commit before; empty at the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prev_hash: String,
}

impl CommitBody {
    /// The UTC day on which it is reconciled with the payment gateway; none, when it is nothing to the gateway.
    pub fn reconciled_day(&self) -> Option<Date> {
        let day = || self.at.to_zoned(TimeZone::UTC).date();
        self.events.iter().any(Event::is_reconciled).then(day)
    }

    /// Whether the order remembers the cause. It does not for steps of shipments that have a time: a copy is not newer
    /// than what it has recorded, so it changes nothing, and an order's memory does not grow with what carriers report.
    /// A request has an idempotency key, which is always remembered.
    pub fn remembers_cause(&self) -> bool {
        let timed = |event: &Event| event.shipment_step().is_some_and(|(.., at)| at.is_some());
        self.cause.digest.is_some() || !self.events.iter().any(timed)
    }
}

/// One change of one order. `text` is the body exactly as it was hashed: it is stored and read back unchanged,
/// so that the hash of an old commit stays valid when types gain fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The body.
    pub body: CommitBody,
    /// The body's JSON, as hashed.
    pub text: String,
    /// SHA-256 of `text`, lower-case hexadecimal.
    pub hash: String,
}

impl Commit {
    /// Seals a body: writes its text and takes the hash.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn seal(body: CommitBody) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(&body)?;
        let hash = hex::encode(Sha256::digest(text.as_bytes()));
        Ok(Self { body, text, hash })
    }

    /// Reads a stored commit and checks its own hash.
    ///
    /// # Errors
    /// [`ChainError::Edited`] when text and hash disagree, [`ChainError::Unreadable`] when it is not a commit.
    pub fn open(text: String, hash: String) -> Result<Self, ChainError> {
        if hex::encode(Sha256::digest(text.as_bytes())) != hash {
            return Err(ChainError::Edited);
        }
        let body = serde_json::from_str(&text)
            .map_err(|error| ChainError::Unreadable(error.to_string()))?;
        Ok(Self { body, text, hash })
    }
}

/// A stored commit that this build cannot read. It stands in the place of its commit, so that one of them costs the
/// reader one entry and not the order's whole history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("commit {seq}: {error}")]
pub struct UnreadableCommit {
    /// Its sequence number, from the place where it is stored.
    pub seq: u64,
    /// Why it cannot be read.
    #[source]
    pub error: ChainError,
}

/// Why a chain of commits is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The text does not have its hash.
    #[error("a commit was edited: its text does not have its hash")]
    Edited,
    /// The text is not a commit.
    #[error("a commit cannot be read: {0}")]
    Unreadable(String),
    /// A commit is missing, doubled or out of order.
    #[error("commit {expected} is missing or out of order: found {found}")]
    Gap {
        /// The sequence number that should follow.
        expected: u64,
        /// The one that does.
        found: u64,
    },
    /// A commit does not follow the one before.
    #[error("commit {0} does not follow the one before it")]
    Broken(u64),
}

/// Checks that commits follow each other without gap or edit.
///
/// # Errors
/// The first fault found.
pub fn verify_chain(commits: &[Commit]) -> Result<(), ChainError> {
    let mut expected: u64 = 1;
    let mut previous = "";
    for commit in commits {
        if hex::encode(Sha256::digest(commit.text.as_bytes())) != commit.hash {
            return Err(ChainError::Edited);
        }
        if commit.body.seq != expected {
            return Err(ChainError::Gap {
                expected,
                found: commit.body.seq,
            });
        }
        if commit.body.prev_hash != previous {
            return Err(ChainError::Broken(expected));
        }
        previous = &commit.hash;
        expected = expected.saturating_add(1);
    }
    Ok(())
}
