//! The program itself: killed, stopped and misconfigured.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use crate::{
    building::resident,
    harness::{Phone, Site, until},
};

pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vestibule-door"));
    program.env_remove("JOURNAL_STREAM").env_remove("RUST_LOG");
    program
}

/// The program serving a site; killed when dropped.
pub struct Running {
    child: Child,
    pub phone: Phone,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub async fn start(site: &Site) -> Self {
        let address = free_address();
        let config = site.config_file(&address.to_string());
        let log = std::fs::File::create(site.folder.path().join("log")).unwrap();
        let child = program()
            .args(["run", "--config"])
            .arg(config)
            .stderr(log)
            .spawn()
            .unwrap();
        let phone = Phone::new(&site.keys(), address);
        until("the program serves", || TcpStream::connect(address).is_ok()).await;
        Self { child, phone }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &id])
                .status()
                .unwrap()
                .success()
        );
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A site whose door holds a bundle, so that it serves without a hub.
pub async fn ready_site(site: Site) -> Site {
    site.serve().await.daemon.stop().await;
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_door_goes_on_with_its_chain_and_starts_locked() {
    let site = ready_site(Site::new()).await;
    let mut program = Running::start(&site).await;
    let seq = program.phone.enter(&resident()).await;
    program.kill();
    assert_eq!(site.strike(), [Some(seq)], "killed while unlocked");
    let mut program = Running::start(&site).await;
    assert_eq!(site.strike(), [Some(seq), None], "locked as it starts");
    let next = program.phone.enter(&resident()).await;
    assert_eq!(next, seq + 2, "one record for the start between them");
    program.kill();
    let last = site.records().pop().unwrap();
    assert_eq!(last.seq, next);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_lock_command_holds_the_door_shut() {
    let site = ready_site(Site::new()).await;
    let mut program = Running::start(&site).await;
    program.phone.enter(&resident()).await;
    let config = site.folder.path().join("door.toml");
    let config_file = config.display().to_string();
    let refused = fail(&["lock", "--config", &config_file]);
    assert!(
        refused.contains("in use by another vestibule-door"),
        "{refused}"
    );
    program.kill();
    let locked = self::program()
        .args(["lock", "--config"])
        .arg(config)
        .output()
        .unwrap();
    assert!(locked.status.success());
    assert_eq!(site.strike().last(), Some(&None));
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_locks_and_ends_the_program_in_order() {
    let site = ready_site(Site::new()).await;
    let mut program = Running::start(&site).await;
    let seq = program.phone.enter(&resident()).await;
    program.signal("-TERM");
    let mut status = None;
    until("the program ends", || {
        status = program.child.try_wait().unwrap();
        status.is_some()
    })
    .await;
    assert!(status.unwrap().success());
    assert_eq!(site.strike(), [Some(seq), None]);
    assert!(
        !site.state().join("records.db-wal").exists(),
        "the records are closed"
    );
}

fn fail(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = program()
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

fn write(folder: &Path, text: &str) -> String {
    let path = folder.join("door.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_door_that_is_not_enrolled_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        folder.path(),
        "data_dir = \"data\"\nlink.stream.listen = \"127.0.0.1:0\"\n\
         strike = { kind = \"simulated\", log = \"strike.jsonl\" }\n",
    );
    insta::assert_snapshot!(fail(&["run", "--config", &config]));
}

#[test]
fn a_cut_invite_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        folder.path(),
        "data_dir = \"data\"\nlink.stream.listen = \"127.0.0.1:0\"\n\
         strike = { kind = \"simulated\", log = \"strike.jsonl\" }\n",
    );
    let cut = "vestibule://enrol?hub=https://hub.example";
    insta::assert_snapshot!(fail(&["enrol", "--config", &config, cut]));
}

#[test]
fn help_says_what_the_program_is_for() {
    let help = program().arg("--help").output().unwrap();
    insta::assert_snapshot!(String::from_utf8(help.stdout).unwrap());
}
