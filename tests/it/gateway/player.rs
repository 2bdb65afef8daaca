//! Plays a scenario over plain HTTP.

use super::client::{Client, Reply, Request, SECRET_KEY, Silence, path_of};
use super::document::{Document, Operation};
use super::ledger;
use super::patterns::mismatches;
use super::scenario::{Attempt, Call, Credential, Expect, Given, Scenario, Step, Variables};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Plays scenarios against one gateway.
pub(super) struct Player<'a> {
    pub(super) client: Client,
    pub(super) document: &'a Document,
}

/// How long to wait before looking again for what comes by itself.
const PAUSE: Duration = Duration::from_millis(50);

/// Why a scenario failed: a line for each thing that is wrong.
type Failure = Vec<String>;

impl Player<'_> {
    /// Plays a scenario.
    pub(super) async fn play(&self, scenario: &Scenario) -> Result<(), Failure> {
        let mut variables = Variables::new();
        self.prepare(&scenario.given, &variables).await?;
        self.steps(&scenario.steps, &mut variables, "").await?;
        let waiting = self.client.get("/v1/test/faults").await;
        if waiting["data"] != json!([]) {
            self.own("DELETE", "/v1/test/faults", None).await?;
            return Err(vec![format!("faults did not strike: {}", waiting["data"])]);
        }
        let faults = ledger::faults(&self.client, &scenario.finally, &variables).await;
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    async fn prepare(&self, given: &Given, variables: &Variables) -> Result<(), Failure> {
        for content in &given.contents {
            let path = format!("/v1/contents/{}", variables.text(&content.id));
            let body = json!({ "title": content.title, "price_per_minute": content.price_per_minute });
            self.own("PUT", &path, Some(body)).await?;
        }
        for funds in &given.wallets {
            let path = format!("/v1/test/wallets/{}/fund", variables.text(&funds.user));
            self.own("POST", &path, Some(json!({ "amount": funds.amount }))).await?;
        }
        Ok(())
    }

    /// A call of the player itself.
    async fn own(&self, method: &str, path: &str, body: Option<Value>) -> Result<(), Failure> {
        let mut request = Request::new(method, path)
            .with_header("authorization", &format!("Bearer {SECRET_KEY}"))
            .with_header("idempotency-key", &random_text());
        if let Some(body) = body {
            request = request.with_header("content-type", "application/json");
            request.body = Some(body.to_string().into_bytes());
        }
        let reply = self.client.send(&request).await.map_err(|why| vec![format!("{method} {path}: {why:?}")])?;
        if reply.status >= 300 {
            return Err(vec![format!("{method} {path}: {} {}", reply.status, reply.text())]);
        }
        Ok(())
    }

    async fn steps(&self, steps: &[Step], variables: &mut Variables, within: &str) -> Result<(), Failure> {
        for (index, step) in steps.iter().enumerate() {
            let name = format!("{within}step {} {}", index + 1, step.name);
            let times = step.repeat.unwrap_or(1);
            for round in 1..=times {
                if step.repeat.is_some() {
                    variables.set("index", round.into());
                }
                let outcome = Box::pin(self.step(step, variables, &name)).await;
                outcome.map_err(|faults| {
                    let round = if times > 1 { format!(", round {round}") } else { String::new() };
                    faults.into_iter().map(|fault| format!("{name}{round}: {fault}")).collect::<Vec<_>>()
                })?;
            }
        }
        Ok(())
    }

    async fn step(&self, step: &Step, variables: &mut Variables, name: &str) -> Result<(), Failure> {
        if let Some(clock) = &step.clock {
            return self.own("POST", "/v1/test/clock", Some(json!({ "advance_ms": clock.advance_ms }))).await;
        }
        if let Some(fault) = &step.fault {
            return self.own("POST", "/v1/test/faults", Some(fault.clone())).await;
        }
        let Some(call) = &step.call else {
            assert!(!step.steps.is_empty(), "{name} does nothing");
            return self.steps(&step.steps, variables, &format!("{name}, ")).await;
        };
        let operation = self.document.operation(&call.operation);
        let request = request(operation, call, variables);
        for attempt in &call.failed_attempts {
            self.failed_attempt(&request, attempt).await?;
        }
        match call.at_once {
            Some(times) => self.at_once(operation, &request, times, &step.expect, variables).await,
            None => self.once(operation, &request, step, variables).await,
        }
    }

    async fn failed_attempt(&self, request: &Request, attempt: &Attempt) -> Result<(), Failure> {
        let outcome = self.client.send(request).await;
        let ended = match &outcome {
            Err(Silence::NoAnswer) => Attempt::NoAnswer,
            Err(Silence::Timeout) => Attempt::Timeout,
            Ok(reply) => Attempt::Status(reply.status),
        };
        if ended == *attempt {
            return Ok(());
        }
        Err(vec![format!("{attempt:?} wanted, {ended:?} found: {:?}", outcome.map(|reply| reply.text()))])
    }

    async fn once(
        &self,
        operation: &Operation,
        request: &Request,
        step: &Step,
        variables: &mut Variables,
    ) -> Result<(), Failure> {
        if let Some(failure) = &step.expect.failure {
            return self.failed_attempt(request, failure).await;
        }
        let within = step.call.as_ref().and_then(|call| call.within_ms).map(Duration::from_millis);
        let began = Instant::now();
        let body = loop {
            let reply = self.client.send(request).await.map_err(|why| vec![format!("{why:?}")])?;
            match self.judge(operation, &reply, &step.expect, variables) {
                Ok(()) => break reply.json(),
                Err(_) if within.is_some_and(|within| began.elapsed() < within) => tokio::time::sleep(PAUSE).await,
                Err(faults) => return Err(faults),
            }
        };
        for (name, pointer) in &step.capture {
            let value = body.pointer(pointer).ok_or_else(|| vec![format!("no {pointer} to capture in {body}")])?;
            variables.set(name, value.clone());
        }
        Ok(())
    }

    async fn at_once(
        &self,
        operation: &Operation,
        request: &Request,
        times: usize,
        expect: &Expect,
        variables: &Variables,
    ) -> Result<(), Failure> {
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..times {
            let (client, request) = (self.client.clone(), request.clone());
            sent.spawn(async move { client.send(&request).await });
        }
        let mut special = 0;
        while let Some(reply) = sent.join_next().await {
            let reply = reply.unwrap().map_err(|why| vec![format!("{why:?}")])?;
            self.judge(operation, &reply, expect, variables)?;
            if let Some(pattern) = &expect.exactly_one
                && mismatches(&variables.fill(pattern), Some(&with_headers(&reply))).is_empty()
            {
                special += 1;
            }
        }
        if expect.exactly_one.is_some() && special != 1 {
            return Err(vec![format!(
                "exactly one of {times} answers wanted that fits `exactly_one`, {special} found"
            )]);
        }
        Ok(())
    }

    /// Whether an answer is the one that is expected, and one that the document allows.
    fn judge(
        &self,
        operation: &Operation,
        reply: &Reply,
        expect: &Expect,
        variables: &Variables,
    ) -> Result<(), Failure> {
        let mut faults = Vec::new();
        let body = reply.json();
        if let Some(status) = expect.status
            && status != reply.status
        {
            faults.push(format!("status {status} wanted, {} found", reply.status));
        }
        if let Some(error) = &expect.error {
            if reply.media_type() != "application/problem+json" {
                faults.push(format!("the media type is {:?}", reply.media_type()));
            }
            faults.extend(mismatches(&variables.fill(error), Some(&body)));
        }
        if let Some(pattern) = &expect.body {
            faults.extend(mismatches(&variables.fill(pattern), Some(&body)));
        }
        for (name, pattern) in &expect.headers {
            let value = reply.headers.get(&name.to_ascii_lowercase()).map(|value| Value::from(value.as_str()));
            let fill = mismatches(&variables.fill(pattern), value.as_ref());
            faults.extend(fill.into_iter().map(|fault| format!("header {name}: {fault}")));
        }
        if let Some(replayed) = expect.replayed
            && replayed != (reply.headers.get("idempotency-replayed").map(String::as_str) == Some("true"))
        {
            faults.push(format!("the header Idempotency-Replayed is {}", if replayed { "missing" } else { "there" }));
        }
        if reply.headers.get("request-id").is_none_or(String::is_empty) {
            faults.push("the answer has no Request-Id".to_owned());
        }
        faults.extend(self.document.faults(operation, reply.status, reply.media_type(), &reply.body));
        if faults.is_empty() {
            return Ok(());
        }
        faults.push(format!("the answer was {} {}", reply.status, reply.text()));
        Err(faults)
    }
}

