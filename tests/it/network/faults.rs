//! The contract's life through every fault: it comes out right, and every bill is charged once.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use crate::cli::Project;
use serde_json::Value;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

/// A fault: what it is called, and what the gate does.
type Fault = (&'static str, fn(&Request) -> Act);

/// Every kind of request meets its fault the first time and every other time after.
const FAULTS: [Fault; 18] = [
    ("none", |_| Act::Pass),
    ("429 on every question", |r| first(r, Act::Answer(429, "", "{\"message\":\"slow down\"}".to_owned()))),
    ("429, Retry-After 1, on sending", |r| sending(r, Act::Answer(429, "Retry-After: 1\r\n", String::new()))),
    ("503, Retry-After a date gone by", |r| {
        first(r, Act::Answer(503, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", String::new()))
    }),
    ("502 with a proxy's page", |r| first(r, Act::Answer(502, "", PAGE.to_owned()))),
    ("504 after the node was sent to", |r| sending(r, Act::AnswerAfter(504, "", PAGE.to_owned()))),
    ("cut before the node hears", |r| first(r, Act::CutBefore)),
    ("cut before the node is sent to", |r| sending(r, Act::CutBefore)),
    ("cut after the node was sent to", |r| sending(r, Act::CutAfter)),
    ("cut amid answers", |r| first(r, Act::CutAmid)),
    ("garbage for answers", |r| first(r, Act::Answer(200, "", "{\"last-rou".to_owned()))),
    ("garbage after the node was sent to", |r| sending(r, Act::AnswerAfter(200, "", "?".to_owned()))),
    ("a page for people instead of answers", |r| first(r, Act::Answer(200, "", PAGE.to_owned()))),
    ("late and slow answers", |r| if r.odd() { Act::Late(Duration::from_millis(200)) } else { Act::Dribble }),
    ("packed answers", |_| Act::Packed),
    ("a node that forgets what it confirmed", |r| {
        pending(r, Act::Answer(404, "", "{\"message\":\"could not find the transaction\"}".to_owned()))
    }),
    ("a pool that gave up what is in a block", |r| {
        pending(r, Act::Answer(200, "", "{\"pool-error\":\"evicted\",\"txn\":{}}".to_owned()))
    }),
    ("a node some rounds behind", |r| match r.path.as_str() {
        "/v2/transactions/params" => Act::Edit(behind),
        _ => Act::Pass,
    }),
];

fn first(request: &Request, act: Act) -> Act {
    if request.odd() { act } else { Act::Pass }
}

fn sending(request: &Request, act: Act) -> Act {
    if request.sends() && request.odd() { act } else { Act::Pass }
}

fn pending(request: &Request, act: Act) -> Act {
    if request.path.starts_with("/v2/transactions/pending/") { act } else { Act::Pass }
}

/// What a node two rounds behind would say.
fn behind(body: String) -> String {
    let mut document: Value = serde_json::from_str(&body).unwrap();
    let round = document["last-round"].as_u64().unwrap();
    document["last-round"] = round.saturating_sub(2).max(1).into();
    document.to_string()
}

/// Deploys, opts in, bills twice, updates; what went wrong.
fn live(project: &Project) -> Result<(), String> {
    let step = |arguments: &[&str]| -> Result<Value, String> {
        let (code, document) = project.json(arguments);
        if code == 0 { Ok(document) } else { Err(format!("{arguments:?} ended with {code}: {}", document["error"])) }
    };
    let deployed = step(&["deploy", "--updatable"])?;
    let app = deployed["contract"]["app_id"].as_u64().filter(|app| *app > 0).ok_or("no application")?;
    let first = step(&["bill", "--units", "10", "--price", "100"])?;
    let second = step(&["bill", "--units", "3", "--price", "100"])?;
    let number = |document: &Value, who: &str, when: &str| document["receipt"][when][who].as_u64().unwrap_or(0);
    // Charged once: what the user had, less exactly these two.
    let spent = number(&first, "user", "before") - number(&second, "user", "after");
    let gained = number(&second, "provider", "after") + number(&second, "platform", "after");
    if (spent, gained) != (1300, 1300) {
        return Err(format!("{spent} were spent and {gained} gained instead of 1300"));
    }
    step(&["update", "--fee-pct", "1000"])?;
    let status = step(&["status"])?;
    let contract = &status["contract"];
    if contract["parameters"]["fee_pct"] != 1000 {
        return Err(format!("the update is not there: {contract}"));
    }
    let again = step(&["deploy", "--updatable", "--fee-pct", "1000"])?;
    if again["contract"]["app_id"] != app {
        return Err(format!("a second application was made beside {app}: {}", again["contract"]));
    }
    Ok(())
}

#[test]
fn the_contracts_life_comes_out_right_through_every_fault() {
    let upstream = Upstream::start();
    let only = std::env::var("PNP_FAULT").ok();
    let faults = FAULTS.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| name.contains(only.as_str())));
    let waiting = Mutex::new(faults.collect::<Vec<_>>());
    let outcomes = Mutex::new(Vec::new());
    // Most of the time is spent waiting before asking again.
    std::thread::scope(|scope| {
        for _ in 0..9 {
            scope.spawn(|| {
                loop {
                    let Some((name, rule)) = waiting.lock().unwrap().pop() else { return };
                    let proxy = Proxy::start(&upstream.address(), *rule);
                    let begun = Instant::now();
                    let outcome = live(&upstream.project(&proxy.url()));
                    let (asked, sent) = (proxy.seen().len(), proxy.seen().iter().filter(|r| r.sends()).count());
                    outcomes.lock().unwrap().push((*name, outcome, asked, sent, begun.elapsed()));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(name, ..)| FAULTS.iter().position(|(fault, _)| fault == name));
    let mut failed = Vec::new();
    for (name, outcome, asked, sent, time) in &outcomes {
        let result = match outcome {
            Ok(()) => "right, charged once".to_owned(),
            Err(why) => why.clone(),
        };
        let _ = writeln!(
            std::io::stderr(),
            "fault: {name:<40} {asked:>4} requests {sent:>3} sendings {:>5.1} s  {result}",
            time.as_secs_f64()
        );
        if outcome.is_err() {
            failed.push(format!("{name}: {result}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(only.is_some() || outcomes.len() == FAULTS.len());
}
