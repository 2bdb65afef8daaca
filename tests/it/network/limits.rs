//! Answers that waiting does not change are reported plainly and at once; and where a token goes.

use super::Upstream;
use super::proxy::{Act, Proxy};
use std::time::{Duration, Instant};

#[test]
fn a_redirect_is_reported_and_takes_no_token_along() {
    let upstream = Upstream::start();
    let other = Proxy::start(&upstream.address(), |_| Act::Pass);
    // The header's text must live as long as the gate does.
    let location: &'static str =
        Box::leak(format!("Location: http://127.0.0.1:{}/versions\r\n", other.port).into_boxed_str());
    let proxy = Proxy::start(&upstream.address(), move |_| Act::Answer(302, location, String::new()));
    let error = upstream.project(&proxy.url()).refused(&["asset", "show"], 1, "malformed_answer");
    assert!(error["message"].as_str().unwrap().contains("sends on to 127.0.0.1"), "{error:#}");
    assert!(other.seen().is_empty());
}

#[test]
fn a_page_for_people_is_called_one() {
    let upstream = Upstream::start();
    let page = "<!doctype html><title>Sign in to the hotel</title>";
    let proxy = Proxy::start(&upstream.address(), move |_| Act::Answer(200, "", page.to_owned()));
    let error = upstream.project(&proxy.url()).refused(&["asset", "show"], 1, "malformed_answer");
    assert!(error["message"].as_str().unwrap().contains("a web page, \"Sign in to the hotel\""), "{error:#}");
}

#[test]
fn a_pause_longer_than_the_patience_is_reported_at_once() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), |_| Act::Answer(429, "Retry-After: 3600\r\n", String::new()));
    let begun = Instant::now();
    let error = upstream.project(&proxy.url()).refused(&["asset", "show"], 5, "busy");
    assert!(error["cause"].as_str().unwrap().contains("asks to wait 3600 s"), "{error:#}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(proxy.seen().len(), 1);
}

#[test]
fn a_command_ends_when_its_time_is_up_and_names_what_it_sent() {
    let upstream = Upstream::start();
    let silent = Proxy::start(&upstream.address(), |_| Act::Late(Duration::from_secs(60)));
    let begun = Instant::now();
    let error = upstream.project(&silent.url()).refused(&["--timeout", "2", "asset", "show"], 5, "timeout");
    assert!(error["message"].as_str().unwrap().contains("2 s"), "{error:#}");
    assert!(begun.elapsed() < Duration::from_secs(20));

    // Sent, and never seen in a block: the transaction is named.
    let lost = Proxy::start(&upstream.address(), |request| {
        if request.sends() { Act::Answer(200, "", format!("{{\"txId\":\"{}\"}}", "A".repeat(52))) } else { Act::Pass }
    });
    let error = upstream.project(&lost.url()).refused(&["--timeout", "6", "deploy"], 5, "timeout");
    assert_eq!(error["txid"].as_str().map(str::len), Some(52), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("status"), "{error:#}");
}

#[test]
fn a_refusal_after_a_lost_copy_is_never_reported_as_a_refusal_to_bill_again() {
    // The first copy is taken and its answer lost; the second is refused for the tick it billed itself.
    let upstream = Upstream::start();
    let refused = "{\"message\":\"TransactionPool.Remember: transaction \
                   AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA: logic eval error: assert failed pc=9\"}";
    let proxy = Proxy::start(&upstream.address(), move |request| match (request.sends(), request.odd()) {
        (true, true) => Act::CutAfter,
        (true, false) => Act::Answer(400, "", refused.to_owned()),
        _ => Act::Pass,
    });
    let project = upstream.project(&proxy.url());
    project.done(&["deploy"]);
    let billed = project.done(&["bill", "--units", "1", "--price", "100"]);
    let number = |when: &str| billed["receipt"][when]["user"].as_u64().unwrap();
    assert_eq!(number("before") - number("after"), 100, "{billed:#}");
}

#[test]
fn a_lost_network_is_reported_with_where_its_address_comes_from() {
    let upstream = Upstream::start();
    let nobody = upstream.project("http://127.0.0.1:1").with("PNP_NET", "testnet");
    let error = nobody.refused(&["status"], 5, "unreachable");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("ALGOD_SERVER") && !hint.contains("localnet run"), "{hint}");
}
