//! A camera on the network, as a program of its own, so that it can be pulled out and put back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{hub::free_address, programs::Running};

/// Debian's own, which finds Debian's GStreamer.
const PYTHON: &str = "/usr/bin/python3";

const SERVER: &str = include_str!("network_camera.py");

const FPS: u32 = 15;

/// A camera that encodes H.264 itself and speaks RTSP: GStreamer's own server.
///
/// It films a moving ball, 320 by 180 pixels, 15 frames per second.
#[derive(Debug)]
pub struct NetworkCamera {
    address: String,
    gop_s: u32,
    log: PathBuf,
    running: Option<Running>,
}

impl NetworkCamera {
    /// Plugs one in, on a free port, that sends a keyframe every `gop_s` seconds. It logs to `folder`.
    pub fn plug_in(folder: &Path, gop_s: u32) -> Result<Self> {
        let mut camera = Self {
            address: free_address()?,
            gop_s,
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
        let arguments = ["-c", SERVER, port, &self.pictures()];
        let (running, line) =
            Running::start_and_read_line(Path::new(PYTHON), &arguments, &self.log)?;
        ensure!(line == "ready", "the network camera said {line}");
        self.running = Some(running);
        Ok(())
    }

    fn pictures(&self) -> String {
        format!(
            "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate={FPS}/1 \
             ! x264enc tune=zerolatency speed-preset=ultrafast option-string=scenecut=0 key-int-max={} \
             ! rtph264pay name=pay0 pt=96 config-interval=-1",
            FPS * self.gop_s
        )
    }
}
