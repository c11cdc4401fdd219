//! A network camera: as much of RTSP (RFC 2326) as a camera has to speak, with the media on the same connection.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use camera::{CameraState, Source, StopReason};
use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

use crate::film::{self, Film};

const SECOND: Duration = Duration::from_secs(1);

const SDP: &str = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n\
    m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track0\r\n";

const FILM: &str = "videotestsrc is-live=true ! video/x-raw,width=480,height=270,framerate=25/1 \
    ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 \
    ! rtph264pay config-interval=1 pt=96 mtu=1200 ! appsink name=packets sync=false";

/// A camera on a port of this machine.
struct NetworkCamera {
    address: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl NetworkCamera {
    /// `answer` is the status line of everything it is asked.
    fn that_answers(answer: &'static str) -> Self {
        gst::init().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let broken = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&broken);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let cut = Arc::clone(&cut);
                thread::spawn(move || converse(&socket.unwrap(), answer, &cut));
            }
        });
        Self { address, broken }
    }

    fn source(&self) -> Source {
        Source::Rtsp {
            url: format!("rtsp://{}/film", self.address),
        }
    }
}

/// Ends when the other side hangs up.
fn converse(socket: &TcpStream, answer: &str, broken: &AtomicBool) -> Option<()> {
    let mut requests = BufReader::new(socket.try_clone().ok()?).lines();
    loop {
        let first = requests.next()?.ok()?;
        let headers: Vec<String> = requests
            .by_ref()
            .map_while(Result::ok)
            .take_while(|line| !line.is_empty())
            .collect();
        let number = headers
            .iter()
            .find_map(|line| line.strip_prefix("CSeq: "))?;
        let method = first.split(' ').next()?;
        let body = if method == "DESCRIBE" { SDP } else { "" };
        let reply = format!(
            "RTSP/1.0 {answer}\r\nCSeq: {number}\r\nSession: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\
             Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answers = socket;
        answers.write_all(reply.as_bytes()).ok()?;
        if method == "PLAY" {
            return stream(socket, broken);
        }
    }
}

fn stream(socket: &TcpStream, broken: &AtomicBool) -> Option<()> {
    let film = gst::parse::launch(FILM)
        .unwrap()
        .downcast::<gst::Pipeline>()
        .unwrap();
    let packets = film
        .by_name("packets")
        .unwrap()
        .downcast::<gst_app::AppSink>()
        .unwrap();
    film.set_state(gst::State::Playing).unwrap();
    let mut sent = Some(());
    while sent.is_some() && !broken.swap(false, Ordering::Relaxed) {
        let packet = packets.pull_sample().unwrap();
        let packet = packet.buffer().unwrap().map_readable().unwrap();
        let len = u16::try_from(packet.len()).unwrap().to_be_bytes();
        let interleaved = [&[b'$', 0], len.as_slice(), packet.as_slice()].concat();
        sent = { socket }.write_all(&interleaved).ok();
    }
    film.set_state(gst::State::Null).unwrap();
    socket.shutdown(std::net::Shutdown::Both).ok()
}

#[tokio::test]
async fn a_network_cameras_own_stream_is_passed_through() {
    let network = NetworkCamera::that_answers("200 OK");
    let mut film = Film::of(network.source(), SECOND).await;
    let fragments = film.take(30).await;
    film::assert_unbroken(&fragments);
    assert!(fragments[0].keyframe);
    let init = film.clip.init();
    assert_eq!((init.width, init.height), (480, 270), "encoded anew");
    let age = film.now().saturating_sub(fragments[29].ends_at());
    assert!(age < SECOND, "{age:?} old when delivered");
}

#[tokio::test]
async fn a_network_camera_that_hangs_up_is_called_again() {
    let network = NetworkCamera::that_answers("200 OK");
    let mut film = Film::of(network.source(), SECOND).await;
    film.take(3).await;
    network.broken.store(true, Ordering::Relaxed);
    film.until(|state| matches!(state, CameraState::Stopped(_)))
        .await;
    film.until(|state| state == CameraState::Recording).await;
}

#[tokio::test]
async fn a_network_camera_that_wants_a_password_says_so() {
    let network = NetworkCamera::that_answers("401 Unauthorized");
    assert_eq!(
        film::first_stop(network.source()).await,
        StopReason::Refused
    );
}

#[tokio::test]
async fn a_network_camera_that_does_not_know_the_stream_says_so() {
    let network = NetworkCamera::that_answers("404 Not Found");
    assert_eq!(
        film::first_stop(network.source()).await,
        StopReason::NotFound
    );
}

#[tokio::test]
async fn a_clip_goes_on_when_its_camera_is_pulled_out_and_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut network = simulation::NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let mut film = Film::of(Source::Rtsp { url: network.url() }, SECOND).await;
    let before = film.take(12).await;
    network.pull_out().unwrap();
    film.until(|state| matches!(state, CameraState::Stopped(_)))
        .await;
    let mut last = before.last().unwrap().clone();
    while let Some(fragment) = film.clip.next().await {
        last = fragment;
    }
    network.plug_in_again().unwrap();
    film.clip = film.camera.take_up(&film.clip).await.unwrap();
    let after = film.take(30).await;
    assert!(after[0].keyframe);
    film::assert_unbroken(&after);
    let away = after[0].captured_at.abs_diff(last.ends_at());
    let gap =
        Duration::from_millis(after[0].start_ms - last.start_ms - u64::from(last.duration_ms));
    assert!(away > Duration::from_millis(300), "{away:?}");
    assert!(
        away.abs_diff(gap) < Duration::from_millis(3),
        "{away:?} away, {gap:?} in the clip"
    );
    let decoded = [&before[..1], &after[..]].concat();
    let bytes: Vec<u8> = decoded
        .iter()
        .flat_map(|fragment| fragment.data.to_vec())
        .collect();
    let whole = [film.clip.init().data.to_vec(), bytes].concat();
    let length_ms: u32 = decoded.iter().map(|fragment| fragment.duration_ms).sum();
    let (frames, _) = film::decoded_frames(&whole);
    assert!(
        frames.abs_diff(length_ms * 15 / 1000) <= 1,
        "{frames} in {length_ms} ms"
    );
}

