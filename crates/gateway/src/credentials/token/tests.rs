use super::super::{KeyNetwork, Seed};
use super::*;
use crate::id::Kind;
use data_encoding::BASE64URL_NOPAD;
use pnp_types::Digest;
use proptest::prelude::*;
use std::time::Instant;

const GENESIS: Digest = Digest([0x11; 32]);
/// 2026-11-30, 12:00 UTC, and something.
const NOW: i64 = 1_795_780_800_789;
const PARTNER: i64 = 1_234_567_890_123_456_789;
const SESSION: i64 = i64::MAX;

fn seed() -> Seed {
    Seed::from_bytes(&std::array::from_fn(|place| u8::try_from(place).unwrap()))
}

fn sessions() -> SessionTokens {
    seed().on(GENESIS).session_tokens(KeyNetwork::Mock).unwrap()
}

fn users() -> UserTokens {
    seed().on(GENESIS).user_tokens(KeyNetwork::Mock).unwrap()
}

fn playback(rotation: u32) -> PlaybackTokens {
    seed().on(GENESIS).playback_tokens(KeyNetwork::Mock, rotation).unwrap()
}

fn session_claims() -> SessionClaims {
    SessionClaims { session: SESSION, partner: PARTNER, generation: 3, issued_at: NOW, expires_at: NOW + 60_000 }
}

fn user_claims() -> UserClaims {
    UserClaims {
        partner: PARTNER,
        user: "Zoë \"x\\y\"".to_owned(),
        actions: UserActions::ALL,
        issued_at: NOW,
        expires_at: NOW + 60_000,
    }
}

fn playback_claims() -> PlaybackClaims {
    PlaybackClaims {
        partner: PARTNER,
        content: "film/42".to_owned(),
        session: SESSION,
        expires_at: NOW + 25_000,
        is_test_clock: false,
    }
}

fn in_seconds(milliseconds: i64) -> i64 {
    milliseconds / 1000 * 1000
}

/// The three parts, the first two as JSON.
fn parts(token: &str) -> (String, String, String) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{token}") };
    let text = |part: &str| String::from_utf8(BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap();
    (text(header), text(claims), (*signature).to_owned())
}

/// A token of other JSON with the same signature.
fn forged(token: &str, header: Option<&str>, claims: Option<&str>) -> String {
    let (old_header, old_claims, signature) = parts(token);
    let encoded = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
    format!("{}.{}.{signature}", encoded(header.unwrap_or(&old_header)), encoded(claims.unwrap_or(&old_claims)))
}

/// Refusals of all three kinds, the way that a caller sees them.
fn verify_all(token: &str) -> [TokenError; 3] {
    [
        sessions().verify(token, NOW).unwrap_err(),
        users().verify(token, NOW).unwrap_err(),
        playback(1).verify(token, PARTNER, NOW).unwrap_err(),
    ]
}

#[test]
fn tokens_say_what_was_signed() {
    let claims = session_claims();
    let token = sessions().sign(&claims);
    let read = SessionClaims { issued_at: in_seconds(NOW), expires_at: in_seconds(claims.expires_at), ..claims };
    assert_eq!(sessions().verify(&token, NOW), Ok(read));

    for (wallet, top_ups, sessions) in
        [(true, true, true), (false, false, true), (true, false, false), (false, false, false)]
    {
        let claims = UserClaims { actions: UserActions { wallet, top_ups, sessions }, ..user_claims() };
        let token = users().sign(&claims);
        let read = UserClaims { issued_at: in_seconds(NOW), expires_at: in_seconds(claims.expires_at), ..claims };
        assert_eq!(users().verify(&token, NOW), Ok(read));
    }

    for is_test_clock in [true, false] {
        let claims = PlaybackClaims { is_test_clock, ..playback_claims() };
        let token = playback(0).sign(&claims).unwrap();
        let read = PlaybackClaims { expires_at: in_seconds(claims.expires_at), ..claims };
        assert_eq!(playback(0).verify(&token, PARTNER, NOW), Ok(read));
    }
}

