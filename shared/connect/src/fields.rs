//! Checks of single fields that all vendors share.

use crate::parse::ParseError;

/// The value of a field that this type of event requires.
pub(crate) fn require<T>(path: &str, value: Option<T>) -> Result<T, ParseError> {
    value.ok_or_else(|| ParseError::field(path, "missing"))
}

/// A name that the sender chose: 1 to `max` characters, none of them a control character.
pub(crate) fn name(path: &str, text: &str, max: usize) -> Result<String, ParseError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max || text.chars().any(char::is_control) {
        return Err(ParseError::field(
            path,
            format!("expected 1 to {max} characters on one line"),
        ));
    }
    Ok(text.to_owned())
}

/// A code made of the text of a reason: `Out of stock` becomes `out_of_stock`. At most 64 characters.
pub(crate) fn code(text: &str) -> Option<String> {
    let mut code = String::new();
    for c in text.chars().take(64) {
        if c.is_ascii_alphanumeric() {
            code.push(c.to_ascii_lowercase());
        } else if !code.is_empty() && !code.ends_with('_') {
            code.push('_');
        }
    }
    let code = code.trim_end_matches('_');
    if code.is_empty() {
        None
    } else {
        Some(code.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_codes() {
        assert_eq!(code("Out of stock!").as_deref(), Some("out_of_stock"));
        assert_eq!(code("cannot_ship").as_deref(), Some("cannot_ship"));
        assert_eq!(code(" -- "), None);
    }
}
