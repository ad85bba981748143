//! The stylesheet and the scripts. Their paths hold a hash of their text, so a browser may keep them for ever.

use std::sync::LazyLock;

use http::{HeaderValue, Response, header};
use sha2::{Digest, Sha256};

/// What comes before the hash in the path of an asset.
const PREFIX: &str = "/console/assets/";

/// Name, media type and text of each asset.
const ASSETS: [(&str, &str, &str); 2] = [
    (
        "console.css",
        "text/css; charset=utf-8",
        include_str!("../assets/console.css"),
    ),
    (
        "keys.js",
        "text/javascript; charset=utf-8",
        include_str!("../assets/keys.js"),
    ),
];

/// The hash of all assets, in the path of each.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for (_, _, text) in ASSETS {
        hasher.update(text);
    }
    let digest = hasher.finalize();
    hex::encode(digest.get(..8).unwrap_or_default())
});

/// The path of an asset.
pub(crate) fn path(name: &str) -> String {
    format!("{PREFIX}{}/{name}", *HASH)
}

/// The asset of a path below `/console/assets/`; none when there is no such file. An earlier hash gets the present file,
/// which no cache may keep under it: a page of the build before asks for it during a deployment.
pub fn asset(path: &str) -> Option<Response<String>> {
    let (hash, name) = path.strip_prefix(PREFIX)?.split_once('/')?;
    let (_, media_type, text) = ASSETS.into_iter().find(|(known, _, _)| *known == name)?;
    let cache = if hash == *HASH {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let mut response = Response::new(text.to_owned());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Some(response)
}