/// Made by Python from the claims and the keys of `seed.rs` (`hmac`; `pycryptodomex` for ES256). The playback token was
/// verified by hand with Node's `crypto`, by the key set.
#[test]
fn tokens_stay_valid_across_versions() {
    assert_eq!(
        sessions().sign(&session_claims()),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6InBucC1zZXNzaW9uK2p3dCJ9.eyJpc3MiOiJtb2NrIiwiYXVkIjoiZ2F0ZXdheSIsInN1YiI6InNlc183enp6enp6enp6enp6IiwicGFydG5lciI6InBhcl8xMjhnZ3loeXlrMDhuIiwiZ2VuIjozLCJpYXQiOjE3OTU3ODA4MDAsImV4cCI6MTc5NTc4MDg2MH0.JcbEIhAJdH9cmZS_C36TasZ1eBeIvXcTSFWQvnsRfgA"
    );
    assert_eq!(
        users().sign(&user_claims()),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6InBucC11c2VyK2p3dCJ9.eyJpc3MiOiJtb2NrIiwiYXVkIjoidXNlciIsInBhcnRuZXIiOiJwYXJfMTI4Z2d5aHl5azA4biIsInN1YiI6Ilpvw6sgXCJ4XFx5XCIiLCJzY29wZSI6IndhbGxldCB0b3BfdXBzIHNlc3Npb25zIiwiaWF0IjoxNzk1NzgwODAwLCJleHAiOjE3OTU3ODA4NjB9.eF82ORvQ_XM1A3rdL1HzyX46K1WAQdEN-cZwYrcXZ9U"
    );
    let recorded = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImVqZ3hRSDM3In0.eyJhdWQiOiJjb250ZW50OnBhcl8xMjhnZ3loeXlrMDhuIiwibmV0IjoibW9jayIsImNvbnRlbnQiOiJmaWxtLzQyIiwic2Vzc2lvbiI6InNlc183enp6enp6enp6enp6IiwiZXhwIjoxNzk1NzgwODI1fQ.EkivM0W27Qpp12L_YT90FiHBmNFtQe5-TMyGeNCM58G6CEElGGBTX2f4j5I8rhtzJV1Q9tuovGsa5Gc7YZLdUg";
    let read = PlaybackClaims { expires_at: in_seconds(playback_claims().expires_at), ..playback_claims() };
    assert_eq!(playback(1).verify(recorded, PARTNER, NOW), Ok(read));
    let unsigned = |token: &str| token.rsplit_once('.').unwrap().0.to_owned();
    assert_eq!(unsigned(&playback(1).sign(&playback_claims()).unwrap()), unsigned(recorded));
    assert_eq!(
        playback(1).key_set().to_string(),
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"pnMiDkrotNyxcEmQhQHenhzDahOcxYkG90b0_1fVizs","y":"aZPQa-fs5T3FETPFFtD-5_hfW1lxBcUFNU9lgiARrg4","use":"sig","alg":"ES256","kid":"ejgxQH37"},{"kty":"EC","crv":"P-256","x":"hZqgMSamJ4qhGUyltts1KRIs6VZhLHmjX9A9m8uoMpo","y":"lZsiqXLqu5S08njFJSWol_WENg19eKr7B8WWfUlmh6M","use":"sig","alg":"ES256","kid":"prXMCtIf"}]}"#
    );
}

