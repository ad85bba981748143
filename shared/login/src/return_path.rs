//! The page that somebody wanted before the log-in. It passes through the browser, so it may be anything.

use http::Uri;

/// The first page of the console.
pub(crate) const FIRST_PAGE: &str = "/console";

/// Longest path that is remembered, in bytes.
const LENGTH_MAX: usize = 1024;

/// The path and query of a page of the console; none for anything else: another host, a path outside of the console, or
/// one of the log-in's own, which would lead round in a circle.
pub(crate) fn checked(path: &str) -> Option<&str> {
    let below = path.strip_prefix(FIRST_PAGE)?;
    let is_below = below.is_empty() || below.starts_with('/') || below.starts_with('?');
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let only_path = path.split(['?', '#']).next().unwrap_or_default();
    let steps_out = only_path
        .to_ascii_lowercase()
        .replace("%2e", ".")
        .split('/')
        .any(|segment| matches!(segment, "." | ".."));
    let own = ["/console/login", "/console/callback", "/console/logout"].contains(&only_path);
    (path.len() <= LENGTH_MAX && is_below && is_plain && !steps_out && !own).then_some(path)
}

/// The path of a request.
pub(crate) fn of(uri: &Uri) -> &str {
    let path = uri
        .path_and_query()
        .map_or(FIRST_PAGE, |path| path.as_str());
    checked(path).unwrap_or(FIRST_PAGE)
}

/// The path of an address of the console, such as a `Referer`.
pub(crate) fn of_address<'a>(address: &'a str, origin: &str) -> &'a str {
    let path = address.strip_prefix(origin).and_then(checked);
    path.unwrap_or(FIRST_PAGE)
}