#[tokio::test]
async fn the_pre_roll_is_whole_after_the_camera_came_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut network = simulation::NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let film = Film::of(Source::Rtsp { url: network.url() }, 2 * SECOND).await;
    network.pull_out().unwrap();
    film.until(|state| matches!(state, CameraState::Stopped(_)))
        .await;
    network.plug_in_again().unwrap();
    film.until(|state| state == CameraState::Recording).await;
    let back = film.now();
    tokio::time::sleep(5 * SECOND).await;
    let start = film.ago(2 * SECOND);
    let clip = film.camera.ring().clip_from(start).unwrap();
    assert!(clip.starts_at() <= start && clip.starts_at() + 2 * SECOND > start);
    assert!(clip.starts_at() + SECOND > back, "of the epoch before");
}

#[tokio::test]
async fn the_pre_roll_begins_with_a_keyframe_of_a_camera_that_sends_few() {
    let folder = tempfile::tempdir().unwrap();
    let network = simulation::NetworkCamera::plug_in(folder.path(), 4).unwrap();
    let mut film = Film::of(Source::Rtsp { url: network.url() }, 2 * SECOND).await;
    let keyframes = async {
        let mut keyframes = Vec::new();
        while keyframes.len() < 3 {
            keyframes.extend(Some(film.next().await).filter(|fragment| fragment.keyframe));
        }
        keyframes
    };
    let apart = keyframes
        .await
        .windows(2)
        .map(|pair| pair[1].start_ms - pair[0].start_ms)
        .collect::<Vec<_>>();
    assert!(
        apart.iter().all(|ms| (3900..4100).contains(ms)),
        "{apart:?}"
    );
    for _ in 0..4 {
        let start = film.ago(2 * SECOND);
        let mut clip = film.camera.ring().clip_from(start).unwrap();
        assert!(clip.starts_at() <= start && clip.starts_at() + 5 * SECOND > start);
        let held = clip.next().await.unwrap();
        assert!(held.keyframe);
        tokio::time::sleep(SECOND).await;
    }
}