#[test]
fn tokens_have_the_members_that_others_rely_on() {
    let (header, claims, _) = parts(&sessions().sign(&session_claims()));
    assert_eq!(header, r#"{"alg":"HS256","typ":"pnp-session+jwt"}"#);
    let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
    assert_eq!((&claims["iss"], &claims["aud"], &claims["gen"]), (&"mock".into(), &"gateway".into(), &3.into()));
    assert_eq!(claims["sub"], Kind::Session.text(SESSION));

    let (header, claims, signature) =
        parts(&playback(0).sign(&PlaybackClaims { is_test_clock: true, ..playback_claims() }).unwrap());
    let (header, claims): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&header).unwrap(), serde_json::from_str(&claims).unwrap());
    assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"JWT".into()));
    assert_eq!(header["kid"], playback(0).key_set()["keys"][0]["kid"]);
    assert_eq!(claims["aud"], format!("content:{}", Kind::Partner.text(PARTNER)));
    assert_eq!(
        (&claims["net"], &claims["pnp_clock"], &claims["content"]),
        (&"mock".into(), &"test".into(), &"film/42".into())
    );
    assert_eq!((&claims["session"], &claims["exp"]), (&Kind::Session.text(SESSION).into(), &1_795_780_825_i64.into()));
    assert_eq!(signature.len(), 86);
}

#[test]
fn a_token_is_over_at_its_second() {
    let session = sessions().sign(&session_claims());
    let user = users().sign(&user_claims());
    let content = playback(0).sign(&playback_claims()).unwrap();
    let (end, content_end) = (in_seconds(NOW + 60_000), in_seconds(NOW + 25_000));
    assert!(sessions().verify(&session, end - 1).is_ok() && users().verify(&user, end - 1).is_ok());
    assert!(playback(0).verify(&content, PARTNER, content_end - 1).is_ok());
    for now in [end, end + 1, i64::MAX] {
        assert_eq!(sessions().verify(&session, now), Err(TokenError::Expired));
        assert_eq!(users().verify(&user, now), Err(TokenError::Expired));
        assert_eq!(playback(0).verify(&content, PARTNER, now.max(content_end)), Err(TokenError::Expired));
    }
}

#[test]
fn a_token_is_good_for_its_own_kind_alone() {
    let session = sessions().sign(&session_claims());
    let user = users().sign(&user_claims());
    let content = playback(1).sign(&playback_claims()).unwrap();
    assert_eq!(sessions().verify(&user, NOW), Err(TokenError::WrongAudience));
    assert_eq!(sessions().verify(&content, NOW), Err(TokenError::WrongAudience));
    assert_eq!(users().verify(&session, NOW), Err(TokenError::WrongAudience));
    assert_eq!(users().verify(&content, NOW), Err(TokenError::WrongAudience));
    assert_eq!(playback(1).verify(&session, PARTNER, NOW), Err(TokenError::WrongAudience));
    assert_eq!(playback(1).verify(&user, PARTNER, NOW), Err(TokenError::WrongAudience));
    assert_eq!(
        playback(1).verify(&content, PARTNER + 1, NOW),
        Err(TokenError::WrongAudience),
        "another partner's content"
    );
    // The other kind's header does not make it the other kind's token.
    let header = r#"{"alg":"HS256","typ":"pnp-session+jwt"}"#;
    assert_eq!(sessions().verify(&forged(&user, Some(header), None), NOW), Err(TokenError::WrongSignature));
}

#[test]
fn a_token_of_another_network_or_seed_is_refused() {
    for network in [KeyNetwork::Test, KeyNetwork::Live] {
        let keys = seed().on(Digest([0x22; 32]));
        let session = keys.session_tokens(network).unwrap().sign(&session_claims());
        let user = keys.user_tokens(network).unwrap().sign(&user_claims());
        let content = keys.playback_tokens(network, 0).unwrap().sign(&playback_claims()).unwrap();
        assert_eq!(sessions().verify(&session, NOW), Err(TokenError::WrongNetwork));
        assert_eq!(users().verify(&user, NOW), Err(TokenError::WrongNetwork));
        assert_eq!(playback(0).verify(&content, PARTNER, NOW), Err(TokenError::WrongNetwork));
        // Also where the key is the same: the claim counts by itself.
        let session = seed().on(GENESIS).session_tokens(network).unwrap().sign(&session_claims());
        let content = seed().on(GENESIS).playback_tokens(network, 0).unwrap().sign(&playback_claims()).unwrap();
        assert_eq!(sessions().verify(&session, NOW), Err(TokenError::WrongNetwork));
        assert_eq!(playback(0).verify(&content, PARTNER, NOW), Err(TokenError::WrongNetwork));
    }
    for keys in [seed().on(Digest([0x22; 32])), Seed::from_bytes(&[9; 32]).on(GENESIS)] {
        let session = keys.session_tokens(KeyNetwork::Mock).unwrap().sign(&session_claims());
        let content = keys.playback_tokens(KeyNetwork::Mock, 0).unwrap().sign(&playback_claims()).unwrap();
        assert_eq!(sessions().verify(&session, NOW), Err(TokenError::WrongSignature));
        assert_eq!(playback(0).verify(&content, PARTNER, NOW), Err(TokenError::WrongSignature));
    }
}

