//! A gateway with two shops, for tests that go through the frame.

use crate::access::Peer;
use crate::amount::Amount;
use crate::credentials::{ApiKey, KeyKind, KeyNetwork, Seed};
use crate::events::verify_read_models;
use crate::gateway::{Gateway, NetworkInfo, seal_once};
use crate::http::{Connection, Frame, FrameSettings, Rate, Rates, Routes, Stop, Stopping};
use crate::ledger::{
    BillPart, Contract, ContractState, Partner, PartnerSettings, bill_charged, bill_planned, deliver, delivered,
    find_wallet, stock, verify,
};
use crate::problem::Problem;
use crate::store::{Store, StoreNetwork, Write};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Two shops with a contract each, and nothing else.
pub(crate) struct World {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) frame: Arc<Frame<Arc<Gateway>>>,
    pub(crate) shops: [Shop; 2],
    pub(crate) stop: Stop,
    requests: AtomicU64,
    _folder: tempfile::TempDir,
}

/// A shop and its keys.
pub(crate) struct Shop {
    pub(crate) partner: i64,
    /// Its id as text.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) publishable: String,
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// The code of an error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_else(|| panic!("{} {}", self.status, self.text)).to_owned()
    }
}

const LOCAL: Connection =
    Connection { peer: Peer::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), listener_is_loopback: true };
