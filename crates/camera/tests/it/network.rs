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