#[test]
fn keys_of_playback_tokens_rotate() {
    let (old, new, newer) = (playback(0), playback(1), playback(2));
    let token = old.sign(&playback_claims()).unwrap();
    assert!(new.verify(&token, PARTNER, NOW).is_ok(), "the previous key still counts");
    assert_eq!(newer.verify(&token, PARTNER, NOW), Err(TokenError::WrongSignature));
    assert_eq!(old.verify(&new.sign(&playback_claims()).unwrap(), PARTNER, NOW), Err(TokenError::WrongSignature));
    let (old, new) = (old.key_set(), new.key_set());
    assert_eq!((old["keys"].as_array().unwrap().len(), new["keys"].as_array().unwrap().len()), (1, 2));
    assert_eq!(new["keys"][1], old["keys"][0]);
    assert_ne!(new["keys"][0]["kid"], new["keys"][1]["kid"]);
    assert!(!format!("{:?} {:?}", playback(0), sessions()).contains('['), "no bytes are shown");
}

#[test]
fn no_header_chooses_how_a_token_is_verified() {
    let content = playback(1).sign(&playback_claims()).unwrap();
    let key_set = playback(1).key_set();
    let kid = key_set["keys"][0]["kid"].as_str().unwrap();
    for header in [
        r#"{"alg":"none"}"#.to_owned(),
        r#"{"alg":"none","typ":"JWT"}"#.to_owned(),
        format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}","crit":["x"]}}"#),
        format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}","jwk":{}}}"#, key_set["keys"][0]),
        format!(r#"{{"alg":"ES256","alg":"none","typ":"JWT","kid":"{kid}"}}"#),
        r#"{"alg":"HS256","typ":"pnp-session+JWT"}"#.to_owned(),
        "{}".to_owned(),
        String::new(),
    ] {
        for token in [content.clone(), sessions().sign(&session_claims()), users().sign(&user_claims())] {
            let token = forged(&token, Some(&header), None);
            assert_eq!(verify_all(&token), [TokenError::Malformed; 3], "{header}");
        }
        let unsigned = format!("{}.{}.", BASE64URL_NOPAD.encode(header.as_bytes()), content.split('.').nth(1).unwrap());
        assert_eq!(verify_all(&unsigned), [TokenError::Malformed; 3], "{header}");
    }
    // The same members in another order or with white space are not the header.
    let spaced = format!(r#"{{"typ":"JWT", "alg":"ES256","kid":"{kid}"}}"#);
    assert_eq!(
        playback(1).verify(&forged(&content, Some(&spaced), None), PARTNER, NOW),
        Err(TokenError::WrongSignature)
    );
    // The public key is no secret of an HMAC.
    let point = BASE64URL_NOPAD.decode(key_set["keys"][0]["x"].as_str().unwrap().as_bytes()).unwrap();
    let key = super::super::mac::MacKey::new(&point.try_into().unwrap());
    let (_, claims, _) = parts(&content);
    let header = format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#);
    assert_eq!(verify_all(&jws::sign_hs256(&header, &claims, &key)), [TokenError::Malformed; 3]);
}

