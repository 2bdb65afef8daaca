//! A gateway as a monitoring system and a proxy meet it.

use super::client::{Client, Reply, Request};
use super::server::Server;
use std::time::Duration;

fn get(path: &str, headers: &[(&str, &str)]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method: "GET".into(), path: path.into(), headers, body: None, timeout: Duration::from_secs(20) }
}

async fn ask(client: &Client, path: &str, headers: &[(&str, &str)]) -> Reply {
    client.send(&get(path, headers)).await.unwrap()
}

#[tokio::test]
async fn a_gateway_is_watched_on_a_port_of_its_own() {
    let server = Server::start_with(&["--metrics-port", "0"]);
    let metrics = server.ready["metrics"].as_str().unwrap().strip_suffix("/metrics").unwrap();
    assert!(metrics.starts_with("http://127.0.0.1:") && metrics != server.url);
    let (main, metrics) = (Client::new(&server.url), Client::new(metrics));
    for client in [&main, &metrics] {
        assert_eq!(ask(client, "/healthz", &[]).await.status, 200);
        // The chain is asked a moment after the start.
        let mut attempts = 0;
        while ask(client, "/readyz", &[]).await.status != 200 {
            attempts += 1;
            assert!(attempts < 100, "{}", server.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert_eq!(ask(&main, "/metrics", &[]).await.status, 404);
    assert_eq!(ask(&metrics, "/v1", &[]).await.status, 404);
    let page = ask(&metrics, "/metrics", &[]).await;
    assert_eq!((page.status, &*page.headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let text = String::from_utf8(page.body).unwrap();
    for sample in
        ["pnp_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"} 1", "pnp_settler_running 1"]
    {
        assert!(text.lines().any(|line| line == sample), "{sample}: {text}");
    }
    let ready = server.ready.clone();
    assert_eq!(server.stop().0, Some(0), "{ready}");
}

/// Three times as many requests as one address may send at once, each for a client of its own.
const REQUESTS: usize = 600;

/// How many requests without a credential are answered that come through a proxy.
async fn answered_through_a_proxy(server: &Server) -> usize {
    let client = Client::new(&server.url);
    let mut answered = 0;
    for first in (0..REQUESTS).step_by(100) {
        let mut sent = tokio::task::JoinSet::new();
        for number in first..first + 100 {
            let client = client.clone();
            let forwarded = format!("6.6.6.6, 198.51.{}.{}", number / 250, number % 250 + 1);
            sent.spawn(async move { ask(&client, "/v1/jwks.json", &[("x-forwarded-for", &*forwarded)]).await.status });
        }
        for status in sent.join_all().await {
            assert!(status == 200 || status == 429, "{status}");
            answered += usize::from(status == 200);
        }
    }
    // The mock key is for direct calls, and not for those that a proxy forwards.
    let mock = [("authorization", "Bearer mock-api-key"), ("x-forwarded-for", "127.0.0.1")];
    assert_eq!(ask(&client, "/v1/settlements", &mock).await.status, 403);
    answered
}

#[tokio::test]
async fn limits_apply_to_the_clients_of_a_trusted_proxy() {
    let trusting = Server::start_with(&["--trusted-proxies", "10.0.0.0/8,127.0.0.1"]);
    assert_eq!(answered_through_a_proxy(&trusting).await, REQUESTS);
    assert!(answered_through_a_proxy(&Server::start()).await < REQUESTS, "headers of strangers are ignored");
}
