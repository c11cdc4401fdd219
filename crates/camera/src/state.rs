//! Whether a camera films, and why not.

/// What a camera does right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraState {
    /// The source has been started and has not delivered yet.
    Starting,
    /// Fragments arrive.
    Recording,
    /// Fragments arrive, and show nothing that is before the camera.
    Impaired(Impairment),
    /// Nothing is filmed. The source is started again after a pause.
    Stopped(StopReason),
}

impl CameraState {
    /// Whether fragments arrive, whatever they show.
    pub fn is_recording(self) -> bool {
        matches!(self, Self::Recording | Self::Impaired(_))
    }
}

/// What is wrong with the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impairment {
    /// It is black.
    #[error("the camera's picture is black; look for something before the lens, and for light")]
    Black,
    /// It stands still: not even a sensor's noise moves.
    #[error("the camera's picture stands still; switch the camera off and on")]
    Frozen,
}

impl Impairment {
    /// The stable code for records and wires.
    pub fn code(self) -> &'static str {
        match self {
            Self::Black => "camera_black",
            Self::Frozen => "camera_frozen",
        }
    }
}

/// Why nothing is filmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopReason {
    /// The device, file or host is not there.
    #[error("the camera was not found; check its cable and its address in the configuration")]
    NotFound,
    /// Another program holds the device.
    #[error("another program uses the camera; stop it")]
    Busy,
    /// The name or password was refused, or the device may not be opened by this user.
    #[error("access to the camera was refused; check the password or the device's permissions")]
    Refused,
    /// The source gives nothing that can be turned into H.264.
    #[error("the camera's format is not supported; set it to H.264")]
    Unsupported,
    /// The source stopped delivering without saying why.
    #[error("the camera went silent; it is being started again")]
    Stalled,
    /// GStreamer itself does not start.
    #[error("GStreamer does not start; install gstreamer1.0-plugins-good, -bad and -ugly")]
    NoGstreamer,
    /// Anything else that GStreamer reports.
    #[error("the camera failed; it is being started again")]
    Failed,
}

impl StopReason {
    /// The stable code for records and wires.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "camera_not_found",
            Self::Busy => "camera_busy",
            Self::Refused => "camera_refused",
            Self::Unsupported => "camera_unsupported",
            Self::Stalled => "camera_stalled",
            Self::NoGstreamer => "gstreamer_missing",
            Self::Failed => "camera_failed",
        }
    }
}