#[test]
fn changed_claims_are_refused() {
    let session = sessions().sign(&session_claims());
    let (_, claims, _) = parts(&session);
    for (from, to) in [("\"gen\":3", "\"gen\":4"), ("exp\":1", "exp\":2"), ("ses_7zzzzzzzzzzzz", "ses_0000000000001")] {
        let changed = claims.replace(from, to);
        assert_ne!(changed, claims);
        assert_eq!(sessions().verify(&forged(&session, None, Some(&changed)), NOW), Err(TokenError::WrongSignature));
    }
    let other = claims.replace("mock", "live");
    assert_eq!(sessions().verify(&forged(&session, None, Some(&other)), NOW), Err(TokenError::WrongNetwork));
    for garbage in ["", "{", "[]", "null", "{}"] {
        assert_eq!(
            sessions().verify(&forged(&session, None, Some(garbage)), NOW),
            Err(TokenError::Malformed),
            "{garbage}"
        );
    }
    let content = playback(0).sign(&playback_claims()).unwrap();
    let (_, claims, _) = parts(&content);
    let changed = forged(&content, None, Some(&claims.replace("film/42", "film/43")));
    assert_eq!(playback(0).verify(&changed, PARTNER, NOW), Err(TokenError::WrongSignature));
}

/// What our own key signed is still read strictly: a later version may have meant more.
#[test]
fn signed_claims_are_read_strictly() {
    let key = super::super::mac::MacKey::new(&[5; 32]);
    let tokens = SessionTokens::new(KeyNetwork::Mock, key.clone());
    let good = r#"{"iss":"mock","aud":"gateway","sub":"ses_0000000000001","partner":"par_0000000000001","gen":1,"iat":1,"exp":1795780900}"#;
    let verify = |claims: &str| tokens.verify(&jws::sign_hs256(jws::SESSION_HEADER, claims, &key), NOW);
    assert!(verify(good).is_ok());
    for (claims, error) in [
        (good.replace("\"gen\":1,", ""), TokenError::Malformed),
        (good.replace("\"gen\":1", "\"gen\":1,\"gen\":2"), TokenError::Malformed),
        (good.replace("\"gen\":1", "\"gen\":1,\"only\":\"ticks\""), TokenError::Malformed),
        (good.replace("ses_", "txn_"), TokenError::Malformed),
        (good.replace("1795780900", "\"1795780900\""), TokenError::Malformed),
        (good.replace("1795780900", "1e400"), TokenError::Malformed),
        (good.replace("1795780900", "1795780900.5"), TokenError::Malformed),
        (good.replace("1795780900", "-1"), TokenError::Expired),
        (good.replace("gateway", "user"), TokenError::WrongAudience),
        (good.replace("mock", "test"), TokenError::WrongNetwork),
    ] {
        assert_eq!(verify(&claims), Err(error), "{claims}");
    }
    assert_eq!(verify(&good.replace("1795780900", &i64::MAX.to_string())).unwrap().expires_at, i64::MAX);

    let tokens = UserTokens::new(KeyNetwork::Mock, key.clone());
    let claims = r#"{"iss":"mock","aud":"user","partner":"par_0000000000001","sub":"u","scope":"wallet withdrawals","iat":1,"exp":1795780900}"#;
    let token = jws::sign_hs256(jws::USER_HEADER, claims, &key);
    assert_eq!(tokens.verify(&token, NOW), Err(TokenError::Malformed), "an unknown action is no action");
}

#[test]
fn what_is_no_token_is_malformed() {
    let long = format!("a.{}.b", "A".repeat(5000));
    let content = playback(1).sign(&playback_claims()).unwrap();
    let session = sessions().sign(&session_claims());
    for token in ["", ".", "..", "...", "a.b", "a.b.c", "mock-api-key", "é.é.é", &long, &format!("{content}.x")] {
        assert_eq!(verify_all(token), [TokenError::Malformed; 3], "{token}");
    }
    // A signature has one length and one spelling.
    for token in [format!("{session}A"), format!("{session}="), session[..session.len() - 1].to_owned()] {
        assert_eq!(sessions().verify(&token, NOW), Err(TokenError::Malformed), "{token}");
    }
    let zeros = format!("{}.{}", content.rsplit_once('.').unwrap().0, "A".repeat(86));
    assert_eq!(playback(1).verify(&zeros, PARTNER, NOW), Err(TokenError::Malformed));
}

