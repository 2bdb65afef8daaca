//! Read models and reports, compared with the journal.

use super::testing::World;
use crate::amount::Amount;
use crate::problem::Problem;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// A day that is later than the system's clock: the test clock goes there.
const START: &str = "2099-03-01T00:00:00Z";

fn ms(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn amount(value: &Value) -> i64 {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse::<Amount>().unwrap().0
}

fn sum(values: &Value, member: &str) -> i64 {
    values.as_array().unwrap().iter().map(|part| amount(&part[member])).sum()
}

async fn journal(world: &World, sql: &'static str) -> i64 {
    world
        .gateway
        .read(move |connection| Ok::<_, Problem>(connection.query_row(sql, [], |row| row.get(0))?))
        .await
        .unwrap()
}

/// Ticks at 20:15 and 20:45 UTC, on both sides of midnight in Tehran, and bills.
async fn a_month(world: &World) {
    world.pass_until(ms(START)).await;
    world.top_up(0, "anna", "100").await;
    world.top_up(1, "anna", "100").await;
    for day in 0..3 {
        world.pass_until(ms(START) + day * 86_400_000 + 20 * 3_600_000 + 14 * 60_000 + 45_000).await;
        let session = world.start(0, "anna", "film").await;
        world.play(0, &session, &format!("a{day}"), 1).await;
        let other = world.start(1, "anna", "film").await;
        world.play(1, &other, &format!("b{day}"), 2).await;
        if day == 1 {
            // Over the end of the day in Tehran, with a stretch that is not sealed at the end.
            world.seal().await;
            world.play(0, &session, "c", 119).await;
        }
        world.stop_session(0, &session).await;
        world.stop_session(1, &other).await;
    }
    world.bill(0, "anna", 20).await;
}

#[tokio::test]
async fn days_are_the_month_and_the_entries_in_every_zone_sealed_or_not() {
    let world = World::new().await;
    a_month(&world).await;
    let charged = journal(
        &world,
        "SELECT SUM(unsettled) FROM entries WHERE kind IN (110, 112) AND partner_id = (SELECT MIN(id) FROM partners)",
    )
    .await;
    let partner = world.shops[0].id.clone();
    let mut before = Vec::new();
    for is_sealed in [false, true] {
        if is_sealed {
            world.seal().await;
        }
        let mut answers = Vec::new();
        for zone in ["UTC", "Asia/Tehran", "Asia/Kathmandu", "America/St_Johns"] {
            for interval in ["hour", "day", "month"] {
                for (path, member) in [
                    (format!("/v1/reports/partners/{partner}"), "total_charged"),
                    ("/v1/reports/users/anna".to_owned(), "total_charge"),
                ] {
                    let request =
                        format!("GET {path}?from=2099-02-27&to=2099-03-31&interval={interval}&time_zone={zone}");
                    let report = world.shop(0, &request, None).await;
                    assert_eq!(amount(&report[member]), charged, "{request}");
                    assert_eq!(sum(&report["intervals"], member), charged, "{request}");
                    assert_eq!(report["total_ms"], 122 * 15_000, "{request}");
                    assert_eq!(report["total_minutes"], "30.5");
                    assert_eq!(report["sessions"].as_array().unwrap().len(), 3);
                    answers.push(report);
                }
            }
        }
        // Sealed or not, a report says the same.
        if is_sealed {
            assert_eq!(before, answers);
        }
        before = answers;
    }
    world.verify().await;
}

#[tokio::test]
async fn a_day_of_tehran_ends_between_two_ticks() {
    let world = World::new().await;
    a_month(&world).await;
    world.seal().await;
    for path in [format!("/v1/reports/partners/{}", world.shops[0].id), "/v1/reports/users/anna".to_owned()] {
        let request = format!("GET {path}?from=2099-03-01&to=2099-03-04&interval=day&time_zone=Asia/Tehran");
        let report = world.shop(0, &request, None).await;
        let days: Vec<i64> = report["intervals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["total_ms"].as_i64().unwrap() / 15_000)
            .collect();
        // Midnight in Tehran is 20:30 UTC: on the second day 61 ticks are before it, and 60 at it or after it.
        assert_eq!(days.iter().sum::<i64>(), 122);
        assert_eq!(days[0], 1, "{days:?}");
        assert!(days[1] > 55 && days[2] > 55 && days[3] == 0, "{days:?}");
        // The same by times that are no quarters: before and after 20:20:07.
        let part = async |from: &str, to: &str| {
            let request = format!("GET {path}?from={from}&to={to}");
            world.shop(0, &request, None).await["total_ms"].as_i64().unwrap()
        };
        let (first, second) = (
            part("2099-03-02T00:00:00Z", "2099-03-02T20:20:07Z").await,
            part("2099-03-02T20:20:07Z", "2099-03-03T00:00:00Z").await,
        );
        assert_eq!(first + second, 120 * 15_000);
        assert!((18..=23).contains(&(first / 15_000)), "{first}");
    }
}

#[tokio::test]
async fn partners_see_bills_and_what_is_left() {
    let world = World::new().await;
    a_month(&world).await;
    for is_sealed in [false, true] {
        if is_sealed {
            world.seal().await;
        }
        let path = format!("GET /v1/reports/partners/{}?from=2099-03-01&to=2099-03-31", world.shops[0].id);
        let report = world.shop(0, &path, None).await;
        assert_eq!(
            [&report["total_revenue"], &report["total_fee"], &report["net_revenue"]],
            ["0.2", "0.01", "0.19"],
            "{report}"
        );
        assert_eq!(report["total_charged"], "0.61");
        assert_eq!(report["unsettled"], "0.41");
        assert_eq!(
            (&report["ticks"], &report["bills"], &report["sessions_started"]),
            (&json!(122), &json!(1), &json!(3))
        );
        // Before the bill everything that was charged was unsettled; on the first day nothing but its tick.
        let path = format!("GET /v1/reports/partners/{}?from=2099-03-01&to=2099-03-01", world.shops[0].id);
        assert_eq!(world.shop(0, &path, None).await["unsettled"], "0.005");
        assert_eq!(world.operator(&path, None).await["unsettled"], "0.005");
    }
    // What the risk limit is compared with is the same.
    for shop in &world.shops {
        let exposure = world.gateway.partner(shop.partner).unwrap().exposure.load(Ordering::Relaxed);
        let partner = shop.partner;
        let wallets: i64 = world
            .gateway
            .read(move |connection| {
                let sql = "SELECT SUM(unsettled + settling) FROM wallets WHERE partner_id = ?1";
                Ok::<_, Problem>(connection.query_row(sql, [partner], |row| row.get(0))?)
            })
            .await
            .unwrap();
        assert_eq!(exposure, wallets);
        assert!(exposure > 0);
    }
}

#[tokio::test]
async fn periods_and_partners_of_others_are_refused() {
    let world = World::new().await;
    let own = world.shops[0].id.clone();
    let secret = Some(world.shops[0].secret.as_str());
    for (request, code) in [
        (
            format!("GET /v1/reports/partners/{own}?from=2099-03-01&to=2099-03-31&time_zone=Mars/Base"),
            "INVALID_TIME_ZONE",
        ),
        (format!("GET /v1/reports/partners/{own}?from=2099-03-01"), "MISSING_FIELD"),
        (format!("GET /v1/reports/partners/{own}?from=2099-03-01&to=2099-02-01"), "INVALID_FIELD"),
        (format!("GET /v1/reports/partners/{own}?from=2090-03-01&to=2099-02-01"), "INVALID_FIELD"),
        (format!("GET /v1/reports/partners/{own}?from=2099-03-01&to=2099-05-31&interval=hour"), "INVALID_FIELD"),
        (format!("GET /v1/reports/partners/{own}?from=2099-03-01&to=2099-05-31&interval=week"), "INVALID_FIELD"),
        (format!("GET /v1/reports/partners/{}?from=2099-03-01&to=2099-03-31", world.shops[1].id), "NOT_FOUND"),
    ] {
        assert_eq!(world.send(&request, secret, None).await.code(), code, "{request}");
    }
    // A user who was never written to consumed nothing.
    let report = world.shop(0, "GET /v1/reports/users/nobody?from=2099-03-01&to=2099-03-31&interval=month", None).await;
    assert_eq!((&report["total_charge"], &report["total_minutes"]), (&json!("0"), &json!("0")));
    assert_eq!(report["intervals"][0]["total_ms"], 0);
}

#[tokio::test]
async fn a_statement_adds_up_to_the_balance() {
    let world = World::new().await;
    world.top_up(0, "anna", "10").await;
    let mut sessions = Vec::new();
    for number in 0..7 {
        let session = world.start(0, "anna", &format!("film-{number}")).await;
        world.play(0, &session, "t", number + 1).await;
        if number == 3 {
            world.seal().await;
        }
        if number != 6 {
            world.stop_session(0, &session).await;
        }
        sessions.push(session);
    }
    world.top_up(0, "anna", "5").await;
    world.top_up(0, "ben", "5").await;
    for is_sealed in [false, true] {
        if is_sealed {
            world.seal().await;
        }
        let mut orders = Vec::new();
        for order in ["asc", "desc"] {
            let mut lines = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("GET /v1/wallets/anna/transactions?limit=2&order={order}{cursor}");
                let page = world.shop(0, &path, None).await;
                lines.extend(page["data"].as_array().unwrap().clone());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(lines.len(), 9);
            orders.push(lines);
        }
        let balance = amount(&world.shop(0, "GET /v1/wallets/anna", None).await["balance"]);
        assert_eq!(orders[0].iter().map(|line| amount(&line["amount"])).sum::<i64>(), balance);
        orders[1].reverse();
        assert_eq!(orders[0], orders[1]);
        assert_eq!(orders[0][0]["type"], "top_up.succeeded");
        assert!(orders[0][0]["top_up_id"].as_str().unwrap().starts_with("top_"));
        assert_eq!((&orders[0][3]["type"], &orders[0][3]["amount"]), (&json!("session"), &json!("-0.015")));
        assert_eq!((&orders[0][3]["ticks"], &orders[0][3]["content_id"]), (&json!(3), &json!("film-2")));
    }
    let path = format!("GET /v1/wallets/anna/transactions?session_id={}&limit=3", sessions[4]);
    let page = world.shop(0, &path, None).await;
    let ticks = page["data"].as_array().unwrap();
    assert_eq!(ticks.iter().map(|tick| tick["tick_id"].as_str().unwrap()).collect::<Vec<_>>(), ["t-4", "t-3", "t-2"]);
    let path = format!("{path}&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(world.shop(0, &path, None).await["data"].as_array().unwrap().len(), 2);
    // Another user's session, and a cursor of another list.
    let secret = Some(world.shops[0].secret.as_str());
    let other = format!("GET /v1/wallets/ben/transactions?session_id={}", sessions[4]);
    assert_eq!(world.send(&other, secret, None).await.code(), "NOT_FOUND");
    let other = format!("GET /v1/wallets/ben/transactions?cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(world.send(&other, secret, None).await.code(), "INVALID_CURSOR");
}

#[tokio::test]
async fn sessions_are_listed_in_order_with_filters() {
    let world = World::new().await;
    world.top_up(0, "anna", "10").await;
    world.top_up(0, "ben", "10").await;
    let mut all = Vec::new();
    for number in 0..9 {
        let user = if number % 3 == 0 { "ben" } else { "anna" };
        let session = world.start(0, user, &format!("film-{number}")).await;
        if number % 2 == 0 {
            world.stop_session(0, &session).await;
        }
        all.push((session, user, number % 2 == 0));
        world.pass(60_000).await;
    }
    for (filter, user, state) in [
        ("", None, None),
        ("&user_id=ben", Some("ben"), None),
        ("&state=open", None, Some(false)),
        ("&state=closed", None, Some(true)),
        ("&user_id=anna&state=closed", Some("anna"), Some(true)),
    ] {
        let wanted: Vec<_> = all
            .iter()
            .filter(|(_, of, is_closed)| {
                user.is_none_or(|user| user == *of) && state.is_none_or(|state| state == *is_closed)
            })
            .map(|(id, ..)| id.clone())
            .collect();
        for order in ["asc", "desc"] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("GET /v1/sessions?limit=2&order={order}{filter}{cursor}");
                let page = world.shop(0, &path, None).await;
                found.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            if order == "desc" {
                found.reverse();
            }
            assert_eq!(found, wanted, "{filter} {order}");
        }
    }
    assert_eq!(world.shop(1, "GET /v1/sessions", None).await, json!({"data": [], "next_cursor": null}));
    assert_eq!(world.shop(1, "GET /v1/sessions?user_id=anna", None).await, json!({"data": [], "next_cursor": null}));
}

#[tokio::test]
async fn exposures_are_known_again_after_a_restart() {
    let world = World::new().await;
    a_month(&world).await;
    world.seal().await;
    // What was committed and not sealed when the gateway ended.
    let session = world.start(0, "anna", "film").await;
    world.play(0, &session, "late", 3).await;
    let keys = crate::credentials::Seed::generate().unwrap().on(pnp_types::Digest([7; 32]));
    let (store, network) = (world.gateway.store.clone(), world.gateway.network.clone());
    let again = crate::gateway::Gateway::new(store, network, &keys).await.unwrap();
    let (stop, stopping) = crate::http::Stopping::new();
    let sealer = tokio::spawn(crate::gateway::run_sealer(std::sync::Arc::clone(&again), stopping));
    stop.stop();
    sealer.await.unwrap();
    let exposure = again.partner(world.shops[0].partner).unwrap().exposure.load(Ordering::Relaxed);
    assert_eq!(Amount(exposure).to_string(), "0.425");
    world.verify().await;
}

#[tokio::test]
async fn a_sum_that_was_changed_is_found() {
    let world = World::new().await;
    a_month(&world).await;
    world.seal().await;
    world.verify().await;
    world
        .gateway
        .write(|write| {
            write.execute(
                "UPDATE rollups SET charged = charged + 1 WHERE quarter = (SELECT MIN(quarter) FROM rollups)",
                [],
            )?;
            Ok(())
        })
        .await
        .unwrap();
    let found = world
        .gateway
        .read(|connection| Ok::<_, Problem>(crate::events::verify_read_models(connection)?))
        .await
        .unwrap();
    assert!(!found.is_empty() && found[0].subject.starts_with("partner "), "{found:?}");
}

/// How fast a month of ticks is sealed and reported; prints what it measured. `PNP_TICKS` says how many.
#[tokio::test]
#[ignore = "a measurement"]
async fn measure_a_month_of_ticks() {
    let ticks: i64 = std::env::var("PNP_TICKS").ok().and_then(|ticks| ticks.parse().ok()).unwrap_or(100_000);
    let world = World::new().await;
    world.top_up(0, "anna", "100").await;
    world.seal().await;
    let first = world.gateway.store.clock().now();
    let partner = world.shops[0].partner;
    let month = 30 * 86_400_000_i64;
    world
        .gateway
        .write(move |write| {
            let start = write.next_id();
            write.execute(
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1) \
                 INSERT INTO entries (id, at, kind, partner_id, wallet_id, session_id, tick, tick_hash, played_ms, credited_ms, \
                 balance, paid_ms, available, unsettled) \
                 SELECT ?2 + 1 + i * ((?4 << 21) / ?1), ?3 + i * ?4 / ?1, 110, ?5 + (i % 4), \
                 (SELECT MIN(id) FROM wallets), i % 100000, i, i, 15000, 15000, 5, 15000, -500000, 500000 FROM n",
                [ticks, start, first, month, partner],
            )?;
            Ok(())
        })
        .await
        .unwrap();
    let since = std::time::Instant::now();
    world.seal().await;
    let sealed = since.elapsed();
    let day = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap().strftime("%Y-%m-%d").to_string();
    let path = format!(
        "GET /v1/reports/partners/{}?from={}&to={}&interval=day&time_zone=Asia/Tehran",
        world.shops[0].id,
        day(first - 86_400_000),
        day(first + month + 86_400_000)
    );
    let mut times = Vec::new();
    for _ in 0..20 {
        let since = std::time::Instant::now();
        let report = world.shop(0, &path, None).await;
        times.push(since.elapsed());
        assert_eq!(report["ticks"], (ticks + 3) / 4);
    }
    times.sort();
    eprintln!("{ticks} ticks sealed in {sealed:?}; a month's report: median {:?}, longest {:?}", times[10], times[19]);
}
