//! The version of stored documents.

/// Version of every document that this build stores. Raised when a field is added that an older build must not drop
/// by writing the document back: a build that meets a higher version does not write, and leaves the message on its
/// queue for a newer build.
pub const VERSION: u16 = 1;

/// The version of a document that names none.
pub(crate) fn first() -> u16 {
    1
}
