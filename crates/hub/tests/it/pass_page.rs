//! The page of a pass, as a browser without scripts meets it.

use hub_api::{MadePass, NewPass};
use reqwest::header::HeaderMap;

use crate::passes::{for_aunt_may, path_of};
use crate::support::{Elm, Enrolee, TestHub};

struct Page {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

async fn open(hub: &TestHub, path: &str, language: &str) -> Page {
    let response = hub.raw().get(path, &[("accept-language", language)]).await;
    Page {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

struct Scene {
    hub: TestHub,
    elm: Elm,
    maya: Enrolee,
}

impl Scene {
    async fn set() -> Self {
        let hub = TestHub::start().await;
        let elm = hub.elm().await;
        let maya = hub.enrol_resident(&elm).await;
        Self { hub, elm, maya }
    }

    async fn pass(&self, adjust: impl FnOnce(&mut NewPass)) -> MadePass {
        let mut wanted = for_aunt_may(&self.hub, &self.elm);
        adjust(&mut wanted);
        self.maya.client.make_pass(&wanted).await.unwrap()
    }

    async fn page(&self, made: &MadePass) -> Page {
        open(&self.hub, path_of(made), "en").await
    }

    /// What a link shows that never was one.
    async fn nothing(&self) -> Page {
        open(&self.hub, "/pass/AAAAAAAAAAAAAAAAAAAAAA", "en").await
    }
}

#[tokio::test]
async fn whoever_has_the_link_sees_code_doors_time_and_way() {
    let scene = Scene::set().await;
    let made = scene.pass(|_| {}).await;
    let page = scene.page(&made).await;
    assert_eq!(page.status, 200);
    for said in [
        made.code.as_str(),
        "12 Elm Street",
        "Lobby",
        "It opens until",
        "Type the code on the keypad.",
        "UTC",
    ] {
        assert!(page.text.contains(said), "{said} is not in {}", page.text);
    }
    assert!(!page.text.contains("Aunt May") && !page.text.contains("Apartment"));
    let spanish = open(&scene.hub, path_of(&made), "es-MX,es;q=0.9").await;
    assert!(spanish.text.contains(r#"<html lang="es""#));
    assert!(spanish.text.contains("Escribe el código en el teclado."));
}

#[tokio::test]
async fn the_page_takes_nothing_from_anywhere_but_its_two_files() {
    let scene = Scene::set().await;
    let made = scene.pass(|_| {}).await;
    let page = scene.page(&made).await;
    insta::assert_snapshot!(page.header("content-security-policy"), @"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.text.matches("src=").count(), 1);
    assert_eq!(page.text.matches("href=").count(), 1);
    assert!(!page.text.contains("://") && !page.text.contains("style="));
    for (path, kind) in [
        ("/pass/page.css", "text/css; charset=utf-8"),
        ("/pass/page.js", "text/javascript; charset=utf-8"),
    ] {
        assert!(page.text.contains(path));
        let file = open(&scene.hub, path, "en").await;
        assert_eq!((file.status, file.header("content-type")), (200, kind));
    }
}

#[tokio::test]
async fn before_it_begins_a_pass_says_when_and_no_code() {
    let scene = Scene::set().await;
    let begins = scene.hub.clock.now_s() + 3600;
    let made = scene.pass(|wanted| wanted.not_before = Some(begins)).await;
    let page = scene.page(&made).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Your code opens from"));
    assert!(page.text.contains("12 Elm Street"));
    assert!(!page.text.contains(&made.code));
    scene.hub.clock.advance(3600);
    assert!(scene.page(&made).await.text.contains(&made.code));
}

#[tokio::test]
async fn what_ended_in_any_way_looks_like_what_never_was() {
    let scene = Scene::set().await;
    let nothing = scene.nothing().await;
    assert_eq!(nothing.status, 404);
    for said in ["12 Elm Street", "Lobby", "Maya", "keypad"] {
        assert!(!nothing.text.contains(said), "{said}");
    }
    let unreadable = open(&scene.hub, "/pass/%FF", "en").await;
    assert_eq!((unreadable.status, &unreadable.text), (404, &nothing.text));

    let revoked = scene.pass(|_| {}).await;
    scene
        .maya
        .client
        .revoke_pass(revoked.pass.id)
        .await
        .unwrap();
    let used = scene
        .pass(|wanted| wanted.uses = hub_api::PassUses::Once)
        .await;
    let mut door = scene.hub.enrol_door(&scene.elm, scene.elm.lobby).await;
    let grant = used.pass.id;
    let entry = door.entry(audit::Person::Guest { grant }, None);
    door.put(&[entry]).await.unwrap();
    let over = scene.pass(|_| {}).await;
    assert_eq!(scene.page(&over).await.status, 200);
    scene.hub.clock.advance(2 * 3600 + 1);
    for made in [revoked, used, over] {
        let page = scene.page(&made).await;
        assert_eq!((page.status, page.text), (404, nothing.text.clone()));
        let own: Vec<_> = page.headers.keys().collect();
        assert_eq!(own, nothing.headers.keys().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_people_named_their_doors_stays_text() {
    let scene = Scene::set().await;
    let door = scene
        .hub
        .add_door(scene.elm.building.id, "<script>alert(1)</script>", None)
        .await;
    let made = scene.pass(|wanted| wanted.doors = vec![door]).await;
    let page = scene.page(&made).await;
    assert!(page.text.contains("&lt;script&gt;alert(1)"));
}

#[tokio::test]
async fn who_tries_many_links_is_told_to_wait() {
    let scene = Scene::set().await;
    let mut tried = 0;
    let told = loop {
        let page = scene.nothing().await;
        if page.status != 404 {
            break page;
        }
        tried += 1;
        assert!(tried < 30, "nobody ever slows a guesser down");
    };
    assert_eq!((told.status, told.header("retry-after")), (429, "30"));
    assert_eq!(told.header("cache-control"), "no-store");
    assert!(told.text.contains("Too many tries"), "{}", told.text);
}

/// Nothing of a pass can be read from the hub's disk: not its link, and its code only as every code, by its slow hash.
#[tokio::test]
async fn the_hubs_disk_has_neither_link_nor_code() {
    let scene = Scene::set().await;
    let made = scene.pass(|_| {}).await;
    let token = path_of(&made).trim_start_matches("/pass/").to_owned();
    let raw: [u8; 16] = access::base64url::decode(&token).unwrap();
    let mut searched = 0;
    for file in std::fs::read_dir(scene.hub.folder().path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            searched += bytes.len();
            for secret in [made.code.as_bytes(), token.as_bytes(), &raw] {
                let is_there = bytes.windows(secret.len()).any(|part| part == secret);
                assert!(!is_there, "{}", path.display());
            }
        }
    }
    assert!(searched > 10_000, "the store was not among the files");
}
