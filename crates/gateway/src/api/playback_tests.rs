//! The key of playback tokens is replaced while players go on.

use super::testing::World;
use crate::credentials::PlaybackTokens;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// The ids of the keys that are published.
async fn published(world: &World) -> Vec<String> {
    let set = world.shop(0, "GET /v1/jwks.json", None).await;
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The key of a token that a player gets now.
async fn signing(world: &World, session: &str, tick: &str) -> String {
    let token = world.tick(0, session, tick, 1_000).await["playback_token"].as_str().unwrap().to_owned();
    let header = token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_one_after_that() {
    let world = World::new().await;
    world.top_up(0, "anna", "50").await;
    let session = world.start(0, "anna", "film").await;
    let [first] = published(&world).await.try_into().unwrap();
    world.pass(15_000).await;
    assert_eq!(signing(&world, &session, "a").await, first);
    let rotate = "POST /v1/playback_keys/rotate";
    assert_eq!(world.send(rotate, Some(&world.shops[0].secret), None).await.code(), "FORBIDDEN");
    let answer = world.operator(rotate, None).await;
    assert_eq!((&answer["old_key_id"], &answer["replaced"]), (&json!(first), &json!(true)));
    let second = answer["key_id"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    // Again while it is under way: nothing changes.
    let again = world.operator(rotate, None).await;
    assert_eq!(
        (&again["key_id"], &again["signs_from"], &again["replaced"]),
        (&answer["key_id"], &answer["signs_from"], &json!(false))
    );
    let both = [second.clone(), first.clone()];
    assert_eq!(published(&world).await, both);
    for (seconds, key) in [(60, &first), (60, &first), (600, &second), (60, &second)] {
        world.pass(1_000 * seconds).await;
        let session = world.start(0, "anna", &format!("film-{seconds}-{key}")).await;
        world.pass(5_000).await;
        assert_eq!(signing(&world, &session, &format!("t{seconds}")).await, *key, "{seconds}");
        assert_eq!(published(&world).await, both);
        world.stop_session(0, &session).await;
    }
    world.pass(3_600_000).await;
    assert_eq!(published(&world).await, std::slice::from_ref(&second));
    // For a key that somebody else knows.
    let revoked = world.operator(rotate, Some(json!({"revoke_old": true}))).await;
    let third = revoked["key_id"].as_str().unwrap().to_owned();
    assert_eq!(revoked["old_key_id"], json!(second));
    assert_eq!(published(&world).await, std::slice::from_ref(&third));
    let session = world.start(0, "anna", "another").await;
    world.pass(5_000).await;
    assert_eq!(signing(&world, &session, "z").await, third);
}

#[tokio::test]
async fn keys_are_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let network = crate::store::StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
    let seed = crate::credentials::Seed::generate().unwrap();
    let keys = seed.on(pnp_types::Digest([7; 32]));
    let open = async || {
        let store = crate::store::Store::open(folder.path(), &network).unwrap();
        let info = crate::gateway::NetworkInfo::development("embedded");
        crate::gateway::Gateway::new(store, info, &keys).await.unwrap()
    };
    let before = {
        let gateway = open().await;
        gateway.replace_playback_key(false).await.unwrap();
        gateway.replace_playback_key(true).await.unwrap();
        gateway.replace_playback_key(false).await.unwrap();
        gateway.key_set()
    };
    let expected: &PlaybackTokens = &keys.playback_tokens(crate::credentials::KeyNetwork::Mock, 3).unwrap();
    assert_eq!(before, expected.key_set());
    assert_eq!(open().await.key_set(), before);
}