#[test]
fn a_playback_token_stays_under_a_kilobyte() {
    for network in KeyNetwork::ALL {
        let tokens = seed().on(GENESIS).playback_tokens(network, u32::MAX).unwrap();
        let mut longest = 0;
        for character in ["a", "\"", "\\", "/", "é", "\u{80}", "\u{2028}", "語", "🎬", "\u{10ffff}"] {
            let claims = PlaybackClaims { content: character.repeat(128), is_test_clock: true, ..playback_claims() };
            let token = tokens.sign(&claims).unwrap();
            longest = longest.max(token.len());
            assert_eq!(tokens.verify(&token, PARTNER, NOW).map(|claims| claims.content), Ok(claims.content));
        }
        println!("the longest playback token of {network} has {longest} bytes");
        assert!(longest < 1024, "{longest}");
    }
    // No token that is made is too long to be read, whatever the user id.
    for character in ["\u{1}", "🎬"] {
        let claims = UserClaims { user: character.repeat(128), ..user_claims() };
        assert_eq!(users().verify(&users().sign(&claims), NOW).map(|claims| claims.user), Ok(claims.user));
    }
}

proptest! {
    #[test]
    fn every_text_comes_back(content in "\\PC{1,128}", user in "\\PC{1,128}", session in 0..=i64::MAX, partner in 0..=i64::MAX) {
        let claims = PlaybackClaims { content, session, partner, ..playback_claims() };
        let token = playback(0).sign(&claims).unwrap();
        prop_assert!(token.len() < 1024);
        let read = playback(0).verify(&token, partner, NOW).unwrap();
        prop_assert_eq!((read.content, read.session), (claims.content, session));
        let claims = UserClaims { user, partner, ..user_claims() };
        let read = users().verify(&users().sign(&claims), NOW).unwrap();
        prop_assert_eq!((read.user, read.partner), (claims.user, partner));
    }

    #[test]
    fn one_changed_character_is_refused(place: prop::sample::Index, other in "[A-Za-z0-9_.-]") {
        for token in [sessions().sign(&session_claims()), users().sign(&user_claims()), playback(1).sign(&playback_claims()).unwrap()] {
            let place = place.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(place..=place, &other);
            prop_assume!(changed != token);
            verify_all(&changed);
        }
    }

    #[test]
    fn no_text_is_a_token(text in "\\PC{0,60}(\\.\\PC{0,60}){0,4}") {
        prop_assert_eq!(verify_all(&text), [TokenError::Malformed; 3]);
    }
}

/// For people: `cargo test -p pnp-gateway cost_of_tokens -- --nocapture`, with `--release`.
#[test]
fn cost_of_tokens() {
    const ROUNDS: u32 = 200;
    let measure = |what: &str, work: &dyn Fn()| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            work();
        }
        println!("{what}: {:?}", start.elapsed() / ROUNDS);
    };
    let (sessions, users, playback, keys) = (sessions(), users(), playback(1), seed().on(GENESIS));
    let session = sessions.sign(&session_claims());
    let user = users.sign(&user_claims());
    let content = playback.sign(&playback_claims()).unwrap();
    measure("sign a session token", &|| drop(sessions.sign(&session_claims())));
    measure("verify a session token", &|| assert!(sessions.verify(&session, NOW).is_ok()));
    measure("verify a user token", &|| assert!(users.verify(&user, NOW).is_ok()));
    measure("sign a playback token", &|| drop(playback.sign(&playback_claims()).unwrap()));
    measure("verify a playback token", &|| assert!(playback.verify(&content, PARTNER, NOW).is_ok()));
    measure("derive a wallet's key", &|| assert!(keys.wallet(1).is_ok()));
}