/// A body with the header that says whether it is a repetition, for patterns over several answers.
fn with_headers(reply: &Reply) -> Value {
    let mut body = reply.json();
    let is_replayed = reply.headers.contains_key("idempotency-replayed");
    if let Some(members) = body.as_object_mut() {
        members.entry("replayed").or_insert(is_replayed.into());
    }
    body
}

fn request(operation: &Operation, call: &Call, variables: &Variables) -> Request {
    let fill = |values: &std::collections::BTreeMap<String, String>| {
        values.iter().map(|(name, value)| (name.clone(), variables.text(value))).collect()
    };
    let path = path_of(operation, &fill(&call.path), &fill(&call.query));
    let mut request = Request::new(&operation.method, &path);
    request.timeout = call.timeout_ms.map_or(request.timeout, Duration::from_millis);
    let token = match (call.credential, &call.token) {
        (Credential::None, _) => None,
        (_, Some(token)) => Some(variables.text(token)),
        (Credential::Secret, None) => Some(SECRET_KEY.to_owned()),
        (Credential::SessionToken, None) => Some(variables.text("{{session_token}}")),
        (Credential::UserToken, None) => Some(variables.text("{{user_token}}")),
        (Credential::Publishable, None) => Some(variables.text("{{publishable_key}}")),
    };
    if let Some(token) = token {
        request = request.with_header("authorization", &format!("Bearer {token}"));
    }
    let body = call.body.as_ref().map(|body| variables.fill(body).to_string());
    if let Some(body) = body.or_else(|| call.raw_body.as_ref().map(|body| variables.text(body))) {
        request = request.with_header("content-type", "application/json");
        request.body = Some(body.into_bytes());
    }
    match &call.idempotency_key {
        Some(Some(key)) => request = request.with_header("idempotency-key", &variables.text(key)),
        Some(None) => {}
        None if operation.needs_idempotency_key => request = request.with_header("idempotency-key", &random_text()),
        None => {}
    }
    for (name, value) in &call.headers {
        request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            request = request.with_header(name, &variables.text(value));
        }
    }
    request
}

fn random_text() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).unwrap();
    data_encoding::HEXLOWER.encode(&random)
}
