use std::time::Duration;

use insta::assert_snapshot;

use super::*;

const WHOLE: &str = r#"
data_dir = "data"

[link.bluetooth]
adapter = "hci1"

[link.stream]
listen = "127.0.0.1:7411"
advertise = "door.example:7411"

[strike]
kind = "gpio"
chip = "/dev/gpiochip0"
line = 17
active_low = true
fail = "secure"

[inputs]
contact = { kind = "gpio", chip = "/dev/gpiochip0", line = 27, debounce_ms = 50 }
request_to_exit = { kind = "gpio", chip = "/dev/gpiochip0", line = 22, active_low = true, pull = "none" }
keypad = { kind = "evdev", device = "/dev/input/by-id/keypad" }

[camera]
source = { kind = "v4l2", device = "/dev/video0" }
width = 640
height = 360
fps = 15
pre_roll_s = 10
post_roll_s = 12

[storage]
clip_quota_mb = 100
"#;

const SMALLEST: &str = r#"
data_dir = "data"
link.stream.listen = "127.0.0.1:7411"
strike = { kind = "simulated", log = "strike.jsonl" }
"#;

fn load(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("door.toml");
    std::fs::write(&path, text).unwrap();
    let place = folder.path().display().to_string();
    Config::load(&path).map_err(|error| error.to_string().replace(&place, "/etc"))
}

#[test]
fn every_setting_is_read() {
    let config = load(WHOLE).unwrap();
    assert_eq!(
        config.link.bluetooth.as_ref().unwrap().adapter.as_deref(),
        Some("hci1")
    );
    assert_eq!(
        config.stream_address().as_deref(),
        Some("door.example:7411")
    );
    let camera = config.camera.unwrap();
    assert_eq!((camera.width, camera.height, camera.fps), (640, 360, 15));
    assert_eq!(camera.pre_roll(), Duration::from_secs(10));
    assert_eq!(camera.post_roll(), Duration::from_secs(12));
    assert_eq!(config.storage.clip_quota_mb, 100);
    assert_eq!(config.storage.keep_free_mb, default_keep_free_mb());
    assert!(matches!(
        config.strike[..],
        [StrikeConfig::Gpio {
            line: 17,
            active_low: true,
            fail: Fail::Secure,
            ..
        }]
    ));
    let Some(LineInput::Gpio(contact)) = &config.inputs.contact else {
        panic!("a line");
    };
    assert_eq!((contact.line, contact.active_low), (27, false));
    assert_eq!((contact.pull, contact.debounce_ms), (Pull::Up, 50));
    let Some(LineInput::Gpio(exit)) = &config.inputs.request_to_exit else {
        panic!("a line");
    };
    assert_eq!((exit.active_low, exit.pull), (true, Pull::None));
    assert!(matches!(
        &config.inputs.keypad,
        Some(KeypadInput::Evdev { device }) if device.ends_with("by-id/keypad")
    ));
    assert!(!config.inputs.simulated().is_any());
}

#[test]
fn relative_paths_start_at_the_files_folder_and_at_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("door.toml");
    std::fs::write(&path, SMALLEST).unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.data_dir, folder.path().join("data"));
    let [StrikeConfig::Simulated { log }] = &config.strike[..] else {
        panic!("simulated");
    };
    assert_eq!(*log, folder.path().join("data/strike.jsonl"));
}

