use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// The `n`th fragment of 100 ms, ten to a GOP.
fn fragment(n: u32) -> Fragment {
    Fragment {
        data: n.to_be_bytes().to_vec().into(),
        captured_at: Duration::from_millis(u64::from(n) * 100),
        start_ms: u64::from(n) * 100,
        duration_ms: 100,
        keyframe: n.is_multiple_of(10),
    }
}

fn filled(pre_roll: Duration, fragments: u32) -> Ring {
    let ring = Ring::new(pre_roll);
    ring.begin(InitSegment {
        data: "init".into(),
        codec: "avc1.42C01F".into(),
        width: 320,
        height: 240,
    });
    (0..fragments).for_each(|n| ring.push(&fragment(n)));
    ring
}

async fn all(mut clip: ClipSource) -> Vec<Duration> {
    let mut taken = Vec::new();
    while let Some(fragment) = clip.next().await {
        taken.push(fragment.captured_at);
    }
    taken
}

#[test]
fn whole_gops_are_evicted_and_the_pre_roll_with_one_gop_stays() {
    for newest in 60..100 {
        let ring = filled(3 * SECOND, newest);
        let span = ring.span();
        assert!(span >= 4 * SECOND && span < 5 * SECOND, "{span:?}");
        let oldest = ring.clip_from(Duration::ZERO).unwrap().starts_at();
        assert_eq!(oldest.as_millis() % 1000, 0, "begins within a GOP");
    }
}

#[tokio::test]
async fn a_clip_begins_with_the_last_keyframe_at_or_before_its_start() {
    let ring = filled(3 * SECOND, 50);
    let from = |ms| {
        ring.clip_from(Duration::from_millis(ms))
            .unwrap()
            .starts_at()
    };
    assert_eq!(from(2999), 2 * SECOND);
    assert_eq!(from(3000), 3 * SECOND);
    assert_eq!(from(3001), 3 * SECOND);
    assert_eq!(from(4999), 4 * SECOND);
}

#[tokio::test]
async fn a_clip_of_what_is_to_come_begins_with_the_newest_keyframe() {
    let ring = filled(Duration::ZERO, 55);
    let clip = ring.clip_from(6 * SECOND).unwrap();
    ring.push(&fragment(55));
    ring.end();
    let expected: Vec<Duration> = (50..56).map(|n| fragment(n).captured_at).collect();
    assert_eq!(all(clip).await, expected);
    assert!(
        ring.clip_from(6 * SECOND).is_none(),
        "nothing more will come"
    );
}

#[tokio::test]
async fn what_is_pushed_after_the_clip_was_taken_follows_what_was_held() {
    let ring = filled(SECOND, 25);
    let clip = ring.clip_from(SECOND).unwrap();
    (25..60).for_each(|n| ring.push(&fragment(n)));
    ring.end();
    let expected: Vec<Duration> = (10..60).map(|n| fragment(n).captured_at).collect();
    assert_eq!(all(clip).await, expected);
}

#[tokio::test]
async fn readers_that_come_at_any_moment_miss_nothing_and_see_nothing_twice() {
    let ring = filled(SECOND, 10);
    let writer = {
        let ring = ring.clone();
        std::thread::spawn(move || (10..200).for_each(|n| ring.push(&fragment(n))))
    };
    let mut clips = Vec::new();
    while !writer.is_finished() {
        clips.extend(ring.live());
        std::thread::yield_now();
    }
    writer.join().unwrap();
    ring.end();
    for clip in clips {
        let taken = all(clip).await;
        assert!(taken.windows(2).all(|two| two[0] + SECOND / 10 == two[1]));
        assert_eq!(taken.last(), Some(&fragment(199).captured_at));
    }
}

#[tokio::test]
async fn a_reader_that_falls_too_far_behind_is_cut_off_rather_than_given_a_gap() {
    let ring = filled(SECOND, 10);
    let clip = ring.live().unwrap();
    (10..1000).for_each(|n| ring.push(&fragment(n)));
    let taken = all(clip).await;
    assert_eq!(taken.len(), 10 + BACKLOG);
    assert!(taken.windows(2).all(|two| two[0] + SECOND / 10 == two[1]));
}

#[tokio::test]
async fn a_new_epoch_ends_the_clips_of_the_one_before_it() {
    let ring = filled(SECOND, 10);
    let clip = ring.live().unwrap();
    let next = ring.clip_from(Duration::ZERO).unwrap().init().clone();
    ring.begin(next);
    ring.push(&fragment(20));
    assert_eq!(all(clip).await.len(), 10);
}

#[tokio::test]
async fn a_clip_is_taken_up_in_a_later_epoch_with_the_same_init_segment_and_no_other() {
    let ring = filled(SECOND, 10);
    let clip = ring.live().unwrap();
    assert!(ring.clip_after(&clip).is_none(), "its own epoch");
    let same = clip.init().clone();
    ring.begin(same.clone());
    assert!(ring.clip_after(&clip).is_none(), "no keyframe yet");
    ring.push(&fragment(40));
    let mut later = ring.clip_after(&clip).unwrap();
    assert_eq!(later.next().await.unwrap().start_ms, 4000);
    ring.begin(InitSegment { width: 640, ..same });
    ring.push(&fragment(80));
    assert!(ring.clip_after(&clip).is_none(), "another size");
}

#[tokio::test]
async fn a_clip_that_was_taken_up_again_and_again_counts_from_its_first_fragment() {
    let ring = filled(SECOND, 10);
    let mut clip = ring.live().unwrap();
    for epoch in 2..5 {
        ring.begin(clip.init().clone());
        // Each epoch's media time begins at 0.
        ring.push(&Fragment {
            start_ms: 0,
            ..fragment(epoch * 10)
        });
        clip = ring.clip_after(&clip).unwrap();
        assert_eq!(clip.next().await.unwrap().start_ms, u64::from(epoch) * 1000);
    }
}

#[test]
fn overlapping_clips_hold_the_same_bytes_and_not_copies() {
    let ring = filled(3 * SECOND, 50);
    let clips = [0, 1, 2].map(|start| ring.clip_from(start * SECOND).unwrap());
    let [first, rest @ ..] = &clips;
    for clip in rest {
        let earlier = first.held.len() - clip.held.len();
        let shared = first.held.iter().skip(earlier).zip(&clip.held);
        for (one, other) in shared {
            assert_eq!(one.data.as_ptr(), other.data.as_ptr());
        }
    }
}

#[tokio::test]
async fn what_a_dead_camera_saw_can_still_be_taken_and_ends_there() {
    let ring = filled(SECOND, 10);
    ring.end();
    let clip = ring.clip_from(Duration::from_millis(300)).unwrap();
    assert_eq!(all(clip).await.len(), 10);
}

#[test]
fn nothing_is_kept_before_the_first_keyframe() {
    let ring = filled(SECOND, 0);
    ring.push(&fragment(5));
    assert_eq!(ring.span(), Duration::ZERO);
    assert!(ring.live().is_none());
}
