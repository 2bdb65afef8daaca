//! Where a request comes from: host names, proxies, browsers and their origins.

use std::net::IpAddr;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AsHeaderName, HOST, ORIGIN,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use super::proxies::TrustedProxies;
use crate::access::{Peer, RequestInfo};
use crate::problem::{Code, Problem};

/// What is known about a connection before its first request.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// The other end.
    pub peer: Peer,
    /// Whether the listener's address is a loopback one.
    pub listener_is_loopback: bool,
}

/// Reads what a request says about where it comes from.
pub(super) fn request_info(
    connection: Connection,
    parts: &Parts,
    request_id: String,
    trusted_proxies: &TrustedProxies,
) -> RequestInfo {
    let headers = &parts.headers;
    let text = |name: &str| text_of(headers, name);
    RequestInfo {
        peer: connection.peer,
        client: client(connection.peer, headers, trusted_proxies),
        host: parts.uri.authority().map(|authority| authority.as_str().to_owned()).or_else(|| text(HOST.as_str())),
        has_forwarding: headers.keys().any(|name| is_forwarding(name.as_str())),
        origin: text(ORIGIN.as_str()),
        sec_fetch_site: text("sec-fetch-site"),
        listener_is_loopback: connection.listener_is_loopback,
        request_id,
    }
}

/// All values of a header; bytes that are no text are replaced, so that they match nothing.
fn text_of(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let mut text = String::from_utf8_lossy(values.next()?.as_bytes()).into_owned();
    for value in values {
        text.push(',');
        text.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    Some(text)
}

fn is_forwarding(name: &str) -> bool {
    name.starts_with("x-forwarded") || matches!(name, "forwarded" | "x-real-ip" | "via" | "cf-connecting-ip")
}

/// The address that limits apply to.
fn client(peer: Peer, headers: &HeaderMap, trusted_proxies: &TrustedProxies) -> Option<IpAddr> {
    let Peer::Address(address) = peer else { return None };
    let lists = headers.get_all("x-forwarded-for").iter().rev();
    // A value that is no text ends the search: it is no address.
    Some(trusted_proxies.client(address, lists.map(|value| value.to_str().unwrap_or_default())))
}

/// Refuses names of other hosts on listeners that only this machine reaches: a page of another site may have let its name
/// point here.
pub(super) fn check_host(info: &RequestInfo, parts: &Parts) -> Result<(), Problem> {
    if info.peer == Peer::Socket || !info.listener_is_loopback {
        return Ok(());
    }
    let header = text_of(&parts.headers, HOST);
    let hosts = [info.host.as_deref(), header.as_deref()];
    let is_known = info.host.is_some() && hosts.into_iter().flatten().all(is_loopback_name);
    if is_known { Ok(()) } else { Err(Problem::new(Code::Misdirected).param("Host")) }
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

/// Whether a page of this gateway itself sent the request.
pub(crate) fn is_same_origin(info: &RequestInfo) -> bool {
    if let Some(site) = &info.sec_fetch_site {
        // `none`: the user entered the address.
        return matches!(site.as_str(), "same-origin" | "none");
    }
    let (Some(origin), Some(host)) = (&info.origin, &info.host) else { return false };
    let name = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    name.is_some_and(|name| name.eq_ignore_ascii_case(host))
}

/// Adds what lets a page of an origin read the answer. Never with credentials: nothing here is sent unasked.
pub(super) fn allow_origin(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let exposed = HeaderValue::from_static("request-id, retry-after, idempotency-replayed");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// Adds what a preflight asks for.
pub(super) fn allow_preflight(headers: &mut HeaderMap, origin: &HeaderValue, methods: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    let allowed = HeaderValue::from_static("authorization, content-type, idempotency-key, request-id, last-event-id");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(uri: &str, headers: &[(&str, &str)]) -> (RequestInfo, Parts) {
        let mut request = axum::http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        let peer = Peer::Address(IpAddr::from([127, 0, 0, 1]));
        let connection = Connection { peer, listener_is_loopback: true };
        (request_info(connection, &parts, String::new(), &TrustedProxies::default()), parts)
    }

    #[test]
    fn loopback_listeners_answer_for_loopback_names_only() {
        for (uri, host, is_known) in [
            ("/", Some("localhost"), true),
            ("/", Some("LOCALHOST:8080"), true),
            ("/", Some("127.0.0.1:80"), true),
            ("/", Some("[::1]:8080"), true),
            ("/", Some("[::1]"), true),
            ("/", Some("localhost."), false),
            ("/", Some("localhost:"), false),
            ("/", Some("evil.example"), false),
            ("/", Some("localhost.evil.example"), false),
            ("/", Some("127.0.0.1.evil.example:80"), false),
            ("/", Some("user@localhost"), false),
            ("/", Some(""), false),
            ("/", None, false),
            ("http://evil.example/", Some("localhost"), false),
            ("http://localhost/", Some("evil.example"), false),
            ("http://localhost:1/", Some("localhost:1"), true),
        ] {
            let headers: Vec<_> = host.iter().map(|host| ("host", *host)).collect();
            let (info, parts) = info(uri, &headers);
            assert_eq!(check_host(&info, &parts).is_ok(), is_known, "{uri} {host:?}");
        }
        let (info, parts) = info("/", &[("host", "localhost"), ("host", "evil.example")]);
        assert!(check_host(&info, &parts).is_err());
    }

    #[test]
    fn the_mock_key_is_for_direct_calls() {
        assert!(info("/", &[]).0.may_use_mock_key());
        for name in ["x-forwarded-for", "X-Forwarded-Host", "forwarded", "via", "x-real-ip"] {
            let (info, _) = info("/", &[(name, "1.2.3.4")]);
            assert!(!info.may_use_mock_key(), "{name}");
        }
        let (mut info, _) = info("/", &[]);
        info.peer = Peer::Address("::ffff:10.0.0.1".parse().unwrap());
        assert!(!info.may_use_mock_key());
    }

    #[test]
    fn limits_apply_to_the_client_of_a_trusted_proxy_alone() {
        let (info, parts) = info("/", &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")]);
        assert_eq!(info.client, Some(IpAddr::from([127, 0, 0, 1])), "no proxy is trusted unless it is named");
        let trusted = "127.0.0.1".parse().unwrap();
        assert_eq!(client(info.peer, &parts.headers, &trusted), Some(IpAddr::from([1, 2, 3, 4])));
        assert_eq!(client(Peer::Socket, &parts.headers, &trusted), None);
        // A trusted proxy's request may not use the mock key.
        assert!(!info.may_use_mock_key());
    }

    #[test]
    fn pages_of_the_gateway_itself_are_recognized() {
        let same = |headers: &[(&str, &str)]| is_same_origin(&info("/", headers).0);
        assert!(same(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")]));
        assert!(same(&[("sec-fetch-site", "same-origin")]));
        assert!(!same(&[("sec-fetch-site", "same-site"), ("host", "a"), ("origin", "http://a")]));
        assert!(!same(&[("host", "localhost:8080"), ("origin", "http://localhost:3000")]));
        assert!(!same(&[("host", "localhost"), ("origin", "null")]));
        assert!(!same(&[("host", "localhost")]));
    }
}
