//! A network that asks for more fees than allowed: a batch stops before it sends, and continues when the fees have fallen.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use crate::cli::Project;
use pnp_usage::journal::{self, Record};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const LINES: u64 = 60;

fn dear(body: String) -> String {
    let mut document: Value = serde_json::from_str(&body).unwrap();
    document["fee"] = 1000.into();
    document.to_string()
}

/// The summary of a batch, and its exit code.
fn billed(project: &Project, more: &[&str]) -> (i32, Value) {
    let ran = project.run(&[&["--json", "--max-fee", "3000", "bill", "--from", "use.csv"], more].concat());
    let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    (ran.code, last["summary"].clone())
}

/// How many intents and charged lines the journal has.
fn written(project: &Project, summary: &Value) -> (u64, u64) {
    let (mut intents, mut charged) = (0, 0);
    let path = project.path().join(summary["journal"].as_str().unwrap());
    let past = journal::read(&path, |record| match record {
        Record::Intent(_) => intents += 1,
        Record::Charged(_) => charged += 1,
        _ => {}
    });
    assert!(past.unwrap().open.is_empty(), "nothing is left open");
    (intents, charged)
}

#[test]
fn a_batch_stops_before_it_pays_more_than_allowed_and_goes_on_later() {
    let upstream = Upstream::start();
    let busy = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&busy);
    let proxy = Proxy::start(&upstream.address(), move |request| {
        let asked = request.path == "/v2/transactions/params" && now.load(Ordering::SeqCst);
        if asked { Act::Edit(dear) } else { Act::Pass }
    });
    let lines = (0..LINES).fold("user,units,unit_price\n".to_owned(), |mut text, line| {
        writeln!(text, "user,1,{}", line + 1).unwrap();
        text
    });
    let project = upstream.project(&proxy.url()).file("use.csv", &lines);
    project.done(&["deploy"]);
    project.done(&["bill", "--units", "1", "--price", "1"]);
    let sent = || proxy.seen().iter().filter(|request| Request::sends(request)).count();

    // Busy from the beginning: nothing is sent, and nothing is promised to be.
    busy.store(true, Ordering::SeqCst);
    let before = sent();
    let (code, summary) = billed(&project, &[]);
    assert_eq!((code, &summary["error"]["code"]), (1, &Value::from("fee_ceiling")), "{summary:#}");
    assert!(summary["error"]["hint"].as_str().unwrap().contains("--max-fee"), "{summary:#}");
    assert_eq!((sent(), written(&project, &summary)), (before, (0, 0)));

    // Busy in the middle: what is under way ends, what is paid stays paid.
    busy.store(false, Ordering::SeqCst);
    let (code, summary) = std::thread::scope(|scope| {
        let batch = scope.spawn(|| billed(&project, &["--rate", "4"]));
        std::thread::sleep(Duration::from_secs(3));
        busy.store(true, Ordering::SeqCst);
        batch.join().unwrap()
    });
    let charged = summary["charged"].as_u64().unwrap();
    assert_eq!((code, &summary["error"]["code"]), (1, &Value::from("fee_ceiling")), "{summary:#}");
    assert!((1..LINES).contains(&charged), "{summary:#}");
    assert_eq!(written(&project, &summary), (charged, charged));

    busy.store(false, Ordering::SeqCst);
    let (code, summary) = billed(&project, &[]);
    assert_eq!((code, &summary["charged_before"]), (0, &Value::from(charged)), "{summary:#}");
    assert_eq!(summary["gross"], (1..=LINES).sum::<u64>());
    assert_eq!(written(&project, &summary), (LINES, LINES), "each line got one group");
    let left = project.done(&["bill", "--units", "1", "--price", "1"]);
    assert_eq!(left["receipt"]["before"]["user"], 1_000_000 - 1 - (1..=LINES).sum::<u64>());
}
