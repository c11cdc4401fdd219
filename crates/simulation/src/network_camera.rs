//! A camera on the network, as a program of its own, so that it can be pulled out and put back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{hub::free_address, programs::Running};

/// Debian's own, which finds Debian's GStreamer.
const PYTHON: &str = "/usr/bin/python3";

const SERVER: &str = include_str!("network_camera.py");

/// A camera that encodes H.264 itself and speaks RTSP: GStreamer's own server.
#[derive(Debug)]
pub struct NetworkCamera {
    address: String,
    pictures: String,
    log: PathBuf,
    running: Option<Running>,
}

impl NetworkCamera {
    /// Plugs one in, on a free port, that sends a keyframe every `gop_s` seconds. It logs to `folder`.
    ///
    /// It films a moving ball, 320 by 180 pixels, 15 frames per second.
    pub fn plug_in(folder: &Path, gop_s: u32) -> Result<Self> {
        let encoder = encoder(15 * gop_s);
        Self::start(folder, format!("{} ! {encoder}", ball((320, 180), 15)))
    }

    /// Plugs one in that films the ball at this size, in pixels, and so many frames per second, with a
    /// keyframe every second, and whose pictures tell when they were taken.
    ///
    /// Along the bottom of each run 44 squares, 24 pixels wide and high: black, white, black, white, and
    /// then the time at which the picture was made, in Unix milliseconds modulo 2^40, its highest bit
    /// first, white for one.
    pub fn with_clock(folder: &Path, size: (u16, u16), fps: u8) -> Result<Self> {
        let squares =
            "simplevideomark name=clock pattern-width=24 pattern-height=24 pattern-data-count=40";
        let encoder = encoder(fps.into());
        Self::start(
            folder,
            format!("{} ! {squares} ! {encoder}", ball(size, fps)),
        )
    }

    fn start(folder: &Path, pictures: String) -> Result<Self> {
        let mut camera = Self {
            address: free_address()?,
            pictures,
            log: folder.join("network-camera.log"),
            running: None,
        };
        camera.plug_in_again()?;
        Ok(camera)
    }

    /// The address of its stream.
    pub fn url(&self) -> String {
        format!("rtsp://{}/film", self.address)
    }

    /// Pulls it out in the middle of whatever it sends.
    pub fn pull_out(&mut self) -> Result<()> {
        self.running.take().map_or(Ok(()), Running::kill)
    }

    /// Plugs it in where it was.
    pub fn plug_in_again(&mut self) -> Result<()> {
        let (_, port) = self
            .address
            .split_once(':')
            .context("an address has a port")?;
        let arguments = ["-c", SERVER, port, &self.pictures];
        let (running, line) =
            Running::start_and_read_line(Path::new(PYTHON), &arguments, &self.log)?;
        ensure!(line == "ready", "the network camera said {line}");
        self.running = Some(running);
        Ok(())
    }
}

fn ball((width, height): (u16, u16), fps: u8) -> String {
    format!(
        "videotestsrc is-live=true pattern=ball \
         ! video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"
    )
}

fn encoder(gop_frames: u32) -> String {
    format!(
        "x264enc tune=zerolatency speed-preset=ultrafast option-string=scenecut=0 key-int-max={gop_frames} bitrate=3000 \
         ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96 config-interval=-1"
    )
}
