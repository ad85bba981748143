//! Proof of a checked signature, as types.

/// The raw bytes of a body whose signature has been checked.
#[derive(Clone, Copy)]
pub struct Verified<'a>(&'a [u8]);

impl<'a> Verified<'a> {
    /// For the schemes of this folder, after the check.
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The bytes as they came.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

// Bodies hold personal data, and debug output ends up in logs.
impl std::fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verified({} bytes)", self.0.len())
    }
}

/// A checked body and the message id that was signed along with it.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedMessage<'a> {
    id: &'a str,
    body: Verified<'a>,
}

impl<'a> VerifiedMessage<'a> {
    pub(super) fn new(id: &'a str, body: &'a [u8]) -> Self {
        Self {
            id,
            body: Verified::new(body),
        }
    }

    /// The sender's id of the message: the same in every delivery of it.
    pub fn id(&self) -> &'a str {
        self.id
    }

    pub fn body(&self) -> Verified<'a> {
        self.body
    }
}
