//! Against a polkit of the test's own, on a message bus of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use zbus::connection::Builder;
use zbus::fdo;
use zbus::zvariant::OwnedValue;

use super::*;

/// A message bus. Gone when dropped.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let told = daemon.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { daemon, address }
    }

    fn asker(&self) -> Polkit {
        let address = self.address.clone();
        Polkit {
            connect: Box::new(move || Builder::address(address.as_str())),
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A polkit that gives one answer, and remembers what it was asked.
struct FakeAuthority {
    answer: fdo::Result<(bool, bool)>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    action: String,
    flags: u32,
    details: usize,
    can_be_cancelled: bool,
    /// Whether the subject is the connection that asks, and not another one.
    about_itself: bool,
}

#[zbus::interface(name = "org.freedesktop.PolicyKit1.Authority")]
impl FakeAuthority {
    fn check_authorization(
        &self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        subject: (String, HashMap<String, OwnedValue>),
        action_id: &str,
        details: HashMap<String, String>,
        flags: u32,
        cancellation_id: &str,
    ) -> fdo::Result<(bool, bool, HashMap<String, String>)> {
        let sender = header.sender().map(ToString::to_string);
        let named = subject.1.get("name").and_then(|name| {
            let name: Result<&str, _> = name.downcast_ref();
            name.ok().map(ToOwned::to_owned)
        });
        self.asked.lock().unwrap().push(Asked {
            action: action_id.to_owned(),
            flags,
            details: details.len(),
            can_be_cancelled: !cancellation_id.is_empty(),
            about_itself: subject.0 == "system-bus-name" && named == sender,
        });
        let (is_authorized, is_challenge) = self.answer.clone()?;
        Ok((is_authorized, is_challenge, HashMap::new()))
    }
}

/// What comes of asking a polkit that answers so, and what it was asked.
async fn ask(answer: fdo::Result<(bool, bool)>) -> (Result<(), NotConfirmed>, Vec<Asked>) {
    let bus = Bus::start();
    let asked = Arc::default();
    let fake = FakeAuthority {
        answer,
        asked: Arc::clone(&asked),
    };
    let _polkit = Builder::address(bus.address.as_str())
        .unwrap()
        .name("org.freedesktop.PolicyKit1")
        .unwrap()
        .serve_at("/org/freedesktop/PolicyKit1/Authority", fake)
        .unwrap()
        .build()
        .await
        .unwrap();
    let confirmed = bus.asker().confirm("Main entrance").await;
    let asked = asked.lock().unwrap().clone();
    (confirmed, asked)
}

#[tokio::test]
async fn who_polkit_authorizes_is_confirmed_and_the_prompt_is_about_this_program() {
    let (confirmed, asked) = ask(Ok((true, false))).await;
    assert_eq!(confirmed, Ok(()));
    let expected = Asked {
        action: "org.vestibule.app.open-door".to_owned(),
        flags: 1,
        details: 0,
        can_be_cancelled: true,
        about_itself: true,
    };
    assert_eq!(asked, [expected]);
}

#[tokio::test]
async fn who_polkit_does_not_authorize_is_refused() {
    let (confirmed, _) = ask(Ok((false, false))).await;
    assert_eq!(confirmed, Err(NotConfirmed::Refused));
}

#[tokio::test]
async fn a_prompt_that_nothing_can_show_is_no_way_to_ask() {
    let (confirmed, _) = ask(Ok((false, true))).await;
    assert_eq!(confirmed, Err(NotConfirmed::Unavailable));
}

#[tokio::test]
async fn an_action_that_is_not_installed_is_no_way_to_ask() {
    let error = fdo::Error::Failed("Action org.vestibule.app.open-door is not registered".into());
    assert_eq!(ask(Err(error)).await.0, Err(NotConfirmed::Unavailable));
}

#[tokio::test]
async fn a_system_without_polkit_is_no_way_to_ask() {
    let bus = Bus::start();
    let confirmed = bus.asker().confirm("Main entrance").await;
    assert_eq!(confirmed, Err(NotConfirmed::Unavailable));
}

#[test]
fn the_installed_policy_knows_the_action_and_asks_each_time() {
    let policy = include_str!("../../../linux/org.vestibule.app.policy");
    assert!(policy.contains(&format!("<action id=\"{ACTION}\">")));
    assert!(policy.contains("<allow_active>auth_self</allow_active>"));
    assert!(policy.contains("<allow_any>no</allow_any>"));
    assert!(policy.contains("<allow_inactive>no</allow_inactive>"));
}