#[test]
fn several_strikes_are_a_list_and_none_is_refused() {
    let one = "strike = { kind = \"simulated\", log = \"strike.jsonl\" }";
    let two = "[[strike]]\nkind = \"simulated\"\nlog = \"a\"\n\
               [[strike]]\nkind = \"gpio\"\nchip = \"c\"\nline = 4\nfail = \"safe\"";
    let config = load(&SMALLEST.replace(one, two)).unwrap();
    assert!(matches!(
        config.strike[..],
        [
            StrikeConfig::Simulated { .. },
            StrikeConfig::Gpio {
                fail: Fail::Safe,
                ..
            }
        ]
    ));
    let error = load(&SMALLEST.replace(one, "strike = []")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn a_gpio_strike_must_say_what_it_does_without_power() {
    let error = load(&WHOLE.replace("fail = \"secure\"\n", "")).unwrap_err();
    assert!(error.contains("missing field `fail`"), "{error}");
    let error = load(&WHOLE.replace("\"secure\"", "\"open\"")).unwrap_err();
    assert!(error.contains("`secure` or `safe`"), "{error}");
}

#[test]
fn inputs_are_simulated_only_where_that_is_said() {
    let nothing = load(SMALLEST).unwrap().inputs.simulated();
    assert!(!nothing.is_any());
    let some = "inputs.keypad.kind = \"simulated\"\ninputs.contact.kind = \"simulated\"\n";
    let some = load(&format!("{some}{SMALLEST}"))
        .unwrap()
        .inputs
        .simulated();
    let expected = Simulated {
        contact: true,
        request_to_exit: false,
        keypad: true,
    };
    assert_eq!(some, expected);
}

#[test]
fn a_debounce_that_misses_the_door_is_refused() {
    let error = load(&WHOLE.replace("debounce_ms = 50", "debounce_ms = 1001")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn a_setting_that_is_not_known_is_pointed_at() {
    let error = load(&WHOLE.replace("pre_roll_s", "preroll_s")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn a_strike_of_an_unknown_kind_is_pointed_at() {
    let error = load(&SMALLEST.replace("simulated", "magnet")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn a_door_without_a_link_is_refused() {
    let error = load(&SMALLEST.replace("link.stream.listen = \"127.0.0.1:7411\"", "")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn a_size_that_no_encoder_takes_is_refused() {
    let error = load(&WHOLE.replace("width = 640", "width = 641")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn rolls_that_do_not_fit_are_refused() {
    for wrong in ["pre_roll_s = 61", "post_roll_s = 0"] {
        let (name, _) = wrong.split_once(' ').unwrap();
        let good = if name == "pre_roll_s" {
            "pre_roll_s = 10"
        } else {
            "post_roll_s = 12"
        };
        let error = load(&WHOLE.replace(good, wrong)).unwrap_err();
        assert!(error.contains(&format!("`camera.{name}`")), "{error}");
    }
}

const MASK: &str = "[[camera.masks]]\nx = 0.25\ny = 0\nwidth = 0.5\nheight = 0.3\n";

#[test]
fn masks_are_burnt_in_where_the_picture_is_raw() {
    let masked = WHOLE.replace("[storage]", &format!("{MASK}[storage]"));
    let camera = load(&masked).unwrap().camera.unwrap();
    let mask = ::camera::Mask {
        x: 0.25,
        y: 0.0,
        width: 0.5,
        height: 0.3,
    };
    assert_eq!(camera.camera().masks, [mask]);
    let network = masked.replace(
        r#"{ kind = "v4l2", device = "/dev/video0" }"#,
        r#"{ kind = "rtsp", url = "rtsp://camera/film" }"#,
    );
    assert_snapshot!(load(&network).unwrap_err());
    let anew = network.replace("fps = 15", "fps = 15\nencode = true");
    assert!(load(&anew).unwrap().camera.unwrap().camera().encode);
    let beyond = masked.replace("width = 0.5", "width = 0.8");
    assert!(
        load(&beyond)
            .unwrap_err()
            .contains("`camera.masks` reach beyond the picture")
    );
}

#[test]
fn a_missing_file_is_explained() {
    let error = Config::load(Path::new("/nowhere/door.toml")).unwrap_err();
    assert_snapshot!(error);
}

#[test]
fn an_address_that_phones_cannot_use_needs_one_that_they_can() {
    let anywhere = SMALLEST.replace("127.0.0.1", "0.0.0.0");
    assert_snapshot!(load(&anywhere).unwrap_err());
    let inline = SMALLEST.replace(
        "link.stream.listen = \"127.0.0.1:7411\"",
        "link.stream = { listen = \"0.0.0.0:7411\", advertise = \"10.0.0.5:7411\" }",
    );
    let config = load(&inline).unwrap();
    assert_eq!(config.stream_address().as_deref(), Some("10.0.0.5:7411"));
}

#[test]
fn live_over_the_own_network_is_off_unless_it_is_asked_for() {
    assert!(load(WHOLE).unwrap().live.is_none());
    let listens = |more: &str| format!("{WHOLE}\n[live]\nlisten = \"0.0.0.0:7480\"\n{more}");
    let live = load(&listens("")).unwrap().live.unwrap();
    assert_eq!((live.listen.port(), live.advertise.len()), (7480, 0));
    let foreign = "advertise = [\"192.168.1.20:7480\", \"203.0.113.7:7480\"]";
    assert_snapshot!(load(&listens(foreign)).unwrap_err());
}

#[test]
fn there_is_nothing_to_watch_without_a_camera() {
    let blind = format!("live.listen = \"0.0.0.0:7480\"\n{SMALLEST}");
    assert_snapshot!(load(&blind).unwrap_err());
}

#[test]
fn a_cameras_password_is_not_shown_with_the_line_that_is_wrong() {
    let url = "rtsp://admin:s3cr3t@10.0.0.9/stream";
    let wrong = format!("source = {{ kind = \"rtsp\", url = \"{url}\", ur = 1 }}");
    let config = WHOLE.replace(
        "source = { kind = \"v4l2\", device = \"/dev/video0\" }",
        &wrong,
    );
    let error = load(&config).unwrap_err();
    assert!(error.contains("rtsp://@10.0.0.9/stream"), "{error}");
    assert!(
        !error.contains("s3cr3t") && !error.contains("admin"),
        "{error}"
    );
}
