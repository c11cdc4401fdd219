//! Crashes: what was answered is kept.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use futures::StreamExt as _;
use hub_api::ClipState;
use url::Url;

use crate::support::TestHub;

struct Serving {
    child: Child,
    url: Url,
}

impl Serving {
    fn start(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .parse()
            .unwrap();
        Self { child, url }
    }

    /// Ends without warning, as a power cut does to a process.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn what_was_answered_survives_kill_9() {
    let mut hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let listen = hub.url().socket_addrs(|| None).unwrap()[0].to_string();
    let folder = hub.folder();
    hub.stop().await;

    let mut serving = Serving::start(folder.path(), &listen);
    assert_eq!(
        serving.url.port(),
        listen.rsplit_once(':').and_then(|(_, it)| it.parse().ok())
    );
    let clip = door.clip();
    let mut durable = 0;
    for round in 0..3_u32 {
        let entry = door.courier(&elm, (round == 0).then_some(clip.id));
        durable = door.put(&[entry]).await.unwrap();
        let fragment = &clip.fragments[round as usize];
        let bytes = fragment.bytes.clone();
        door.client()
            .put_fragment(clip.id, round, bytes)
            .await
            .unwrap();
        serving.kill();
        serving = Serving::start(folder.path(), &listen);
        assert_eq!(door.put(&[]).await.unwrap(), durable);
        let state = door.client().upload_state(clip.id).await.unwrap();
        assert_eq!(state.next(), round + 1);
    }
    assert_eq!(durable, 3);
    door.upload(&clip).await;
    door.client()
        .close_clip(clip.id, &clip.index)
        .await
        .unwrap();
    serving.kill();
    serving = Serving::start(folder.path(), &listen);
    let page = maya.client.entries(None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 3);
    assert_eq!(page.entries[2].clip.unwrap().state, ClipState::Ready);
    drop(serving);

    hub.resume().await;
    let report = hub.hub().check_log(elm.building.id, |_| {}).await.unwrap();
    assert_eq!((report.faults, report.size), (vec![], 3));
}

#[tokio::test]
async fn a_second_server_on_one_folder_is_refused() {
    let hub = TestHub::start().await;
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(hub.folder().path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("another vestibule-hub serves"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_told_to_end_ends_well() {
    let mut hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let listen = hub.url().socket_addrs(|| None).unwrap()[0].to_string();
    hub.stop().await;
    let mut serving = Serving::start(hub.folder().path(), &listen);
    let mut events = Box::pin(maya.client.events(None).await.unwrap());
    events.next().await.unwrap().unwrap();
    let id = serving.child.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(told.success());
    // An open event stream does not hold it up.
    while let Some(Ok(_)) = events.next().await {}
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}
