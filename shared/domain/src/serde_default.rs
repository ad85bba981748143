//! Fields that are left out of stored and published JSON when they have their default.

/// Whether a field has its default, so that it is left out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
