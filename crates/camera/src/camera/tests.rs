use tokio::runtime::Builder;

use super::*;
use crate::{Pattern, Source, state::Impairment};

fn black() -> CameraConfig {
    CameraConfig {
        check_s: 60,
        ..CameraConfig::new(Source::Test {
            pattern: Pattern::Black,
        })
    }
}

/// A ring as a camera leaves it that filmed in the dark.
async fn filmed_in_the_dark() -> Ring {
    let camera = Camera::open(black(), Duration::from_secs(1), Instant::now());
    let mut state = camera.state();
    let recording = state.wait_for(|state| state.is_recording());
    drop(recording.await.expect("the camera lives"));
    camera.ring().clone()
}

#[test]
fn the_first_look_comes_soon_however_seldom_the_others_do() {
    let real = Builder::new_current_thread().enable_all().build().unwrap();
    let ring = real.block_on(filmed_in_the_dark());
    let keeper = Keeper {
        config: Arc::new(black()),
        origin: Instant::now(),
        ring,
        state: watch::Sender::new(CameraState::Recording),
    };
    let mut state = keeper.state.subscribe();
    let virtual_time = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let told_after = virtual_time.block_on(async {
        let began = tokio::time::Instant::now();
        let dark = CameraState::Impaired(Impairment::Black);
        tokio::select! {
            () = keeper.inspect() => unreachable!("it looks for as long as the camera runs"),
            told = state.wait_for(|state| *state == dark) => drop(told.unwrap()),
        }
        began.elapsed()
    });
    // It is told of at the third look.
    assert_eq!(told_after.as_secs(), 5 + 60 + 60);
}