const SOCKET: Connection = Connection { peer: Peer::Socket, listener_is_loopback: true };

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let network = StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
        let store = Store::open(folder.path(), &network).unwrap();
        let key = |kind| ApiKey::generate(kind, KeyNetwork::Mock).unwrap();
        let keys = [(); 2].map(|()| [key(KeyKind::Secret), key(KeyKind::Publishable)]);
        let hashes = keys.clone().map(|keys| keys.map(|key| (key.kind(), key.hash(), key.hint().to_owned())));
        let partners = store
            .write(move |write| -> Result<[i64; 2], Problem> {
                stock(write, "1000000".parse().unwrap(), "created")?;
                Ok([add_shop(write, "anvil", 7, &hashes[0])?, add_shop(write, "bazaar", 9, &hashes[1])?])
            })
            .await
            .unwrap();
        let info = NetworkInfo { name: "embedded".to_owned(), kind: KeyNetwork::Mock, is_development: true };
        let keys_of = Seed::generate().unwrap().on(pnp_types::Digest([7; 32]));
        let gateway = Gateway::new(store, info, &keys_of).await.unwrap();
        let routes = Routes::new(super::routes(true)).unwrap();
        let (stop, stopping) = Stopping::new();
        let much = Rate { per_second: 1_000_000, burst: 1_000_000 };
        let rates = Rates { address: much, failures: much, key: much, user: much, session: much };
        let settings = FrameSettings { rates, ..FrameSettings::default() };
        let frame = Arc::new(Frame::new(Arc::clone(&gateway), routes, settings, stopping));
        let mut shops = partners.into_iter().zip(keys).map(|(partner, [secret, publishable])| Shop {
            partner,
            id: crate::id::Kind::Partner.text(partner),
            secret: secret.text().to_owned(),
            publishable: publishable.text().to_owned(),
        });
        let shops = [shops.next().unwrap(), shops.next().unwrap()];
        Self { gateway, frame, shops, stop, requests: AtomicU64::new(0), _folder: folder }
    }

    /// Sends a request. `bearer` is a key or token; without one it comes from the operator's socket.
    pub(crate) async fn send(&self, request: &str, bearer: Option<&str>, body: Option<Value>) -> Reply {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        self.send_with(request, bearer, body, &[("idempotency-key", &format!("request-{number}"))]).await
    }

    pub(crate) async fn send_with(
        &self,
        request: &str,
        bearer: Option<&str>,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let response = self.open(request, bearer, body, headers).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Sends a request; its answer's body is not read yet.
    pub(crate) async fn open(
        &self,
        request: &str,
        bearer: Option<&str>,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> axum::http::Response<Body> {
        let (method, path) = request.split_once(' ').unwrap();
        let mut builder = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        if let Some(bearer) = bearer {
            builder = builder.header("authorization", format!("Bearer {bearer}"));
        }
        let body = match body {
            Some(body) => {
                builder = builder.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let connection = if bearer.is_some() { LOCAL } else { SOCKET };
        self.frame.answer(connection, builder.body(body).unwrap()).await
    }

    /// A call of a shop's server that succeeds.
    pub(crate) async fn shop(&self, shop: usize, request: &str, body: Option<Value>) -> Value {
        self.send(request, Some(&self.shops[shop].secret), body).await.ok()
    }

    /// A call of the operator that succeeds.
    pub(crate) async fn operator(&self, request: &str, body: Option<Value>) -> Value {
        self.send(request, None, body).await.ok()
    }

    pub(crate) async fn top_up(&self, shop: usize, user: &str, amount: &str) -> Value {
        let body = json!({"user_id": user, "amount": amount, "payment_method": "card"});
        self.shop(shop, "POST /v1/top_ups", Some(body)).await
    }

    /// A session's id.
    pub(crate) async fn start(&self, shop: usize, user: &str, content: &str) -> String {
        let body = json!({"user_id": user, "content_id": content, "price_per_minute": "0.02"});
        let started = self.shop(shop, "POST /v1/sessions", Some(body)).await;
        started["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn tick(&self, shop: usize, session: &str, tick: &str, ms: i64) -> Value {
        let body = json!({"tick_id": tick, "played_ms": ms});
        self.shop(shop, &format!("POST /v1/sessions/{session}/heartbeats"), Some(body)).await
    }

    /// Plays for so many intervals, with a tick after each.
    pub(crate) async fn play(&self, shop: usize, session: &str, name: &str, ticks: usize) {
        for number in 0..ticks {
            self.pass(15_000).await;
            self.tick(shop, session, &format!("{name}-{number}"), 15_000).await;
        }
    }

    pub(crate) async fn stop_session(&self, shop: usize, session: &str) -> Value {
        self.shop(shop, &format!("POST /v1/sessions/{session}/stop"), None).await
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, ms: i64) {
        self.gateway.write(move |write| Ok(write.advance_clock(ms)?)).await.unwrap();
    }

    /// Lets time pass up to a moment.
    pub(crate) async fn pass_until(&self, at: i64) {
        let now = self.gateway.store.clock().now();
        assert!(now <= at, "it is later already");
        self.pass(at - now).await;
    }

    pub(crate) async fn seal(&self) {
        while seal_once(&self.gateway).await.unwrap() {}
    }

    /// Delivers what is due and bills so many cents of a user's first tab, with a fee of 5 %.
    pub(crate) async fn bill(&self, shop: usize, user: &'static str, cents: i64) {
        let partner = self.shops[shop].partner;
        self.gateway
            .write(move |write| {
                let wallet = |write: &Write<'_>| find_wallet(write.connection(), partner, user);
                let before = wallet(write)?.unwrap();
                let delivery = add_operation(write, "delivery", before.id, before.due)?;
                deliver(write, &before, delivery)?;
                delivered(write, &wallet(write)?.unwrap(), delivery, before.due)?;
                let amount = Amount(cents * Amount::MINOR_UNIT.0);
                let bill = add_operation(write, "bill", before.id, amount)?;
                let tab = write
                    .row("SELECT id FROM tabs WHERE wallet_id = ?1 ORDER BY id LIMIT 1", [before.id], |row| row.get(0))?
                    .unwrap();
                bill_planned(write, &wallet(write)?.unwrap(), bill, &[BillPart { tab, amount }])?;
                let fee = Amount(cents / 20 * Amount::MINOR_UNIT.0);
                bill_charged(write, &wallet(write)?.unwrap(), bill, amount, fee)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    /// The newest operation on the chain of a shop's wallets.
    pub(crate) async fn newest_operation(&self, shop: usize) -> String {
        let partner = self.shops[shop].partner;
        let id: i64 = self
            .gateway
            .read(move |connection| {
                let sql = "SELECT MAX(id) FROM chain_ops WHERE partner_id = ?1";
                Ok(connection.query_row(sql, [partner], |row| row.get(0))?)
            })
            .await
            .unwrap();
        crate::id::Kind::ChainOp.text(id)
    }

    /// Everything adds up.
    pub(crate) async fn verify(&self) {
        let found = self.gateway.read(|connection| Ok(verify(connection)?.findings)).await.unwrap();
        assert_eq!(found, Vec::new());
        let found = self.gateway.read(|connection| Ok(verify_read_models(connection)?)).await.unwrap();
        assert_eq!(found, Vec::new());
    }
}

fn add_operation(write: &mut Write<'_>, kind: &str, wallet: i64, amount: Amount) -> Result<i64, Problem> {
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO chain_ops (id, kind, state, wallet_id, partner_id, amount, created_at, ended_at) \
         SELECT ?1, ?2, 'done', id, partner_id, ?4, ?5, ?5 FROM wallets WHERE id = ?3",
        (id, kind, wallet, amount, now),
    )?;
    Ok(id)
}

fn add_shop(
    write: &mut Write<'_>,
    name: &str,
    app: u64,
    keys: &[(KeyKind, [u8; 32], String); 2],
) -> Result<i64, Problem> {
    let settings = PartnerSettings { lots: false, ..PartnerSettings::default() };
    let partner = Partner::add(write, name, &settings)?;
    let contract = Contract {
        id: 0,
        partner,
        app,
        asset: 8,
        provider: "P".to_owned(),
        platform: "Q".to_owned(),
        fee_pct: 500,
        min_rate: 1,
        max_rate: 1000,
        state: ContractState::InForce,
    };
    Contract::put_in_force(write, &contract)?;
    for (kind, hash, hint) in keys {
        let (id, now) = (write.next_id(), write.now());
        write.execute(
            "INSERT INTO api_keys (id, partner_id, kind, name, hash, hint, created_at) VALUES (?1, ?2, ?3, 'first', ?4, ?5, ?6)",
            (id, partner, kind.text(), &hash[..], hint, now),
        )?;
    }
    Ok(partner)
}
