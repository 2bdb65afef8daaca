//! The demo over HTTP.

use super::super::dashboard::tests::{Site, check_page};
use serde_json::{Value, json};

#[tokio::test]
async fn the_demo_speaks_the_languages_of_its_guests() {
    let site = Site::new().await;
    for (path, preferred, expected) in [
        ("/demo", "", "<html lang=\"en\" dir=\"ltr\">"),
        ("/demo", "de-AT, en;q=0.5", "<html lang=\"de\" dir=\"ltr\">"),
        ("/demo?lang=fa", "de", "<html lang=\"fa\" dir=\"rtl\">"),
        ("/demo?lang=%22%3E%3Cscript%3E", "", "<html lang=\"en\" dir=\"ltr\">"),
    ] {
        let reply = site.send(&format!("GET {path}"), &[("accept-language", preferred)], "").await;
        check_page(&reply);
        assert!(reply.text.contains(expected), "{path}");
        assert!(!reply.text.contains("pnp_") && !reply.text.contains("mock-api-key"), "no key is in the page");
    }
}

#[tokio::test]
async fn a_guest_is_known_by_a_cookie_that_scripts_cannot_read() {
    let site = Site::new().await;
    let same = ("sec-fetch-site", "same-origin");
    let meet = |headers: Vec<(&'static str, String)>| {
        let site = &site;
        async move {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
            site.send("POST /demo/guest", &[&[same], &headers[..]].concat(), "").await
        }
    };
    let first = meet(vec![]).await;
    let cookie = first.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/demo; Max-Age=31536000; HttpOnly; SameSite=Strict"), "{cookie}");
    let value = |reply: &super::super::dashboard::tests::Reply| serde_json::from_str::<Value>(&reply.text).unwrap();
    let guest = value(&first);
    let kept = cookie.split(';').next().unwrap().to_owned();
    let again = meet(vec![("cookie", kept)]).await;
    assert_eq!((&value(&again)["user_id"], again.headers.get("set-cookie")), (&guest["user_id"], None));
    assert_ne!(value(&meet(vec![]).await)["user_id"], guest["user_id"]);
    // A guest's name is no way in.
    let name = guest["user_id"].as_str().unwrap().to_owned();
    assert_ne!(value(&meet(vec![("cookie", format!("pnp_demo_guest={name}"))]).await)["user_id"], guest["user_id"]);
    let other = site.send("POST /demo/guest", &[("sec-fetch-site", "cross-site")], "").await;
    assert_eq!(other.status, 403);

    // The token is for this guest alone, and for nothing that a server does.
    let token = guest["token"].as_str();
    let world = &site.world;
    let own = world.send(&format!("GET /v1/wallets/{name}"), token, None).await;
    assert_eq!(own.ok()["balance"], "0");
    assert_eq!(world.send("GET /v1/wallets/anna", token, None).await.status, 404);
    assert_eq!(world.send("GET /v1/settlements", token, None).await.status, 403);
    let body = json!({"content_id": "demo-film", "price_per_minute": "0.01"});
    assert_eq!(world.send("POST /v1/sessions", token, Some(body)).await.code(), "PRICE_MISMATCH");
}

#[tokio::test]
async fn the_operator_may_change_the_films_price() {
    let site = Site::new().await;
    let same = [("sec-fetch-site", "same-origin")];
    assert!(site.send("POST /demo/guest", &same, "").await.text.contains("\"price_per_minute\":\"0.6\""));
    let body = json!({"title": "Sunset", "price_per_minute": "1.00"});
    site.world.shop(0, "PUT /v1/contents/demo-film", Some(body)).await;
    assert!(site.send("POST /demo/guest", &same, "").await.text.contains("\"price_per_minute\":\"1\""));
}

#[tokio::test]
async fn a_pending_payment_is_paid_or_given_up_where_its_checkout_leads() {
    let site = Site::new().await;
    let same = [("sec-fetch-site", "same-origin")];
    for (outcome, status, balance) in [("pay", "succeeded", "5.97"), ("fail", "failed", "5.97")] {
        let pending = site.world.top_up(0, "anna", "5.97").await;
        assert_eq!(pending["status"], "pending");
        let url = pending["checkout_url"].as_str().unwrap();
        let page = site.send(&format!("GET {url}"), &[], "").await;
        check_page(&page);
        assert!(page.text.contains("5.97 EUR") && page.text.contains("<form method=\"post\">"), "{}", page.text);
        assert!(!page.text.contains("anna"), "{}", page.text);
        let post = format!("POST {url}");
        assert_eq!(site.send(&post, &[("sec-fetch-site", "cross-site")], "outcome=pay").await.status, 403);
        assert_eq!(site.send(&post, &same, "outcome=later").await.status, 400);
        let ended = site.send(&post, &same, &format!("outcome={outcome}")).await;
        assert_eq!((ended.status, ended.headers["location"].to_str().unwrap()), (303, url));
        // Once more changes nothing.
        site.send(&post, &same, "outcome=pay").await;
        let path = format!("GET /v1/top_ups/{}", pending["id"].as_str().unwrap());
        assert_eq!(site.world.shop(0, &path, None).await["status"], status);
        assert_eq!(site.world.shop(0, "GET /v1/wallets/anna", None).await["balance"], balance);
        let page = site.send(&format!("GET {url}"), &[], "").await;
        assert!(!page.text.contains("<form"), "{}", page.text);
    }
    assert_eq!(site.send("GET /demo/pay/top_1", &[], "").await.status, 404);
    site.world.verify().await;
}

#[tokio::test]
async fn public_networks_have_no_demo() {
    let routes = crate::http::Routes::new(crate::pages::routes(false).unwrap()).unwrap();
    assert!(routes.rows().all(|row| !row.path.starts_with("/demo")));
}
